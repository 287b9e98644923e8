"""Replays a recorded case: does its steps and says where the outcome differs."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from controllers_golden.comparing import compare_events, compare_list, compare_state, compare_times
from controllers_golden.entries import Entries, is_watched
from controllers_golden.merging import merged
from controllers_golden.names import CASE, NAMESPACE, PREFIXES, Names
from controllers_golden.states import States
from controllers_golden.world import World
from minieks.engine.clock import MINUTE, SECOND, Micros
from minieks.engine.store import Change
from minieks.kube.api.errors import ApiError
from minieks.kube.kinds import pods
from minieks.kube.words.objects import (
    Obj,
    controller_ref,
    is_deleting,
    key,
    metadata,
    name,
    namespace,
)

Json = dict[str, Any]

_SCRIPT = ("default-scheduler", "kubelet")
# What the recorded steps do not say: how late the two missed runs were looked at, and which
# owner references had a uid that nobody has.
_LATE = {"cron-missed-deadline": 20, "cron-missed-suspend": 5}
_FOREIGN = {("gc-absent-owner", "child")}
_ABSENT_UID = "00000000-0000-4000-8000-00000000dead"


def load(path: Path) -> Json:
    case: Json = json.loads(path.read_text())
    return case


class Replay:
    """One case in a world of its own."""

    def __init__(self, case: Json) -> None:
        self._case = case
        self._world = World()
        self._api = self._world.api
        self._names = Names()
        self._entries = Entries(self._names, case["family"])
        self._states = States(self._api, self._names, self._entries)
        self._changes: list[tuple[Micros, list[Any]]] = []
        self._events: dict[str, list[Any]] = {}
        self._problems: list[str] = []
        self._pods_are_equal = False
        self._exact_pods = case["family"] == "replicaset"
        for collection in PREFIXES:
            for obj in self._api.list(collection):
                self._names.add(collection, obj)
        self._api.store.subscribe(None, self._note)

    def differences(self) -> Iterator[str]:
        """Where the outcome is another than the recorded one, phase by phase."""
        phases = zip(self._case["inputs"]["phases"], self._case["expected"]["phases"], strict=True)
        for number, (steps, expected) in enumerate(phases):
            for difference in self._phase(steps, expected):
                yield f"phase {number}: {difference}"

    def _phase(self, steps: list[Json], expected: Json) -> Iterator[str]:
        self._changes, self._events, self._problems = [], {}, []
        start = self._world.engine.now()
        for step in steps:
            self._do(step)
        self._world.settle()
        yield from self._problems
        entries = [entry for _, entry in self._changes]
        yield from compare_list(
            entries, expected["changes"], expected["changes_order"], exact_pods=self._exact_pods
        )
        yield from compare_events(
            list(self._events.values()),
            expected["events"],
            expected["events_order"],
            exact_pods=False,
        )
        if self._case["family"] == "daemonset" and expected["changes_order"].endswith("any-pod"):
            # Which node came first is chance; from here on the pods are told apart by it.
            self._pods_are_equal = True
        state = dict(expected["state"])
        if self._pods_are_equal:
            state.pop("pod", None)
        yield from compare_state(self._states.read(), state, expected.get("state_unstable") or ())
        if "seconds_after_first_step" in expected:
            timed = [((at - start) / SECOND, entry) for at, entry in self._changes]
            recorded = expected["changes"], expected["seconds_after_first_step"]
            yield from compare_times(timed, *recorded, self._case)

    # what happens

    def _note(self, change: Change) -> None:
        if change.collection == "events":
            if change.type != "DELETED":
                self._note_event(change.value)
            return
        if change.collection not in PREFIXES or not self._is_ours(change.value):
            return
        if change.type == "ADDED":
            self._names.add(change.collection, change.value)
        if not is_watched(change, self._case["family"]):
            return
        now = self._world.engine.now()
        self._changes += [(now, entry) for entry in self._entries.of(change)]

    @staticmethod
    def _is_ours(obj: Obj) -> bool:
        space = namespace(obj)
        return space == NAMESPACE if space else obj["kind"] != "Namespace" or name(obj) == NAMESPACE

    def _note_event(self, event: Obj) -> None:
        about = event["involvedObject"]
        prefix = {"Node": "node", "PersistentVolumeClaim": "pvc", "Job": "job"}.get(about["kind"])
        if event["source"]["component"] in _SCRIPT:
            return
        prefix = prefix or _prefix(about["kind"])
        shown = self._names.of_uid(about.get("uid", ""), about["name"])
        if prefix is None or about["name"].startswith("node-"):
            return
        # A recorded event shows its message as first seen in the phase, and its last count.
        seen = self._events.get(key(event))
        self._events[key(event)] = [
            f"{prefix}/{shown}",
            event["type"],
            event["reason"],
            seen[3] if seen else self._names.in_text(event["message"]),
            event["count"],
            event["source"]["component"],
        ]

    # steps

    def _do(self, step: Json) -> None:
        do = getattr(self, "_" + step["do"].replace("-", "_"))
        try:
            do(_translated(step))
        except ApiError as error:
            self._check_result(step, error)
            return
        if (step.get("result") or {}).get("code", 201) >= 400:
            self._problems.append(f"step {step} was not refused")

    def _check_result(self, step: Json, error: ApiError) -> None:
        status = error.to_status()
        details = status.get("details") or {}
        shown = {
            "code": status["code"],
            "reason": status.get("reason"),
            "message": self._names.in_text(status["message"]),
            "causes": details.get("causes"),
            "retryAfterSeconds": details.get("retryAfterSeconds"),
        }
        text = json.dumps({field: value for field, value in shown.items() if value})
        found = json.loads(self._names.in_text(text))
        if found != step.get("result"):
            self._problems.append(f"refused {found}, recorded {step.get('result')}")

    def _create(self, step: Json) -> None:
        obj = step["object"]
        kind = self._api.kinds.kind_of(obj)
        assert kind is not None
        meta = {**metadata(obj), **({"namespace": NAMESPACE} if kind.namespaced else {})}
        if "ownerReferences" in meta:
            meta["ownerReferences"] = [self._owner(obj, one) for one in meta["ownerReferences"]]
        made = self._api.create({**obj, "metadata": meta})
        if kind.collection == "nodes":
            self._world.engine.settle()
            self._world.kubelet.register(self._api.get("nodes", "", name(made)) or made)

    def _owner(self, obj: Obj, reference: Json) -> Json:
        found = self._api.get("configmaps", NAMESPACE, reference["name"])
        foreign = (self._case["case"], name(obj)) in _FOREIGN
        uid = _ABSENT_UID if found is None or foreign else found["metadata"]["uid"]
        return {**reference, "uid": uid}

    def _find(self, kind: str, shown: str) -> tuple[str, str, str]:
        collection, namespaced = next(
            (one.collection, one.namespaced) for one in self._api.kinds if one.kind == kind
        )
        space = NAMESPACE if namespaced else ""
        return collection, space, self._names.real(shown)

    def _patch(self, step: Json) -> None:
        collection, space, real = self._find(step["kind"], step["name"])
        found = self._api.get(collection, space, real)
        assert found is not None
        strategic = step["type"] == "strategic-merge-patch"
        new = merged(found, step["patch"], strategic=strategic)
        if step.get("subresource") == "status":
            self._api.update_status(_restamped(found, new, self._world.kubelet.now()))
        else:
            self._api.update(new)

    def _delete(self, step: Json) -> None:
        collection, space, real = self._find(step["kind"], step["name"])
        options = step.get("options") or {}
        self._api.delete(collection, space, real, propagation=options.get("propagationPolicy"))

    def _evict(self, step: Json) -> None:
        self._api.evict(NAMESPACE, self._names.real(step["pod"]))

    def _bind(self, step: Json) -> None:
        self._api.bind(NAMESPACE, self._names.real(step["pod"]), step["node"])

    def _wait(self, step: Json) -> None:
        self._world.wait(step["seconds"])

    def _wait_until_next_minute(self, step: Json) -> None:
        now = self._world.engine.now()
        full = (now // MINUTE + 1) * MINUTE
        late = _LATE.get(self._case["case"], 2)
        self._world.wait((full - now) / SECOND + late)

    # the kubelet's steps

    def _pods(self, wanted: Any) -> list[Obj]:
        found = self._api.list("pods", NAMESPACE)
        if isinstance(wanted, list):
            by_name = {self._names.of(pod): pod for pod in found}
            return [by_name[shown] for shown in wanted]
        return [pod for pod in found if _SELECTIONS[wanted](pod)]

    def _kubelet_step(self, step: Json) -> None:
        found = self._api.list("pods", NAMESPACE)
        image = step.get("image")
        for pod in found:
            if is_deleting(pod):
                self._world.kubelet.finish(pod)
        starting = [
            pod
            for pod in found
            if _is_pending(pod)
            and (image is None or image in [one["image"] for one in pod["spec"]["containers"]])
        ]
        self._run(starting, [0] * len(starting))

    def _kubelet_ready(self, step: Json) -> None:
        found = self._pods(step["pods"])
        self._run(found, step.get("restartCount") or [0] * len(found))

    def _run(self, found: list[Obj], restarts: list[int]) -> None:
        """The real script wrote pod by pod: an owner's first was acted on before its last came."""
        owners: set[str] = set()
        for pod, count in zip(found, restarts, strict=True):
            self._world.kubelet.run(pod, ready=True, restarts=count)
            owner = str((controller_ref(pod) or {}).get("uid"))
            if owner not in owners and self._case["family"] != "daemonset":
                self._world.engine.settle()
            owners.add(owner)
        self._world.engine.settle()

    def _kubelet_running_not_ready(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.run(pod, ready=False)

    def _kubelet_unready(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.unready(pod)

    def _kubelet_succeed(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.end(pod, 0)

    def _kubelet_fail(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.end(pod, step["exitCode"], step.get("conditions") or ())

    def _kubelet_finish_termination(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.finish(pod)

    def _kubelet_restart_count(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._world.kubelet.restart(pod, step["restartCount"])

    def _kubelet_stop(self, step: Json) -> None:
        self._world.kubelet.stop(step["node"])

    def _kubelet_start(self, step: Json) -> None:
        self._world.kubelet.start(step["node"])


def _translated(step: Json) -> Json:
    translated: Json = json.loads(json.dumps(step).replace("CASE", CASE))
    if translated.get("name") == "NS":
        translated["name"] = NAMESPACE
    return translated


def _prefix(kind: str) -> str | None:
    words = {
        "Deployment": "deploy",
        "ReplicaSet": "rs",
        "StatefulSet": "sts",
        "DaemonSet": "ds",
        "CronJob": "cj",
        "Pod": "pod",
        "PodDisruptionBudget": "pdb",
        "ConfigMap": "cm",
    }
    return words.get(kind)


def _restamped(before: Obj, new: Obj, now: str) -> Obj:
    """A condition that a patch changes is in transition now."""
    old = {one["type"]: one for one in before["status"].get("conditions") or ()}
    conditions = [
        one if old.get(one["type"]) == one else {**one, "lastTransitionTime": now}
        for one in new["status"]["conditions"]
    ]
    return {**new, "status": {**new["status"], "conditions": conditions}}


def _is_pending(pod: Obj) -> bool:
    bound = bool(pods.node_name(pod))
    return bound and pods.phase(pod) == "Pending" and not is_deleting(pod)


_SELECTIONS = {
    "all": lambda pod: True,
    "all pending bound pods": _is_pending,
    "all running or pending bound pods": lambda pod: (
        bool(pods.node_name(pod)) and not pods.is_terminal(pod) and not is_deleting(pod)
    ),
    "all terminating pods": is_deleting,
}
