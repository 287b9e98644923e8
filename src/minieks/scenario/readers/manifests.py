"""Kubernetes manifests from files, folders and standard input, in the order to apply them.

As kubectl reads ``-f`` with ``-R``: .yaml, .yml and .json, folders in order of their names, several
documents in a file, lists taken apart. Folders that are kustomizations or Helm charts are
rendered. Hidden files and folders are passed over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj
from minieks.scenario.readers.eksctl import is_cluster_config
from minieks.scenario.readers.places import Document, FieldPath, parse_dotted
from minieks.scenario.readers.render import needs_rendering, render
from minieks.scenario.readers.sources import STANDARD_INPUT, read_standard_input, read_text
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
    found = [one for path in paths for one in _read_path(path, stdin)]
    first = [one for one in found if one.obj.get("kind") in _FIRST]
    return first + [one for one in found if one.obj.get("kind") not in _FIRST]


def _read_path(path: str, stdin: BinaryIO | None) -> list[SourcedObject]:
    if path == STANDARD_INPUT:
        return _objects_of(read_standard_input(stdin), path)
    given = Path(path)
    if not given.is_dir():
        return _objects_of(read_text(given), path)
    files = list(_manifests_below(given))
    if not files:
        raise UserError(
            "the folder has no manifests",
            where=path,
            hint=f"put files that end in {', '.join(EXTENSIONS)} into it",
        )
    return [one for file, text in files for one in _objects(load_documents(text, str(file)))]


def _objects_of(text: str, file: str) -> list[SourcedObject]:
    """The objects of a file that was named, and so must have some."""
    documents = load_documents(text, file)
    if not documents:
        raise UserError("is empty", where=file, hint="a manifest begins with apiVersion: and kind:")
    return list(_objects(documents))


def _manifests_below(folder: Path) -> Iterator[tuple[Path, str]]:
    """Name and text of each manifest in a folder, sorted, folders rendered where they must be."""
    if needs_rendering(folder):
        yield folder, render(folder)
        return
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        raise UserError(
            f"cannot be read: {error.strerror}", where=str(folder), hint="check its permissions"
        ) from None
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from _manifests_below(entry)
        elif entry.is_file() and entry.suffix in EXTENSIONS:
            yield entry, read_text(entry)


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
    if str(value["kind"]).endswith("List") and isinstance(value.get("items"), list):
        yield from _items(document, value, path)
        return
    _need_name(document, value, path)
    yield SourcedObject(value, document, path)


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
        raise document.error(path, "Required value", _missing_hint(value))
    if not isinstance(value[field], str) or not value[field]:
        raise document.error(path, f"Invalid value: {value[field]!r}", "write text")


def _missing_hint(value: Obj) -> str:
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
