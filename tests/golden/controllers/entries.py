"""A change of the store as the entries of a recorded case."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from golden.controllers.names import PREFIXES, Names, owner_texts
from minieks.engine.store import Change
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, controller_ref, is_deleting

Entry: TypeAlias = list[Any]

_SCALED = ("deploy", "rs", "sts")
_WITH_CONDITIONS = ("deploy", "rs", "job", "pdb", "ns")
_BOUND = ("daemonset", "node-lifecycle")
_SHOWN_POD_CONDITIONS = ("DisruptionTarget",)


class Entries:
    """Says what a change is, in the words of one family of cases."""

    def __init__(self, names: Names, family: str) -> None:
        self._names = names
        self._family = family

    def of(self, change: Change) -> list[Entry]:
        kind = PREFIXES[change.collection]
        about = f"{kind}/{self._names.of(change.value)}"
        if change.type == "DELETED":
            return [[about, "deleted"]]
        if change.type == "ADDED":
            return [[about, *rest] for rest in self._created(kind, change.value)]
        return [[about, *rest] for rest in self._changed(kind, change.previous or {}, change.value)]

    def _created(self, kind: str, obj: Obj) -> Iterator[Entry]:
        extra = self._extra(kind, obj)
        yield ["created", extra] if extra is not None else ["created"]
        if kind == "rs" and self._family == "replicaset" and controller_ref(obj):
            yield ["owners", owner_texts(self._names, obj)]
        if kind in ("pv", "pvc"):
            yield ["phase", obj["status"]["phase"]]
        if kind in ("pv", "pvc", "cm") and obj["metadata"].get("finalizers"):
            yield ["finalizers", obj["metadata"]["finalizers"]]
        if kind == "pod" and self._family in _BOUND and pods.node_name(obj):
            yield ["bound", pods.node_name(obj)]
        if kind == "pod" and self._family == "node-lifecycle":
            yield ["ready", False]
        if kind == "node":
            yield from _taints([], list(nodes.taints(obj)))

    def _extra(self, kind: str, obj: Obj) -> dict[str, Any] | None:
        owners = owner_texts(self._names, obj)
        if kind == "pod" and self._family == "admission":
            return {
                "tolerations": obj["spec"].get("tolerations"),
                "serviceAccountName": obj["spec"].get("serviceAccountName"),
                "priority": obj["spec"].get("priority"),
            }
        if kind == "pod":
            return {"owner": owners[0]} if owners else None
        if kind == "rs":
            return {"replicas": obj["spec"]["replicas"]}
        if kind == "rev":
            return {"revision": obj["revision"]}
        if kind == "cm":
            keys = {"keys": sorted(obj.get("data") or {})}
            return {**keys, "owners": owners} if owners else keys
        if kind == "job":
            return {"owners": owners} if owners else None
        return {"owners": _pairs(self._names, obj)} if kind == "pvc" else None

    def _changed(self, kind: str, before: Obj, after: Obj) -> Iterator[Entry]:
        if is_deleting(after) and not is_deleting(before):
            yield ["deleting"]
        if kind in _SCALED and before["spec"]["replicas"] != after["spec"]["replicas"]:
            yield ["scaled", before["spec"]["replicas"], after["spec"]["replicas"]]
        yield from self._metadata(kind, before, after)
        if kind == "pod":
            yield from self._pod(before, after)
        if kind in ("pv", "pvc", "ns"):
            phases = before["status"].get("phase"), after["status"].get("phase")
            if phases[0] != phases[1]:
                yield ["phase", phases[1]]
        if kind in _WITH_CONDITIONS:
            yield from self._conditions(before, after)
        if kind == "node":
            yield from _node(before, after)

    def _metadata(self, kind: str, before: Obj, after: Obj) -> Iterator[Entry]:
        one, other = (obj["metadata"].get("ownerReferences") or [] for obj in (before, after))
        if one != other:
            pairs = _pairs(self._names, after)
            yield ["owners", pairs if kind == "pvc" else owner_texts(self._names, after)]
        finalizers = [obj["metadata"].get("finalizers") or [] for obj in (before, after)]
        if finalizers[0] != finalizers[1]:
            yield ["finalizers", finalizers[1]]

    def _pod(self, before: Obj, after: Obj) -> Iterator[Entry]:
        if self._family in _BOUND and pods.node_name(before) != pods.node_name(after):
            yield ["bound", pods.node_name(after)]
        if self._family == "node-lifecycle" and pods.is_ready(before) != pods.is_ready(after):
            yield ["ready", pods.is_ready(after)]
        if pods.phase(before) != pods.phase(after) and pods.is_terminal(after):
            yield ["phase", pods.phase(after)]
        for type_ in _SHOWN_POD_CONDITIONS:
            new = pods.condition(after, type_)
            if new is not None and pods.condition(before, type_) is None:
                message = new.get("message", "")
                yield ["condition", type_, new["status"], new.get("reason", ""), message]

    def _conditions(self, before: Obj, after: Obj) -> Iterator[Entry]:
        old, new = (self.conditions(obj) for obj in (before, after))
        for type_, said in new.items():
            if old.get(type_) != said:
                yield ["condition", type_, *said]
        for type_ in old:
            if type_ not in new:
                yield ["condition-removed", type_]

    def conditions(self, obj: Obj) -> dict[str, list[str]]:
        return {
            one["type"]: [
                one["status"],
                one.get("reason", ""),
                self._names.in_text(one.get("message", "")),
            ]
            for one in (obj.get("status") or {}).get("conditions") or ()
        }


def _pairs(names: Names, obj: Obj) -> list[list[str]]:
    return [text.split("/", 1) for text in owner_texts(names, obj)]


def taint_text(taint: Any) -> str:
    return f"{taint['key']}={taint.get('value', '')}:{taint['effect']}"


def _taints(before: list[Any], after: list[Any]) -> Iterator[Entry]:
    old, new = ({taint_text(one) for one in some} for some in (before, after))
    if old != new:
        yield ["taints", {"added": sorted(new - old), "removed": sorted(old - new)}]


def _node(before: Obj, after: Obj) -> Iterator[Entry]:
    yield from _taints(list(nodes.taints(before)), list(nodes.taints(after)))
    old, new = (_said(obj) for obj in (before, after))
    if new.get("Ready") and old.get("Ready") != new["Ready"]:
        yield ["condition", "Ready", *new["Ready"]]
    others = {k: v[:2] for k, v in new.items() if k != "Ready" and old.get(k, [])[:2] != v[:2]}
    if others:
        yield ["conditions", others]


def _said(node: Obj) -> dict[str, list[str]]:
    return {
        one["type"]: [one["status"], one.get("reason", ""), one.get("message", "")]
        for one in (node.get("status") or {}).get("conditions") or ()
    }


def is_watched(change: Change, family: str) -> bool:
    """Whether cases of a family tell of this object at all."""
    if change.collection not in PREFIXES:
        return False
    if change.collection == "persistentvolumes":
        return family == "volumes"
    return True
