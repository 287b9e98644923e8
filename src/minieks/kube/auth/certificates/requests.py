"""What a request for a certificate holds, and what its API object must look like.

Source: kubernetes pkg/apis/certificates/validation/validation.go.
"""

import re
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    duplicate,
    invalid,
    not_supported,
    quoted,
    required,
)
from minieks.kube.words.objects import Obj

COLLECTION: Final = "certificatesigningrequests.certificates.k8s.io"
CLIENT: Final = "kubernetes.io/kube-apiserver-client"
KUBELET_CLIENT: Final = "kubernetes.io/kube-apiserver-client-kubelet"
KUBELET_SERVING: Final = "kubernetes.io/kubelet-serving"
LEGACY_UNKNOWN: Final = "kubernetes.io/legacy-unknown"

USAGES: Final = (
    *("any", "cert sign", "client auth", "code signing", "content commitment", "crl sign"),
    *("data encipherment", "decipher only", "digital signature", "email protection"),
    *("encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement"),
    *("key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime"),
    *("server auth", "signing", "timestamping"),
)
"""Every usage that a request may name, sorted."""

_SHORTEST: Final = 600
_SIGNER: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[-a-z0-9._:]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is asked for: the subject, and the names beside it."""

    common_name: str = ""
    organizations: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()


def pem_of(request: Obj) -> bytes:
    """The PEM that the object carries; empty if it is no base64."""
    try:
        return b64decode(str((request.get("spec") or {}).get("request") or ""), validate=True)
    except BadBase64:
        return b""


def complaints(request: Obj, problem: str) -> Iterator[FieldError]:
    """What is wrong with a new object; ``problem`` is what the parser said of its PEM, or empty."""
    spec = request.get("spec") or {}
    if problem:
        shown = Verbatim(quoted(str(spec.get("request") or "")))
        yield invalid("spec.request", shown, problem)
    yield from _usages(spec.get("usages") or [])
    signer = spec.get("signerName") or ""
    if not signer:
        yield required("spec.signerName", "")
    elif not _SIGNER.fullmatch(signer):
        why = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
        yield invalid("spec.signerName", signer, why)
    seconds = spec.get("expirationSeconds")
    if seconds is not None and seconds < _SHORTEST:
        why = "may not specify a duration less than 600 seconds (10 minutes)"
        yield invalid("spec.expirationSeconds", seconds, why)


def _usages(usages: list[str]) -> Iterator[FieldError]:
    if not usages:
        yield required("spec.usages", "")
    for index, usage in enumerate(usages):
        place = f"spec.usages[{index}]"
        if usage not in USAGES:
            yield not_supported(place, usage, USAGES)
        elif usage in usages[:index]:
            yield duplicate(place, usage)
