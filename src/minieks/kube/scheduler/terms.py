"""What a pod says about where it wants to be, compiled: affinity terms and spread constraints.

Source: kubernetes pkg/scheduler/framework/types.go (AffinityTerm) and
plugins/podtopologyspread/common.go.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from minieks.kube.words import selectors
from minieks.kube.words.selectors import NOTHING, NodeTerm, Requirement, Selector

_NOTHING: Final[Mapping[str, Any]] = {}


class PodTerm(NamedTuple):
    """Which pods a (anti-)affinity term speaks of, and the topology that it speaks of."""

    topology_key: str
    namespaces: frozenset[str]
    namespace_selector: Selector
    selector: Selector

    def matches(
        self, namespace: str, namespace_labels: Mapping[str, str], labels: Mapping[str, str]
    ) -> bool:
        """Whether a pod of that namespace with those labels is meant."""
        inside = namespace in self.namespaces or self.namespace_selector.matches(namespace_labels)
        return inside and self.selector.matches(labels)


class Affinities(NamedTuple):
    """All pod (anti-)affinity terms of one pod; preferred ones carry a weight, below 0 for anti."""

    required: tuple[PodTerm, ...] = ()
    required_anti: tuple[PodTerm, ...] = ()
    preferred: tuple[tuple[PodTerm, int], ...] = ()


NO_AFFINITIES: Final = Affinities()


class NodeRules(NamedTuple):
    """nodeSelector and node affinity of one pod."""

    selector: tuple[Requirement, ...] = ()
    terms: tuple[NodeTerm, ...] | None = None
    preferred: tuple[tuple[NodeTerm, int], ...] = ()

    @property
    def restricts(self) -> bool:
        """Whether there is anything that a node must satisfy."""
        return bool(self.selector) or self.terms is not None


NO_NODE_RULES: Final = NodeRules()


class Spread(NamedTuple):
    """One topology spread constraint."""

    topology_key: str
    max_skew: int
    hard: bool
    selector: Selector
    min_domains: int = 1
    honor_affinity: bool = True
    honor_taints: bool = False


def affinities(namespace: str, spec: Mapping[str, Any]) -> Affinities:
    """The pod (anti-)affinity of a pod spec in that namespace."""
    affinity = spec.get("affinity")
    if not affinity:
        return NO_AFFINITIES
    toward = affinity.get("podAffinity") or _NOTHING
    away = affinity.get("podAntiAffinity") or _NOTHING
    return Affinities(
        _required(namespace, toward),
        _required(namespace, away),
        (*_preferred(namespace, toward, 1), *_preferred(namespace, away, -1)),
    )


def _required(namespace: str, part: Mapping[str, Any]) -> tuple[PodTerm, ...]:
    written = part.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
    return tuple(pod_term(namespace, term) for term in written)


def _preferred(namespace: str, part: Mapping[str, Any], sign: int) -> Iterator[tuple[PodTerm, int]]:
    for item in part.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
        yield pod_term(namespace, item["podAffinityTerm"]), sign * int(item["weight"])


def pod_term(namespace: str, term: Mapping[str, Any]) -> PodTerm:
    """One term of a pod in that namespace, which it means if it names none."""
    named, wanted = term.get("namespaces"), term.get("namespaceSelector")
    spaces = frozenset(named or ()) if named or wanted is not None else frozenset((namespace,))
    return PodTerm(
        term["topologyKey"],
        spaces,
        selectors.compile_selector(wanted),
        selectors.compile_selector(term.get("labelSelector")),
    )


def node_rules(spec: Mapping[str, Any]) -> NodeRules:
    """nodeSelector and node affinity of a pod spec."""
    selector = spec.get("nodeSelector")
    part = (spec.get("affinity") or _NOTHING).get("nodeAffinity")
    if not selector and not part:
        return NO_NODE_RULES
    exact = selectors.from_map(selector).requirements
    part = part or _NOTHING
    required = part.get("requiredDuringSchedulingIgnoredDuringExecution")
    terms = None if required is None else selectors.node_selector(required).terms
    return NodeRules(exact, terms, tuple(_preferred_nodes(part)))


def _preferred_nodes(part: Mapping[str, Any]) -> Iterator[tuple[NodeTerm, int]]:
    """Preferences; those of weight 0 and without conditions are dropped."""
    for item in part.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
        term, weight = selectors.node_term(item["preference"]), int(item["weight"])
        if weight and (term.expressions or term.fields):
            yield term, weight


def spreads(spec: Mapping[str, Any], labels: Mapping[str, str]) -> tuple[Spread, ...]:
    """The pod's own spread constraints, matchLabelKeys resolved with its labels."""
    written: Iterable[Mapping[str, Any]] = spec.get("topologySpreadConstraints") or ()
    return tuple(_spread(item, labels) for item in written)


def _spread(item: Mapping[str, Any], labels: Mapping[str, str]) -> Spread:
    return Spread(
        topology_key=item["topologyKey"],
        max_skew=int(item["maxSkew"]),
        hard=item.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule",
        selector=_with_label_keys(item, labels),
        min_domains=int(item.get("minDomains") or 1),
        honor_affinity=item.get("nodeAffinityPolicy", "Honor") == "Honor",
        honor_taints=item.get("nodeTaintsPolicy", "Ignore") == "Honor",
    )


def _with_label_keys(item: Mapping[str, Any], labels: Mapping[str, str]) -> Selector:
    selector = selectors.compile_selector(item.get("labelSelector"))
    keys = item.get("matchLabelKeys")
    if not keys or selector == NOTHING:
        return selector
    own = (Requirement(key, "In", (labels[key],)) for key in keys if key in labels)
    return Selector((*selector.requirements, *own))
