"""The documents of one cluster, made from what it serves.

Documents(groups, schemas, definition_of, version)
    .names() -> {"apis/apps/v1": hash, ...}     .v3(name) -> Obj     .v2() -> Obj
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from hashlib import sha512
from typing import Final, TypeAlias

import orjson

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest.discovery.groups import Group
from minieks.kube.rest.openapi import custom, definitions, v2, v3
from minieks.kube.rest.openapi.definitions import V2, V3, Schema
from minieks.kube.rest.openapi.operations import (
    PATCH,
    Maker,
    Names,
    Operation,
    Path,
    base_path,
    title,
)
from minieks.kube.words.objects import Obj

Groups: TypeAlias = Callable[[], Mapping[str, Group]]
DefinitionOf: TypeAlias = Callable[[str], Obj | None]

_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1."
_ALONE: Final[Mapping[str, tuple[str, str]]] = {
    ".well-known/openid-configuration": ("getServiceAccountIssuerOpenIDConfiguration", ""),
    "api": ("getCoreAPIVersions", f"{_META}APIVersions"),
    "apis": ("getAPIVersions", f"{_META}APIGroupList"),
    "openid/v1/jwks": ("getServiceAccountIssuerOpenIDKeyset", ""),
    "version": ("getCodeVersion", "io.k8s.apimachinery.pkg.version.Info"),
}
"""Documents of a single path: its operation and what that answers with."""


class Documents:
    """OpenAPI documents; each is made anew when it is asked for."""

    def __init__(
        self, groups: Groups, schemas: SchemaSet, definition_of: DefinitionOf, version: str
    ) -> None:
        self._groups = groups
        self._schemas = schemas
        self._definition_of = definition_of
        self._version = version
        self._digests: IdentityMemo[bytes] = IdentityMemo()

    def names(self) -> dict[str, str]:
        """The names of the OpenAPI 3 documents, each with a hash of what goes into it."""
        found = {name: self._hash(name.encode()) for name in _ALONE}
        for group in self._groups().values():
            if group.name:
                found[f"apis/{group.name}"] = self._hash(group.name.encode())
            for resources in group.versions.values():
                name = base_path(resources[0]).strip("/")
                found[name] = self._hash(*map(self._digest, resources))
        return dict(sorted(found.items()))

    def v3(self, name: str) -> Obj:
        """The OpenAPI 3 document of one of the names; KeyError for any other."""
        if name in _ALONE:
            return self._v3([_alone(f"/{name}/", *_ALONE[name])], ())
        group, _, version = name.removeprefix("apis/").partition("/")
        if name == "api/v1":
            group, version = "", "v1"
        found = self._groups()[group]
        if not version:
            return self._v3([_of_group(group)], ())
        resources = found.versions[version]
        return self._v3(list(self._paths(resources)), resources)

    def v2(self) -> Obj:
        """The OpenAPI 2 document."""
        paths, custom_ones = [], []
        for group in self._groups().values():
            if group.name:
                paths.append(_of_group(group.name))
            for resources in group.versions.values():
                paths.extend(self._paths(resources))
                custom_ones += [one for one in resources if one.custom]
        paths += [_alone(f"/{name}/", *_ALONE[name]) for name in _ALONE]
        paths.sort(key=lambda one: one.path)
        return v2.document(paths, self._definitions(paths, custom_ones, V2), self._version)

    def _v3(self, paths: list[Path], resources: Iterable[Resource]) -> Obj:
        custom_ones = [one for one in resources if one.custom]
        paths.sort(key=lambda one: one.path)
        schemas = self._definitions(paths, custom_ones, V3)
        return v3.document(paths, schemas, self._version)

    def _paths(self, resources: Iterable[Resource]) -> Iterator[Path]:
        first = next(iter(resources))
        where = base_path(first)
        name = f"get{title(first.group)}{title(first.version)}APIResources"
        yield _alone(f"{where}/", name, f"{_META}APIResourceList")
        for one in resources:
            yield from Maker(one, self._names(one), self._schemas.definition_name).paths()

    def _names(self, resource: Resource) -> Names:
        if resource.custom:
            return custom.names(resource)
        name = self._schemas.definition_name(resource.group_version, resource.kind) or ""
        return Names(name, f"{name}List")

    def _definitions(
        self, paths: Iterable[Path], custom_ones: Iterable[Resource], to: str
    ) -> dict[str, Schema]:
        """All definitions that the paths need."""
        made: dict[str, Schema] = {PATCH: definitions.converted(PATCH, {}, to)}
        for one in custom_ones:
            made.update(custom.definitions(one, self._version_of(one), to))
        waiting = {
            name for path in paths for op in path.operations for name in (op.body, op.result)
        }
        waiting |= {name for schema in made.values() for name in definitions.references(schema)}
        found: dict[str, Schema] = {}
        while waiting:
            name = waiting.pop()
            if name in found or not (name in made or self._schemas.defines(name)):
                continue
            schema = made.get(name)
            if schema is None:
                schema = definitions.converted(name, self._schemas.definition(name), to)
            found[name] = schema
            waiting |= set(definitions.references(schema))
        return dict(sorted(found.items()))

    def _version_of(self, resource: Resource) -> Mapping[str, object]:
        definition = self._definition_of(resource.collection)
        versions = definition["spec"]["versions"] if definition else ()
        return next((one for one in versions if one["name"] == resource.version), {})

    def _digest(self, resource: Resource) -> bytes:
        told = repr(resource).encode()
        definition = self._definition_of(resource.collection) if resource.custom else None
        if definition is None:
            return told
        known = self._digests.get(definition)
        if known is None:
            known = self._digests.put(definition, sha512(orjson.dumps(definition["spec"])).digest())
        return told + known

    def _hash(self, *parts: bytes) -> str:
        return sha512(b"".join((self._version.encode(), *parts))).hexdigest().upper()


def _alone(path: str, name: str, result: str) -> Path:
    return Path(path, (Operation("get", name, result=result),))


def _of_group(group: str) -> Path:
    return _alone(f"/apis/{group}/", f"get{title(group)}APIGroup", f"{_META}APIGroup")
