"""Random parameters by the shapes of botocore's models: as they should be, but for one place."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from botocore.model import OperationModel, Shape
from hypothesis import strategies as st

from minieks.kube.rest.http import Request

Known: TypeAlias = Mapping[str, Sequence[str]]
"""Texts that mean something, by the member that they are for; under an empty name for any."""

_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(["", "x" * 300, "../..", "\x00", "ä/:%2F", [], {}, [None], {"a": {"b": []}}]),
)


def inputs(operation: OperationModel, known: Known) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters of an operation, as likely as not with one of them spoiled."""
    if operation.input_shape is None:
        return st.just({})
    usual = _structures(operation.input_shape, known, 0)
    return st.one_of(usual, usual.flatmap(_spoiled))


def _values(name: str, shape: Shape, known: Known, depth: int) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "structure":
            return _structures(shape, known, depth + 1)
        case "list":
            return st.lists(_values(name, shape.member, known, depth + 1), min_size=1, max_size=3)
        case "map":
            texts = st.sampled_from(known[""])
            return st.dictionaries(texts, texts, max_size=3)
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            return st.integers(0, 6)
        case "string":
            return st.sampled_from(shape.metadata.get("enum") or known.get(name) or known[""])
    return st.floats(0, 1e9)


def _structures(shape: Shape, known: Known, depth: int) -> st.SearchStrategy[dict[str, Any]]:
    members = {name: _values(name, one, known, depth) for name, one in shape.members.items()}
    needed = {name: one for name, one in members.items() if name in shape.required_members}
    rest = {name: one for name, one in members.items() if name not in needed}
    few = st.sets(st.sampled_from(sorted(rest)), max_size=3) if rest else st.just(set())
    return few.flatmap(
        lambda names: st.fixed_dictionaries({**needed, **{name: rest[name] for name in names}})
    )


def _spoiled(value: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    places = list(_places(value))
    if not places:
        return st.just(value)
    return st.builds(
        lambda place, other: _with(value, place, other), st.sampled_from(places), _ANYTHING
    )


def _places(value: Any) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in items:
        yield (key,)
        if isinstance(inner, dict | list):
            yield from ((key, *rest) for rest in _places(inner))


def _with(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    key, *rest = place
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = _with(value[key], tuple(rest), other) if rest else other
    return changed


def request_of(
    operation: OperationModel, given: dict[str, Any], headers: dict[str, str]
) -> Request:
    """The request that carries the parameters, whatever they are."""
    path = operation.http["requestUri"].partition("?")[0]
    query: list[tuple[str, str]] = []
    body: dict[str, Any] = {}
    for name, value in given.items():
        member = operation.input_shape.members[name]
        called = member.serialization.get("name", name)
        match member.serialization.get("location"):
            case "uri":
                path = path.replace(f"{{{called}}}", quote(str(value), safe=""))
            case "querystring":
                listed = value if isinstance(value, list) else [value]
                query += [(called, str(one)) for one in listed]
            case _:
                body[called] = value
    sent = json.dumps(body).encode()
    return Request(operation.http["method"], path, tuple(query), headers, sent)
