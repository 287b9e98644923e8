"""Validation of Jobs and CronJobs.

Source: kubernetes pkg/apis/batch/validation/validation.go.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import (
    INVALID,
    FieldError,
    Verbatim,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.internalform import internal_form
from minieks.kube.api.validation.checks import (
    domain_prefixed_path,
    internal,
    label_selector,
    not_negative,
    one_of,
)
from minieks.kube.api.validation.cron import schedule_complaint, time_zone_complaint
from minieks.kube.api.validation.meta import IMMUTABLE
from minieks.kube.api.validation.pods import template
from minieks.kube.api.validation.workloads import selects_template
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, uid

_UID_LABEL: Final = "batch.kubernetes.io/controller-uid"
_NUMBERS: Final = (
    *("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit"),
    *("ttlSecondsAfterFinished", "backoffLimitPerIndex"),
)
_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_INDEXED_MOST: Final = 100_000
_NEEDS_INDEX: Final = "requires indexed completion mode"


def new_job(obj: Obj) -> Iterator[FieldError]:
    """A new Job: the API itself makes its selector."""
    yield from _generated_selector(obj, obj.get("spec") or {})
    yield from job(obj)


def job(obj: Obj) -> Iterator[FieldError]:
    """A Job."""
    spec = obj.get("spec") or {}
    if spec.get("selector") is None:
        yield required("spec.selector")
    else:
        yield from label_selector(spec["selector"], "spec.selector")
    yield from selects_template(spec, "spec")
    yield from job_spec(spec, "spec")


def _generated_selector(obj: Obj, spec: Obj) -> Iterator[FieldError]:
    if spec.get("manualSelector"):
        return
    wanted = {_UID_LABEL: uid(obj)}
    selector = spec.get("selector") or {}
    if selector.get("matchLabels") != wanted or selector.get("matchExpressions"):
        yield invalid("spec.selector", spec.get("selector"), "`selector` not auto-generated")


def job_spec(spec: Obj, path: str) -> Iterator[FieldError]:
    """The spec of a Job, or of a CronJob's template."""
    for key in _NUMBERS:
        yield from not_negative(spec, key, path)
    if spec.get("maxFailedIndexes") is not None:
        yield from not_negative(spec, "maxFailedIndexes", path)
        if spec.get("backoffLimitPerIndex") is None:
            text = "when maxFailedIndexes is specified"
            yield required(f"{path}.backoffLimitPerIndex", text)
    if spec.get("managedBy") is not None:
        yield from domain_prefixed_path(spec["managedBy"], f"{path}.managedBy")
    yield from _completion_mode(spec, path)
    policy = spec.get("podFailurePolicy")
    if policy is not None:
        yield from _failure_policy(policy, f"{path}.podFailurePolicy")
    yield from _success_policy(spec, f"{path}.successPolicy")
    yield from one_of(spec, "podReplacementPolicy", path, _replacements(policy))
    yield from template(spec.get("template") or {}, f"{path}.template")
    yield from _restart_policy(spec, f"{path}.template.spec.restartPolicy")


def _replacements(policy: Obj | None) -> tuple[str, ...]:
    return ("Failed", "TerminatingOrFailed") if policy is None else ("Failed",)


def _completion_mode(spec: Obj, path: str) -> Iterator[FieldError]:
    mode = spec.get("completionMode", "NonIndexed")
    if mode not in ("NonIndexed", "Indexed"):
        yield not_supported(f"{path}.completionMode", mode, ("NonIndexed", "Indexed"))
    if mode == "Indexed":
        if spec.get("completions") is None:
            yield required(f"{path}.completions", "when completion mode is Indexed")
        elif (spec.get("parallelism") or 0) > _INDEXED_MOST:
            text = "must be less than or equal to 100000 when completion mode is Indexed"
            yield invalid(f"{path}.parallelism", spec["parallelism"], text)
    elif mode == "NonIndexed":
        for key in ("backoffLimitPerIndex", "maxFailedIndexes"):
            if spec.get(key) is not None:
                yield invalid(f"{path}.{key}", spec[key], _NEEDS_INDEX)


def _restart_policy(spec: Obj, path: str) -> Iterator[FieldError]:
    pod = (spec.get("template") or {}).get("spec") or {}
    policy = pod.get("restartPolicy", "")
    if policy in ("Always", ""):
        yield required(path, 'valid values: "OnFailure", "Never"')
    elif policy == "OnFailure" and spec.get("podFailurePolicy") is not None:
        text = 'only "Never" is supported when podFailurePolicy is specified'
        yield invalid(path, policy, text)


def _failure_policy(policy: Obj, path: str) -> Iterator[FieldError]:
    for position, rule in enumerate(policy.get("rules") or ()):
        yield from _failure_rule(rule, f"{path}.rules[{position}]")


