"""From the text of an expression to its tree.

Source: cel-spec doc/langdef.md "Syntax" and cel-go parser.
"""

from collections.abc import Callable
from typing import Final

from minieks.kube.cel import lexer, literals
from minieks.kube.cel.errors import CompileError, Issue
from minieks.kube.cel.lexer import END, Token
from minieks.kube.cel.macros import expanded
from minieks.kube.cel.syntax import (
    Call,
    Entry,
    Ident,
    ListOf,
    Literal,
    MapOf,
    Node,
    Select,
    Struct,
)

_BINDINGS: Final[dict[str, int]] = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("<", "<=", ">=", ">", "==", "!=", "in"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%"), 5),
}
_RESERVED: Final = frozenset(
    {
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let"),
        *("loop", "package", "namespace", "return", "var", "void", "while"),
    }
)
_EXPRESSION: Final = (
    "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING,"
    " BYTES, IDENTIFIER}"
)
_AFTER: Final = (
    "{<EOF>, '==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', '{', '.', '-', '?', '+', "
    "'*', '/', '%'}"
)
_MOST_DEEP: Final = 250
_CONSTANTS: Final = {"true": True, "false": False, "null": None}


class _Refused(Exception):
    """The text cannot be read on; the mistake is noted."""


def parse(source: str) -> Node:
    """The tree of an expression; raises CompileError."""
    issues: list[Issue] = []
    parser = _Parser(lexer.tokens(source, issues), issues)
    try:
        tree = parser.whole()
    except _Refused:
        raise CompileError(source, issues) from None
    if issues:
        raise CompileError(source, issues)
    return tree


