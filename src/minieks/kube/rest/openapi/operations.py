"""Which operations each path of a resource has, without regard to OpenAPI's version.

    Maker(resource, names, SchemaSet.definition_name).paths() -> Iterator[Path]

Source: kubernetes apiserver pkg/endpoints/installer.go (registerResourceHandlers).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from minieks.kube.kinds.resources import Resource, Subresource

Gvk: TypeAlias = tuple[str, str, str]
DefinitionName: TypeAlias = Callable[[str, str], str | None]
"""From an apiVersion and a kind to the name of its definition."""

_READ: Final = (
    *("allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "pretty"),
    *("resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds", "watch"),
)
_WRITE: Final = ("dryRun", "fieldManager", "fieldValidation", "pretty")
_DELETE: Final = (
    *("dryRun", "gracePeriodSeconds", "ignoreStoreReadErrorWithClusterBreakingPotential"),
    *("orphanDependents", "pretty", "propagationPolicy"),
)
_DELETE_ALL: Final = tuple(
    sorted({*_READ, *_DELETE} - {"allowWatchBookmarks", "watch"}),
)
_LOG: Final = (
    *("container", "follow", "insecureSkipTLSVerifyBackend", "limitBytes", "pretty", "previous"),
    *("sinceSeconds", "stream", "tailLines", "timestamps"),
)
_ATTACH: Final = ("container", "stderr", "stdin", "stdout", "tty")
_CONNECT: Final = {
    "attach": _ATTACH,
    "exec": ("command", *_ATTACH),
    "portforward": ("ports",),
    "proxy": ("path",),
}
_PROXY_METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
_OPTIONS: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions"
_STATUS: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.Status"
_WATCH: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent"
PATCH: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.Patch"
_CUSTOM_PATCHES: Final = (
    *("application/apply-patch+yaml", "application/json-patch+json"),
    "application/merge-patch+json",
)
_PATCHES: Final = (*_CUSTOM_PATCHES, "application/strategic-merge-patch+json")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path. ``body`` and ``result`` name definitions; empty for plain text.

    ``action`` is what Kubernetes calls the verb; ``codes`` are the statuses of success; ``takes``
    is what types the body may be of.
    """

    method: str
    id: str
    action: str = ""
    kind: Gvk | None = None
    query: tuple[str, ...] = ()
    body: str = ""
    result: str = ""
    codes: tuple[int, ...] = (200,)
    takes: tuple[str, ...] = ("*/*",)


@dataclass(frozen=True, slots=True)
class Path:
    """A path with its operations and the parameters in it: ``namespace``, ``name``, ``path``."""

    path: str
    operations: tuple[Operation, ...]
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The definitions of a resource: of one object, and of a list of them."""

    one: str
    many: str


def title(group: str) -> str:
    """A group in the names of operations: ``CoreV1`` is of the core group."""
    words = re.split(r"[.\-]", group.removesuffix(".k8s.io") or "core")
    return "".join(word[:1].upper() + word[1:] for word in words)


def base_path(resource: Resource) -> str:
    """Where the resource's version is served."""
    return f"/apis/{resource.group_version}" if resource.group else f"/api/{resource.version}"


