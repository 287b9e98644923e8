"""The patterns of custom resources' schemas, tried without ever taking long.

Go's regular expressions take time in proportion to the text; Python's can take ages where a repeat
stands in a repeat, as in ``(a+)+$``. Such a pattern is tried on short texts only, and none on very
long ones: those count as matching, which lets a wrong value through rather than stop for it.
"""

import re
from functools import lru_cache
from typing import Final

_LONGEST_FOR_NESTED: Final = 22
_LONGEST: Final = 512  # several repeats in a row take the square, the cube, … of the length
# An escape, a set in brackets, the head of a group, or any one character.
_TOKEN: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:P?<\w+>|[a-zA-Z]*:)|.", re.DOTALL
)
_REPEATS: Final = ("*", "+", "{")
_CHOICES: Final = (*_REPEATS, "?", "|")


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in the text; also if that cannot be told."""
    compiled = _compiled(pattern)
    longest = _LONGEST_FOR_NESTED if _is_nested(pattern) else _LONGEST
    if compiled is None or len(text) > longest:
        return True
    return compiled.search(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern; None for one that Python cannot read as Go does, which then allows all."""
    try:
        return re.compile(pattern.replace(r"\z", r"\Z"))
    except (re.error, RecursionError, OverflowError):
        return None


@lru_cache(maxsize=4096)
def _is_nested(pattern: str) -> bool:
    """Whether a group that is repeated has a repeat or a choice in it."""
    groups = [False]  # for each group that is open: whether there is a choice in it
    closed = False  # whether the group that has just been closed has one
    for token in _TOKEN.findall(pattern):
        if token in _REPEATS and closed:
            return True
        if token in _CHOICES:
            groups[-1] = True
        closed = False
        if token[0] == "(":
            groups.append(False)
        elif token == ")" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] |= closed
    return False
