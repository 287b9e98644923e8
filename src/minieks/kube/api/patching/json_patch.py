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
    """The document after all operations; raises ApiError 422 if one of them cannot be done.

    The document is not changed: a container is copied once, when it is changed first.
    """
    draft = _Draft(document)
    for operation in patch:
        apply_one = _APPLY.get(operation.op)
        if apply_one is None or operation.path is None:
            raise failures.not_applicable()
        apply_one(draft, operation, operation.path)
    return draft.document


class _Draft:
    """A document that is being changed, and which of its containers are its own."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self._own: dict[int, Any] = {}
        self._copied = 0

    def container(self, path: Pointer) -> Any:
        """The container of the last part of a path, to be changed; raises ApiError."""
        if not path:
            raise failures.not_applicable()
        self.document = inner = self._owned(self.document)
        for part in path[:-1]:
            child = _member(inner, part)
            if not isinstance(child, (dict, list)):
                raise failures.not_applicable()
            child = self._owned(child)
            _replace_in(inner, part, child)
            inner = child
        return inner

    def copy_of(self, value: Any) -> Any:
        """A copy that shares nothing; raises the 413 of a patch that copies too much."""
        written = json.dumps(value)
        self._copied += len(written)
        if self._copied > _MOST_COPIED:
            raise failures.too_large(
                "Unable to complete the copy, the accumulated size increase of copied JSON is"
                f" {self._copied}, exceeds the limit {_MOST_COPIED}"
            )
        return json.loads(written)

    def _owned(self, container: Any) -> Any:
        if id(container) in self._own:
            return container
        own = container.copy()
        self._own[id(own)] = own
        return own


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


def _add(draft: _Draft, operation: Operation, path: Pointer) -> None:
    _add_to(draft.container(path), path[-1], operation.value)


def _remove(draft: _Draft, operation: Operation, path: Pointer) -> None:
    _remove_from(draft.container(path), path[-1])


def _replace(draft: _Draft, operation: Operation, path: Pointer) -> None:
    if path:
        _replace_in(draft.container(path), path[-1], operation.value)
        return
    if not isinstance(operation.value, (dict, list)):
        raise failures.not_applicable()
    draft.document = operation.value


def _move(draft: _Draft, operation: Operation, path: Pointer) -> None:
    source = operation.source or ()
    value = _found(draft.document, source)
    _remove_from(draft.container(source), source[-1])
    _add_to(draft.container(path), path[-1], value)


def _copy(draft: _Draft, operation: Operation, path: Pointer) -> None:
    value = draft.copy_of(_found(draft.document, operation.source))
    _add_to(draft.container(path), path[-1], value)


def _test(draft: _Draft, operation: Operation, path: Pointer) -> None:
    if not _equal(_found(draft.document, path), operation.value):
        raise failures.not_applicable()


_APPLY: Final[dict[str, Callable[[_Draft, Operation, Pointer], None]]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}


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


def _add_to(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    elif key == "-":
        container.append(value)
    else:
        # A new item may stand behind the last one.
        container.insert(_index(key, len(container) + 1), value)


def _replace_in(container: Any, key: str, value: Any) -> None:
    if isinstance(container, dict):
        container[key] = value
    else:
        container[_index(key, len(container))] = value


def _remove_from(container: Any, key: str) -> None:
    if isinstance(container, dict):
        if key not in container:
            raise failures.not_applicable()
        del container[key]
    else:
        del container[_index(key, len(container))]


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


def _json_kind(value: Any) -> str:
    if isinstance(value, dict):
        return "object"
    if isinstance(value, bool):
        return "bool"
    return "string" if isinstance(value, str) else "number"
