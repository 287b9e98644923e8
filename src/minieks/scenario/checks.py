"""What Kubernetes accepts though it can never do what it says: found before the run, not after.

A check is a function of a decoded object; a new one is a line in `_CHECKS`. What the API refuses
by itself is left to it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from minieks.kube.kubelet import annotations as kubelet
from minieks.kube.words import cron
from minieks.kube.words.objects import Obj, annotations

POD_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "Pod": (),
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"), ("spec", "template")
    ),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where in an object of each kind the pod that it makes is described."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The field that is wrong, what is wrong, and what to do."""

    field: str
    message: str
    hint: str


def findings(obj: Obj) -> list[Finding]:
    """What is wrong with an object though the API would accept it; such an object is not kept."""
    return [found for check in _CHECKS.get(str(obj["kind"]), ()) for found in check(obj)]


def pod_template(obj: Obj) -> Obj:
    """The description of the pod that an object makes; empty for kinds that make none."""
    path = POD_TEMPLATES.get(str(obj["kind"]))
    if path is None:
        return {}
    for part in path:
        obj = obj.get(part) or {}
    return obj


def cautions(obj: Obj) -> list[Finding]:
    """What is probably not meant so: minieks' own annotations that say nothing, or at no place."""
    path = POD_TEMPLATES.get(str(obj["kind"]))
    if path is None:
        return []
    template = pod_template(obj)
    prefix = ".".join((*path, "metadata.annotations"))
    found = [
        Finding(f"{prefix}[{key}]", problem, "")
        for key, text in annotations(template).items()
        for problem in kubelet.problems({key: text})
    ]
    if template is not obj:
        found += _misplaced(obj, prefix)
    return found


def _misplaced(obj: Obj, prefix: str) -> Iterator[Finding]:
    for key, text in annotations(obj).items():
        if kubelet.is_setting(key):
            yield Finding(
                f"metadata.annotations[{key}]",
                f"annotation {key}: {text!r} is not on the pods, so it says nothing; move it to"
                f" {prefix}",
                "",
            )


def _is_schedule(text: str) -> bool:
    try:
        cron.parse(text)
    except cron.InvalidSchedule:
        return False
    return True


def _never_fires(cron_job: Obj) -> Iterator[Finding]:
    schedule = (cron_job.get("spec") or {}).get("schedule")
    if schedule and _is_schedule(schedule) and cron.never_fires(schedule):
        yield Finding(
            "spec.schedule",
            f'spec.schedule: Invalid value: "{schedule}": the schedule never fires',
            "no date has this day in this month; choose another day, as in '0 0 28 2 *'",
        )


_CHECKS: dict[str, tuple[Callable[[Obj], Iterator[Finding]], ...]] = {
    "CronJob": (_never_fires,),
}
