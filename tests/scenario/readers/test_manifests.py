"""Manifests from files, folders and pipes, and the words for what is none."""

import io
from pathlib import Path

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers.manifests import read_manifests
from shared import REAL, needs_shared

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


def write(folder: Path, name: str, text: str) -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)


def names(*paths: str, stdin: str | None = None) -> list[str]:
    pipe = None if stdin is None else io.BytesIO(stdin.encode())
    return [one.obj["metadata"]["name"] for one in read_manifests(paths, pipe)]


def test_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    b, a = write(tmp_path, "b.yaml", POD % "b"), write(tmp_path, "a.yml", POD % "a")
    assert names(b, a) == ["b", "a"]


def test_any_named_file_is_read_whatever_its_ending(tmp_path: Path) -> None:
    assert names(write(tmp_path, "manifest.txt", POD % "a")) == ["a"]


def test_a_folder_is_read_through_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/b/y.json", "c.yaml"):
        text = POD % Path(name).stem
        if name.endswith("json"):
            text = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "y"}}'
        write(tmp_path, name, text)
    write(tmp_path, "README.md", "# no manifest")
    write(tmp_path, ".github/workflow.yaml", "on: push")
    write(tmp_path, ".hidden.yaml", "a: 1")
    assert names(str(tmp_path)) == ["y", "z", "b", "c"]


def test_documents_and_lists_are_taken_apart(tmp_path: Path) -> None:
    item = "- {apiVersion: v1, kind: Pod, metadata: {name: %s}}\n"
    items = f"apiVersion: v1\nkind: List\nitems:\n{item % 'b'}{item % 'c'}"
    text = "---\n".join([POD % "a", items, POD % "d"])
    file = write(tmp_path, "a.yaml", text)
    found = read_manifests([file])
    assert [one.obj["metadata"]["name"] for one in found] == ["a", "b", "c", "d"]
    assert [(one.document, one.line) for one in found] == [(1, 1), (2, 5), (2, 5), (3, 11)]
    assert found[2].where(("metadata", "name")) == f"{file}:9 (document 2)"


def test_items_of_a_typed_list_need_no_type(tmp_path: Path) -> None:
    file = write(
        tmp_path, "a.yaml", "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}]"
    )
    (found,) = read_manifests([file])
    assert (found.obj["apiVersion"], found.obj["kind"]) == ("v1", "Pod")


def test_an_empty_list_is_no_fault(tmp_path: Path) -> None:
    assert names(write(tmp_path, "a.yaml", "apiVersion: v1\nkind: List\nitems: []")) == []


def test_namespaces_and_definitions_come_first_and_the_rest_keeps_its_order(tmp_path: Path) -> None:
    kinds = ["Pod", "CustomResourceDefinition", "Service", "Namespace", "ConfigMap"]
    text = "---\n".join(f"apiVersion: v1\nkind: {k}\nmetadata: {{name: {k}}}\n" for k in kinds)
    assert names(write(tmp_path, "a.yaml", text)) == [
        "CustomResourceDefinition",
        "Namespace",
        "Pod",
        "Service",
        "ConfigMap",
    ]


def test_standard_input_is_read() -> None:
    assert names("-", stdin=POD % "a") == ["a"]


def test_json_from_a_pipe_may_be_several_objects() -> None:
    one = '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "%s"}}'
    assert names("-", stdin=f"{one % 'a'}\n{one % 'b'}") == ["a", "b"]


def test_a_generated_name_is_a_name(tmp_path: Path) -> None:
    file = write(tmp_path, "a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}")
    assert len(read_manifests([file])) == 1


# text, line, message, hint
WRONG = [
    ("empty", "", 0, "is empty", "apiVersion"),
    ("comments", "# nothing\n---\n", 0, "is empty", "apiVersion"),
    ("text", "hello", 1, "is no Kubernetes object", "apiVersion"),
    ("list", "- a", 1, "is no Kubernetes object", "apiVersion"),
    ("no apiVersion", "kind: Pod\nmetadata: {name: a}", 1, "apiVersion: Required value", "every"),
    ("no kind", "apiVersion: v1\nmetadata: {name: a}", 1, "kind: Required value", "every object"),
    ("empty kind", "apiVersion: v1\nkind: ''", 2, "kind: Invalid value: ''", ""),
    ("kind as number", "apiVersion: v1\nkind: 1", 2, "kind: Invalid value: 1", "text"),
    ("no name", "apiVersion: v1\nkind: Pod\nmetadata: {}", 3, "metadata.name: Required value", ""),
    ("no metadata", "apiVersion: v1\nkind: Pod", 1, "metadata.name: Required value", "name"),
    ("metadata", "apiVersion: v1\nkind: Pod\nmetadata: a", 3, "metadata: expected a mapping", ""),
    (
        "name as number",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: 12}",
        3,
        "metadata.name: Invalid value: 12",
        "quotes",
    ),
    (
        "name as boolean",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: on}",
        3,
        "metadata.namespace: Invalid value: True",
        "quotes",
    ),
    (
        "ClusterConfig",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig",
        1,
        "an eksctl ClusterConfig among the manifests",
        "CONFIG",
    ),
    ("Compose", "services:\n  web: {image: a}", 1, "apiVersion: Required value", "Docker Compose"),
    ("values", "replicaCount: 1\nimage: {tag: a}", 1, "apiVersion: Required value", "values file"),
    (
        "in a list",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Pod}",
        4,
        "items[0].metadata.name: Required value",
        "",
    ),
    ("no object in a list", "apiVersion: v1\nkind: List\nitems: [a]", 3, "items[0]: is no", ""),
    ("tab", "apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a", 4, "malformed YAML", "tab"),
    ("template", "apiVersion: v1\nkind: {{ .Values.kind }}", 2, "cannot be the key", ""),
]


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG]
)
def test_what_is_no_manifest_is_refused(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    file = write(tmp_path, "a.yaml", text)
    with pytest.raises(UserError) as caught:
        read_manifests([file])
    assert caught.value.where == (f"{file}:{line}" if line else file)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_missing_path_names_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, "app.yaml", POD % "a")
    with pytest.raises(UserError, match="no such file") as caught:
        read_manifests([str(tmp_path / "ap.yaml")])
    assert "app.yaml" in caught.value.hint


def test_a_folder_without_manifests_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "README.md", "")
    with pytest.raises(UserError, match="the folder has no manifests") as caught:
        read_manifests([str(tmp_path)])
    assert ".yaml" in caught.value.hint


def test_nothing_piped_in_is_refused() -> None:
    with pytest.raises(UserError, match="nothing is piped in"):
        read_manifests(["-"])


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "big.yaml"
    with file.open("wb") as opened:
        opened.truncate(50 * 1024 * 1024)
    with pytest.raises(UserError, match="50 MB is too large"):
        read_manifests([str(file)])


def test_a_name_with_nul_is_refused() -> None:
    with pytest.raises(UserError):
        read_manifests(["a\0b"])


@needs_shared
def test_the_real_applications_are_read_whole() -> None:
    apps = REAL / "apps"
    assert len(read_manifests([str(apps / "online-boutique.yaml")])) == 35
    prometheus = read_manifests([str(apps / "kube-prometheus")])
    kinds = [one.obj["kind"] for one in prometheus]
    assert kinds.count("CustomResourceDefinition") == 10
    assert set(kinds[: kinds.count("CustomResourceDefinition") + 1]) == {
        "CustomResourceDefinition",
        "Namespace",
    }
