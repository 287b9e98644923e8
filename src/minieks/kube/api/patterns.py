"""The patterns of custom resources' schemas, which are Go's regular expressions."""

from minieks.kube.words.regex import InvalidPattern, compiled


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; a pattern that is none allows all."""
    try:
        return compiled(pattern).matches(text)
    except InvalidPattern:
        return True
