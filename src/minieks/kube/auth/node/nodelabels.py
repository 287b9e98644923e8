"""Which labels a kubelet may give its own Node.

Source: kubernetes plugin/pkg/admission/noderestriction/admission.go (getForbiddenLabels), kubelet
pkg/apis/well_known_labels.go.
"""

from collections.abc import Mapping
from typing import Final

_RESTRICTED: Final = "node-restriction.kubernetes.io"
_KUBERNETES: Final = ("kubernetes.io", "k8s.io")
_KUBELETS: Final = ("kubelet.kubernetes.io", "node.kubernetes.io")
_KNOWN: Final = frozenset(
    {
        *("kubernetes.io/hostname", "kubernetes.io/os", "kubernetes.io/arch"),
        *("topology.kubernetes.io/zone", "topology.kubernetes.io/region"),
        *("failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"),
        *("node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"),
        *("beta.kubernetes.io/os", "beta.kubernetes.io/arch"),
    }
)


def forbidden(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The labels, sorted, that a kubelet may not add, change or remove, and did."""
    changed = {key for key, _ in before.items() ^ after.items()}
    return sorted(key for key in changed if _is_forbidden(key))


def _is_forbidden(key: str) -> bool:
    domain = key.partition("/")[0] if "/" in key else ""
    if _is_in(domain, _RESTRICTED):
        return True
    if not any(_is_in(domain, one) for one in _KUBERNETES):
        return False
    return key not in _KNOWN and not any(_is_in(domain, one) for one in _KUBELETS)


def _is_in(domain: str, parent: str) -> bool:
    return domain == parent or domain.endswith(f".{parent}")
