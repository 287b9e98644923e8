"""The words of an expression.

Source: cel-spec doc/langdef.md "Syntax"; the texts are those of the ANTLR grammar of cel-go.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from minieks.kube.cel.errors import Issue

END: Final = "<EOF>"
KEYWORDS: Final = frozenset({"true", "false", "null", "in"})

_QUOTED: Final = (
    r'"""(?:[^\\]|\\.)*?"""',
    r"'''(?:[^\\]|\\.)*?'''",
    r'"(?:[^"\\\n\r]|\\.)*"',
    r"'(?:[^'\\\n\r]|\\.)*'",
)
_RAW: Final = (r'"""(?:.)*?"""', r"'''(?:.)*?'''", r'"[^"\n\r]*"', r"'[^'\n\r]*'")
_TEXT: Final = f"(?:[rR](?:{'|'.join(_RAW)})|(?:{'|'.join(_QUOTED)}))"
_TOKEN: Final = re.compile(
    "|".join(
        (
            r"(?P<blank>[ \t\n\f\r]+|//[^\n]*)",
            r"(?P<NUM_FLOAT>(?:\d+\.\d+|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)",
            r"(?P<NUM_UINT>(?:0x[0-9a-fA-F]+|\d+)[uU])",
            r"(?P<NUM_INT>0x[0-9a-fA-F]+|\d+)",
            f"(?P<BYTES>[bB]{_TEXT})",
            f"(?P<STRING>{_TEXT})",
            r"(?P<IDENTIFIER>[A-Za-z_][A-Za-z0-9_]*)",
            r"(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]{}])",
        )
    ),
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind (its own text for signs and keywords), its text, and its place."""

    kind: str
    text: str
    at: int


def tokens(source: str, issues: list[Issue]) -> list[Token]:
    """All words with END behind them; what is no word is told in ``issues`` and left out."""
    found = list(_words(source, issues))
    found.append(Token(END, END, len(source)))
    return found


def _words(source: str, issues: list[Issue]) -> Iterator[Token]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            issues.append(Issue(at, _unknown(source, at)))
            at += 1
            continue
        if match.lastgroup != "blank":
            yield _token(match)
        at = match.end()


def _token(match: re.Match[str]) -> Token:
    text, kind = match.group(), str(match.lastgroup)
    own = kind == "sign" or text in KEYWORDS
    return Token(text if own else kind, text, match.start())


def _unknown(source: str, at: int) -> str:
    """ANTLR shows all that it read while it hoped for a word: of a text, up to its line's end."""
    rest = source[at:].split("\n", maxsplit=1)[0] if source[at] in "'\"" else source[at]
    return f"Syntax error: token recognition error at: '{rest}'"
