"""Which kinds a Kubernetes version has, and which fields and types their objects have.

The schemas are the OpenAPI definitions that the kubernetes-validate package carries for each
minor version; they are compiled to decoders, one definition at a time, when first needed.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import orjson

from minieks.kube.api import gotypes, nulls
from minieks.kube.api.errors import BadRequest
from minieks.kube.api.gotypes import Decoder, Decoding, Mistake, Place
from minieks.kube.api.removed import RemovedApi, removed_api
from minieks.kube.words.objects import Obj

__all__ = ["RemovedApi", "SchemaReport", "SchemaSet", "removed_api"]

_REF: Final = "#/$defs/"
_OBJECT_META: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
# Pod specs are shared by many pods: one that was decoded without a mistake is not decoded again.
_SHARED: Final = frozenset({"io.k8s.api.core.v1.PodSpec"})
_SPECIAL: Final[dict[str, tuple[Decoder, str]]] = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": (
        gotypes.quantity_value,
        "resource.Quantity",
    ),
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": (
        gotypes.int_or_string,
        "intstr.IntOrString",
    ),
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": (
        gotypes.time("2006-01-02T15:04:05Z07:00"),
        "v1.Time",
    ),
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": (
        gotypes.time("2006-01-02T15:04:05.000000Z07:00"),
        "v1.MicroTime",
    ),
}


@dataclass(frozen=True)
class SchemaReport:
    """What decoding found: mistakes in Go's words, the first first, and unknown fields."""

    errors: tuple[Mistake, ...]
    unknown_fields: tuple[str, ...]

    def refusal(self, obj: Obj) -> BadRequest | None:
        """The server's answer to an object that cannot be decoded; None if it can."""
        if not self.errors:
            return None
        kind = obj.get("kind", "")
        version = str(obj.get("apiVersion", "")).rpartition("/")[2]
        first = self.errors[0]
        return BadRequest(
            f'{kind} in version "{version}" cannot be handled as a {kind}: {first.text}',
            field=first.path,
            wanted=first.wanted,
        )

    def warnings(self) -> list[str]:
        """The warnings that the server sends about unknown fields, which it drops."""
        return [f'unknown field "{path}"' for path in self.unknown_fields]


class SchemaSet:
    """The kinds and schemas of one minor version of Kubernetes."""

    def __init__(self, version: str, definitions: dict[str, Any]) -> None:
        self.version = version
        self.minor = _minor(version)
        self._definitions = definitions
        self._decoders: dict[str, Decoder] = {}
        self._names = _names_by_kind(definitions)
        self._nulls = nulls.Nulls()

    @classmethod
    def for_version(cls, version: str) -> "SchemaSet":
        """The schemas of a minor version such as ``1.34``; else of the nearest lower one."""
        return _load(_nearest(_minor(version)))

    def has(self, api_version: str, kind: str) -> bool:
        """Whether this version of Kubernetes serves such objects."""
        return (api_version, kind) in self._names

    def definition_name(self, api_version: str, kind: str) -> str | None:
        """The name of the OpenAPI definition of a kind, or None."""
        return self._names.get((api_version, kind))

    def defines(self, name: str) -> bool:
        """Whether there is an OpenAPI definition of that name."""
        return name in self._definitions

    def definition(self, name: str) -> dict[str, Any]:
        """An OpenAPI definition by its name; KeyError if there is none."""
        found: dict[str, Any] = self._definitions[name]
        return found

    def check(self, obj: Obj) -> SchemaReport:
        """Decode an object as its kind; nothing is found about a kind that is not known."""
        name = self._names.get((str(obj.get("apiVersion")), str(obj.get("kind"))))
        if name is None:
            return SchemaReport((), ())
        found = Decoding()
        self._decoder(name)(obj, Place("", "", ""), found)
        return SchemaReport(tuple(found.errors), tuple(found.unknown_fields))

    def check_metadata(self, obj: Obj) -> SchemaReport:
        """Decode the metadata of a custom resource, which is that of every object."""
        found = Decoding()
        self._decoder(_OBJECT_META)(obj.get("metadata"), Place("metadata", "", ""), found)
        return SchemaReport(tuple(found.errors), tuple(found.unknown_fields))

    def decoded(self, obj: Obj) -> Obj:
        """The object without its nulls, and with a spec if its kind has one.

        A Go struct is never absent: an object without spec has an empty one.
        """
        name = self._names.get((str(obj.get("apiVersion")), str(obj.get("kind"))))
        if name is None:
            return obj
        schema = self._definitions[name]
        if self._nulls.anywhere_in(obj):
            obj = nulls.without_nulls(obj, schema, self._referred)
        if "spec" not in obj and "spec" in schema.get("properties", ()):
            return {**obj, "spec": {}}
        return obj

    def decoded_metadata(self, obj: Obj) -> Obj:
        """The custom resource with its metadata without nulls."""
        meta = obj.get("metadata")
        if not nulls.has_null(meta):
            return obj
        schema = self._definitions[_OBJECT_META]
        return {**obj, "metadata": nulls.without_nulls(meta or {}, schema, self._referred)}

    def _referred(self, schema: dict[str, Any]) -> dict[str, Any]:
        return self._definitions[reference(schema)] if "$ref" in schema else schema

    def _decoder(self, name: str) -> Decoder:
        known = self._decoders.get(name)
        if known is not None:
            return known
        schema = self._definitions[name]
        if name in _SPECIAL:
            decoder = _SPECIAL[name][0]
        elif "properties" in schema:
            fields: dict[str, Decoder] = {}
            struct = name.rpartition(".")[2]
            # Registered before its fields are compiled: definitions refer to themselves.
            decoder = gotypes.of_struct(fields, struct, _go_name(name))
            if name in _SHARED:
                decoder = gotypes.remembered(decoder)
            self._decoders[name] = decoder
            for key, value in schema["properties"].items():
                fields[key] = self._compile(value)
        else:
            decoder = self._plain(schema)
        self._decoders[name] = decoder
        return decoder

    def _compile(self, schema: dict[str, Any]) -> Decoder:
        if "$ref" in schema:
            return self._by_reference(schema["$ref"].removeprefix(_REF))
        return self._plain(schema)

    def _by_reference(self, name: str) -> Decoder:
        def decode(value: Any, at: Place, found: Decoding) -> None:
            self._decoder(name)(value, at, found)

        return decode

    def _plain(self, schema: dict[str, Any]) -> Decoder:
        kind = json_type(schema)
        if kind == "array":
            return gotypes.of_list(self._compile(schema["items"]), _go_type(schema))
        if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
            return gotypes.of_map(self._compile(schema["additionalProperties"]), _go_type(schema))
        if kind == "integer":
            return gotypes.integer(_go_type(schema))
        if kind == "string" and schema.get("format") == "byte":
            return gotypes.base64_bytes
        plain = {
            "string": gotypes.string,
            "boolean": gotypes.boolean,
            "number": gotypes.number,
        }
        return plain.get(kind, gotypes.anything)


