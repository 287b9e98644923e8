"""Does the steps of a case: API requests, what the kubelet says, and the passing of time."""

import json
from collections.abc import Callable, Iterator, Sequence

from golden.controllers.merging import merged
from golden.controllers.names import CASE, NAMESPACE, Names
from golden.controllers.world import World
from golden.outcome import Difference, Json
from minieks.engine.clock import MINUTE, SECOND
from minieks.kube.api.errors import ApiError
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, controller_ref, is_deleting, metadata, name

# Recorded references do not show whose uid they have.
_ABSENT_UID = "00000000-0000-4000-8000-00000000dead"
# The fields of each step; `note` only explains.
_FIELDS: dict[str, set[str]] = {
    "create": {"object"},
    "patch": {"kind", "name", "patch", "type", "subresource"},
    "delete": {"kind", "name", "options"},
    "evict": {"pod"},
    "bind": {"pod", "node"},
    "wait": {"seconds"},
    "wait-until-next-minute": set(),
    "kubelet-step": {"image"},
    "kubelet-ready": {"pods", "restartCount"},
    "kubelet-running-not-ready": {"pods"},
    "kubelet-unready": {"pods"},
    "kubelet-succeed": {"pods", "exitCode", "conditions"},
    "kubelet-fail": {"pods", "exitCode", "conditions"},
    "kubelet-finish-termination": {"pods"},
    "kubelet-restart-count": {"pods", "restartCount"},
    "kubelet-stop": {"node"},
    "kubelet-start": {"node"},
}
_ALWAYS = {"do", "result", "note"}


