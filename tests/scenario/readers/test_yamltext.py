"""YAML and JSON text to documents, and the words for what is malformed."""

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers import yamltext
from minieks.scenario.readers.yamlbuilder import MOST_ALIASED
from minieks.scenario.readers.yamltext import decode, load_documents

BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
)

# text, line, words of the message, words of the hint
MALFORMED = [
    ("tab indentation", "a:\n\tb: 1\n", 2, "malformed YAML", "tab"),
    ("tab in a list", "a:\n  - b\n\t- c\n", 3, "malformed YAML", "tab"),
    (
        "key twice",
        "a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n",
        5,
        "first on line 3, again on line 5",
        "keep",
    ),
    ("key twice in a list", "- a: 1\n- b: 1\n  a: 2\n  b: 3\n", 4, "first on line 2", "keep"),
    ("key twice by meaning", "on: 1\nyes: 2\n", 2, "'true' is there twice", "keep"),
    ("colon in a value", "a: b: c\n", 1, "mapping values are not allowed", "quotes"),
    ("open quote", "a: 'b\n", 2, "unexpected end of stream", "never closed"),
    ("open bracket", "a: [1, 2\nb: 3\n", 2, "did not find expected", "never closed"),
    ("bad indentation", "a:\n  b: 1\n c: 2\n", 3, "did not find expected key", "indentation"),
    ("reserved character", "a: @b\n", 1, "cannot start any token", "quotes"),
    ("template", "{{ if .Values.x }}\na: 1\n{{ end }}\n", 1, "mapping", ""),
    ("template in a value", "a: {{ .Values.b }}\n", 1, "mapping", ""),
    ("control character", "a: \x01\n", 1, "control characters", "remove"),
    ("unknown anchor", "a: *b\n", 1, "unknown anchor 'b'", "write"),
    ("anchor in itself", "a: &a [*a]\n", 1, "contains itself", "write"),
    ("alias bomb", BOMB, 5, f"more than {MOST_ALIASED:,} values", "write"),
    ("deep nesting", "a: " + "[" * 5000, 1, "nested more than", "simplify"),
    ("deep mappings", "{a: " * 5000, 1, "nested more than", "simplify"),
    ("mapping as a key", "? {a: 1}\n: 2\n", 1, "cannot be the key", ""),
    ("null as a key", "~: 2\n", 1, "null cannot be the key", ""),
    ("not a number", "a: .nan\n", 1, "no number that JSON has", ""),
    ("merge of a list of text", "a: {<<: [b]}\n", 1, "'<<' can merge only mappings", ""),
    ("tag that does not fit", "a: !!int b\n", 1, "no !!int", ""),
    ("third document", "a: 1\n---\nb: 2\n---\nc: [\n", 6, "malformed YAML", ""),
    ("half a character", "a: \ud800\n", 0, "half a character", "UTF-8"),
]


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [case[1:] for case in MALFORMED],
    ids=[case[0] for case in MALFORMED],
)
def test_malformed_yaml_is_refused_with_place_and_remedy(
    text: str, line: int, message: str, hint: str
) -> None:
    with pytest.raises(UserError) as caught:
        load_documents(text, "x.yaml")
    assert caught.value.where.split(" ")[0] == (f"x.yaml:{line}" if line else "x.yaml")
    assert message in caught.value.message
    assert caught.value.hint
    assert hint in caught.value.hint


MALFORMED_JSON = [
    ("missing comma", '{"a": 1\n "b": 2}', 2, "Expecting ',' delimiter"),
    ("key twice", '{"a": 1, "a": 2}', 1, "'a' is there twice"),
    ("not a number", '{"a": NaN}', 1, "NaN is no JSON value"),
    ("too large", '{"a": 1e999}', 1, "is too large"),
    ("half a character", r'{"a": "\ud800"}', 1, "surrogate"),
    ("deep", '{"a":' * 300 + "1" + "}" * 300, 1, ""),
    ("very deep", "[" * 100_000, 1, "deep"),
    ("cut off", '{"a": ', 1, "Expecting value"),
]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [case[1:] for case in MALFORMED_JSON],
    ids=[case[0] for case in MALFORMED_JSON],
)
def test_malformed_json_is_refused_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_documents(text, "x.json")
    assert caught.value.where == f"x.json:{line}"
    assert message in caught.value.message


def test_several_json_values_are_several_documents() -> None:
    found = load_documents('{"a": 1}\n{"b": [1.0, 1e3, "\\ud83d\\ude00"]}\n', "-")
    assert [one.value for one in found] == [{"a": 1}, {"b": [1, 1000, "😀"]}]
    assert [(one.index, one.line) for one in found] == [(1, 1), (2, 2)]


def test_text_that_begins_with_a_brace_and_is_no_json_is_yaml() -> None:
    assert load_documents("{a: 1, b: [x, z]}", "f")[0].value == {"a": 1, "b": ["x", "z"]}


def test_empty_documents_are_skipped_and_still_counted() -> None:
    found = load_documents("# nothing\n---\n---\na: 1\n---\n# end\n", "f.yaml")
    assert [(one.index, one.value) for one in found] == [(2, {"a": 1})]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "--- ~\n"])
def test_nothing_gives_no_documents(text: str) -> None:
    assert load_documents(text, "f.yaml") == []


def test_anchors_aliases_and_merge_keys_are_written_out() -> None:
    text = "x: &b {a: 1, b: 2}\nw: {<<: *b, b: 3}\nz: {<<: [*b, {c: 1, a: 9}]}\nq: *b\n"
    assert load_documents(text, "f")[0].value == {
        "x": {"a": 1, "b": 2},
        "w": {"a": 1, "b": 3},
        "z": {"a": 1, "b": 2, "c": 1},
        "q": {"a": 1, "b": 2},
    }


def test_anchors_end_with_their_document() -> None:
    with pytest.raises(UserError, match="unknown anchor"):
        load_documents("a: &x 1\n---\nb: *x\n", "f")


def test_a_field_is_found_on_its_line() -> None:
    text = "a: 1\n---\nb:\n  c:\n  - d: 1\n  - d: 2\n    e: {f: 3}\n"
    document = load_documents(text, "f.yaml")[1]
    assert document.where(("b", "c", 1, "e", "f")) == "f.yaml:7 (document 2)"
    assert document.where(("b", "c", 1)) == "f.yaml:6 (document 2)"
    assert document.where(("b", "c", 7)) == "f.yaml:4 (document 2)"
    assert document.where() == "f.yaml:3 (document 2)"


def test_a_byte_order_mark_is_dropped() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", "f") == "a: 1"
    assert decode("a: ä".encode("utf-16"), "f") == "a: ä"


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    with pytest.raises(UserError) as caught:
        decode(b"a: 1\nb: \xff\xfe\n", "f.yaml")
    assert caught.value.where == "f.yaml:2"
    assert "UTF-8" in caught.value.message


def test_a_manifest_of_50_mb_is_refused_at_once() -> None:
    with pytest.raises(UserError, match="50 MB is too large") as caught:
        decode(b"x" * 50 * 1024 * 1024, "big.yaml")
    assert caught.value.where == "big.yaml"
    assert "split it" in caught.value.hint
    assert yamltext.LARGEST < 50 * 1024 * 1024
