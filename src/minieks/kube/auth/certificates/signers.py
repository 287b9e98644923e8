"""What the signers of a cluster sign, and for how long.

Source: kubernetes pkg/controller/certificates/signer/signer.go,
pkg/apis/certificates/helpers.go, and the EKS user guide, "Secure workloads with Kubernetes
certificates" (beta.eks.amazonaws.com/app-serving).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final, TypeAlias

from minieks.kube.auth.certificates import requests
from minieks.kube.auth.certificates.requests import Subject

# From a subject and the usages to why it is not signed; empty if it is.
_Rule: TypeAlias = Callable[[Subject, Collection[str]], str]

EKS_SERVING: Final = "beta.eks.amazonaws.com/app-serving"
_NODE: Final = "system:node:"
_NODES: Final = ("system:nodes",)
_YEAR: Final = 365 * 24 * 3600
_SHORTEST: Final = 600

_COMMON: Final = frozenset(("digital signature", "key encipherment"))
_CLIENT: Final = frozenset((*_COMMON, "client auth"))
_SERVING: Final = frozenset((*_COMMON, "server auth"))


def _node(subject: Subject) -> str:
    if subject.organizations != _NODES:
        return "subject organization is not system:nodes"
    if not subject.common_name.startswith(_NODE):
        return "subject common name does not begin with system:node: "
    return ""


def _node_client(subject: Subject, usages: Collection[str]) -> str:
    for names, what in (
        (subject.dns_names, "DNS"),
        (subject.emails, "Email"),
        (subject.addresses, "IP"),
        (subject.uris, "URI"),
    ):
        if names:
            return f"{what} subjectAltNames are not allowed"
    return _node(subject) or _within(usages, "client auth", _CLIENT)


def _node_serving(subject: Subject, usages: Collection[str]) -> str:
    if not subject.dns_names and not subject.addresses:
        return "DNS or IP subjectAltName is required"
    for names, what in ((subject.emails, "Email"), (subject.uris, "URI")):
        if names:
            return f"{what} subjectAltNames are not allowed"
    return _node(subject) or _within(usages, "server auth", _SERVING)


def _client(subject: Subject, usages: Collection[str]) -> str:
    return _within(usages, "client auth", _CLIENT)


def _serving(subject: Subject, usages: Collection[str]) -> str:
    return _within(usages, "server auth", _SERVING)


def _anything(subject: Subject, usages: Collection[str]) -> str:
    return ""


def _within(usages: Collection[str], needed: str, allowed: frozenset[str]) -> str:
    if needed in usages and allowed.issuperset(usages):
        return ""
    return f"usages did not match [{' '.join(sorted(allowed))}]"


_RULES: Final[Mapping[str, _Rule]] = {
    requests.CLIENT: _client,
    requests.KUBELET_CLIENT: _node_client,
    requests.KUBELET_SERVING: _node_serving,
    requests.LEGACY_UNKNOWN: _anything,
    EKS_SERVING: _serving,
}


def signs(signer: str) -> bool:
    """Whether the cluster has this signer; others belong to somebody else."""
    return signer in _RULES


def refusal(signer: str, subject: Subject, usages: Collection[str]) -> str:
    """Why the signer does not sign; empty if it does."""
    return _RULES[signer](subject, usages)


def lasts(asked: int | None) -> int:
    """Seconds that a certificate is valid: a year, or less if less is asked for."""
    return _YEAR if asked is None else max(_SHORTEST, min(asked, _YEAR))
