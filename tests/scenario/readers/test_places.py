"""Paths of fields, written as Kubernetes writes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.readers.places import FieldPath, dotted, parse_dotted
from minieks.scenario.readers.yamltext import load_documents

# kubernetes apimachinery pkg/util/validation/field/path.go
PATHS: list[tuple[FieldPath, str]] = [
    ((), ""),
    (("spec",), "spec"),
    (("spec", "containers", 0, "image"), "spec.containers[0].image"),
    (("metadata", "labels", "app.kubernetes.io/name"), "metadata.labels[app.kubernetes.io/name]"),
    (("items", 2, "kind"), "items[2].kind"),
    ((3,), "[3]"),
]


@pytest.mark.parametrize(("path", "text"), PATHS, ids=[text or "-" for _, text in PATHS])
def test_a_path_is_written_and_read_back(path: FieldPath, text: str) -> None:
    assert dotted(path) == text
    assert parse_dotted(text) == path


@given(st.lists(st.one_of(st.integers(0, 99), st.from_regex("[a-z]{1,5}", fullmatch=True))))
def test_every_path_is_read_back(path: list[str | int]) -> None:
    assert parse_dotted(dotted(path)) == tuple(path)


@given(st.text(max_size=20))
def test_any_text_is_some_path(text: str) -> None:
    assert isinstance(parse_dotted(text), tuple)


def test_a_field_that_the_api_names_is_found_in_the_file() -> None:
    text = "kind: Pod\nspec:\n  containers:\n  - name: a\n    image: b\n"
    source = SourcedObject({}, load_documents(text, "pod.yaml")[0])
    assert source.where_field("spec.containers[0].image") == "pod.yaml:5"
    assert source.where_field("spec.containers[0].ports") == "pod.yaml:4"
    assert source.where_field("spec.nodeName") == "pod.yaml:2"
