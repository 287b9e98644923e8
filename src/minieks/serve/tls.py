"""TLS as the API server speaks it: its own certificate, and the client's if it shows one."""

import os
import ssl
from hashlib import sha256
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from minieks.kube.rest.http import ClientCertificate
from minieks.serve.authority import KeyPair


class Secured(Protocol):
    """The standard library's SSL object, and uvloop's."""

    def getpeercert(self, binary_form: bool = False, /) -> Any:
        """The peer's verified certificate: a mapping, or in binary form its DER."""


def server_context(pair: KeyPair, clients_authority: bytes) -> ssl.SSLContext:
    """What a listening socket needs. A client may show a certificate of ``clients_authority``.

    HTTP/1.1 is all that is offered, and every Kubernetes client is content with it. No
    session is resumed: clients keep their connections, and tickets cost handshakes time and memory.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = 0
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=clients_authority.decode("ascii"))
    _load(context, pair)
    return context


def _load(context: ssl.SSLContext, pair: KeyPair) -> None:
    # The standard library takes a private key from a file only.
    with TemporaryDirectory(prefix="minieks-") as folder:
        path = os.path.join(folder, "server.pem")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pair.certificate + pair.key)
        context.load_cert_chain(path)


def client_of(secured: Secured | None) -> ClientCertificate | None:
    """Who the verified certificate of a connection says that the client is, if it showed one."""
    verified = secured.getpeercert() if secured is not None else None
    if secured is None or not verified:
        return None
    parts = [part for group in verified.get("subject", ()) for part in group]
    names = [value for kind, value in parts if kind == "commonName"]
    groups = tuple(value for kind, value in parts if kind == "organizationName")
    digest = sha256(secured.getpeercert(True) or b"").hexdigest()
    return ClientCertificate(names[-1] if names else "", groups, digest)
