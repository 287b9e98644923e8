"""podFailurePolicy: what a failure means, by exit code or pod condition.

Source: kubernetes pkg/controller/job/pod_failure_policy.go.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, name, namespace


class Match(NamedTuple):
    """What the first matching rule says: its action, and for FailJob why."""

    action: str
    message: str = ""

    @property
    def counts(self) -> bool:
        """Whether the failure is counted."""
        return self.action != "Ignore"


NO_RULE = Match("Count")


def match(job: Obj, pod: Obj) -> Match:
    """The meaning of this pod's failure; without a matching rule it is counted."""
    policy = job["spec"].get("podFailurePolicy") or {}
    for number, rule in enumerate(policy.get("rules") or ()):
        found = _why(rule, pod)
        if found is None:
            continue
        action = rule["action"]
        return Match(action, f"{found} matching {action} rule at index {number}")
    return NO_RULE


def fail_job_message(job: Obj, failed: Iterable[Obj]) -> str | None:
    """Why the whole Job fails, if one of the failed pods says so."""
    if not job["spec"].get("podFailurePolicy"):
        return None
    matches = (match(job, pod) for pod in failed)
    return next((found.message for found in matches if found.action == "FailJob"), None)


def _why(rule: Mapping[str, Any], pod: Obj) -> str | None:
    place = f"{namespace(pod)}/{name(pod)}"
    if rule.get("onExitCodes"):
        container = _by_exit_code(rule["onExitCodes"], pod)
        if container is None:
            return None
        code = container["state"]["terminated"]["exitCode"]
        return f"Container {container['name']} for pod {place} failed with exit code {code}"
    condition = _by_condition(rule.get("onPodConditions") or (), pod)
    return None if condition is None else f"Pod {place} has condition {condition}"


def _by_exit_code(requirement: Mapping[str, Any], pod: Obj) -> Mapping[str, Any] | None:
    wanted = requirement.get("containerName")
    status = pod.get("status") or {}
    for field in ("containerStatuses", "initContainerStatuses"):
        for entry in status.get(field) or ():
            ended = (entry.get("state") or {}).get("terminated")
            if not ended or not ended.get("exitCode") or wanted not in (None, entry["name"]):
                continue
            listed = ended["exitCode"] in requirement["values"]
            if listed == (requirement["operator"] == "In"):
                return entry  # type: ignore[no-any-return]  # JSON
    return None


def _by_condition(patterns: Iterable[Mapping[str, Any]], pod: Obj) -> str | None:
    for pattern in patterns:
        found = pods.condition(pod, pattern["type"])
        if found is not None and found["status"] == (pattern.get("status") or "True"):
            return str(pattern["type"])
    return None
