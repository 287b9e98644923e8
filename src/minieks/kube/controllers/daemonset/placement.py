"""On which nodes a DaemonSet's pod belongs, and the pod that is made for one of them.

Source: kubernetes pkg/controller/daemon/{daemon_controller,util/daemonset_util}.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.kube.api.memo import IdentityMemo
from minieks.kube.controllers import templates
from minieks.kube.kinds import nodes, taints
from minieks.kube.words.objects import Obj, labels, metadata, name
from minieks.kube.words.selectors import NodeSelector, Selector, from_map, node_selector

GENERATION_LABEL: Final = "pod-template-generation"
_NODE: Final = "node.kubernetes.io"
_TOLERATED: Final = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


class Fit(NamedTuple):
    """Whether a pod should come to a node, and whether one that is there may stay."""

    runs: bool
    stays: bool


_NOWHERE: Final = Fit(runs=False, stays=False)
_EVERYWHERE: Final = Fit(runs=True, stays=True)
_Marks: TypeAlias = tuple[tuple[str, str | None, str], ...]
"""Taints by key, value and effect."""


class Placement:
    """A DaemonSet's rules about nodes, ready to be asked about many."""

    def __init__(self, template: Obj) -> None:
        spec = template["spec"]
        self._node_name = spec.get("nodeName") or ""
        self._labels: Selector = from_map(spec.get("nodeSelector"))
        self._affinity = _required(spec)
        self._tolerations = tolerations(spec)
        # By a node's labels, and for which name: nodes may share them.
        self._meant: IdentityMemo[tuple[str, bool]] = IdentityMemo(2048)
        self._among: dict[_Marks, Fit] = {}

    def fit(self, node: Obj) -> Fit:
        """The answer for one node; what it takes is remembered, for each pass asks about all."""
        return self._fit_among(nodes.taints(node)) if self.means(node) else _NOWHERE

    def means(self, node: Obj) -> bool:
        """Whether a node is meant at all, whatever its taints."""
        worn, own_name = labels(node), name(node)
        known = self._meant.get(worn)
        if known is None or known[0] != own_name:
            known = self._meant.put(worn, (own_name, self._is_meant(node)))
        return known[1]

    def _is_meant(self, node: Obj) -> bool:
        """Whether the node is one of those that the template's own rules allow."""
        if self._node_name and self._node_name != name(node):
            return False
        if not self._labels.matches(labels(node)):
            return False
        return self._affinity is None or self._affinity.matches(labels(node), name(node))

    def _fit_among(self, found: Sequence[Mapping[str, Any]]) -> Fit:
        """The answer for nodes with these taints, of which few kinds are met."""
        if not found:
            return _EVERYWHERE
        marks = tuple((one["key"], one.get("value"), one["effect"]) for one in found)
        known = self._among.get(marks)
        if known is not None:
            return known
        evicting = taints.first_untolerated(self._tolerations, found, ("NoExecute",))
        blocking = taints.first_untolerated(self._tolerations, found)
        return self._among.setdefault(marks, Fit(blocking is None, evicting is None))


def _required(spec: Mapping[str, Any]) -> NodeSelector | None:
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    return None if required is None else node_selector(required)


def tolerations(spec: Mapping[str, Any]) -> list[Obj]:
    """The template's tolerations and those that every daemon pod gets."""
    wanted = list(_TOLERATED)
    if spec.get("hostNetwork"):
        wanted.append(("network-unavailable", "NoSchedule"))
    found = list(spec.get("tolerations") or ())
    for key, effect in wanted:
        added = {"key": f"{_NODE}/{key}", "operator": "Exists", "effect": effect}
        if added not in found:
            found.append(added)
    return found


def pod_for(daemon_set: Obj, node: str, digest: str, generation: str) -> Obj:
    """The pod for one node; the scheduler binds it there because its affinity names the node."""
    template = templates.with_labels(
        daemon_set["spec"]["template"],
        {templates.REVISION_LABEL: digest, GENERATION_LABEL: generation},
    )
    pod = templates.pod_from(template, daemon_set)
    spec = pod["spec"]
    return {
        **pod,
        "spec": {**spec, "tolerations": tolerations(spec), "affinity": _pinned(spec, node)},
    }


def _pinned(spec: Mapping[str, Any], node: str) -> Obj:
    """The affinity with one required field, ``metadata.name``, added to each of its terms."""
    field = {"key": "metadata.name", "operator": "In", "values": [node]}
    affinity = spec.get("affinity") or {}
    node_affinity = affinity.get("nodeAffinity") or {}
    required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    pinned = {**node_affinity, "requiredDuringSchedulingIgnoredDuringExecution": required}
    return {**affinity, "nodeAffinity": pinned}


def target_node(pod: Obj) -> str:
    """The node of a daemon pod: where it is bound, or where its affinity wants it."""
    spec = pod["spec"]
    if spec.get("nodeName"):
        return str(spec["nodeName"])
    affinity = (spec.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    for term in required.get("nodeSelectorTerms") or ():
        for field in term.get("matchFields") or ():
            if field["key"] == "metadata.name" and field["operator"] == "In":
                return str(field["values"][0])
    return ""


def generation_of(daemon_set: Obj) -> str:
    """The template's generation, as the deprecated annotation or the object counts it."""
    noted = (metadata(daemon_set).get("annotations") or {}).get(
        "deprecated.daemonset.template.generation"
    )
    return str(noted or metadata(daemon_set).get("generation") or 1)
