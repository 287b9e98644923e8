"""Functions of texts. Source: cel-go common/stdlib and ext/strings.go (version 2)."""

from typing import Any, Final

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.formatting import formatted
from minieks.kube.cel.rows import Row

_ESCAPED: Final = {
    **{"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"},
    **{"\v": "\\v", "\\": "\\\\", '"': '\\"'},
}
_UPPER: Final = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_LOWER: Final = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def _char_at(text: str, index: int) -> str:
    if not 0 <= index <= len(text):
        raise EvaluationError(f"index out of range: {index}")
    return text[index : index + 1]


def _index_of(text: str, part: str, start: int = 0) -> int:
    if part == "":
        return start
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    return text.find(part, start)


def _last_index_of(text: str, part: str, start: int | None = None) -> int:
    if start is None:
        return text.rfind(part)
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    return start if part == "" else text.rfind(part, 0, start + len(part))


def _joined(items: list[Any], separator: str = "") -> str:
    return separator.join(items)


def _replaced(text: str, old: str, new: str, limit: int = -1) -> str:
    return text.replace(old, new, limit)


def _split(text: str, separator: str, limit: int = -1) -> list[str]:
    if limit == 0:
        return []
    if separator:
        return text.split(separator, limit - 1 if limit > 0 else -1)
    if limit < 0 or limit >= len(text):
        return list(text)
    return [*text[: limit - 1], text[limit - 1 :]]


def _substring(text: str, start: int, end: int | None = None) -> str:
    end = len(text) if end is None else end
    if not 0 <= start <= len(text):
        raise EvaluationError(f"index out of range: {start}")
    if not 0 <= end <= len(text):
        raise EvaluationError(f"index out of range: {end}")
    if start > end:
        raise EvaluationError(f"invalid substring range. start: {start}, end: {end}")
    return text[start:end]


def _quoted(text: str) -> str:
    return '"' + "".join(_ESCAPED.get(sign, sign) for sign in text) + '"'


ROWS: Final[tuple[Row, ...]] = (
    ("contains", "string.(string) -> bool", lambda text, part: part in text),
    ("startsWith", "string.(string) -> bool", str.startswith),
    ("endsWith", "string.(string) -> bool", str.endswith),
    ("charAt", "string.(int) -> string", _char_at),
    ("indexOf", "string.(string) -> int", _index_of),
    ("indexOf", "string.(string, int) -> int", _index_of),
    ("lastIndexOf", "string.(string) -> int", _last_index_of),
    ("lastIndexOf", "string.(string, int) -> int", _last_index_of),
    ("join", "list(string).() -> string", _joined),
    ("join", "list(string).(string) -> string", _joined),
    ("lowerAscii", "string.() -> string", lambda text: text.translate(_LOWER)),
    ("upperAscii", "string.() -> string", lambda text: text.translate(_UPPER)),
    ("replace", "string.(string, string) -> string", _replaced),
    ("replace", "string.(string, string, int) -> string", _replaced),
    ("split", "string.(string) -> list(string)", _split),
    ("split", "string.(string, int) -> list(string)", _split),
    ("substring", "string.(int) -> string", _substring),
    ("substring", "string.(int, int) -> string", _substring),
    ("trim", "string.() -> string", str.strip),
    ("format", "string.(list(dyn)) -> string", formatted),
    ("strings.quote", "(string) -> string", _quoted),
)
