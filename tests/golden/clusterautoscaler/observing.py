"""What became of a case, in the words of the record."""

import re
from collections import Counter
from typing import Any

from golden.clusterautoscaler.world import NAMESPACE, OUTSIDE, World
from golden.outcome import Json
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, name

_MADE = re.compile(r"\b([\w-]+?)-new-(\d+)\b")
_RANDOM = "[bcdfghjklmnpqrstvwxz2456789]{5}"


class Phase:
    """What happened since the last phase."""

    def __init__(self, world: World, groups: list[str]) -> None:
        self._world = world
        self._groups = groups
        self._ups = self._removed = 0
        self._events: dict[str, int] = {}

    def observe(self) -> Json:
        """Everything that the record may tell of a phase."""
        provider = self._world.provider
        ups, removed = provider.scale_ups[self._ups :], provider.removed[self._removed :]
        self._ups, self._removed = len(provider.scale_ups), len(provider.removed)
        pod_events, events = self._new_events()
        return {
            "scale_ups": [list(one) for one in ups],
            "first_scale_up": list(ups[0]) if ups else None,
            "node_counts": self._counts(),
            "removed_per_group": dict(Counter(group for group, _ in removed)),
            "removed_nodes": [node for _, node in removed],
            "placement": self._placement(),
            "pending": self._pending(),
            "pod_events": pod_events,
            "events": events,
        }

    def _group(self, node: Obj) -> str:
        return self._world.provider.group_of(node) or OUTSIDE

    def _counts(self) -> Json:
        found = Counter(self._group(one) for one in self._world.api.list("nodes"))
        return {one: found[one] for one in (*self._groups, OUTSIDE) if one != OUTSIDE or found[one]}

    def _placement(self) -> Json:
        found: dict[str, list[Json]] = {}
        for node in self._world.api.list("nodes"):
            there: Counter[str] = Counter()
            for pod in self._world.api.list("pods"):
                if pods.node_name(pod) == name(node):
                    there[self._workload(pod)] += 1
            found.setdefault(self._group(node), []).append(dict(there))
        return {group: sorted(one, key=_in_order) for group, one in found.items()}

    def _workload(self, pod: Obj) -> str:
        for one in pod["metadata"].get("ownerReferences") or ():
            return str(one["name"])
        return name(pod)

    def _pending(self) -> Json:
        waiting = [one for one in self._world.api.list("pods") if not pods.node_name(one)]
        found = Counter(self._workload(one) for one in waiting)
        found.pop("cluster-autoscaler", None)
        return dict(found)

    # Events --------------------------------------------------------------------------------------

    def _new_events(self) -> tuple[list[Any], list[Any]]:
        of_pods: dict[tuple[str, ...], set[str]] = {}
        others: list[tuple[Any, list[str]]] = []
        for event in self._world.api.list("events"):
            if (event.get("source") or {}).get("component") != "cluster-autoscaler":
                continue
            before = self._events.get(event["metadata"]["uid"], 0)
            self._events[event["metadata"]["uid"]] = event.get("count", 1)
            if before == event.get("count", 1):
                continue
            about = event["involvedObject"]
            said = [event["type"], event["reason"], self._renamed(event["message"])]
            if about["kind"] == "Pod":
                key = (f"pod/{self._of_pod(about['name'])}", *said)
                of_pods.setdefault(key, set()).add(about["name"])
            else:
                kind = "status-configmap" if about["kind"] == "ConfigMap" else "node/"
                whom = kind + (self._renamed(about["name"]) if kind == "node/" else "")
                others.append((event["metadata"]["resourceVersion"], [whom, *said]))
        others.sort(key=lambda one: int(one[0]))
        listed = [[*key, len(who)] for key, who in sorted(of_pods.items())]
        return listed, [one for _, one in others]

    def _of_pod(self, pod_name: str) -> str:
        return re.sub(rf"-(\d+|{_RANDOM})$", "", pod_name)

    def _renamed(self, text: str) -> str:
        """With the record's names: ``group+1`` for a node that came, ``NS/``, ``name-*``."""
        text = text.replace(f"{NAMESPACE}/", "NS/")
        text = _MADE.sub(r"\1+\2", text)
        listed = re.search(r"pods to reschedule: (.*)$", text)
        if listed:
            names = [f"{self._of_pod(one)}-*" for one in listed.group(1).split(",")]
            text = text[: listed.start(1)] + ",".join(names)
        return text


def _in_order(one: Json) -> list[Any]:
    return sorted(one.items())
