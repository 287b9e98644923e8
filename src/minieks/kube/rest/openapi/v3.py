"""OpenAPI 3 documents: one for each group and version.

Source: kubernetes kube-openapi pkg/builder3/openapi.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from minieks.kube.rest.openapi import parameters
from minieks.kube.rest.openapi.definitions import V3, Schema
from minieks.kube.rest.openapi.operations import Operation, Path
from minieks.kube.words.objects import Obj

_JSON: Final = "application/json"
_FORMS: Final = (_JSON, "application/vnd.kubernetes.protobuf", "application/yaml")
_STREAMS: Final = (f"{_JSON};stream=watch", "application/vnd.kubernetes.protobuf;stream=watch")
_STREAMED: Final = ("list", "watch", "watchlist")
_TEXT: Final = {200: "OK", 201: "Created", 202: "Accepted"}
_SECURITY: Final = {
    "BearerToken": {
        "type": "apiKey",
        "description": "Bearer Token authentication",
        "name": "authorization",
        "in": "header",
    }
}


def document(paths: Iterable[Path], schemas: Mapping[str, Schema], version: str) -> Obj:
    """The document of these paths; ``version`` is such as ``v1.34.1``."""
    minor = int(version.removeprefix("v").split(".")[1])
    return {
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": version},
        "paths": {one.path: _path(one, minor) for one in paths},
        "components": {"schemas": dict(schemas), "securitySchemes": _SECURITY},
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
    return {**parameters.described(name, place), "schema": parameters.type_of(name)}


def _operation(one: Operation, query: Iterable[str]) -> Obj:
    found: Obj = {"operationId": one.id}
    said = [_parameter(name, "query") for name in query]
    if said:
        found["parameters"] = said
    if one.body:
        body = {"schema": {"$ref": V3 + one.body}}
        found["requestBody"] = {"content": dict.fromkeys(one.takes, body), "required": True}
    found["responses"] = _responses(one)
    if one.action:
        found["x-kubernetes-action"] = one.action
    if one.kind:
        group, version, kind = one.kind
        row = {"group": group, "version": version, "kind": kind}
        found["x-kubernetes-group-version-kind"] = row
    return found


def _responses(one: Operation) -> Obj:
    content: dict[str, Any] = {"*/*": {"schema": {"type": "string"}}}
    if one.result:
        forms = (*_FORMS, *_STREAMS) if one.action in _STREAMED else _FORMS
        content = {form: {"schema": {"$ref": V3 + one.result}} for form in forms}
    answers: Obj = {
        str(code): {"description": _TEXT[code], "content": content} for code in one.codes
    }
    return {**answers, "401": {"description": "Unauthorized"}}
