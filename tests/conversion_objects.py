"""A kind in two versions that differ in more than their name, and what converts between them."""

from typing import Any

GROUP = "stable.example.com"
V1, V2 = f"{GROUP}/v1", f"{GROUP}/v2"


_SCALE = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}


def definition(client: Any, storage: str = "v1", conversion: Any = None) -> Any:
    """``spec.host`` and ``spec.port`` in v1 are ``spec.address`` in v2."""
    webhook = {"clientConfig": client, "conversionReviewVersions": ["v1"]}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"servers.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"plural": "servers", "singular": "server", "kind": "Server"},
            "conversion": conversion or {"strategy": "Webhook", "webhook": webhook},
            "versions": [
                _version("v1", storage, host={"type": "string"}, port={"type": "string"}),
                _version("v2", storage, address={"type": "string", "pattern": ":"}),
            ],
        },
    }


def _version(name: str, storage: str, **spec: Any) -> Any:
    properties = {
        "spec": {"type": "object", "properties": {**spec, "replicas": {"type": "integer"}}},
        "status": {"type": "object", "properties": {"seen": {"type": "string"}}},
    }
    schema = {"openAPIV3Schema": {"type": "object", "properties": properties}}
    return {
        "name": name,
        "served": True,
        "storage": name == storage,
        "schema": schema,
        "subresources": {"status": {}, "scale": _SCALE},
        "selectableFields": [{"jsonPath": f".spec.{next(iter(spec))}"}],
    }


def server(name: str = "a", version: str = V2, **spec: str) -> Any:
    spec = spec or ({"address": "x:1"} if version == V2 else {"host": "x", "port": "1"})
    return {
        "apiVersion": version,
        "kind": "Server",
        "metadata": {"name": name, "namespace": "default"},
        "spec": spec,
    }


def convert(review: Any) -> Any:
    """What the webhook answers to a review."""
    request = review["request"]
    made = [_converted(one, request["desiredAPIVersion"]) for one in request["objects"]]
    response = {"uid": request["uid"], "result": {"status": "Success"}, "convertedObjects": made}
    return {"apiVersion": review["apiVersion"], "kind": "ConversionReview", "response": response}


def _converted(obj: Any, version: str) -> Any:
    spec = obj.get("spec") or {}
    if version == obj["apiVersion"]:
        return obj
    told = {"replicas": spec["replicas"]} if "replicas" in spec else {}
    if version == V2:
        told |= {"address": f"{spec.get('host', '')}:{spec.get('port', '')}"}
    else:
        host, _, port = spec.get("address", "").partition(":")
        told |= {"host": host, "port": port}
    return {**obj, "apiVersion": version, "spec": {**told, "unknown": "field"}}
