"""What counts as the replicas of a resource, and how they are set, kind by kind.

Source: py-kube-downscaler kube_downscaler/scaler.py get_replicas, scale_up, scale_down and
resources/*.py.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.kube.words.objects import Obj, annotations, with_metadata

PAUSED: Final = "autoscaling.keda.sh/paused-replicas"
PAUSED_BEFORE: Final = "downscaler/original-pause-replicas"
NOWHERE: Final = "kube-downscaler-non-existent"
"""The label in a sleeping DaemonSet's nodeSelector, which no node has."""
_NOT_PAUSED: Final = -1
"""The replicas of a ScaledObject that is not paused (kube_downscaler/resources/keda.py)."""


class Number(NamedTuple):
    """A number of replicas, or percent of them, which only PodDisruptionBudgets have."""

    value: int
    is_percent: bool = False

    def __str__(self) -> str:
        return f"{self.value}%" if self.is_percent else str(self.value)


def number(text: str, *, negative: bool = False) -> Number:
    """A number in an annotation or flag, perhaps with %; ValueError in the program's words."""
    text = text.strip()
    if text.endswith("%"):
        digits = text[:-1].strip()
        if not digits.isdigit():
            raise ValueError("Invalid percentage format in annotation: must be digits before '%'.")
        if int(digits) > 100:
            raise ValueError("Percentage in annotation must be between 0 and 100.")
        return Number(int(digits), True)
    if text.removeprefix("-" if negative else "").isdigit():
        return Number(int(text))
    raise ValueError(
        "Invalid format for annotation: must be an integer like '10' or a percentage like '10%'."
    )


@dataclass(frozen=True, slots=True)
class Scalable:
    """How a kind is read and written.

    ``put_down`` and ``put_up`` give the object with so many replicas; ``down`` and ``up`` are what
    the program's events say.
    """

    collection: str
    read: Callable[[Obj], Number]
    put_down: Callable[[Obj, Number], Obj]
    put_up: Callable[[Obj, Number], Obj]
    down: str = "Scaling down replicas"
    up: str = "Scaling up replicas"


_Write: TypeAlias = Callable[[Obj, Number], Obj]


def _with_spec(obj: Obj, **changes: Any) -> Obj:
    return {**obj, "spec": {**obj["spec"], **changes}}


def _field(name: str) -> tuple[Callable[[Obj], Number], _Write]:
    def read(obj: Obj) -> Number:
        return Number(int(obj["spec"][name]))

    return read, lambda obj, wanted: _with_spec(obj, **{name: wanted.value})


def _plain(collection: str, field: str = "replicas") -> Scalable:
    read, write = _field(field)
    return Scalable(collection, read, write, write)


def _autoscaler() -> Scalable:
    read, write = _field("minReplicas")

    def put_up(obj: Obj, wanted: Number) -> Obj:
        most = obj["spec"].get("maxReplicas", wanted.value)
        return write(obj, Number(min(wanted.value, most)))

    return Scalable("horizontalpodautoscalers.autoscaling", read, write, put_up)


def _suspended(collection: str, kind: str) -> Scalable:
    return Scalable(
        collection,
        lambda obj: Number(0 if obj["spec"]["suspend"] else 1),
        lambda obj, _: _with_spec(obj, suspend=True),
        lambda obj, _: _with_spec(obj, suspend=False),
        f"Suspending {kind}",
        f"Unsuspending {kind}",
    )


def _daemons() -> Scalable:
    def selector(obj: Obj) -> Mapping[str, str]:
        found: Mapping[str, str] = obj["spec"]["template"]["spec"].get("nodeSelector") or {}
        return found

    def with_selector(obj: Obj, wanted: Mapping[str, str]) -> Obj:
        template = obj["spec"]["template"]
        spec = {**template["spec"], "nodeSelector": wanted}
        return _with_spec(obj, template={**template, "spec": spec})

    return Scalable(
        "daemonsets.apps",
        lambda obj: Number(0 if NOWHERE in selector(obj) else 1),
        lambda obj, _: with_selector(obj, {**selector(obj), NOWHERE: "true"}),
        lambda obj, _: with_selector(
            obj, {key: value for key, value in selector(obj).items() if key != NOWHERE}
        ),
        "Suspending DaemonSet",
        "Unsuspending DaemonSet",
    )


def _budgets() -> Scalable:
    def field(obj: Obj) -> str:
        return "minAvailable" if "minAvailable" in obj["spec"] else "maxUnavailable"

    def read(obj: Obj) -> Number:
        return number(str(obj["spec"].get(field(obj), 0)))

    def write(obj: Obj, wanted: Number) -> Obj:
        if field(obj) not in obj["spec"]:
            return obj
        value = str(wanted) if wanted.is_percent else wanted.value
        return _with_spec(obj, **{field(obj): value})

    return Scalable("poddisruptionbudgets.policy", read, write, write)


def _scaled_objects() -> Scalable:
    def read(obj: Obj) -> Number:
        paused = annotations(obj).get(PAUSED)
        return Number(_NOT_PAUSED if paused is None else int(paused))

    def put_down(obj: Obj, wanted: Number) -> Obj:
        noted = dict(annotations(obj))
        if PAUSED in noted:
            noted[PAUSED_BEFORE] = noted[PAUSED]
        return with_metadata(obj, annotations={**noted, PAUSED: str(wanted.value)})

    def put_up(obj: Obj, _: Number) -> Obj:
        noted = dict(annotations(obj))
        before = noted.pop(PAUSED_BEFORE, None)
        noted.pop(PAUSED, None)
        if before is not None:
            noted[PAUSED] = before
        return with_metadata(obj, annotations=noted or None)

    return Scalable("scaledobjects.keda.sh", read, put_down, put_up, "Pausing KEDA ScaledObject")


SCALABLES: Final[Mapping[str, Scalable]] = {
    "deployments": _plain("deployments.apps"),
    "statefulsets": _plain("statefulsets.apps"),
    "stacks": _plain("stacks.zalando.org"),
    "cronjobs": _suspended("cronjobs.batch", "CronJob"),
    "horizontalpodautoscalers": _autoscaler(),
    "rollouts": _plain("rollouts.argoproj.io"),
    "scaledobjects": _scaled_objects(),
    "daemonsets": _daemons(),
    "poddisruptionbudgets": _budgets(),
    "jobs": _suspended("jobs.batch", "Job"),
    "autoscalingrunnersets": _plain("autoscalingrunnersets.actions.github.com", "minRunners"),
}
"""By the name that ``--include-resources`` takes."""
_KINDS: Final = {
    "Deployment": "deployments",
    "StatefulSet": "statefulsets",
    "Stack": "stacks",
    "CronJob": "cronjobs",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "Rollout": "rollouts",
    "ScaledObject": "scaledobjects",
    "DaemonSet": "daemonsets",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "Job": "jobs",
    "AutoscalingRunnerSet": "autoscalingrunnersets",
}


def scalable(obj: Obj) -> Scalable:
    """How an object of this kind is read and written; KeyError if it cannot be put to sleep."""
    return SCALABLES[_KINDS[obj["kind"]]]
