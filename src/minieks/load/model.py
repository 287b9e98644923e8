"""The load of a cluster: it follows pods, and says what they use and what is measured of them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from minieks.engine.clock import SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import EVERYTHING, Change
from minieks.kube.api import aspects
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.server import Api
from minieks.kube.kinds.podresources import container_limits
from minieks.kube.kinds.workloads import workload_of
from minieks.kube.usage import ExternalValue, Usage
from minieks.kube.usage.demand import half_of_requests
from minieks.kube.words.objects import Obj, key, labels, namespace
from minieks.kube.words.selectors import Selector
from minieks.load.curves import Curve
from minieks.load.group import LoadedGroup, nanos, usage
from minieks.load.spec import DERIVED, Derived, ExternalMetric, LoadSpec

_OF_PODS: Final = aspects.LIFE | aspects.READY | aspects.PHASE | aspects.LABELS
_UNLIMITED: Final = 2**63
_METRIC: Final = "metric/"
"""What the groups of external and object metrics are called by, before their names."""


class _Bounds(NamedTuple):
    """What a container uses without load, and the most that it may use."""

    default: Usage
    most: Usage


def _bounds(container: Mapping[str, Any]) -> _Bounds:
    limits = container_limits(container)
    most = Usage(limits.get("cpu", _UNLIMITED) * 1_000_000, limits.get("memory", _UNLIMITED))
    return _Bounds(half_of_requests(container), most)


class Load:
    """Demand, custom metrics and the loop that leads them along; its key is a group's name.

    A group is the pods of one entry of the load file, or an external or object metric's curve.
    """

    name = "load"

    def __init__(self, api: Api, spec: LoadSpec) -> None:
        self._api = api
        self._spec = spec
        self.groups = {
            str(one.subject): LoadedGroup(str(one.subject), one, spec.begins)
            for one in spec.workloads
        }
        self._of_pod: dict[str, str] = {}
        self._bounds: IdentityMemo[_Bounds] = IdentityMemo()
        self._curves: dict[str, list[Curve]] = {}
        for name, curve in [
            *((one.name, one.value) for one in spec.external),
            *((one.name, one.value) for one in spec.objects),
        ]:
            if curve is not None:
                self._curves.setdefault(_METRIC + name, []).append(curve)

    # the loop

    def watches(self) -> Mapping[str, Wakes]:
        """Pods that come, go and get ready; namespaces, to begin with."""
        return {
            "pods": Minding(self._pod_changed, _OF_PODS),
            "namespaces": Minding(self._begin, aspects.CAME),
        }

    def _begin(self, change: Change) -> Iterable[str]:
        return (*self.groups, *self._curves) if change.key == "kube-system" else ()

    def _pod_changed(self, change: Change) -> Iterable[str]:
        known = self._of_pod.get(change.key)
        if known is None and change.type != "DELETED":
            known = self._group_of(change.value)
            self._of_pod[change.key] = known
        if not known:
            return ()
        group = self.groups[known]
        if change.type == "DELETED":
            del self._of_pod[change.key]
            group.drop(change.key)
        else:
            group.put(change.key, change.value)
        return (known,)

    def _group_of(self, pod: Obj) -> str:
        """The first entry of the load file that is about the pod; empty if none is."""
        space, own = namespace(pod), labels(pod)
        ref = workload_of(self._api.store, pod)
        for name, group in self.groups.items():
            subject = group.load.subject
            if subject.namespace != space:
                continue
            by_name = (ref.kind, ref.name) == (subject.kind, subject.name)
            by_labels = not subject.kind and subject.labels.items() <= own.items()
            if by_name or by_labels:
                group.workloads[ref] = None
                return name
        return ""

    def reconcile(self, name: str) -> Result | None:
        """Begin what holds from now on, and come again when that ends."""
        now = self._api.engine.now()
        group, touched = self.groups.get(name), EVERYTHING
        if group is None:
            moments = [one.next_change(now) for one in self._curves[name]]
            ends = min((one for one in moments if one is not None), default=None)
        else:
            ends = group.renew(now)
            touched = group.touched()
        self._api.usage.changed(name, touched)
        return None if ends is None else Result((ends - now) / SECOND)

    # demand

    def used(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """What it needs, as far as its limits let it."""
        default, most = self._bounds_of(container)
        needed = self._needed(pod, container, at, default)
        return Usage(min(needed.cpu, most.cpu), min(needed.memory, most.memory))

    def _bounds_of(self, container: Mapping[str, Any]) -> _Bounds:
        resources = container.get("resources")
        return self._bounds.get(resources) or self._bounds.put(resources, _bounds(container))

    def needed(self, pod: Obj, container: Mapping[str, Any], at: Micros) -> Usage:
        """What it would use without limits."""
        return self._needed(pod, container, at, self._bounds_of(container).default)

    def _needed(self, pod: Obj, container: Mapping[str, Any], at: Micros, default: Usage) -> Usage:
        pod_key = key(pod)
        group = self.groups.get(self._of_pod.get(pod_key, ""))
        loaded = None if group is None else group.container(pod)
        if group is None or loaded is None or loaded["name"] != container["name"]:
            return default
        return usage(*group.needed(pod_key, at), default)

    def unchanged_since(self, pod: Obj, at: Micros) -> Micros:
        """Since the last change of its group."""
        group = self.groups.get(self.group(pod))
        phase = None if group is None else group.phase(at)
        return 0 if phase is None or phase.since > at else phase.since

    def group(self, pod: Obj) -> str:
        """The entry of the load file that is about the pod."""
        return self._of_pod.get(key(pod), "")

    def twins(self, pod: Obj) -> str:
        """The ready pods of a group are."""
        pod_key = key(pod)
        group = self.groups.get(self._of_pod.get(pod_key, ""))
        return group.name if group is not None and pod_key in group.ready else ""

    def members(self, group: str) -> Iterable[str]:
        """The keys of the pods of a group."""
        found = self.groups.get(group)
        return () if found is None else found.members()

    def is_moving(self, group: str) -> bool:
        """Whether a queue grows or shrinks."""
        found = self.groups.get(group)
        return found is not None and found.is_moving()

    # custom metrics

    def pod_metrics(self) -> Iterable[str]:
        """Those that any workload of the load file has."""
        return sorted({name for one in self._spec.workloads for name in one.metrics})

    def object_metrics(self) -> Iterable[tuple[str, str]]:
        """Those of the load file."""
        return sorted({(one.kind, one.name) for one in self._spec.objects})

    def external_metrics(self) -> Iterable[str]:
        """Those of the load file."""
        return sorted({one.name for one in self._spec.external})

    def of_pod(self, pod: Obj, metric: str, at: Micros) -> int | None:
        """A curve's value, or what is known of requests; only of pods that are ready."""
        group = self.groups.get(self.group(pod))
        wanted = None if group is None else group.load.metrics.get(metric)
        if group is None or wanted is None or key(pod) not in group.ready:
            return None
        if isinstance(wanted, str):
            return _milli(group.derived(wanted, at))
        return _milli(wanted.at(at))

    def of_object(self, kind: str, key: str, metric: str, at: Micros) -> int | None:
        """A curve's value."""
        for one in self._spec.objects:
            if (one.kind, one.key, one.name) == (kind, key, metric):
                return _milli(one.value.at(at))
        return None

    def external(
        self, space: str, metric: str, selector: Selector, at: Micros
    ) -> list[ExternalValue] | None:
        """The values whose labels match; they are the same in every namespace."""
        del space
        named = [one for one in self._spec.external if one.name == metric]
        if not named:
            return None
        return [
            ExternalValue(one.labels, self._external(one, at))
            for one in named
            if selector.matches(one.labels)
        ]

    def _external(self, metric: ExternalMetric, at: Micros) -> int:
        if metric.value is not None:
            return _milli(metric.value.at(at))
        group = self.groups[str(metric.of)]
        return _milli(_in_all(group, metric.derived, at))

    def groups_of(self, metric: str) -> Iterable[str]:
        """The metric's own, and those of the workloads that it is known from."""
        own = [_METRIC + metric] if _METRIC + metric in self._curves else []
        return own + [str(one.of) for one in self._spec.external if one.name == metric and one.of]


def _in_all(group: LoadedGroup, what: Derived, at: Micros) -> float:
    """What is known of requests, of all pods together."""
    assert what in DERIVED, "the reader takes no other"
    per_pod = what in ("rate", "concurrency")
    return group.derived(what, at) * (max(1, len(group.ready)) if per_pod else 1)


def _milli(value: float) -> int:
    return nanos(value) // 1_000_000
