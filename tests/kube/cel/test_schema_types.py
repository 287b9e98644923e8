"""What structural schemas are to expressions. Source: kubernetes apiserver pkg/cel/common."""

from typing import Any

import pytest

from minieks.kube.cel.cost import MOST, estimate
from minieks.kube.cel.environment import Environment
from minieks.kube.cel.escaping import escaped
from minieks.kube.cel.schema_types import converter, declared

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "n": {"type": "number"},
        "i": {"type": "integer"},
        "any": {"x-kubernetes-int-or-string": True},
        "when": {"type": "string", "format": "date-time"},
        "span": {"type": "string", "format": "duration"},
        "raw": {"type": "string", "format": "byte"},
        "namespace": {"type": "string"},
        "a-b.c": {"type": "string"},
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
        "map": {
            "type": "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["k"],
            "items": {"type": "object", "properties": {"k": {"type": "string"}}},
        },
        "short": {"type": "array", "maxItems": 10, "items": {"type": "string", "maxLength": 5}},
        "texts": {"type": "array", "items": {"type": "string"}},
        "dict": {"type": "object", "additionalProperties": {"type": "integer"}},
    },
}
_TYPE = declared(SCHEMA, "selfType")
assert _TYPE is not None
ENVIRONMENT = Environment({"self": _TYPE.term, "oldSelf": _TYPE.term})


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("self.n == 2.0 && self.n / 4.0 == 0.5", {"n": 2}),
        ("type(self.any) == int && self.any == 3", {"any": 3}),
        ("self.when.getFullYear() == 2024", {"when": "2024-01-01T00:00:00Z"}),
        ("self.span > duration('1m')", {"span": "1h"}),
        ("self.raw == b'ab'", {"raw": "YWI="}),
        ("self.__namespace__ == 'x'", {"namespace": "x"}),
        ("self.a__dash__b__dot__c == 'x'", {"a-b.c": "x"}),
        ("self.set == ['b', 'a'] && size(self.set + ['a', 'c']) == 3", {"set": ["a", "b"]}),
        ("self.map == oldSelf.map", {"map": [{"k": "1"}, {"k": "2"}]}),
        ("self.dict.all(k, self.dict[k] > 0)", {"dict": {"a": 1}}),
    ],
)
def test_rules_see_values_of_the_types_of_their_schema(source: str, value: Any) -> None:
    convert = converter(SCHEMA)
    assert convert is not None
    old = convert({"map": [{"k": "2"}, {"k": "1"}]})
    assert ENVIRONMENT.compile(source).evaluate({"self": convert(value), "oldSelf": old}) is True


def test_what_needs_no_change_has_no_converter() -> None:
    plain = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    assert converter(plain) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a", "a"),
        ("namespace", "__namespace__"),
        ("x-y", "x__dash__y"),
        ("a/b", "a__slash__b"),
        ("a__b", "a__underscores__b"),
        ("$ref", None),
        ("1a", None),
    ],
)
def test_names_are_escaped(name: str, expected: str | None) -> None:
    assert escaped(name) == expected


# The costs are those that kubernetes' own estimate gives for these shapes.
@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("self.i < 5", 3),
        ("true", 0),
        ("self.short.all(x, x == 'a')", 2 + 10 * 5 + 1),
        ("size(self.texts) < 3", 4),
        ("'a' + string(self.i) == 'a1'", None),
    ],
)
def test_costs_are_estimated_before_anything_runs(source: str, expected: int | None) -> None:
    cost = estimate(ENVIRONMENT.compile(source).checked)
    if expected is None:
        assert cost > MOST // 20
    else:
        assert cost == expected


def test_a_loop_over_a_list_without_limits_is_dear() -> None:
    program = ENVIRONMENT.compile("self.texts.all(x, self.texts.all(y, x == y))")
    assert estimate(program.checked) > 10**12
