"""The field managers of everything that one cluster serves."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from minieks.kube.api.apply import scale
from minieks.kube.api.apply.fieldmanager import Convert, FieldManager, Target
from minieks.kube.api.apply.ignored import ignored
from minieks.kube.api.apply.types import Atom, Types
from minieks.kube.api.apply.updating import Fill
from minieks.kube.api.apply.zeroes import Zeroes
from minieks.kube.api.schema import SchemaSet
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj

# The schema of a version of a custom kind, by kind and apiVersion; None if there is none.
CustomSchema: TypeAlias = Callable[[Kind, str], Mapping[str, Any] | None]


class FieldManagers:
    """A FieldManager for every kind, version and subresource, made when it is first needed.

    ``convert`` shows an object of a kind in another of its versions, None if there is no such
    version; ``custom_schema`` finds the schema of custom resources.
    """

    def __init__(
        self,
        schemas: SchemaSet,
        convert: Callable[[Kind, Obj, str], Obj | None],
        custom_schema: CustomSchema,
    ) -> None:
        self._types = Types(schemas)
        self._zeroes = Zeroes(schemas)
        self._convert = convert
        self._custom_schema = custom_schema
        self._built_in: dict[tuple[str, str, str], FieldManager] = {}
        self._custom_types: dict[tuple[str, str], tuple[Any, Atom]] = {}

    def of(self, kind: Kind, api_version: str, subresource: str = "") -> FieldManager:
        """Who keeps the managedFields of a kind that is written in a version."""
        if kind.custom:
            return self._made(kind, api_version, subresource)
        asked = (kind.collection, api_version, subresource)
        found = self._built_in.get(asked)
        if found is None:
            found = self._built_in[asked] = self._made(kind, api_version, subresource)
        return found

    def of_scale(self) -> FieldManager:
        """Who keeps the managedFields of a Scale; see the module ``scale``."""
        api_version, kind = scale.API_VERSION, "Scale"
        return FieldManager(
            Target(
                api_version=api_version,
                kind=kind,
                subresource="scale",
                ignored={},
                types=lambda version: self._types.built_in(version, kind),
                convert=lambda obj, version: obj if version == api_version else None,
                fill=lambda obj, version: self._zeroes.filled(obj, version, kind),
                empty={"apiVersion": api_version, "kind": kind, "metadata": {}},
            )
        )

    def _made(self, kind: Kind, api_version: str, subresource: str) -> FieldManager:
        return FieldManager(
            Target(
                api_version=api_version,
                kind=kind.kind,
                subresource=subresource,
                ignored=ignored(kind, subresource),
                types=self._types_of(kind),
                convert=self._view_of(kind),
                fill=self._fill_of(kind),
                empty={"apiVersion": api_version, "kind": kind.kind, "metadata": {}},
            )
        )

    def _types_of(self, kind: Kind) -> Callable[[str], Atom | None]:
        if kind.custom:
            return lambda api_version: self._custom_type(kind, api_version)
        return lambda api_version: self._types.built_in(api_version, kind.kind)

    def _custom_type(self, kind: Kind, api_version: str) -> Atom | None:
        if api_version.rpartition("/")[2] not in kind.versions:
            return None
        schema = self._custom_schema(kind, api_version)
        known = self._custom_types.get((kind.collection, api_version))
        if known is None or known[0] is not schema:
            known = schema, self._types.custom(schema)
            self._custom_types[kind.collection, api_version] = known
        return known[1]

    def _view_of(self, kind: Kind) -> Convert:
        def view(obj: Obj, api_version: str) -> Obj | None:
            if obj.get("apiVersion") == api_version:
                return obj
            return self._convert(kind, obj, api_version)

        return view

    def _fill_of(self, kind: Kind) -> Fill:
        if kind.custom:
            return lambda obj, api_version: obj
        return lambda obj, api_version: self._zeroes.filled(obj, api_version, kind.kind)
