"""Kubernetes manifests from files, folders and standard input, in the order to apply them.

As kubectl reads ``-f`` with ``-R``: .yaml, .yml and .json, folders in order of their names, several
documents in a file, lists taken apart. Folders that are kustomizations or Helm charts are
rendered. Hidden files and folders are passed over.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj
from minieks.scenario.readers.eksctl import is_cluster_config
from minieks.scenario.readers.places import Document, FieldPath, parse_dotted
from minieks.scenario.readers.render import CHART, KUSTOMIZATIONS, needs_rendering, render
from minieks.scenario.readers.sources import (
    STANDARD_INPUT,
    read_standard_input,
    read_text,
    readable_folder,
)
from minieks.scenario.readers.yamltext import load_documents

EXTENSIONS = (".yaml", ".yml", ".json")
_FIRST = ("Namespace", "CustomResourceDefinition")


@dataclass(frozen=True, slots=True)
class SourcedObject:
    """One object and where it was written."""

    obj: Obj
    source: Document
    path: FieldPath = ()
    """Where in the document it stands: empty, or ``items[3]`` in a list."""

    @property
    def file(self) -> str:
        """The file, as named; ``-`` for standard input."""
        return self.source.file

    @property
    def document(self) -> int:
        """The document's number in the file, from 1."""
        return self.source.index

    @property
    def line(self) -> int:
        """The line on which the document begins."""
        return self.source.line

    def where(self, path: FieldPath = ()) -> str:
        """File and line of a field of the object, to begin an error's message with."""
        return self.source.where((*self.path, *path))

    def where_field(self, field: str) -> str:
        """File and line of a field that the API names, as in ``spec.containers[0].image``."""
        return self.where(parse_dotted(field))

    def error(self, path: FieldPath, message: str, hint: str = "") -> UserError:
        """A UserError about a field of the object."""
        return self.source.error((*self.path, *path), message, hint)


def read_manifests(paths: Sequence[str], stdin: BinaryIO | None = None) -> list[SourcedObject]:
    """The objects in all of the paths; ``-`` is standard input.

    The order is that of the paths, but namespaces and custom resource definitions come first, so
    that what needs them finds them. UserError for a path that is missing or has no manifest, and
    for a document that is no Kubernetes object.
    """
    _check_named(paths)
    found = [one for path in paths for one in _read_path(path, stdin)]
    first = [one for one in found if one.obj.get("kind") in _FIRST]
    return first + [one for one in found if one.obj.get("kind") not in _FIRST]


def _check_named(paths: Sequence[str]) -> None:
    if paths.count(STANDARD_INPUT) > 1:
        raise UserError(
            f"{STANDARD_INPUT} is named {paths.count(STANDARD_INPUT)} times",
            where=STANDARD_INPUT,
            hint="standard input can be read only once; name it once",
        )
    if "" in paths:
        raise UserError(
            "one of the manifests is an empty name",
            hint="a variable of the shell that is not set? name a file or a folder",
        )


def _read_path(path: str, stdin: BinaryIO | None) -> list[SourcedObject]:
    if path == STANDARD_INPUT:
        return objects_in(read_standard_input(stdin), path)
    given = Path(path)
    if not os.path.isdir(path):
        return objects_in(read_text(given), path)
    files = list(_manifests_below(given))
    if not files:
        raise UserError(
            "the folder has no manifests",
            where=path,
            hint=f"put files that end in {', '.join(EXTENSIONS)} into it",
        )
    return [one for file, text in files for one in _objects(load_documents(text, file))]


def objects_in(text: str, file: str) -> list[SourcedObject]:
    """The objects of a file that was named, and so must have some."""
    documents = load_documents(text, file)
    if not documents:
        raise UserError("is empty", where=file, hint="a manifest begins with apiVersion: and kind:")
    return list(_objects(documents))


def _manifests_below(folder: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each manifest in a folder, sorted, folders rendered where they must be."""
    if needs_rendering(folder):
        yield f"{folder} (rendered)", render(folder)
        return
    for entry in sorted(readable_folder(str(folder)).iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith("."):
            continue
        if os.path.isdir(entry):
            if not entry.is_symlink():
                yield from _manifests_below(entry)
        elif entry.suffix in EXTENSIONS and (entry.is_file() or not os.path.exists(entry)):
            yield str(entry), read_text(entry)


# --- from documents to objects ---


def _objects(documents: Sequence[Document]) -> Iterator[SourcedObject]:
    for document in documents:
        yield from _object(document, document.value, ())


def _object(document: Document, value: object, path: FieldPath) -> Iterator[SourcedObject]:
    """The object, or those in it if it is a list."""
    if not isinstance(value, dict):
        raise document.error(
            path, "is no Kubernetes object", "an object begins with apiVersion: and kind:"
        )
    if is_cluster_config(value):
        raise document.error(
            path,
            "an eksctl ClusterConfig among the manifests",
            "it describes the cluster: name it first, as CONFIG",
        )
    for field in ("apiVersion", "kind"):
        _need_text(document, value, (*path, field))
    if _is_list(document, value, path):
        yield from _items(document, value, path)
        return
    _need_name(document, value, path)
    yield SourcedObject(value, document, path)


def _is_list(document: Document, value: Obj, path: FieldPath) -> bool:
    """Whether it is a list of objects; a UserError if it says so and its items are none."""
    kind = str(value["kind"])
    if not kind.endswith("List") or (kind != "List" and "items" not in value):
        return False
    if not isinstance(value.get("items"), list):
        raise document.error((*path, "items"), "expected a list", "write one '- object' for each")
    return True


def _items(document: Document, value: Obj, path: FieldPath) -> Iterator[SourcedObject]:
    """The objects of a list; in a PodList, each is a Pod though it need not say so."""
    kind = str(value["kind"]).removesuffix("List")
    typed = {"apiVersion": value["apiVersion"], "kind": kind} if kind else {}
    for index, item in enumerate(value["items"]):
        whole = {**typed, **item} if isinstance(item, dict) else item
        yield from _object(document, whole, (*path, "items", index))


def _need_text(document: Document, value: Obj, path: FieldPath) -> None:
    field = str(path[-1])
    if field not in value:
        raise document.error(path, "Required value", _missing_hint(document, value))
    if not isinstance(value[field], str) or not value[field]:
        raise document.error(path, f"Invalid value: {value[field]!r}", "write text")


def _missing_hint(document: Document, value: Obj) -> str:
    name = os.path.basename(document.file)
    if name in (*KUSTOMIZATIONS, CHART):
        return f"name the folder that {name} is in: it is rendered"
    if "services" in value and "apiVersion" not in value:
        return "this looks like a Docker Compose file; Kubernetes needs manifests"
    if not {"metadata", "spec"} & set(value):
        return "this is no Kubernetes object (a values file?); leave it out of the manifests"
    return "every object has apiVersion, kind and metadata.name"


def _need_name(document: Document, value: Obj, path: FieldPath) -> None:
    meta = value.get("metadata")
    if meta is not None and not isinstance(meta, dict):
        raise document.error((*path, "metadata"), "expected a mapping", "write name: below it")
    names = [(meta or {}).get(field) for field in ("name", "generateName")]
    if not any(names):
        raise document.error(
            (*path, "metadata", "name"),
            "Required value: name or generateName is required",
            "name the object",
        )
    for field in ("name", "generateName", "namespace"):
        given = (meta or {}).get(field)
        if given is not None and not isinstance(given, str):
            raise document.error(
                (*path, "metadata", field), f"Invalid value: {given!r}", "put it in quotes"
            )
