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
        pytest.param(
            "a: &x {m: 1}\nb: &y {m: 2, o: 2}\nc: {<<: [*x, *y], p: 3}",
            {"a": {"m": 1}, "b": {"m": 2, "o": 2}, "c": {"m": 1, "o": 2, "p": 3}},
            id="the-first-of-merged-maps-counts",
        ),
        pytest.param("a: &x {<<: *x, m: 1}", {"a": {"m": 1}}, id="a-map-that-merges-itself"),
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
    "text", ["a: [", "\ta: 1", "a: *none", "!!python/object:os.system x", "? [a]\n: b", "{<<: [1]}"]
)
def test_what_is_no_yaml_is_refused(text: str) -> None:
    with pytest.raises(goyaml.GoYamlError, match="error converting YAML to JSON: "):
        goyaml.load(text.encode())


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(b"[" * 100_000, "exceeded max depth", id="brackets"),
        pytest.param(b"{a: " * 1000 + b"1" + b"}" * 1000, "exceeded max depth", id="braces"),
        pytest.param(b"- " * 100_000 + b"1", "exceeded max depth", id="dashes"),
        pytest.param(b"a: &a [*a]", "contains itself", id="endless"),
        pytest.param(
            b"a0: &a0 [x]\n"
            + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (i, i, i - 1, i - 1) for i in range(1, 60)),
            "excessive aliasing",
            id="a-billion-laughs",
        ),
        pytest.param(
            b"a0: &a0 {x: 1}\n"
            + b"".join(
                b"a%d: &a%d {<<: [%s]}\n" % (i, i, b",".join([b"*a%d" % (i - 1)] * 10))
                for i in range(1, 30)
            ),
            "excessive aliasing",
            id="a-billion-merges",
        ),
    ],
)
def test_what_would_take_all_memory_is_refused(body: bytes, text: str) -> None:
    with pytest.raises(goyaml.GoYamlError, match=text):
        goyaml.load(body)


def test_brackets_in_texts_are_no_levels() -> None:
    text = "[" * 5000
    assert goyaml.load(f'a: "{text}"'.encode()) == ({"a": text}, [])


@pytest.mark.parametrize(
    ("body", "long"),
    [
        pytest.param(b"[" + b"a," * 20_000 + b"a]", True, id="flow"),
        pytest.param(b"- a\n" * 20_000, True, id="lines"),
        pytest.param(b"- a\r" * 20_000, True, id="carriage-returns"),
        pytest.param(b"- " * 20_000 + b"a", True, id="dashes"),
        pytest.param(b"a: " + b"x" * 1_000_000, True, id="one-long-text"),
        pytest.param(b"a: " + b"x" * 100_000, False, id="a-text"),
        pytest.param(b"kind: Pod\n" * 1000, False, id="a-manifest"),
    ],
)
def test_a_body_that_takes_long_to_read_is_known_before(body: bytes, long: bool) -> None:
    assert goyaml.is_long(body) is long
