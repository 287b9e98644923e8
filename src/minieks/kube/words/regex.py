"""Regular expressions as Go has them: RE2's syntax, time in proportion to the text.

The errors are those of Go's regexp/syntax.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

# What the C++ library says, and what Go says.
_WORDS: Final = {
    "missing ]": "missing closing ]",
    "missing )": "missing closing )",
    "bad repetition operator": "invalid nested repetition operator",
    "no argument for repetition operator": "missing argument to repetition operator",
    "invalid repetition size": "invalid repeat count",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid named capture group": "invalid named capture",
    "pattern too large - compile failed": "expression too large",
}


class InvalidPattern(ValueError):
    """A pattern that Go cannot read; the message is Go's."""


class Pattern:
    """A compiled pattern."""

    __slots__ = ("_found",)

    def __init__(self, found: Any) -> None:
        self._found = found

    def matches(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the text."""
        return self._found.search(text) is not None

    def all(self, text: str) -> Iterator[str]:
        """Each place where it is found, from the left, none overlapping."""
        return (match.group() for match in self._found.finditer(text))


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Pattern:
    """The pattern, ready to be tried; raises InvalidPattern."""
    # Imported late: most clusters have no pattern.
    import re2  # noqa: PLC0415

    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(re2.compile(pattern, options))
    except re2.error as error:
        said = error.args[0]
        raise InvalidPattern(_in_go(said.decode() if isinstance(said, bytes) else said)) from None


def _in_go(text: str) -> str:
    reason, colon, part = text.partition(": ")
    reason = _WORDS.get(reason, reason)
    return (
        f"error parsing regexp: {reason}: `{part}`" if colon else f"error parsing regexp: {reason}"
    )