class _Parser:
    """Reads words from the left; operators by how tight they bind."""

    def __init__(self, words: list[Token], issues: list[Issue]) -> None:
        self._words = words
        self._next = 0
        self._issues = issues
        self._depth = 0

    def whole(self) -> Node:
        """All words as one expression."""
        tree = self._expression()
        if self._word.kind != END:
            raise self._unexpected("mismatched", _AFTER)
        return tree

    # words

    @property
    def _word(self) -> Token:
        return self._words[self._next]

    def _take(self) -> Token:
        word = self._words[self._next]
        self._next += 1
        return word

    def _takes(self, kind: str) -> Token | None:
        return self._take() if self._word.kind == kind else None

    def _expect(self, kind: str) -> Token:
        if self._word.kind == kind:
            return self._take()
        shown = kind if kind == "IDENTIFIER" else f"'{kind}'"
        if self._word.kind == END and kind in ")]}":
            raise self._wrong(f"missing {shown} at '{END}'")
        raise self._unexpected("mismatched", shown)

    def _unexpected(self, how: str, expected: str) -> _Refused:
        return self._wrong(f"{how} input '{self._word.text}' expecting {expected}")

    def _wrong(self, text: str) -> _Refused:
        self._issues.append(Issue(self._word.at, f"Syntax error: {text}"))
        return _Refused()

    def _note(self, at: int, text: str) -> None:
        self._issues.append(Issue(at, text))

    # levels

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEEP:
            raise self._wrong(f"expression recursion limit exceeded: {_MOST_DEEP}")
        condition = self._binary(0)
        mark = self._takes("?")
        if mark is not None:
            then = self._binary(0)
            self._expect(":")
            condition = Call(mark.at, "_?_:_", (condition, then, self._expression()))
        self._depth -= 1
        return condition

    def _binary(self, least: int) -> Node:
        """Operators that bind tighter than ``least``, from the left."""
        left = self._unary()
        while (binding := _BINDINGS.get(self._word.kind, 0)) > least:
            sign = self._take()
            name = "@in" if sign.kind == "in" else f"_{sign.kind}_"
            left = Call(sign.at, name, (left, self._binary(binding)))
        return left

    def _unary(self) -> Node:
        sign = self._word
        if sign.kind not in ("!", "-"):
            return self._member()
        if sign.kind == "-" and self._words[self._next + 1].kind in ("NUM_INT", "NUM_FLOAT"):
            return self._member()
        count = 0
        while self._takes(sign.kind):
            count += 1
        operand = self._member()
        name = "!_" if sign.kind == "!" else "-_"
        return Call(sign.at, name, (operand,)) if count % 2 else operand

    def _member(self) -> Node:
        value = self._primary()
        while self._word.kind in (".", "["):
            value = self._selected(value) if self._word.kind == "." else self._indexed(value)
        return value

    def _selected(self, value: Node) -> Node:
        dot = self._take()
        optional = self._takes("?") is not None
        name = self._field_of(dot)
        opened = None if optional else self._takes("(")
        if opened is None:
            return Select(dot.at, value, name, optional=optional)
        args = self._arguments(")")
        return expanded(Call(opened.at, name, args, value), self._note)

    def _field_of(self, dot: Token) -> str:
        if self._word.kind == "IDENTIFIER":
            return self._take().text
        behind = "" if self._word.kind == END else self._word.text
        raise self._wrong(f"no viable alternative at input '{dot.text}{behind}'")

    def _indexed(self, value: Node) -> Node:
        opened = self._take()
        optional = self._takes("?") is not None
        index = self._expression()
        self._expect("]")
        return Call(opened.at, "_[?_]" if optional else "_[_]", (value, index))

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        if self._takes(closing):
            return ()
        found = [self._expression()]
        while self._takes(","):
            found.append(self._expression())
        self._expect(closing)
        return tuple(found)

    # primaries

    def _primary(self) -> Node:
        word = self._word
        if word.kind in _READERS:
            return _READERS[word.kind](self)
        if word.kind in _CONSTANTS:
            return Literal(self._take().at, _CONSTANTS[word.kind])
        if word.kind in ("NUM_INT", "NUM_FLOAT", "NUM_UINT", "STRING", "BYTES", "-"):
            return self._literal()
        raise self._unexpected("mismatched", _EXPRESSION)

    def _bracketed(self) -> Node:
        self._take()
        inner = self._expression()
        self._expect(")")
        return inner

    def _literal(self) -> Node:
        minus = self._takes("-")
        word = self._take()
        text = ("-" if minus else "") + word.text
        at = minus.at if minus else word.at
        try:
            return Literal(at, _VALUES[word.kind](text))
        except ValueError as error:
            self._note(at, str(error))
            return Literal(at, 0)

    def _name(self) -> Node:
        dot = self._takes(".")
        word = self._expect("IDENTIFIER")
        if word.text in _RESERVED:
            self._note(word.at, f"reserved identifier: {word.text}")
        name = f".{word.text}" if dot else word.text
        if self._word.kind == "(":
            opened = self._take()
            return expanded(Call(opened.at, name, self._arguments(")")), self._note)
        message = self._message(name)
        return Ident(word.at, name) if message is None else message

    def _message(self, name: str) -> Node | None:
        """``a.b.C{...}`` if that is what stands here, else nothing is read."""
        start = self._next
        while self._word.kind == "." and self._words[self._next + 1].kind == "IDENTIFIER":
            self._take()
            name = f"{name}.{self._take().text}"
        if self._word.kind != "{":
            self._next = start
            return None
        opened = self._take()
        return Struct(opened.at, name, self._entries(self._field_name))

    def _field_name(self) -> str:
        return self._expect("IDENTIFIER").text

    def _list(self) -> Node:
        opened = self._take()
        items: list[Node] = []
        optional: set[int] = set()
        while self._word.kind != "]":
            if self._takes("?"):
                optional.add(len(items))
            items.append(self._expression())
            if not self._takes(","):
                break
        self._expect("]")
        return ListOf(opened.at, tuple(items), frozenset(optional))

    def _map(self) -> Node:
        opened = self._take()
        return MapOf(opened.at, self._entries(self._expression))

    def _entries(self, key: Callable[[], Node | str]) -> tuple[Entry, ...]:
        found = []
        while self._word.kind != "}":
            optional = self._takes("?") is not None
            name = key()
            colon = self._expect(":")
            found.append(Entry(colon.at, name, self._expression(), optional))
            if not self._takes(","):
                break
        self._expect("}")
        return tuple(found)


_READERS: Final[dict[str, Callable[[_Parser], Node]]] = {
    "(": _Parser._bracketed,
    "[": _Parser._list,
    "{": _Parser._map,
    ".": _Parser._name,
    "IDENTIFIER": _Parser._name,
}
_VALUES: Final[dict[str, Callable[[str], object]]] = {
    "NUM_INT": literals.integer,
    "NUM_UINT": literals.unsigned,
    "NUM_FLOAT": float,
    "STRING": literals.string,
    "BYTES": literals.octets,
}
