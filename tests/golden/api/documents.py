"""What is compared of documents that are recorded in part: of OpenAPI its operations and kinds."""

from typing import Any

Json = dict[str, Any]

_MANY = 10
# Bodies that the records leave out.
_LEFT_OUT = ({"keys": "<keys>"}, "<as v2 but apiVersion: v1>")


def summary(body: Any, wanted: Any) -> Any:
    """Our document in the form in which theirs is recorded."""
    if wanted == "<document>":
        return wanted
    if not isinstance(wanted, dict) or not isinstance(body, dict):
        return body
    schemas = body["components"]["schemas"]
    return {
        "openapi": body["openapi"],
        "paths": {
            path: _path(found, wanted["paths"].get(path) or {})
            for path, found in body["paths"].items()
        },
        "schemasWithGVK": {
            name: _kinds(schemas[name]["x-kubernetes-group-version-kind"])
            for name in schemas
            if "x-kubernetes-group-version-kind" in schemas[name]
        },
    }


def is_left_out(wanted: Any) -> bool:
    """Whether the record does not say what the body was."""
    return wanted in _LEFT_OUT


def _kinds(rows: list[Json]) -> Any:
    return rows if len(rows) < _MANY else f"<{len(rows)} GVKs>"


def _path(found: Json, wanted: Json) -> Json:
    """Some operations are recorded whole, of others only the kind."""
    shared = found.get("parameters") or []
    return {
        method: _operation(found[method], shared, whole=isinstance(wanted.get(method), dict))
        for method in found
        if method != "parameters"
    }


def _operation(found: Json, shared: list[Json], *, whole: bool) -> Any:
    kind = found.get("x-kubernetes-group-version-kind")
    if not whole:
        return kind["kind"] if kind else None
    said = [*(found.get("parameters") or ()), *shared]
    told = {
        "operationId": found["operationId"],
        "action": found.get("x-kubernetes-action"),
        "gvk": kind,
        "queryParams": [one["name"] for one in said if one["in"] == "query"],
    }
    if "requestBody" not in found:
        return told
    return {**told, "requestContentTypes": list(found["requestBody"]["content"])}
