"""JSON patch (RFC 6902), with the habits of the library that the API server uses.

Those that differ from the RFC: ``replace`` of a missing member adds it, ``copy`` of a missing
member copies null, ``test`` of a missing member for null holds, an index may have leading zeros
and count from the end, and what stands before the first slash of a pointer is not looked at.
Source: github.com/evanphx/json-patch v4 and kubernetes apiserver
pkg/endpoints/handlers/patch.go (limits).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from minieks.kube.api.errors import BadRequest
from minieks.kube.api.patching import failures

_MOST_OPERATIONS: Final = 10_000
_MOST_COPIED: Final = 3 * 1024 * 1024
_NUMBER: Final = re.compile(r"[+-]?[0-9]+")

Pointer: TypeAlias = tuple[str, ...]
# From the value of a container to the container that stands in its place.
_Change: TypeAlias = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; a pointer is None where the client gave none."""

    op: str
    path: Pointer | None
    source: Pointer | None = None
    value: Any = None


def operations(patch: Any) -> list[Operation]:
    """The operations that a client sent; raises BadRequest if it is no list of objects."""
    if not isinstance(patch, list) or not all(isinstance(one, dict) for one in patch):
        found = "array" if isinstance(patch, list) else _json_kind(patch)
        raise BadRequest(
            f"error decoding patch: json: cannot unmarshal {found} into Go value of type"
            " jsonpatch.Patch"
        )
    if len(patch) > _MOST_OPERATIONS:
        raise failures.too_large(
            f"The allowed maximum operations in a JSON patch is {_MOST_OPERATIONS},"
            f" got {len(patch)}"
        )
    return [_operation(one) for one in patch]


def apply(document: Any, patch: list[Operation]) -> Any:
    """The document after all operations; raises ApiError 422 if one of them cannot be done."""
    copied = 0
    for operation in patch:
        apply_one = _APPLY.get(operation.op)
        if apply_one is None or operation.path is None:
            raise failures.not_applicable()
        if operation.op == "copy":
            copied += _size(document, operation)
            if copied > _MOST_COPIED:
                raise failures.too_large(
                    "Unable to complete the copy, the accumulated size increase of copied JSON is"
                    f" {copied}, exceeds the limit {_MOST_COPIED}"
                )
        document = apply_one(document, operation)
    return document


def _operation(raw: dict[str, Any]) -> Operation:
    return Operation(
        str(raw.get("op", "")),
        _pointer(raw.get("path")),
        _pointer(raw.get("from")),
        raw.get("value"),
    )


def _pointer(text: Any) -> Pointer | None:
    if not isinstance(text, str):
        return None
    if not text:
        return ()
    parts = text.split("/")[1:]
    # Without any slash there is nothing behind the first one, and so no place.
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts) or None


def _add(document: Any, operation: Operation) -> Any:
    return _changed(document, operation.path, lambda c, key: _added(c, key, operation.value))


def _remove(document: Any, operation: Operation) -> Any:
    return _changed(document, operation.path, _removed)


def _replace(document: Any, operation: Operation) -> Any:
    if operation.path == ():
        if not isinstance(operation.value, (dict, list)):
            raise failures.not_applicable()
        return operation.value
    return _changed(document, operation.path, lambda c, key: _replaced(c, key, operation.value))


def _move(document: Any, operation: Operation) -> Any:
    value = _found(document, operation.source)
    without = _changed(document, operation.source, _removed)
    return _changed(without, operation.path, lambda c, key: _added(c, key, value))


def _copy(document: Any, operation: Operation) -> Any:
    value = _found(document, operation.source)
    return _changed(document, operation.path, lambda c, key: _added(c, key, value))


def _test(document: Any, operation: Operation) -> Any:
    if not _equal(_found(document, operation.path), operation.value):
        raise failures.not_applicable()
    return document


_APPLY: Final[dict[str, Callable[[Any, Operation], Any]]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


def _changed(document: Any, path: Pointer | None, change: Callable[[Any, str], Any]) -> Any:
    """A document of which the container that holds the last part of the path is another."""
    if not path:
        raise failures.not_applicable()
    head, rest = path[0], path[1:]
    if not rest:
        return change(document, head)
    child = _member(document, head)
    if not isinstance(child, (dict, list)):
        raise failures.not_applicable()
    return _replaced(document, head, _changed(child, rest, change))


def _found(document: Any, path: Pointer | None) -> Any:
    """What a pointer leads to; null for a missing member of an object."""
    if not path:
        raise failures.not_applicable()
    for part in path[:-1]:
        document = _member(document, part)
        if not isinstance(document, (dict, list)):
            raise failures.not_applicable()
    return _member(document, path[-1])


def _member(container: Any, key: str) -> Any:
    if isinstance(container, dict):
        return container.get(key)
    return container[_index(key, len(container))]


def _added(container: Any, key: str, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, key: value}
    if key == "-":
        return [*container, value]
    # A new item may stand behind the last one.
    place = _index(key, len(container) + 1)
    return [*container[:place], value, *container[place:]]


def _replaced(container: Any, key: str, value: Any) -> Any:
    if isinstance(container, dict):
        return {**container, key: value}
    place = _index(key, len(container))
    return [*container[:place], value, *container[place + 1 :]]


def _removed(container: Any, key: str) -> Any:
    if isinstance(container, dict):
        if key not in container:
            raise failures.not_applicable()
        return {name: value for name, value in container.items() if name != key}
    place = _index(key, len(container))
    return [*container[:place], *container[place + 1 :]]


def _index(key: str, length: int) -> int:
    place = int(key) if _NUMBER.fullmatch(key) else length
    if not -length <= place < length:
        raise failures.not_applicable()
    return place + length if place < 0 else place


def _equal(left: Any, right: Any) -> bool:
    """Equality of JSON: true is not 1."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    return bool(isinstance(left, bool) is isinstance(right, bool) and left == right)


def _size(document: Any, operation: Operation) -> int:
    return len(json.dumps(_found(document, operation.source)))


def _json_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    if isinstance(value, bool):
        return "bool"
    return "string" if isinstance(value, str) else "number"