class Maker:
    """Makes the paths of one resource."""

    def __init__(self, resource: Resource, names: Names, name_of: DefinitionName) -> None:
        self._resource = resource
        self._names = names
        self._name_of = name_of
        self._base = base_path(resource)
        self._prefix = title(resource.group) + title(resource.version)
        self._scoped = ("Namespaced" if resource.namespaced else "") + resource.kind
        self._gvk = (resource.group, resource.version, resource.kind)
        self._inside = ("namespace",) if resource.namespaced else ()

    def paths(self) -> Iterator[Path]:
        """All paths of the resource."""
        resource = self._resource
        where = f"{self._space()}/{resource.plural}"
        yield from self._collection(where)
        yield from self._item(f"{where}/{{name}}")
        for part in resource.subresources:
            yield from self._part(part, f"{where}/{{name}}/{part.name}")
        if "watch" in resource.verbs:
            yield from self._watches()
        if resource.namespaced and "list" in resource.verbs:
            everywhere = self._list(f"list{self._prefix}{resource.kind}ForAllNamespaces")
            yield Path(f"{self._base}/{resource.plural}", (everywhere,))

    def _space(self, before: str = "") -> str:
        inside = "/namespaces/{namespace}" if self._resource.namespaced else ""
        return f"{self._base}{before}{inside}"

    def _id(self, verb: str, suffix: str = "") -> str:
        return f"{verb}{self._prefix}{self._scoped}{suffix}"

    def _list(self, name: str) -> Operation:
        return Operation("get", name, "list", self._gvk, _READ, result=self._names.many)

    def _collection(self, where: str) -> Iterator[Path]:
        verbs, found = self._resource.verbs, []
        if "list" in verbs:
            found.append(self._list(self._id("list")))
        if "create" in verbs:
            found.append(self._write("post", "create", self._names.one, self._gvk, ""))
        if "deletecollection" in verbs:
            name = f"delete{self._prefix}Collection{self._scoped}"
            method = ("delete", name, "deletecollection", self._gvk, _DELETE_ALL)
            found.append(Operation(*method, _OPTIONS, _STATUS))
        if found:
            yield Path(where, tuple(found), self._inside)

    def _item(self, where: str) -> Iterator[Path]:
        verbs, one, found = self._resource.verbs, self._names.one, []
        if "get" in verbs:
            found.append(self._read("", one, self._gvk))
        if "update" in verbs:
            found.append(self._write("put", "replace", one, self._gvk, ""))
        if "delete" in verbs:
            method = ("delete", self._id("delete"), "delete", self._gvk, _DELETE)
            found.append(Operation(*method, _OPTIONS, _STATUS, (200, 202)))
        if "patch" in verbs:
            found.append(self._patch("", one, self._gvk))
        if found:
            yield Path(where, tuple(found), (*self._inside, "name"))

    def _part(self, part: Subresource, where: str) -> Iterator[Path]:
        suffix = part.name[:1].upper() + part.name[1:]
        gvk = self._kind_of(part)
        inside = (*self._inside, "name")
        if part.name in _CONNECT:
            yield Path(where, self._connections(part, suffix, gvk), inside)
            if part.name == "proxy":
                deeper = self._connections(part, f"{suffix}WithPath", gvk)
                yield Path(f"{where}/{{path}}", deeper, (*inside, "path"))
            return
        if part.name == "log":
            name = self._id("read", suffix)
            yield Path(where, (Operation("get", name, "get", gvk, _LOG),), inside)
            return
        api_version = f"{gvk[0]}/{gvk[1]}" if gvk[0] else gvk[1]
        definition = self._name_of(api_version, gvk[2]) or self._names.one
        yield Path(where, tuple(self._writes(part, suffix, definition, gvk)), inside)

    def _kind_of(self, part: Subresource) -> Gvk:
        if part.version:
            return (part.group, part.version, part.kind)
        return (self._resource.group, self._resource.version, part.kind)

    def _writes(
        self, part: Subresource, suffix: str, definition: str, gvk: Gvk
    ) -> Iterator[Operation]:
        if "get" in part.verbs:
            yield self._read(suffix, definition, gvk)
        if "update" in part.verbs:
            yield self._write("put", "replace", definition, gvk, suffix)
        if "create" in part.verbs:
            yield self._write("post", "create", definition, gvk, suffix)
        if "patch" in part.verbs:
            yield self._patch(suffix, definition, gvk)

    def _read(self, suffix: str, definition: str, gvk: Gvk) -> Operation:
        return Operation(
            "get", self._id("read", suffix), "get", gvk, ("pretty",), result=definition
        )

    def _write(self, method: str, verb: str, definition: str, gvk: Gvk, suffix: str) -> Operation:
        codes = (200, 201) if method == "put" else (200, 201, 202)
        name = self._id(verb, suffix)
        return Operation(method, name, method, gvk, _WRITE, definition, definition, codes)

    def _patch(self, suffix: str, definition: str, gvk: Gvk) -> Operation:
        query = tuple(sorted((*_WRITE, "force")))
        takes = _CUSTOM_PATCHES if self._resource.custom else _PATCHES
        method = ("patch", self._id("patch", suffix), "patch", gvk, query)
        return Operation(*method, PATCH, definition, (200, 201), takes)

    def _connections(self, part: Subresource, suffix: str, gvk: Gvk) -> tuple[Operation, ...]:
        methods = _PROXY_METHODS if part.name == "proxy" else ("get", "post")
        return tuple(
            Operation(
                method,
                f"connect{self._prefix}{method.capitalize()}{self._scoped}{suffix}",
                "connect",
                gvk,
                _CONNECT[part.name],
            )
            for method in methods
        )

    def _watches(self) -> Iterator[Path]:
        """The paths of old under /watch."""
        resource, where = self._resource, f"{self._space('/watch')}/{self._resource.plural}"
        many = self._watch(self._id("watch", "List"), "watchlist")
        yield Path(where, (many,), self._inside)
        one = self._watch(self._id("watch"), "watch")
        yield Path(f"{where}/{{name}}", (one,), (*self._inside, "name"))
        if resource.namespaced:
            name = f"watch{self._prefix}{resource.kind}ListForAllNamespaces"
            yield Path(f"{self._base}/watch/{resource.plural}", (self._watch(name, "watchlist"),))

    def _watch(self, name: str, action: str) -> Operation:
        return Operation("get", name, action, self._gvk, _READ, result=_WATCH)
