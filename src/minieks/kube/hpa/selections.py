"""Which autoscalers' targets select which pods, kept up to date by the changes of pods.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go (hpaSelectors), pkg/controller/util/
selectors.
"""

from collections.abc import Iterable

from minieks.engine.store import Change
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, key, labels, metadata, namespace, split_key
from minieks.kube.words.selectors import Selector


class Selections:
    """The selectors that autoscalers were seen to have, and the pods that they match."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._selectors: dict[str, dict[str, Selector]] = {}
        self._pods: dict[str, dict[str, Obj]] = {}
        self._tuples: dict[str, tuple[Obj, ...]] = {}
        self._owners: dict[str, tuple[str, ...]] = {}
        self._shared: dict[str, None] = {}

    def pods(self, autoscaler: str) -> tuple[Obj, ...]:
        """The pods that an autoscaler's target selects; the same tuple while they stay."""
        known = self._tuples.get(autoscaler)
        if known is None:
            known = self._tuples[autoscaler] = tuple(self._pods.get(autoscaler, {}).values())
        return known

    def selected_by(self, autoscaler: str) -> tuple[str, ...]:
        """The autoscalers that select any of these pods, sorted."""
        own = self._pods.get(autoscaler, {})
        if not own:
            return ()
        if not self._shared:
            return (autoscaler,)
        return tuple(sorted({one for pod in own for one in self._owners[pod]}))

    def select(self, autoscaler: str, selector: Selector) -> Iterable[str]:
        """Take note of an autoscaler's selector; returns the others that it is at odds with."""
        space = split_key(autoscaler)[0]
        if self._selectors.get(space, {}).get(autoscaler) == selector:
            return ()
        former = self.forget(autoscaler)
        self._selectors.setdefault(space, {})[autoscaler] = selector
        found = [pod for pod in self._api.list("pods", space) if selector.matches(labels(pod))]
        self._pods[autoscaler] = {key(pod): pod for pod in found}
        self._tuples.pop(autoscaler, None)
        for pod in self._pods[autoscaler]:
            self._own(pod, (*self._owners.get(pod, ()), autoscaler))
        return dict.fromkeys(one for one in (*former, *self.selected_by(autoscaler)))

    def forget(self, autoscaler: str) -> Iterable[str]:
        """Forget an autoscaler; returns those that it was at odds with."""
        others = self.selected_by(autoscaler)
        self._selectors.get(split_key(autoscaler)[0], {}).pop(autoscaler, None)
        self._tuples.pop(autoscaler, None)
        for pod in self._pods.pop(autoscaler, {}):
            self._own(pod, tuple(one for one in self._owners[pod] if one != autoscaler))
        return others

    def on_pod(self, change: Change) -> Iterable[str]:
        """Take note of a pod's change; returns the autoscalers that select it, now or before."""
        pod, before = change.key, self._owners.get(change.key, ())
        now = before if _keeps_labels(change) else self._matching(change)
        for gone in before:
            if gone not in now:
                del self._pods[gone][pod]
                self._tuples.pop(gone, None)
        for owner in now:
            self._pods[owner][pod] = change.value
            self._tuples.pop(owner, None)
        self._own(pod, now)
        return dict.fromkeys((*before, *now))

    def _matching(self, change: Change) -> tuple[str, ...]:
        if change.type == "DELETED":
            return ()
        known, own = self._selectors.get(namespace(change.value), {}), labels(change.value)
        return tuple(one for one, selector in known.items() if selector.matches(own))

    def _own(self, pod: str, owners: tuple[str, ...]) -> None:
        if owners:
            self._owners[pod] = owners
        else:
            self._owners.pop(pod, None)
        if len(owners) > 1:
            self._shared[pod] = None
        else:
            self._shared.pop(pod, None)


def _keeps_labels(change: Change) -> bool:
    before = change.previous
    return (
        change.type == "MODIFIED"
        and before is not None
        and metadata(before).get("labels") == metadata(change.value).get("labels")
    )
