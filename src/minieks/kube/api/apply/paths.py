"""Sets of fields, in the form in which ``fieldsV1`` holds them.

A set is a tree of path elements: ``f:name`` for a field, ``k:{…}`` for an item by its keys,
``v:…`` for an item by its value. A node without children is a member of the set; one with children
is a member if ``.`` is among them. The root is no member, so an empty tree is the empty set.
Source: sigs.k8s.io/structured-merge-diff fieldpath (set.go, serialize.go).
"""

import json
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson

Fields: TypeAlias = dict[str, Any]

MEMBER: Final[Fields] = {}
SELF: Final = "."


def field_element(name: str) -> str:
    """The path element of a field of a struct or a key of a map."""
    return f"f:{name}"


def key_element(keys: dict[str, Any]) -> str:
    """The path element of an item that is known by its keys."""
    return "k:" + orjson.dumps(keys, option=orjson.OPT_SORT_KEYS).decode()


def value_element(value: Any) -> str:
    """The path element of an item that is known by its value."""
    return "v:" + orjson.dumps(value).decode()


def is_member(node: Fields) -> bool:
    """Whether a node (not the root) is itself in the set."""
    return not node or SELF in node


def as_member(node: Fields | None) -> Fields:
    """The node, itself in the set; ``None`` is a node that was not there."""
    return MEMBER if not node else node if SELF in node else {SELF: MEMBER, **node}


def union(left: Fields, right: Fields) -> Fields:
    """What is in either set."""
    if not left or left is right:
        return right
    return _union(left, right) if right else left


def _union(left: Fields, right: Fields) -> Fields:
    """Of two trees with children."""
    found = dict(left)
    for element, node in right.items():
        known = found.get(element)
        found[element] = node if known is None else _union_nodes(known, node)
    return found


def _union_nodes(left: Fields, right: Fields) -> Fields:
    if not left:
        return as_member(right)
    return _union(left, right) if right else as_member(left)


def intersection(left: Fields, right: Fields) -> Fields:
    """What is in both sets."""
    return _common(left, right, _both)


def _both(left: Fields, right: Fields) -> Fields | None:
    member = is_member(left) and is_member(right)
    return _node(member, _common(left, right, _both) if left and right else {})


def _common(left: Fields, right: Fields, of_nodes: Any) -> Fields:
    found = {}
    for element, node in left.items():
        other = right.get(element) if element != SELF else None
        kept = None if other is None else of_nodes(node, other)
        if kept is not None:
            found[element] = kept
    return found


def difference(left: Fields, right: Fields) -> Fields:
    """What is in ``left`` and not in ``right``; what lies below a member of ``right`` stays."""
    if not right:
        return left
    return _less(left, right, _without)


def _without(left: Fields, right: Fields) -> Fields | None:
    member = is_member(left) and not is_member(right)
    return _node(member, _less(left, right, _without) if right else _children(left))


def without_below(left: Fields, right: Fields) -> Fields:
    """What is in ``left`` and neither in ``right`` nor below a member of it."""
    return _less(left, right, _not_below) if right else left


def _not_below(left: Fields, right: Fields) -> Fields | None:
    if is_member(right):
        return None
    return _node(is_member(left), _less(left, right, _not_below))


def _less(left: Fields, right: Fields, of_nodes: Any) -> Fields:
    found = {}
    for element, node in left.items():
        if element == SELF:
            continue
        other = right.get(element)
        kept = node if other is None else of_nodes(node, other)
        if kept is not None:
            found[element] = kept
    return found


def _children(node: Fields) -> Fields:
    return {element: child for element, child in node.items() if element != SELF}


def below(node: Fields) -> Fields | None:
    """What a node has below itself; None if that is nothing."""
    return _children(node) or None


def _node(member: bool, children: Fields) -> Fields | None:
    if member:
        return as_member(children)
    return children or None


def texts(fields: Fields, prefix: str = "") -> list[str]:
    """The path of every member, as the server writes it: ``.spec.ports[port=80].name``."""
    found = []
    for element in sorted(fields, key=_order):
        if element == SELF:
            continue
        node, path = fields[element], prefix + _text(element)
        if is_member(node):
            found.append(path)
        found.extend(texts(node, path))
    return found


def _text(element: str) -> str:
    form, _, rest = element.partition(":")
    if form == "f":
        return f".{rest}"
    if form == "k":
        keys = json.loads(rest)
        return f"[{','.join(f'{key}={_shown(keys[key])}' for key in sorted(keys))}]"
    return f"[={_shown(json.loads(rest))}]" if form == "v" else f"[{rest}]"


def keys_text(keys: dict[str, Any]) -> str:
    """Keys of an item as the server writes them in its errors."""
    return _text(key_element(keys))


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def canonical(fields: Any) -> Fields:
    """A set as a client sent it, in the one form of writing it; raises ValueError for no set."""
    if not isinstance(fields, dict):
        raise ValueError("a set of fields is an object")
    return {_canonical(element): canonical(node) for element, node in fields.items()}


@lru_cache(maxsize=4096)
def _canonical(element: str) -> str:
    form, _, rest = element.partition(":")
    if element == SELF or form == "f":
        return element
    if form == "i":
        return f"i:{int(rest)}"
    value = orjson.loads(rest)
    if form == "v":
        return value_element(value)
    if form != "k" or not isinstance(value, dict):
        raise ValueError(f"{element} is no path element")
    return key_element(value)


def in_order(fields: Fields) -> Fields:
    """The set with its elements in the order in which the server writes them."""
    if len(fields) > 1:
        return {element: in_order(fields[element]) for element in sorted(fields, key=_order)}
    for element, node in fields.items():
        return {element: in_order(node)}
    return MEMBER


@lru_cache(maxsize=65536)
def _order(element: str) -> tuple[int, Any]:
    if element == SELF:
        return (0, "")
    form, rest = element[0], element[2:]
    if form == "k":
        keys = json.loads(rest)
        return (2, tuple((name, _rank(value)) for name, value in sorted(keys.items())))
    return (1, rest) if form == "f" else (3, _rank(json.loads(rest)))


def _rank(value: Any) -> tuple[int, Any]:
    """Values of different types in the order: numbers, texts, booleans, others."""
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, (int, float)):
        return (0, value)
    return (1, value) if isinstance(value, str) else (3, _shown(value))
