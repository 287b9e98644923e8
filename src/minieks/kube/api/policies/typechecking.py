"""What is wrong with a policy's expressions for the kinds that it is about.

Source: kubernetes apiserver pkg/admission/plugin/policy/validating/typechecking.go.
"""

from collections.abc import Iterator
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final

from minieks.kube.api.policies.expressions import Composed, variable_types
from minieks.kube.api.schema import SchemaSet, json_type, reference
from minieks.kube.cel import terms
from minieks.kube.cel.environment import CompileError
from minieks.kube.cel.escaping import escaped
from minieks.kube.cel.schema_types import declared
from minieks.kube.cel.terms import Field, Term
from minieks.kube.kinds.registry import Kind
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

_MOST_TYPES: Final = 10
_ANY_NAME: Final = "*"
_SCALARS: Final = {
    "string": terms.STRING,
    "integer": terms.INT,
    "number": terms.DOUBLE,
    "boolean": terms.BOOL,
}
# Deeper than any built-in kind goes; schemas that refer to themselves are dyn from there on.
_DEEPEST: Final = 20


def warnings(api: "Api", policy: Obj) -> list[Obj]:
    """The ExpressionWarnings of a ValidatingAdmissionPolicy's status."""
    spec = policy["spec"]
    kinds = list(_kinds(api, spec))
    found: list[Obj] = []
    for position, rule in enumerate(spec.get("validations") or ()):
        for key in ("expression", "messageExpression"):
            told = [_told(api, spec, kind, rule[key]) for kind in kinds if rule.get(key)]
            text = "\n".join(one for one in told if one)
            if text:
                place = f"spec.validations[{position}].{key}"
                found.append({"fieldRef": place, "warning": text})
    return found


def _kinds(api: "Api", spec: Obj) -> Iterator[Kind]:
    """The kinds that the rules name, without wildcards, by group and kind."""
    found: dict[str, Kind] = {}
    for rule in (spec.get("matchConstraints") or {}).get("resourceRules") or ():
        if _ANY_NAME in (*rule.get("apiGroups", ()), *rule.get("apiVersions", ())):
            continue
        plain = [one for one in rule.get("resources") or () if not set("*/") & set(one)]
        for group, resource in product(rule.get("apiGroups") or (), plain):
            collection = f"{resource}.{group}" if group else resource
            kind = next((one for one in api.kinds if one.collection == collection), None)
            if kind is not None and set(kind.versions) & set(rule.get("apiVersions") or ()):
                found[collection] = kind
    yield from islice(sorted(found.values(), key=lambda kind: (kind.group, kind.kind)), _MOST_TYPES)


def _told(api: "Api", spec: Obj, kind: Kind, expression: str) -> str:
    term = _type_of(api, kind)
    if term is None:
        return ""
    params = _params(api, spec)
    try:
        composed = Composed(spec.get("variables") or (), variable_types(term, params))
        composed.compile(expression)
    except CompileError as error:
        shown = f"{kind.group}/{kind.versions[0]}, Kind={kind.kind}"
        return f"{shown}: {error}\n"
    return ""


def _params(api: "Api", spec: Obj) -> Term | None:
    said = spec.get("paramKind")
    if not said:
        return None
    kind = api.kinds.find(str(said.get("apiVersion")), str(said.get("kind")))
    return (None if kind is None else _type_of(api, kind)) or terms.DYN


def _type_of(api: "Api", kind: Kind) -> Term | None:
    if kind.custom:
        schema = api.custom.schema({"apiVersion": kind.api_version, "kind": kind.kind})
        found = declared(schema, kind.kind, is_root=True)
        return None if found is None else found.term
    name = api.schemas.definition_name(kind.api_version, kind.kind)
    return None if name is None else _named(api.schemas, name, 0)


def _named(schemas: SchemaSet, name: str, depth: int) -> Term:
    schema = schemas.definition(name)
    if "properties" not in schema:
        return _of_schema(schemas, schema, depth)
    if depth > _DEEPEST:
        return terms.DYN
    fields = {
        spoken: Field(_of_schema(schemas, part, depth + 1), key)
        for key, part in schema["properties"].items()
        if (spoken := escaped(key)) is not None
    }
    return Term("object", name, fields=fields)


def _of_schema(schemas: SchemaSet, schema: dict[str, Any], depth: int) -> Term:
    target = reference(schema)
    if target:
        return _named(schemas, target, depth)
    kind = json_type(schema)
    if kind == "array":
        return terms.list_of(_of_schema(schemas, schema.get("items") or {}, depth))
    extra = schema.get("additionalProperties")
    if kind == "object" and isinstance(extra, dict):
        return terms.map_of(terms.STRING, _of_schema(schemas, extra, depth))
    if kind == "string" and schema.get("format") == "date-time":
        return terms.TIMESTAMP
    if kind == "string" and schema.get("format") == "byte":
        return terms.BYTES
    return _SCALARS.get(kind, terms.DYN)
