from typing import Any

import pytest

from minieks.kube.rest import goyaml


# Source: sigs.k8s.io/yaml goyaml.v2/resolve.go.
@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: 2026-01-01T00:00:00Z", {"a": "2026-01-01T00:00:00Z"}, id="time"),
        pytest.param("a: =", {"a": "="}, id="equals-sign"),
        pytest.param("a: yes\nb: 'yes'", {"a": True, "b": "yes"}, id="yes"),
        pytest.param("a: 0644", {"a": 420}, id="octal"),
        pytest.param("1: x\ntrue: z", {"1": "x", "true": "z"}, id="keys-are-texts"),
        pytest.param("a: &x {m: 1}\nb: {<<: *x, k: 2}", {"a": {"m": 1}, "b": {"m": 1, "k": 2}}),
        pytest.param("a: 1\n---\nb: 2", {"a": 1}, id="the-first-document"),
        pytest.param("a: !!binary aGk=", {"a": "aGk="}, id="binary"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_body_means_what_it_means_to_go(text: str, value: Any) -> None:
    assert goyaml.load(text.encode()) == (value, [])


def test_keys_that_stand_twice_are_told_with_their_line() -> None:
    assert goyaml.load(b"a: 1\nb:\n  c: 1\n  c: 2\n") == (
        {"a": 1, "b": {"c": 2}},
        ['line 4: key "c" already set in map'],
    )


@pytest.mark.parametrize(
    "text", ["a: [", "\ta: 1", "a: *none", "!!python/object:os.system x", "? [a]\n: b"]
)
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(goyaml.GoYamlError, match="error converting YAML to JSON: "):
        goyaml.load(text.encode())
