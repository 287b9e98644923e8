"""What kube-downscaler does to a resource at a time.

    decide(resource, namespace, at, options) -> Decision

Objects are as the API has them, the time is in microseconds since the epoch. Up goes only what
sleeps and remembers its size; down only what is larger than it would be asleep.
Source: py-kube-downscaler kube_downscaler/scaler.py autoscale_resource.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from minieks.autoscale.workinghours.options import Options
from minieks.autoscale.workinghours.scalable import Number, number, scalable
from minieks.autoscale.workinghours.timespec import matches
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, annotations, labels, metadata, name, with_metadata

PREFIX: Final = "downscaler/"
UPTIME: Final = f"{PREFIX}uptime"
DOWNTIME: Final = f"{PREFIX}downtime"
UPSCALE_PERIOD: Final = f"{PREFIX}upscale-period"
DOWNSCALE_PERIOD: Final = f"{PREFIX}downscale-period"
FORCE_UPTIME: Final = f"{PREFIX}force-uptime"
FORCE_DOWNTIME: Final = f"{PREFIX}force-downtime"
EXCLUDE: Final = f"{PREFIX}exclude"
EXCLUDE_UNTIL: Final = f"{PREFIX}exclude-until"
DOWNTIME_REPLICAS: Final = f"{PREFIX}downtime-replicas"
ORIGINAL_REPLICAS: Final = f"{PREFIX}original-replicas"
GRACE_PERIOD: Final = f"{PREFIX}grace-period"

_MOMENTS: Final = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_STACK: Final = ("zalando.org/v1", "Stack")

Action: TypeAlias = Literal["leave", "up", "down", "forget"]
"""``forget`` takes away the note of a size that the resource has again."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done, why, and to how many replicas the resource is set.

    ``error`` is what is wrong with its annotations; such a resource is left as it is.
    """

    action: Action
    reason: str
    replicas: Number | None = None
    error: str = ""


class Plan(NamedTuple):
    """The specifications that hold for a resource: its own, else its namespace's, else all's."""

    upscale_period: str
    downscale_period: str
    uptime: str
    downtime: str

    @property
    def has_periods(self) -> bool:
        """Whether sizes change only once, in periods."""
        return self.upscale_period != "never" or self.downscale_period != "never"


def decide(
    resource: Obj,
    namespace: Obj,
    at: Micros,
    options: Options | None = None,
    *,
    forced_uptime: bool = False,
) -> Decision:
    """What is done to ``resource`` in ``namespace`` in a round at ``at``.

    ``forced_uptime`` is whether any pod that lives asks for uptime everywhere.
    """
    options = options or Options()
    if is_out_of_scope(resource, options):
        return Decision("leave", "excluded by name or namespace")
    try:
        return _decided(resource, namespace, at, options, forced_uptime)
    except (ValueError, KeyError, TypeError) as error:
        return Decision("leave", "failed", error=str(error))


def is_out_of_scope(resource: Obj, options: Options) -> bool:
    """Whether a round does not even look at a resource."""
    owned_job = resource["kind"] == "Job" and "ownerReferences" in metadata(resource)
    space = str(metadata(resource).get("namespace") or "")
    return (
        owned_job
        or name(resource) in options.exclude_deployments
        or options.excludes_namespace(space)
    )


def _decided(
    resource: Obj, namespace: Obj, at: Micros, options: Options, forced_uptime: bool
) -> Decision:
    excluded = (
        is_excluded(namespace, at)
        or not options.targets(labels(resource))
        or is_excluded(resource, at)
    )
    original = original_replicas(resource)
    asleep = downtime_replicas(resource, namespace, options)
    remembers = original is not None and original.value != 0
    if excluded and (options.upscale_target_only or not remembers):
        return Decision("leave", "excluded")
    up_by_force = forced(namespace, FORCE_UPTIME, at, options, otherwise=forced_uptime)
    down_by_force = forced(namespace, FORCE_DOWNTIME, at, options, otherwise=False)
    if up_by_force or (excluded and remembers):
        is_up: bool | None = True
        reason = "forced uptime" if up_by_force else "excluded"
    elif down_by_force:
        is_up, reason = False, "forced downtime"
    else:
        is_up, reason = _by_time(plan(resource, namespace, options), at, options)
    if is_up is None:
        return Decision("leave", reason)
    if is_up:
        return _upwards(resource, original, asleep, reason)
    return _downwards(resource, asleep, at, options, reason)


def _by_time(found: Plan, at: Micros, options: Options) -> tuple[bool | None, str]:
    """Whether it is time to be up; None if it is no time to do anything."""
    if not found.has_periods:
        if not matches(found.uptime, at, options.defaults):
            return False, "not in uptime"
        is_down = matches(found.downtime, at, options.defaults)
        return not is_down, "in downtime" if is_down else "in uptime"
    up = matches(found.upscale_period, at, options.defaults)
    down = matches(found.downscale_period, at, options.defaults)
    if up and down:
        return None, "upscale and downscale period overlap"
    if up:
        return True, "in upscale period"
    return (False, "in downscale period") if down else (None, "outside of all periods")


def _upwards(resource: Obj, original: Number | None, asleep: Number, reason: str) -> Decision:
    replicas = scalable(resource).read(resource)
    if original is None or not (original.value > 0 or original.value == -1):
        return Decision("leave", reason)
    if replicas.value == asleep.value:
        if original.is_percent and resource["kind"] != "PodDisruptionBudget":
            raise ValueError(
                f"percentage 'original-replicas' are not supported for {resource['kind']}"
            )
        return Decision("up", reason, original)
    if replicas == original:
        return Decision("forget", reason)
    return Decision("leave", reason)


def _downwards(
    resource: Obj, asleep: Number, at: Micros, options: Options, reason: str
) -> Decision:
    replicas = scalable(resource).read(resource).value
    if not ((replicas > 0 and replicas > asleep.value) or replicas == -1):
        return Decision("leave", reason)
    if at <= grace_end(resource, options):
        return Decision("leave", "within grace period")
    if asleep.is_percent and resource["kind"] != "PodDisruptionBudget":
        raise ValueError(f"percentage 'downtime-replicas' are not supported for {resource['kind']}")
    return Decision("down", reason, asleep)


# --- what is read ---


def plan(resource: Obj, namespace: Obj, options: Options) -> Plan:
    """The specifications that hold for a resource."""

    def first(key: str, default: str) -> str:
        return annotations(resource).get(key, annotations(namespace).get(key, default))

    return Plan(
        first(UPSCALE_PERIOD, options.upscale_period),
        first(DOWNSCALE_PERIOD, options.downscale_period),
        first(UPTIME, options.default_uptime),
        first(DOWNTIME, options.default_downtime),
    )


def forced(namespace: Obj, key: str, at: Micros, options: Options, *, otherwise: bool) -> bool:
    """Whether a namespace forces uptime or downtime: ``true``, ``false`` or a specification."""
    text = annotations(namespace).get(key)
    if text is None:
        return otherwise
    if text.lower() in ("true", "false", ""):
        return text.lower() == "true"
    return matches(text, at, options.defaults)


def asks_for_uptime(pod: Obj) -> bool:
    """Whether a pod asks for uptime everywhere; one that has ended does not."""
    ended = (pod.get("status") or {}).get("phase") in ("Succeeded", "Failed")
    return not ended and annotations(pod).get(FORCE_UPTIME, "").lower() == "true"


def is_excluded(obj: Obj, at: Micros) -> bool:
    """Whether a resource or a namespace is excluded, for good or for now."""
    if _is_of_stack(obj) or annotations(obj).get(EXCLUDE, "false").lower() != "false":
        return True
    until = excluded_until(obj)
    return until is not None and at < until


def excluded_until(obj: Obj) -> Micros | None:
    """Until when it is excluded; None if it does not say so, or nobody can read it."""
    text = annotations(obj).get(EXCLUDE_UNTIL)
    return _moment(text) if text else None


def _is_of_stack(obj: Obj) -> bool:
    """Whether it is the Deployment of a Stack, which is scaled itself."""
    owners = metadata(obj).get("ownerReferences") or ()
    return obj.get("kind") == "Deployment" and any(
        (one.get("apiVersion"), one.get("kind")) == _STACK for one in owners
    )


def original_replicas(resource: Obj) -> Number | None:
    """The size that a resource had before it was put to sleep; ValueError if it is no number."""
    text = annotations(resource).get(ORIGINAL_REPLICAS)
    return None if text is None else number(text, negative=True)


def downtime_replicas(resource: Obj, namespace: Obj, options: Options) -> Number:
    """The size of a resource that sleeps; ValueError if it is no number."""
    of_space = annotations(namespace).get(DOWNTIME_REPLICAS, options.downtime_replicas)
    found = number(of_space)
    text = annotations(resource).get(DOWNTIME_REPLICAS)
    return found if text is None else number(text)


def grace_end(resource: Obj, options: Options) -> Micros:
    """Until when a resource is too young to be put to sleep, that moment included."""
    updated = times.parse(metadata(resource)["creationTimestamp"])
    if options.deployment_time_annotation:
        text = annotations(resource).get(options.deployment_time_annotation)
        deployed = _moment(text) if text else None
        updated = max(updated, deployed or updated)
    return updated + _grace(annotations(resource), options) * SECOND


def _grace(noted: Mapping[str, str], options: Options) -> int:
    text = noted.get(GRACE_PERIOD, "")
    own = int(text) if re.fullmatch(r"\s*[-+]?\d+\s*", text) else 0
    return own if 0 < own <= options.grace_period else options.grace_period


def _moment(text: str) -> Micros | None:
    for form in _MOMENTS:
        try:
            found = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return (found - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return None


# --- what is written ---


def applied(resource: Obj, decision: Decision) -> Obj:
    """The resource as the program leaves it."""
    noted = {k: v for k, v in annotations(resource).items() if k != ORIGINAL_REPLICAS}
    if decision.action == "leave":
        return resource
    if decision.action == "forget":
        return with_metadata(resource, annotations=noted or None)
    how = scalable(resource)
    assert decision.replicas is not None, "up and down say to what"
    if decision.action == "up":
        return how.put_up(with_metadata(resource, annotations=noted or None), decision.replicas)
    noted[ORIGINAL_REPLICAS] = str(how.read(resource))
    return how.put_down(with_metadata(resource, annotations=noted or None), decision.replicas)
