"""The state of the world as a recorded case writes it down."""

from collections import Counter
from typing import Any

from golden.controllers.entries import Entries, taint_text
from golden.controllers.names import NAMESPACE, Names, owner_texts
from golden.controllers.world import GENERIC
from minieks.kube.api.server import Api
from minieks.kube.kinds import nodes, pods
from minieks.kube.words.objects import Obj, annotations, is_deleting, labels, name

State = dict[str, Any]

_DEPLOY = (
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
)
_RS = ("replicas", "fullyLabeledReplicas", "readyReplicas", "availableReplicas")
_STS = ("replicas", "readyReplicas", "availableReplicas", "currentReplicas", "updatedReplicas")
_DS_ALWAYS = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
)
_DS = ("updatedNumberScheduled", "numberAvailable", "numberUnavailable")
_JOB = ("active", "ready", "succeeded", "failed", "terminating")
_PDB = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")
_MANY = 10


def _filled(state: State) -> State:
    return {key: value for key, value in state.items() if value not in (None, 0, "", [], {}, False)}


class States:
    """Reads the state of a case's objects."""

    def __init__(self, api: Api, names: Names, entries: Entries) -> None:
        self._api = api
        self._names = names
        self._entries = entries

    def read(self) -> State:
        found: State = {}
        for collection, prefix, of in (
            ("deployments.apps", "deploy", self._deploy),
            ("replicasets.apps", "rs", self._rs),
            ("statefulsets.apps", "sts", self._sts),
            ("daemonsets.apps", "ds", self._ds),
            ("jobs.batch", "job", self._job),
            ("cronjobs.batch", "cj", self._cj),
            ("endpointslices.discovery.k8s.io", "slice", self._slice),
            ("configmaps", "cm", self._cm),
            ("poddisruptionbudgets.policy", "pdb", self._pdb),
            ("persistentvolumes", "pv", self._pv),
            ("persistentvolumeclaims", "pvc", self._pvc),
            ("resourcequotas", "quota", self._quota),
            ("nodes", "node", self._node),
            ("namespaces", "ns", self._ns),
        ):
            for obj in self._api.list(collection):
                if _is_ours(obj):
                    found[f"{prefix}/{self._names.of(obj)}"] = of(obj)
        return {**found, **self._pods()}

    # workloads

    def _common(self, obj: Obj) -> State:
        return {
            "owners": owner_texts(self._names, obj),
            "terminating": is_deleting(obj),
            "finalizers": obj["metadata"].get("finalizers"),
        }

    def _deploy(self, obj: Obj) -> State:
        status = obj.get("status") or {}
        return _filled(
            {
                **self._common(obj),
                "spec.replicas": obj["spec"]["replicas"],
                "revision": annotations(obj).get("deployment.kubernetes.io/revision"),
                "status": _filled({field: status.get(field) for field in _DEPLOY}),
                "conditions": self._entries.conditions(obj),
                "observed": status.get("observedGeneration") == obj["metadata"]["generation"],
                "paused": obj["spec"].get("paused"),
            }
        )

    def _rs(self, obj: Obj) -> State:
        prefix = "deployment.kubernetes.io/"
        short = {
            key.removeprefix(prefix): value
            for key, value in annotations(obj).items()
            if key.startswith(prefix)
        }
        return _filled(
            {
                **self._common(obj),
                "spec.replicas": obj["spec"]["replicas"],
                "annotations": short,
                "status": _filled({field: obj["status"].get(field) for field in _RS}),
                "conditions": self._entries.conditions(obj),
            }
        )

    def _sts(self, obj: Obj) -> State:
        status = obj["status"]
        counts = _filled({field: status.get(field) for field in _STS})
        for field in ("currentRevision", "updateRevision"):
            counts[field] = self._names.in_text(status.get(field, ""))
        return _filled({"spec.replicas": obj["spec"]["replicas"], "status": counts})

    @staticmethod
    def _ds(obj: Obj) -> State:
        status = obj["status"]
        always = {field: status[field] for field in _DS_ALWAYS}
        return {"status": {**always, **_filled({field: status.get(field) for field in _DS})}}

    def _job(self, obj: Obj) -> State:
        status = obj["status"]
        said = _filled({field: status.get(field) for field in _JOB})
        for field in ("completedIndexes", "failedIndexes"):
            if status.get(field):
                said[field] = status[field]
        said["uncounted"] = status.get("uncountedTerminatedPods")
        for field in ("startTime", "completionTime"):
            said[field] = field in status
        conditions = [[type_, *said] for type_, said in self._entries.conditions(obj).items()]
        return {
            "status": said,
            **_filled(
                {
                    "parallelism": obj["spec"].get("parallelism"),
                    "conditions": conditions,
                    "suspend": obj["spec"].get("suspend"),
                    "owners": owner_texts(self._names, obj),
                }
            ),
        }

    def _cj(self, obj: Obj) -> State:
        status = obj["status"]
        active = [self._names.of_uid(one["uid"], one["name"]) for one in status.get("active") or ()]
        return _filled(
            {
                "active": active,
                "lastScheduleTime": "lastScheduleTime" in status,
                "lastSuccessfulTime": "lastSuccessfulTime" in status,
                "suspend": obj["spec"].get("suspend"),
            }
        )

    # pods

    def _pods(self) -> State:
        counts: dict[str, Counter[str]] = {}
        single: State = {}
        for pod in self._api.list("pods", NAMESPACE):
            owners = owner_texts(self._names, pod)
            counts.setdefault(owners[0] if owners else "none", Counter())[_standing(pod)] += 1
            single[self._names.of(pod)] = self._pod(pod)
        if not counts:
            return {}
        return {"pods": {owner: dict(count) for owner, count in counts.items()}, "pod": single}

    def _pod(self, pod: Obj) -> State:
        disrupted = pods.condition(pod, "DisruptionTarget")
        said = disrupted and [disrupted.get(field, "") for field in ("status", "reason", "message")]
        return {
            "phase": pods.phase(pod),
            "ready": pods.is_ready(pod),
            "terminating": is_deleting(pod),
            "node": pods.node_name(pod),
            "controller-revision-hash": self._revision(pod),
            "pod-index": labels(pod).get("apps.kubernetes.io/pod-index"),
            "finalizers": pod["metadata"].get("finalizers"),
            "job-completion-index": labels(pod).get("batch.kubernetes.io/job-completion-index"),
            "DisruptionTarget": said,
        }

    def _revision(self, pod: Obj) -> str | None:
        value = labels(pod).get("controller-revision-hash")
        if value is not None and self._names.in_text(value) != value:
            return self._names.in_text(value)
        for revision in self._api.list("controllerrevisions.apps", NAMESPACE):
            if value == name(revision):
                return self._names.of(revision)
            if value == labels(revision).get("controller-revision-hash"):
                return self._names.of(revision).rpartition("-")[2]
        return value

    # others

    def _slice(self, obj: Obj) -> State:
        entries = [self._endpoint(one) for one in obj.get("endpoints") or ()]
        ports = [
            [one.get("name", ""), one["port"], one["protocol"]] for one in obj.get("ports") or ()
        ]
        return _filled(
            {
                "labels": dict(labels(obj)),
                "addressType": obj["addressType"],
                "ports": ports,
                "endpoints": _counted(entries) if len(entries) > _MANY else _sorted(entries),
            }
        )

    def _endpoint(self, one: Obj) -> State:
        shown: State = {"pod": self._names.of_uid(one["targetRef"]["uid"], "?")}
        shown.update(one["conditions"])
        return {**shown, "hostname": one["hostname"]} if "hostname" in one else shown

    def _cm(self, obj: Obj) -> State:
        return _filled({"keys": sorted(obj.get("data") or {}), **self._common(obj)})

    def _pdb(self, obj: Obj) -> State:
        status = obj.get("status") or {}
        counts = {field: status.get(field) for field in _PDB}
        return _filled({**counts, "conditions": self._entries.conditions(obj)})

    @staticmethod
    def _pv(obj: Obj) -> State:
        claim = (obj["spec"].get("claimRef") or {}).get("name")
        phase, finalizers = obj["status"].get("phase"), obj["metadata"].get("finalizers")
        return _filled({"phase": phase, "claim": claim, "finalizers": finalizers})

    def _pvc(self, obj: Obj) -> State:
        common = self._common(obj)
        common["owners"] = [text.split("/", 1) for text in common["owners"]]
        volume = self._names.in_text(obj["spec"].get("volumeName") or "")
        return _filled({"phase": obj["status"].get("phase"), "volume": volume, **common})

    @staticmethod
    def _quota(obj: Obj) -> State:
        return {field: obj["status"].get(field) for field in ("hard", "used")}

    def _node(self, obj: Obj) -> State:
        said = self._entries.conditions(obj)
        ready = said.pop("Ready", None)
        others = {type_: value[:2] for type_, value in said.items() if value[0] != "False"}
        taints = sorted(taint_text(taint) for taint in nodes.taints(obj))
        return _filled(
            {
                "Ready": ready,
                "taints": taints,
                "others": others,
                "unschedulable": nodes.is_unschedulable(obj),
            }
        )

    def _ns(self, obj: Obj) -> State:
        conditions = self._entries.conditions(obj)
        state = {"phase": obj["status"]["phase"], "conditions": conditions}
        return _filled({**state, "terminating": is_deleting(obj)})


def _is_ours(obj: Obj) -> bool:
    space = obj["metadata"].get("namespace")
    if space is not None:
        return bool(space == NAMESPACE)
    return name(obj) not in GENERIC and (obj["kind"] != "Namespace" or name(obj) == NAMESPACE)


def _standing(pod: Obj) -> str:
    if is_deleting(pod):
        return "terminating"
    if pods.phase(pod) == "Running" and pods.is_ready(pod):
        return "Running/ready"
    return pods.phase(pod)


def _counted(entries: list[State]) -> State:
    flags = ("ready", "serving", "terminating")
    return dict(Counter(",".join(flag for flag in flags if one[flag]) for one in entries))


def _sorted(entries: list[State]) -> list[State]:
    return sorted(entries, key=lambda one: str(one["pod"]))
