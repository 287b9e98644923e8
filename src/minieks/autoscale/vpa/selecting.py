"""Which VerticalPodAutoscalers a change concerns, and which pods they select."""

from collections.abc import Iterable
from typing import Final

from minieks.autoscale.vpa.objects import COLLECTION, Target, target_of
from minieks.engine.clock import MINUTE, Micros
from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.controllers.indexes import add_label_index, pods_labelled
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, key, labels, namespace

ROUND: Final[Micros] = MINUTE
"""Recommender and updater look at everything every minute."""


class Selecting:
    """Answers for one API; it asks nothing of pods where there is no VerticalPodAutoscaler."""

    def __init__(self, api: Api) -> None:
        self._api = api
        add_label_index(api)

    def of_pod(self, change: Change) -> Iterable[str]:
        """The objects that select the changed pod."""
        pod = change.value
        for vpa in self._api.store.values(COLLECTION, namespace(pod)):
            selector = target_of(self._api, vpa).selector
            if selector is not None and selector.matches(labels(pod)):
                yield key(vpa)

    def of_target(self, change: Change) -> Iterable[str]:
        """The objects that aim at the changed object, or at one with its name."""
        meta = change.value["metadata"]
        for vpa in self._api.store.values(COLLECTION, meta.get("namespace")):
            reference = vpa["spec"].get("targetRef") or {}
            if reference.get("name") == meta["name"]:
                yield key(vpa)

    def of_autoscaler(self, change: Change) -> Iterable[str]:
        """The objects that aim where a changed HorizontalPodAutoscaler does."""
        target = change.value["spec"]["scaleTargetRef"].get("name")
        for vpa in self._api.store.values(COLLECTION, namespace(change.value)):
            if (vpa["spec"].get("targetRef") or {}).get("name") == target:
                yield key(vpa)

    def pods_of(self, vpa: Obj, target: Target) -> list[Obj]:
        """The pods that the target selects and that have not ended."""
        if target.selector is None:
            return []
        space = namespace(vpa)
        near = (
            pods_labelled(self._api, space, target.labels)
            if target.labels
            else self._api.store.values("pods", space)
        )
        return [
            pod
            for pod in near
            if target.selector.matches(labels(pod)) and not pods.is_terminal(pod)
        ]


def next_round(since: Micros, at: Micros) -> Micros:
    """The first round at or after a moment, of a program that began at ``since``."""
    return since + max(0, -(-(at - since) // ROUND)) * ROUND
