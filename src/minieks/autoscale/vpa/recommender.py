"""The recommender's loop: it asks what pods use, and writes what they should request.

The program does so every minute. Here an object is looked at in the minutes after something that
concerns it changes: its pods, what they use, its target. Where all is quiet only time itself moves
the bounds, the slower the longer the history is: it is looked at again after a sixty-fourth of
that, and at the latest after ten minutes.
Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/routines/recommender.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.autoscale import programs
from minieks.autoscale.vpa.aggregate import Aggregate
from minieks.autoscale.vpa.checkpoints import checkpoint, restored
from minieks.autoscale.vpa.conflicts import HPAS, fight
from minieks.autoscale.vpa.feeding import Feeder
from minieks.autoscale.vpa.model import Model, merged
from minieks.autoscale.vpa.objects import CHECKPOINTS, COLLECTION, policies_of, target_of
from minieks.autoscale.vpa.recommending import of_containers
from minieks.autoscale.vpa.selecting import ROUND, Selecting, next_round
from minieks.autoscale.vpa.status import SAME_METRIC, conditions, status_of
from minieks.engine.clock import HOUR, MINUTE, SECOND, Micros
from minieks.engine.loop import Minding, Result, Wakes
from minieks.engine.store import Change
from minieks.kube.api import aspects
from minieks.kube.api.server import Api
from minieks.kube.usage.sampling import CHANGES
from minieks.kube.words import conditions as states
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, key, name, namespace, split_key
from minieks.kube.words.selectors import Selector

IMAGES: Final = ("vpa-recommender",)
COMPONENT: Final = "vpa-recommender"
DEFAULT: Final = "default"
"""The recommender of objects that name none."""
_OF_PODS: Final = (
    aspects.LABELS | aspects.STARTED | aspects.ENDED | aspects.READY | programs.COMINGS_AND_GOINGS
)
_OF_OWN: Final = aspects.LIFE | aspects.SPEC
_QUIETEST: Final[Micros] = 10 * MINUTE
_SHARE_OF_HISTORY: Final = 64
_SAVED_EVERY: Final[Micros] = HOUR
_SETTLED: Final[Micros] = 2 * MINUTE
"""So long after a change a sample may still be an average over it."""


class RecommenderLoop:
    """The loop; its keys are those of VerticalPodAutoscalers."""

    name = "vpa-recommender"

    def __init__(self, api: Api) -> None:
        self._api = api
        self._selecting = Selecting(api)
        self._model = Model()
        self._feeder = Feeder(api, self._model)
        self._pods: dict[str, set[str]] = {}
        """The pods that each object selected last."""
        self._restored: dict[str, dict[str, Aggregate]] = {}
        """What the checkpoints of each object held when it was first seen."""
        self._saved: dict[str, Micros] = {}
        self._groups: dict[str, dict[str, None]] = {}
        """By group of pods that change their use together, the objects that select some of them."""
        self._moved: dict[str, Micros] = {}
        """When the use of an object's pods changed last."""
        programs.add_image_index(api)

    def watches(self) -> Mapping[str, Wakes]:
        """VerticalPodAutoscalers, the pods they select, their targets, rivals, the program."""
        targets = Minding(self._selecting.of_target, _OF_OWN, COLLECTION)
        return {
            COLLECTION: Minding(lambda change: (change.key,), _OF_OWN),
            "pods": Minding(self._of_pod, _OF_PODS, COLLECTION),
            "deployments.apps": targets,
            "statefulsets.apps": targets,
            "daemonsets.apps": targets,
            HPAS: Minding(self._selecting.of_autoscaler, _OF_OWN, COLLECTION),
            CHANGES: self._use_changed,
        }

    def _use_changed(self, change: Change) -> Iterable[str]:
        """A group of pods begins to use something else."""
        keys = self._groups.get(change.key, {})
        now = self._api.engine.now()
        self._moved.update(dict.fromkeys(keys, now))
        return tuple(keys)

    def _of_pod(self, change: Change) -> Iterable[str]:
        if programs.is_of(change, IMAGES):
            return [key(vpa) for vpa in self._api.list(COLLECTION)]
        return self._selecting.of_pod(change)

    def reconcile(self, vpa_key: str) -> Result | None:
        """Look at one object, in a minute of the program."""
        vpa = self._api.get(COLLECTION, *split_key(vpa_key))
        if vpa is None:
            self._forget(vpa_key)
            return None
        program = programs.running(self._api, IMAGES)
        if program is None or not _is_ours(vpa):
            return None
        now = self._api.engine.now()
        at = next_round(program.since, now)
        if at > now:
            return Result(again_after=(at - now) / SECOND)
        return Result(again_after=self._look(vpa, now) / SECOND)

    def _look(self, vpa: Obj, now: Micros) -> Micros:
        """Feed the model, write the status; returns when to look again."""
        target = target_of(self._api, vpa)
        selected = self._selecting.pods_of(vpa, target)
        present = {key(pod) for pod in selected}
        self._feeder.forget(self._pods.get(key(vpa), set()) - present)
        self._pods[key(vpa)] = present
        self._feeder.feed(selected, now)
        for pod in selected:
            self._groups.setdefault(self._api.usage.demand.group(pod), {})[key(vpa)] = None
        histories = self._histories(vpa, target.selector, now) if target.selector else {}
        found = of_containers(histories, policies_of(vpa))
        quarrel = fight(self._api, vpa)
        said = conditions(bool(selected), bool(found), target.problem, quarrel)
        status = status_of(vpa.get("status") or {}, found, said, times.rfc3339(now))
        self._write(vpa, status, quarrel)
        self._save(vpa, histories, now)
        self._model.collect(now)
        if now - self._moved.get(key(vpa), now - _SETTLED) < _SETTLED:
            return ROUND
        return _pause(histories.values(), now)

    def _histories(self, vpa: Obj, selector: Selector, now: Micros) -> dict[str, Aggregate]:
        """What is known of each container, with what was known before the program began."""
        found = self._model.by_container(namespace(vpa), selector.matches)
        before = self._restored.get(key(vpa))
        if before is None:
            before = self._restored[key(vpa)] = self._kept(vpa, now)
        for container, history in before.items():
            found[container] = merged(
                [found[container], history] if container in found else [history]
            )
        return found

    def _kept(self, vpa: Obj, now: Micros) -> dict[str, Aggregate]:
        """What the checkpoints of an object hold."""
        found = {}
        for one in self._api.list(CHECKPOINTS, namespace(vpa)):
            history = restored(one, now)
            if one["spec"]["vpaObjectName"] == name(vpa) and history is not None:
                found[str(one["spec"]["containerName"])] = history
        return found

    def _write(self, vpa: Obj, status: Obj, quarrel: str) -> None:
        if status == vpa.get("status"):
            return
        if quarrel and not states.is_true(vpa.get("status") or {}, SAME_METRIC):
            self._api.record_event(vpa, "Warning", "SameMetric", quarrel, component=COMPONENT)
        self._api.update_status({**vpa, "status": status})

    def _save(self, vpa: Obj, histories: Mapping[str, Aggregate], now: Micros) -> None:
        """Write the checkpoints, once an hour."""
        measured = {one: found for one, found in histories.items() if not found.is_empty}
        if not measured or now - self._saved.get(key(vpa), now - _SAVED_EVERY) < _SAVED_EVERY:
            return
        self._saved[key(vpa)] = now
        for container, history in measured.items():
            made = checkpoint(vpa, container, history, now)
            present = self._api.get(CHECKPOINTS, namespace(vpa), made["metadata"]["name"])
            if present is None:
                self._api.create(made)
            else:
                self._api.update({**present, "status": made["status"]})

    def _forget(self, vpa_key: str) -> None:
        """The object is gone, and its checkpoints with it."""
        space, object_name = split_key(vpa_key)
        self._feeder.forget(self._pods.pop(vpa_key, set()))
        self._restored.pop(vpa_key, None)
        self._saved.pop(vpa_key, None)
        self._moved.pop(vpa_key, None)
        for members in self._groups.values():
            members.pop(vpa_key, None)
        for one in self._api.list(CHECKPOINTS, space):
            if one["spec"]["vpaObjectName"] == object_name:
                self._api.delete(CHECKPOINTS, space, name(one))


def _pause(histories: Iterable[Aggregate], now: Micros) -> Micros:
    """How long nothing will happen that is worth a look."""
    begun = [one.first for one in histories if one.first is not None]
    history = now - min(begun, default=now)
    return max(ROUND, min(_QUIETEST, history // _SHARE_OF_HISTORY // ROUND * ROUND))


def _is_ours(vpa: Obj) -> bool:
    chosen = vpa["spec"].get("recommenders") or ()
    return not chosen or any(one["name"] == DEFAULT for one in chosen)