class Steps:
    """Does steps in a world; what an API request answers is compared."""

    def __init__(self, world: World, names: Names) -> None:
        self._world = world
        self._api = world.api
        self._kubelet = world.kubelet
        self._names = names
        self._expected: Json = {}

    def do(self, steps: Sequence[Json], expected: Json) -> Iterator[Difference]:
        """Do the steps of one phase. ``expected`` tells only what the steps leave unsaid."""
        self._expected = expected
        for step in steps:
            yield from self._one(step)

    def _one(self, step: Json) -> Iterator[Difference]:
        do = step["do"]
        if do not in _FIELDS:
            raise ValueError(f"unknown step {do!r}")
        if unknown := step.keys() - _FIELDS[do] - _ALWAYS:
            raise ValueError(f"unknown fields {sorted(unknown)} of step {do!r}")
        action: Callable[[Json], None] = getattr(self, "_" + do.replace("-", "_"))
        wanted = step.get("result")
        try:
            action(_translated(step))
        except ApiError as error:
            found = self._shown(error)
            if found != wanted:
                yield Difference(f"answer to {do}", str(wanted), str(found))
            return
        if wanted is not None and int(wanted["code"]) >= 400:
            yield Difference(f"answer to {do}", str(wanted), "done")

    def _shown(self, error: ApiError) -> Json:
        """A refusal as it is recorded."""
        status = error.to_status()
        details = status.get("details") or {}
        shown = {
            "code": status["code"],
            "reason": status.get("reason"),
            "message": status["message"],
            "causes": details.get("causes"),
            "retryAfterSeconds": details.get("retryAfterSeconds"),
        }
        text = json.dumps({field: value for field, value in shown.items() if value})
        found: Json = json.loads(self._names.in_text(text))
        return found

    # requests

    def _create(self, step: Json) -> None:
        obj = step["object"]
        kind = self._api.kinds.kind_of(obj)
        if kind is None:
            raise ValueError(f"unknown kind {obj.get('kind')!r}")
        meta = {**metadata(obj), **({"namespace": NAMESPACE} if kind.namespaced else {})}
        if "ownerReferences" in meta:
            meta["ownerReferences"] = [self._owner(obj, one) for one in meta["ownerReferences"]]
        made = self._api.create({**obj, "metadata": meta})
        if kind.collection == "nodes":
            self._kubelet.register(made)
            self._world.engine.settle()

    def _owner(self, obj: Obj, reference: Json) -> Json:
        """The reference with a uid: that of the object named, unless nobody was meant.

        A recorded reference to another uid looks like any other. It is known by its effect: the
        object with that reference alone is gone at once, though nobody deleted its owner.
        """
        found = self._api.get(*self._find(reference["kind"], reference["name"]))
        alone = len(obj["metadata"]["ownerReferences"]) == 1
        gone = any(
            shown.endswith(f"/{name(obj)}") and what == "deleted"
            for shown, what, *_ in self._expected["changes"]
        )
        foreign = found is None or (alone and gone and not is_deleting(found))
        return {
            **reference,
            "uid": _ABSENT_UID if foreign or not found else found["metadata"]["uid"],
        }

    def _find(self, kind: str, shown: str) -> tuple[str, str, str]:
        found = next((one for one in self._api.kinds if one.kind == kind), None)
        if found is None:
            raise ValueError(f"unknown kind {kind!r}")
        space = NAMESPACE if found.namespaced else ""
        return found.collection, space, self._names.real(shown)

    def _patch(self, step: Json) -> None:
        found = self._api.get(*self._find(step["kind"], step["name"]))
        if found is None:
            raise ValueError(f"there is no {step['kind']} {step['name']} to patch")
        if step["type"] not in ("strategic-merge-patch", "merge-patch"):
            raise ValueError(f"unknown type of patch {step['type']!r}")
        new = merged(found, step["patch"], strategic=step["type"] == "strategic-merge-patch")
        match step.get("subresource"):
            case None:
                self._api.update(new)
            case "status":
                self._api.update_status(_restamped(found, new, self._kubelet.now()))
            case other:
                raise ValueError(f"unknown subresource {other!r}")

    def _delete(self, step: Json) -> None:
        options = dict(step.get("options") or {})
        propagation = options.pop("propagationPolicy", None)
        grace = options.pop("gracePeriodSeconds", None)
        if options:
            raise ValueError(f"unknown options {sorted(options)} of a deletion")
        self._api.delete(
            *self._find(step["kind"], step["name"]), grace_seconds=grace, propagation=propagation
        )

    def _evict(self, step: Json) -> None:
        self._api.evict(NAMESPACE, self._names.real(step["pod"]))

    def _bind(self, step: Json) -> None:
        self._api.bind(NAMESPACE, self._names.real(step["pod"]), step["node"])

    # time

    def _wait(self, step: Json) -> None:
        self._world.wait(step["seconds"])

    def _wait_until_next_minute(self, step: Json) -> None:
        now = self._world.engine.now()
        full = (now // MINUTE + 1) * MINUTE
        self._world.wait((full - now) / SECOND + self._lateness())

    def _lateness(self) -> int:
        """About 2 s; where a run is missed on purpose 5 s, or 20 s where it has a deadline."""
        suspended = [
            one["spec"] for one in self._api.list("cronjobs.batch") if one["spec"].get("suspend")
        ]
        if not suspended:
            return 2
        return 20 if any("startingDeadlineSeconds" in spec for spec in suspended) else 5

    # the kubelet's steps

    def _pods(self, wanted: str | list[str]) -> list[Obj]:
        found = self._api.list("pods", NAMESPACE)
        if isinstance(wanted, str):
            return [pod for pod in found if _SELECTIONS[wanted](pod)]
        by_name = {self._names.of(pod): pod for pod in found}
        return [by_name[shown] for shown in wanted]

    def _kubelet_step(self, step: Json) -> None:
        found = self._api.list("pods", NAMESPACE)
        for pod in found:
            if is_deleting(pod):
                self._kubelet.finish(pod)
        image = step.get("image")
        starting = [
            pod for pod in found if _is_pending(pod) and (image is None or image in _images(pod))
        ]
        self._run(starting, [0] * len(starting))

    def _kubelet_ready(self, step: Json) -> None:
        found = self._pods(step["pods"])
        self._run(found, step.get("restartCount") or [0] * len(found))

    def _run(self, found: Sequence[Obj], restarts: Sequence[int]) -> None:
        """The real script wrote pod by pod: an owner's first was acted on before its last came.

        Only a DaemonSet's pass takes longer than that.
        """
        owners: set[str] = set()
        for pod, count in zip(found, restarts, strict=True):
            self._kubelet.run(pod, ready=True, restarts=count)
            owner = controller_ref(pod) or {"kind": "", "uid": ""}
            if owner["uid"] not in owners and owner["kind"] != "DaemonSet":
                self._world.engine.settle()
            owners.add(owner["uid"])
        self._world.engine.settle()

    def _kubelet_running_not_ready(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._kubelet.run(pod, ready=False)

    def _kubelet_unready(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._kubelet.unready(pod)

    def _kubelet_succeed(self, step: Json) -> None:
        self._end(step, 0)

    def _kubelet_fail(self, step: Json) -> None:
        self._end(step, 1)

    def _end(self, step: Json, exit_code: int) -> None:
        phase = "Failed" if exit_code else "Succeeded"
        code = step.get("exitCode", exit_code)
        for pod in self._pods(step["pods"]):
            self._kubelet.end(pod, phase, code, step.get("conditions") or ())

    def _kubelet_finish_termination(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._kubelet.finish(pod)

    def _kubelet_restart_count(self, step: Json) -> None:
        for pod in self._pods(step["pods"]):
            self._kubelet.restart(pod, step["restartCount"])

    def _kubelet_stop(self, step: Json) -> None:
        self._kubelet.stop(step["node"])

    def _kubelet_start(self, step: Json) -> None:
        self._kubelet.start(step["node"])


def _translated(step: Json) -> Json:
    translated: Json = json.loads(json.dumps(step).replace("CASE", CASE))
    if translated.get("name") == "NS":
        translated["name"] = NAMESPACE
    return translated


def _restamped(before: Obj, new: Obj, now: str) -> Obj:
    """A condition that a patch changes is in transition now."""
    old = {one["type"]: one for one in (before.get("status") or {}).get("conditions") or ()}
    conditions = [
        one if old.get(one["type"]) == one else {**one, "lastTransitionTime": now}
        for one in (new.get("status") or {}).get("conditions") or ()
    ]
    if not conditions:
        return new
    return {**new, "status": {**new["status"], "conditions": conditions}}


def _images(pod: Obj) -> list[str]:
    return [one["image"] for one in pod["spec"]["containers"]]


def _is_pending(pod: Obj) -> bool:
    bound = bool(pods.node_name(pod))
    return bound and pods.phase(pod) == "Pending" and not is_deleting(pod)


def _is_alive(pod: Obj) -> bool:
    return bool(pods.node_name(pod)) and not pods.is_terminal(pod) and not is_deleting(pod)


_SELECTIONS: dict[str, Callable[[Obj], bool]] = {
    "all": lambda pod: True,
    "all pending bound pods": _is_pending,
    "all running or pending bound pods": _is_alive,
    "all terminating pods": is_deleting,
}
