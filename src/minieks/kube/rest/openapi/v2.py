"""The OpenAPI 2 document, which has everything in one.

Source: kubernetes kube-openapi pkg/builder/openapi.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.kube.rest.openapi import parameters
from minieks.kube.rest.openapi.definitions import V2, Schema
from minieks.kube.rest.openapi.operations import Operation, Path
from minieks.kube.words.objects import Obj

_JSON: Final = "application/json"
_FORMS: Final = (_JSON, "application/yaml", "application/vnd.kubernetes.protobuf")
_TEXT: Final = {200: "OK", 201: "Created", 202: "Accepted"}
_SECURITY: Final = {
    "BearerToken": {
        "description": "Bearer Token authentication",
        "type": "apiKey",
        "name": "authorization",
        "in": "header",
    }
}


def document(paths: Iterable[Path], schemas: Mapping[str, Schema], version: str) -> Obj:
    """The document of these paths; ``version`` is such as ``v1.34.1``."""
    minor = int(version.removeprefix("v").split(".")[1])
    return {
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": {one.path: _path(one, minor) for one in paths},
        "definitions": dict(schemas),
        "securityDefinitions": _SECURITY,
        "security": [{"BearerToken": []}],
    }


def _path(path: Path, minor: int) -> Obj:
    common = parameters.shared(path, minor)
    found: Obj = {}
    for one in path.operations:
        found[one.method] = _operation(one, parameters.own(one, common, minor))
    inside = [_parameter(name, "path") for name in path.parameters]
    said = [*inside, *(_parameter(name, "query") for name in common)]
    return {**found, **({"parameters": said} if said else {})}


def _parameter(name: str, place: str) -> Obj:
    return {**parameters.described(name, place), **parameters.type_of(name)}


def _operation(one: Operation, query: Iterable[str]) -> Obj:
    said = [_parameter(name, "query") for name in query]
    if one.body:
        required = {} if one.method == "delete" else {"required": True}
        said.append(
            {"name": "body", "in": "body", **required, "schema": {"$ref": V2 + one.body}},
        )
    found: Obj = {
        "consumes": list(one.takes),
        "produces": list(_FORMS) if one.result else ["*/*"],
        "schemes": ["https"],
        "operationId": one.id,
        **({"parameters": said} if said else {}),
        "responses": _responses(one),
    }
    if one.action:
        found["x-kubernetes-action"] = one.action
    if one.kind:
        group, version, kind = one.kind
        row = {"group": group, "version": version, "kind": kind}
        found["x-kubernetes-group-version-kind"] = row
    return found


def _responses(one: Operation) -> Obj:
    schema: Schema = {"$ref": V2 + one.result} if one.result else {"type": "string"}
    answers: Obj = {str(code): {"description": _TEXT[code], "schema": schema} for code in one.codes}
    return {**answers, "401": {"description": "Unauthorized"}}
