"""The CEL rules in the schemas of CustomResourceDefinitions: expressions, and what they can cost.

Source: kubernetes apiextensions-apiserver pkg/apis/apiextensions/validation/cel_validation.go.
"""

from collections.abc import Iterator
from dataclasses import replace

from minieks.kube.api.fields import FieldError
from minieks.kube.api.rules.checking import Costs, Place, expressions
from minieks.kube.api.structural import Node
from minieks.kube.cel.cost import bounded
from minieks.kube.words.objects import Obj


def problems(schema: Obj, path: str) -> Iterator[FieldError]:
    """What is wrong with the rules of a schema that is right in all else."""
    if not Node(schema).has_rules:
        return
    costs = Costs()
    yield from _below(schema, Place(path, is_root=True), costs)
    yield from costs.problems(path)


def _below(schema: Obj, place: Place, costs: Costs) -> Iterator[FieldError]:
    for inner, where in _children(schema, place):
        yield from _below(inner, where, costs)
    if schema.get("x-kubernetes-validations"):
        yield from expressions(schema, place, costs)


def _children(schema: Obj, place: Place) -> Iterator[tuple[Obj, Place]]:
    path, times = place.path, _times(schema, place.cardinality)
    extra, items = schema.get("additionalProperties"), schema.get("items")
    if isinstance(extra, dict):
        yield extra, _inner(place, f"{path}.additionalProperties", times, extra)
    atomic = schema.get("x-kubernetes-map-type") == "atomic"
    for key, sub in sorted((schema.get("properties") or {}).items()):
        inner = _inner(place, f"{path}.properties[{key}]", times, sub)
        yield sub, _uncorrelated(inner, path) if atomic else inner
    if isinstance(items, dict):
        inner = _inner(place, f"{path}.items", times, items)
        known = schema.get("x-kubernetes-list-type") == "map"
        yield items, inner if known else _uncorrelated(inner, path)


def _inner(place: Place, path: str, times: int | None, schema: Obj) -> Place:
    embedded = bool(schema.get("x-kubernetes-embedded-resource"))
    return replace(place, path=path, is_root=embedded, cardinality=times)


def _uncorrelated(place: Place, path: str) -> Place:
    return replace(place, uncorrelatable=place.uncorrelatable or path)


def _times(schema: Obj, cardinality: int | None) -> int | None:
    """How many values there can be of what is inside; None if nothing limits them."""
    limit: int | None = 1
    if schema.get("type") == "object" and schema.get("additionalProperties") is not None:
        limit = schema.get("maxProperties")
    elif schema.get("type") == "array":
        limit = schema.get("maxItems")
    if cardinality is None or limit is None:
        return None
    return bounded(cardinality * max(limit, 0))
