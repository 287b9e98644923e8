"""The texts of label selectors in queries, with the API server's words for what is wrong.

Source: kubernetes apimachinery pkg/labels/selector.go (Lexer, Parser).
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.errors import BadRequest
from minieks.kube.api.fields import FieldError, aggregate, invalid
from minieks.kube.words import names
from minieks.kube.words.caching import remembered_if_short
from minieks.kube.words.selectors import Requirement, Selector

_SPACE: Final = " \t\r\n"
_SPECIAL: Final = "=!(),><"
_SYMBOLS: Final = (")", ",", "!", "==", "=", ">", "<", "!=", "(")
_END: Final = ""
_SIGNS: Final = {"=": "In", "==": "In", "!=": "NotIn", ">": "Gt", "<": "Lt"}
_WORDS: Final = {"in": "In", "notin": "NotIn"}
_OPERATORS: Final = "in, notin, =, ==, !=, gt, lt"
_INTEGER_WANTED: Final = "for 'Gt', 'Lt' operators, the value must be an integer"


@remembered_if_short(4096)
def parse(text: str) -> Selector:
    """The matcher of a ``labelSelector``; raises BadRequest."""
    return Selector(tuple(_Parser(text).requirements()))


class _Error(Exception):
    """A requirement that cannot be read."""


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        if text[at] in _SPACE:
            at += 1
        elif text[at] in _SPECIAL:
            token = text[at : at + 2] if text[at : at + 2] in _SYMBOLS else text[at]
            at += len(token)
            yield token
        else:
            start = at
            while at < len(text) and text[at] not in _SPACE + _SPECIAL:
                at += 1
            yield text[start:at]
    yield _END


class _Parser:
    """Reads one text; ``_at`` is the next token."""

    def __init__(self, text: str) -> None:
        self._tokens = tuple(_tokens(text))
        self._at = 0

    def requirements(self) -> Iterator[Requirement]:
        while self._peek() != _END:
            if not _is_word(self._peek()) and self._peek() != "!":
                found = self._peek()
                raise BadRequest(f"found '{found}', expected: !, identifier, or 'end of string'")
            try:
                yield self._requirement()
            except _Error as error:
                raise BadRequest(f"unable to parse requirement: {error}") from None
            self._separator()

    def _separator(self) -> None:
        token = self._next()
        if token == _END:
            return
        if token != ",":
            raise BadRequest(f"found '{token}', expected: ',' or 'end of string'")
        if not _is_word(self._peek()) and self._peek() != "!":
            raise BadRequest(f"found '{self._peek()}', expected: identifier after ','")

    def _requirement(self) -> Requirement:
        token = self._next()
        absent = token == "!"
        if absent:
            token = self._next()
        if not _is_word(token):
            raise _Error(f"found '{token}', expected: identifier")
        _check(invalid("<nil>", token, text) for text in names.qualified_name(token))
        if self._peek() in (_END, ","):
            return Requirement(token, "DoesNotExist" if absent else "Exists")
        return self._compared(token)

    def _compared(self, key: str) -> Requirement:
        sign = self._next()
        if sign in _WORDS:
            values = self._values()
        elif sign in _SIGNS:
            values = (self._value(),)
        else:
            raise _Error(f"found '{sign}', expected: {_OPERATORS}")
        operator = _WORDS.get(sign) or _SIGNS[sign]
        if operator in ("Gt", "Lt") and not values[0].lstrip("+-").isdecimal():
            _check([invalid("values[0]", values[0], _INTEGER_WANTED)])
        _check(
            invalid(f"values[{position}][{key}]", value, text)
            for position, value in enumerate(values)
            for text in names.label_value(value)
        )
        return Requirement(key, operator, values)

    def _value(self) -> str:
        if self._peek() in (_END, ","):
            return ""
        token = self._next()
        if not _is_word(token):
            raise _Error(f"found '{token}', expected: identifier")
        return token

    def _values(self) -> tuple[str, ...]:
        token = self._next()
        if token != "(":
            raise _Error(f"found '{token}' expected: '('")
        if self._peek() == ")":
            self._next()
            return ("",)
        if self._peek() != "," and not _is_word(self._peek()):
            raise _Error(f"found '{self._peek()}', expected: ',', ')' or identifier")
        found = self._identifiers()
        token = self._next()
        if token != ")":
            raise _Error(f"found '{token}', expected: ')'")
        return tuple(sorted(found))

    def _identifiers(self) -> set[str]:
        found: set[str] = set()
        while True:
            token = self._next()
            if _is_word(token):
                found.add(token)
                if self._peek() == ")":
                    return found
                if self._peek() != ",":
                    raise _Error(f"found '{self._peek()}', expected: ',' or ')'")
            elif token == ",":
                if not found:
                    found.add("")
                if self._peek() == ")":
                    found.add("")
                    return found
                if self._peek() == ",":
                    self._next()
                    found.add("")
            else:
                raise _Error(f"found '{token}', expected: ',', or identifier")

    def _peek(self) -> str:
        return self._tokens[self._at]

    def _next(self) -> str:
        token = self._tokens[self._at]
        if token != _END:
            self._at += 1
        return token


def _is_word(token: str) -> bool:
    return token != _END and token not in _SYMBOLS


def _check(found: "Iterator[FieldError] | list[FieldError]") -> None:
    problems = list(found)
    if problems:
        raise _Error(aggregate(problems))
