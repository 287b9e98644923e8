"""Labels and taints of a group's nodes.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/validation.go (validateLabels) and
pkg/utils/taints/taints.go; allowed label keys as in kubernetes
staging/src/k8s.io/kubelet/pkg/apis/well_known_labels.go.
"""

from collections.abc import Mapping

from minieks.eks.labels import EKSCTL_CLUSTER, EKSCTL_NODE_GROUP
from minieks.eks.spec import Taint
from minieks.kube.words.names import label_value, qualified_name
from minieks.scenario.readers.eksctl.reading import Group, Reading
from minieks.scenario.readers.places import FieldPath

_RESERVED = ("kubernetes.io", "k8s.io")
_KUBELET_NAMESPACES = ("kubelet.kubernetes.io", "node.kubernetes.io")
_KUBELET_LABELS = (
    "kubernetes.io/hostname",
    "kubernetes.io/os",
    "kubernetes.io/arch",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "beta.kubernetes.io/instance-type",
    "beta.kubernetes.io/os",
    "beta.kubernetes.io/arch",
)
_EFFECTS = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def read_labels(group: Group) -> dict[str, str]:
    """The user's labels and the two that eksctl puts on every node."""
    labels: Mapping[str, str] = group.fields.get("labels") or {}
    for key, value in labels.items():
        path = (*group.path, "labels", key)
        check_label(group.reading, path, key, value)
        if _reserved(key):
            raise group.reading.error(
                path,
                "the kubelet refuses labels with the reserved prefixes [kubernetes.io/, k8s.io/]",
                "use a prefix of your own, or node.kubernetes.io/",
            )
    return {
        **labels,
        EKSCTL_CLUSTER: group.reading.cluster,
        EKSCTL_NODE_GROUP: group.name,
    }


def check_label(reading: Reading, path: FieldPath, key: str, value: str) -> None:
    """UserError if Kubernetes would refuse the label."""
    complaints = qualified_name(key)
    if complaints:
        raise reading.error(path, f"label {key!r} is invalid - {complaints[0]}", "rename it")
    complaints = label_value(value)
    if complaints:
        raise reading.error(
            path, f"label {key!r} has invalid value {value!r} - {complaints[0]}", "change the value"
        )


def _reserved(key: str) -> bool:
    """Whether a node may not give itself the label."""
    prefix, slash, _ = key.partition("/")
    if not slash or not _in_domain(prefix, _RESERVED) or key in _KUBELET_LABELS:
        return False
    return not _in_domain(prefix, _KUBELET_NAMESPACES)


def _in_domain(prefix: str, domains: tuple[str, ...]) -> bool:
    return any(prefix == domain or prefix.endswith(f".{domain}") for domain in domains)


def read_taints(group: Group) -> tuple[Taint, ...]:
    """The taints, from a list of key, value and effect or from ``key: value:Effect``."""
    given = group.fields.get("taints") or ()
    path = (*group.path, "taints")
    if isinstance(given, dict):
        pairs = ((key, *_parted(text)) for key, text in given.items())
        return tuple(_taint(group.reading, (*path, key), key, v, e) for key, v, e in pairs)
    return tuple(
        _taint(
            group.reading,
            (*path, index),
            one.get("key", ""),
            one.get("value", ""),
            one.get("effect", ""),
        )
        for index, one in enumerate(given)
    )


def _parted(text: str) -> tuple[str, str]:
    """``value:Effect``, ``:Effect`` or ``Effect``; other forms have no effect, and are refused."""
    parts = text.split(":")
    if len(parts) == 1:
        return "", parts[0]
    return (parts[0], parts[1]) if len(parts) == 2 else (text, "")


def _taint(reading: Reading, path: FieldPath, key: str, value: str, effect: str) -> Taint:
    if not key:
        raise reading.error(path, "taint key must be non-empty", "add key:")
    complaints = qualified_name(key)
    if complaints:
        raise reading.error(path, f"invalid taint key: {key}, {complaints[0]}", "rename it")
    complaints = label_value(value)
    if complaints:
        raise reading.error(path, f"invalid taint value: {value}, {complaints[0]}", "change it")
    if effect not in _EFFECTS:
        raise reading.error(
            path,
            f"invalid taint effect: {effect!r}, unsupported taint effect",
            f"use one of: {', '.join(_EFFECTS)}",
        )
    return Taint(key, value, effect)
