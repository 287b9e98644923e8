"""What plain scalars mean: the same as to kubectl (sigs.k8s.io/yaml over go-yaml v2)."""

from typing import Any

import pytest

from minieks.kube.words.yamlscalars import key_text, resolve_plain
from minieks.scenario.readers.yamltext import load_documents

# sigs.k8s.io/yaml goyaml.v2/resolve.go; most were also seen in the output of
# `kubectl annotate --local -f FILE -o json`.
MEANINGS = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("nULL", "nULL"),
    ("true", True),
    ("y", True),
    ("Yes", True),
    ("on", True),
    ("off", False),
    ("n", False),
    ("NO", False),
    ("yEs", "yEs"),
    ("0", 0),
    ("-0", 0),
    ("+12", 12),
    ("685_230", 685230),
    ("0644", 420),
    ("0o14", 12),
    ("0x1F", 31),
    ("-0x1f", -31),
    ("0b101", 5),
    ("089", 89),
    ("1.0", 1),
    ("1.5", 1.5),
    (".5", 0.5),
    ("1e3", 1000),
    ("1E-2", 0.01),
    ("6.", 6),
    ("12e03", 12000),
    ("1.2.3", "1.2.3"),
    ("1:20", "1:20"),
    ("2020-01-01", "2020-01-01"),
    ("2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
    ("500m", "500m"),
    ("0x", "0x"),
    ("-", "-"),
    (".", "."),
    ("=", "="),
    ("9223372036854775807", 9223372036854775807),
    ("18446744073709551615", 1.8446744073709552e19),
    ("123456789012345678901234", 1.2345678901234568e23),
    ("9" * 500, "9" * 500),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS, ids=[repr(t)[:24] for t, _ in MEANINGS])
def test_a_plain_scalar_means_what_it_means_to_go_yaml(text: str, meaning: Any) -> None:
    value = resolve_plain(text)
    assert value == meaning
    assert type(value) is type(meaning)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("a", "a"),
        (True, "true"),
        (False, "false"),
        (1, "1"),
        (1.5, "1.5"),
        (None, None),
        ([], None),
    ],
)
def test_a_key_becomes_text_as_in_json(value: Any, key: str | None) -> None:
    assert key_text(value) == key


def test_quoted_scalars_and_block_scalars_are_text() -> None:
    text = "a: 'yes'\nb: \"1\"\nc: |\n  1\nd: >-\n  true\n"
    assert load_documents(text, "f")[0].value == {"a": "yes", "b": "1", "c": "1\n", "d": "true"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("!!str 12", "12"),
        ("!!int '3'", 3),
        ("!!float 2", 2),
        ("!!bool yes", True),
        ("!!null ''", None),
        ("!!binary aGk=", "hi"),
        ("!Ref name", "name"),
        ("!!timestamp 2020-01-01", "2020-01-01"),
    ],
)
def test_a_tag_says_the_type(text: str, value: Any) -> None:
    assert load_documents(f"a: {text}", "f")[0].value == {"a": value}
