"""Objects that clients make, and waiting for the cluster's own time to bring something about."""

import base64
import re
import threading
import time
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PATIENCE = 20.0


def space(client: str, name: str) -> str:
    """A namespace of its own for a check."""
    return re.sub(r"[^a-z0-9]+", "-", f"{client}-{name}".lower())[:60].strip("-")


def namespace(name: str) -> Any:
    """A Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def config_map(name: str) -> Any:
    """A ConfigMap with the label made=here."""
    meta = {"name": name, "labels": {"made": "here"}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "b"}}


def pod(name: str) -> Any:
    """A Pod."""
    spec = {"containers": [{"name": "c", "image": "nginx"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def deployment(replicas: int = 1) -> Any:
    """A Deployment called web."""
    template = {"metadata": {"labels": {"app": "web"}}, "spec": pod("x")["spec"]}
    selector = {"matchLabels": {"app": "web"}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas, "selector": selector, "template": template},
    }


def definition(client: str) -> Any:
    """A CustomResourceDefinition of Things in a group of the client's own."""
    group = f"{client.replace('_', '-')}.example.com"
    size = {"type": "object", "properties": {"size": {"type": "integer"}}}
    kept = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"type": "object", "properties": {"spec": size, "status": kept}}
    version = {
        "name": "v1",
        "served": True,
        "storage": True,
        "subresources": {"status": {}},
        "schema": {"openAPIV3Schema": schema},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"things.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "things", "kind": "Thing", "singular": "thing"},
            "versions": [version],
        },
    }


def thing(client: str, name: str = "t") -> Any:
    """One of those."""
    return {
        "apiVersion": f"{client.replace('_', '-')}.example.com/v1",
        "kind": "Thing",
        "metadata": {"name": name},
        "spec": {"size": 3},
    }


def signing_request(user: str) -> Any:
    """A CertificateSigningRequest for a client's certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, user)])
    asked = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    request = base64.b64encode(asked.public_bytes(serialization.Encoding.PEM)).decode()
    signer = "kubernetes.io/kube-apiserver-client"
    return {
        "apiVersion": "certificates.k8s.io/v1",
        "kind": "CertificateSigningRequest",
        "metadata": {"name": user},
        "spec": {"request": request, "signerName": signer, "usages": ["client auth"]},
    }


def until(happened: Callable[[], bool], *meanwhile: type[Exception]) -> None:
    """Wait until something has happened; these errors are taken for not yet."""
    pause, deadline = threading.Event(), time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if happened():
                return
        except meanwhile:
            pass
        pause.wait(0.02)
    raise AssertionError("it has not happened")
