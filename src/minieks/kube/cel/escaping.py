"""How the names of properties are spelled in expressions.

Source: kubernetes apiserver pkg/cel/escaping.go.
"""

import re
from functools import lru_cache
from typing import Final

_RESERVED: Final = frozenset(
    {
        *("true", "false", "null", "in", "as", "break", "const", "continue", "else", "for"),
        *("function", "if", "import", "let", "loop", "package", "namespace", "return", "var"),
        *("void", "while"),
    }
)
_SIGNS: Final = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}
_ESCAPED: Final = re.compile(r"__|[.\-/]")
_SPEAKABLE: Final = re.compile(r"[A-Za-z_$.\-/][A-Za-z0-9_$.\-/]*", re.ASCII)


@lru_cache(maxsize=8192)
def escaped(name: str) -> str | None:
    """The name as an expression says it; None if no expression can."""
    if name in _RESERVED:
        return f"__{name}__"
    if not _SPEAKABLE.fullmatch(name) or "$" in name:
        return None
    return _ESCAPED.sub(lambda match: _SIGNS[match.group()], name)