def json_type(schema: dict[str, Any]) -> str:
    """The JSON type of a schema, without the null that optional fields may be; "" for any."""
    found = schema.get("type", "")
    return found if isinstance(found, str) else next(t for t in found if t != "null")


def reference(schema: dict[str, Any]) -> str:
    """The name of the definition that a schema refers to; "" if it is given in place."""
    return str(schema.get("$ref", "")).removeprefix(_REF)


def is_required(schema: dict[str, Any], key: str) -> bool:
    """Whether objects of this schema must have the field."""
    return key in schema.get("required", ())


def _go_name(definition: str) -> str:
    package, _, struct = definition.rpartition(".")
    return f"{package.rpartition('.')[2]}.{struct}"


def _go_type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return _SPECIAL[name][1] if name in _SPECIAL else _go_name(name)
    kind = json_type(schema)
    if kind == "array":
        return "[]" + _go_type(schema["items"])
    if kind == "object":
        return "map[string]" + _go_type(schema.get("additionalProperties") or {"type": "string"})
    if kind == "integer":
        return str(schema.get("format", "int64"))
    return {"boolean": "bool", "number": "float64"}.get(kind, "string")


def _names_by_kind(definitions: dict[str, Any]) -> dict[tuple[str, str], str]:
    names = {}
    for name, schema in definitions.items():
        for row in schema.get("x-kubernetes-group-version-kind") or ():
            group, version = row["group"], row["version"]
            names[f"{group}/{version}" if group else version, row["kind"]] = name
    return names


def _minor(version: str) -> int:
    return int(version.removeprefix("v").split(".")[1])


@lru_cache(maxsize=1)
def _folders() -> dict[int, Path]:
    """Where the definitions of each minor version are; the package itself is not imported."""
    spec = find_spec("kubernetes_validate")
    assert spec is not None, "kubernetes-validate is a dependency"
    assert spec.origin is not None, "kubernetes-validate has files"
    root = Path(spec.origin).parent / "kubernetes-json-schema"
    return {_minor(path.name): path for path in root.glob("v1.*.0-local")}


@lru_cache(maxsize=64)
def _nearest(minor: int) -> int:
    known = sorted(_folders())
    lower = [candidate for candidate in known if candidate <= minor]
    return lower[-1] if lower else known[0]


@lru_cache(maxsize=4)
def _load(minor: int) -> SchemaSet:
    data = (_folders()[minor] / "_definitions.json").read_bytes()
    return SchemaSet(f"1.{minor}", orjson.loads(data)["$defs"])