def _failure_rule(rule: Obj, path: str) -> Iterator[FieldError]:
    action = rule.get("action", "")
    if not action:
        yield required(f"{path}.action", f"valid values: {_ACTIONS}")
    elif action not in _ACTIONS:
        yield not_supported(f"{path}.action", action, _ACTIONS)
    codes = rule.get("onExitCodes")
    if codes is not None:
        yield from _exit_codes(codes, f"{path}.onExitCodes")
    conditions = rule.get("onPodConditions") or ()
    if codes is not None and conditions:
        text = "specifying both OnExitCodes and OnPodConditions is not supported"
        yield FieldError(INVALID, path, Verbatim(text))
    if codes is None and not conditions:
        text = "specifying one of OnExitCodes and OnPodConditions is required"
        yield FieldError(INVALID, path, Verbatim(text))


def _exit_codes(codes: Obj, path: str) -> Iterator[FieldError]:
    operator, values = codes.get("operator", ""), codes.get("values") or ()
    if operator not in ("In", "NotIn"):
        yield not_supported(f"{path}.operator", operator, ("In", "NotIn"))
    for position, value in enumerate(values):
        if value == 0 and operator == "In":
            text = "must not be 0 for the In operator"
            yield invalid(f"{path}.values[{position}]", value, text)
    if not values:
        yield invalid(f"{path}.values", values, "at least one value is required")


def _success_policy(spec: Obj, path: str) -> Iterator[FieldError]:
    policy = spec.get("successPolicy")
    if policy is None:
        return
    if spec.get("completionMode", "NonIndexed") == "NonIndexed":
        shown = internal(("Rules",), Rules=policy.get("rules") or [])
        yield invalid(path, shown, _NEEDS_INDEX)
    elif not policy.get("rules"):
        text = "at least one rules must be specified when the successPolicy is specified"
        yield required(f"{path}.rules", text)


def cron_job_name(value: str) -> names.Complaints:
    """A CronJob's name leaves room for the suffix of its Jobs."""
    found = names.dns_subdomain(value)
    return (*found, names.too_long(52)) if len(value) > 52 else found


def cron_job(obj: Obj) -> Iterator[FieldError]:
    """A CronJob."""
    spec = obj.get("spec") or {}
    schedule = spec.get("schedule") or ""
    complaint = schedule_complaint(schedule) if schedule else ""
    if not schedule:
        yield required("spec.schedule")
    elif complaint:
        yield invalid("spec.schedule", schedule, complaint)
    yield from not_negative(spec, "startingDeadlineSeconds", "spec")
    zone = spec.get("timeZone")
    if zone is not None and time_zone_complaint(zone):
        yield invalid("spec.timeZone", zone, time_zone_complaint(zone))
    yield from one_of(spec, "concurrencyPolicy", "spec", ("Allow", "Forbid", "Replace"))
    yield from _job_template((spec.get("jobTemplate") or {}).get("spec") or {})
    for key in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        yield from not_negative(spec, key, "spec")


def _job_template(spec: Obj) -> Iterator[FieldError]:
    path = "spec.jobTemplate.spec"
    yield from job_spec(spec, path)
    if spec.get("manualSelector"):
        yield not_supported(f"{path}.manualSelector", True, ("nil", "false"))
    if spec.get("selector") is not None:
        text = "`selector` will be auto-generated"
        yield invalid(f"{path}.selector", spec["selector"], text)


def job_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """What of a Job stays."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    found = list(job(new))
    yield from found
    # What is wrong with the spec is found when it is looked at, and when it is compared.
    yield from (one for one in found if one.field.startswith("spec"))
    yield from _completions_update(after, before)
    yield from _same(after, before, "selector")
    if after.get("template") != before.get("template"):
        shown = internal_form("PodTemplateSpec", after.get("template") or {})
        yield invalid("spec.template", shown, IMMUTABLE)
    for key in ("completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy"):
        yield from _same(after, before, key)
    yield from _same(after, before, "successPolicy")


def _completions_update(after: Obj, before: Obj) -> Iterator[FieldError]:
    """Completions stay, but an Indexed Job's may change together with its parallelism."""
    if after.get("completions") == before.get("completions"):
        return
    indexed = after.get("completionMode") == "Indexed"
    if not indexed or after.get("completions") is None or before.get("completions") is None:
        yield invalid("spec.completions", after.get("completions"), IMMUTABLE)
    elif after.get("completions") != after.get("parallelism"):
        text = "can only be modified in tandem with spec.parallelism"
        yield invalid("spec.completions", after["completions"], text)


def _same(after: Obj, before: Obj, key: str) -> Iterator[FieldError]:
    if after.get(key) != before.get(key):
        yield invalid(f"spec.{key}", after.get(key), IMMUTABLE)
