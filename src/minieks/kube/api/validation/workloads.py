"""Validation of the kinds that make pods.

Source: kubernetes pkg/apis/apps/validation/validation.go, pkg/apis/core/validation.
"""

from collections.abc import Iterator
from typing import Any, Final

from minieks.kube.api.fields import (
    FieldError,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.validation.checks import (
    NOT_NEGATIVE,
    as_number,
    at_most_100_percent,
    int_or_percent,
    internal,
    is_valid_selector,
    label_selector,
    not_negative,
)
from minieks.kube.api.validation.meta import IMMUTABLE, annotations, labels
from minieks.kube.api.validation.pods import template
from minieks.kube.words.objects import Obj
from minieks.kube.words.selectors import compile_selector, from_map

_STRATEGY: Final = ("Type", "RollingUpdate")
_STS_MUTABLE: Final = (
    *("replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit"),
    *("persistentVolumeClaimRetentionPolicy", "minReadySeconds"),
)
_STS_IMMUTABLE: Final = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)
_MISMATCH: Final = "`selector` does not match template `labels`"


def _spec(obj: Obj) -> Obj:
    found: Obj = obj.get("spec") or {}
    return found


def template_labels(spec: Obj) -> Any:
    """The labels of a spec's template; None if it has none."""
    return ((spec.get("template") or {}).get("metadata") or {}).get("labels")


def selects_template(spec: Obj, path: str) -> Iterator[FieldError]:
    """The selector must choose the pods of the template."""
    selector = spec.get("selector")
    found = template_labels(spec)
    if selector is None:
        matches = False
    elif not is_valid_selector(selector):
        return
    else:
        matches = compile_selector(selector).matches(found or {})
    if not matches:
        yield invalid(f"{path}.template.metadata.labels", found, _MISMATCH)


def _selector(spec: Obj, noun: str, path: str) -> Iterator[FieldError]:
    selector = spec.get("selector")
    if selector is None:
        yield required(f"{path}.selector")
        return
    yield from label_selector(selector, f"{path}.selector")
    if not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield invalid(f"{path}.selector", selector, f"empty selector is invalid for {noun}")


def _invalid_selector(spec: Obj, path: str) -> Iterator[FieldError]:
    selector = spec.get("selector")
    if selector is not None and not is_valid_selector(selector):
        yield invalid(f"{path}.selector", selector, "invalid label selector")


def _pod_template(spec: Obj, noun: str, path: str) -> Iterator[FieldError]:
    """A template whose pods run for ever."""
    yield from template(spec.get("template") or {}, f"{path}.template")
    yield from _runs_for_ever(spec, noun, path)


def _runs_for_ever(spec: Obj, noun: str, path: str) -> Iterator[FieldError]:
    pod = (spec.get("template") or {}).get("spec") or {}
    policy = pod.get("restartPolicy", "Always")
    if policy != "Always" and policy in ("OnFailure", "Never"):
        yield not_supported(f"{path}.template.spec.restartPolicy", policy, ("Always",))
    if pod.get("activeDeadlineSeconds") is not None:
        text = f"activeDeadlineSeconds in {noun} is not Supported"
        yield forbidden(f"{path}.template.spec.activeDeadlineSeconds", text)


def deployment(obj: Obj) -> Iterator[FieldError]:
    """A Deployment."""
    spec = _spec(obj)
    yield from not_negative(spec, "replicas", "spec")
    yield from _selector(spec, "deployment", "spec")
    yield from _invalid_selector(spec, "spec")
    if spec.get("selector") != {}:
        yield from selects_template(spec, "spec")
    yield from _pod_template(spec, "ReplicaSet", "spec")
    yield from _deployment_strategy(spec.get("strategy") or {}, "spec.strategy")
    for key in ("minReadySeconds", "revisionHistoryLimit"):
        yield from not_negative(spec, key, "spec")
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None:
        yield from not_negative(spec, "progressDeadlineSeconds", "spec")
        if deadline <= spec.get("minReadySeconds", 0):
            text = "must be greater than minReadySeconds"
            yield invalid("spec.progressDeadlineSeconds", deadline, text)


def _deployment_strategy(strategy: Obj, path: str) -> Iterator[FieldError]:
    rolling, type_ = strategy.get("rollingUpdate"), strategy.get("type", "RollingUpdate")
    if type_ == "Recreate":
        if rolling is not None:
            text = "may not be specified when strategy `type` is 'Recreate'"
            yield forbidden(f"{path}.rollingUpdate", text)
        return
    if type_ != "RollingUpdate":
        shown = internal(_STRATEGY, Type=type_, RollingUpdate=rolling)
        yield not_supported(path, shown, ("Recreate", "RollingUpdate"))
        return
    rolling = rolling or {}
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    place = f"{path}.rollingUpdate"
    yield from int_or_percent(unavailable, f"{place}.maxUnavailable")
    yield from int_or_percent(surge, f"{place}.maxSurge")
    if as_number(unavailable) == 0 and as_number(surge) == 0:
        text = "may not be 0 when `maxSurge` is 0"
        yield invalid(f"{place}.maxUnavailable", unavailable, text)
    yield from at_most_100_percent(unavailable, f"{place}.maxUnavailable")


def replica_set(obj: Obj) -> Iterator[FieldError]:
    """A ReplicaSet."""
    spec = _spec(obj)
    for key in ("replicas", "minReadySeconds"):
        yield from not_negative(spec, key, "spec")
    yield from _selector(spec, "deployment", "spec")
    yield from _invalid_selector(spec, "spec")
    if spec.get("selector") != {}:
        yield from selects_template(spec, "spec")
    yield from _pod_template(spec, "ReplicaSet", "spec")


def stateful_set(obj: Obj) -> Iterator[FieldError]:
    """A StatefulSet."""
    spec = _spec(obj)
    policy = spec.get("podManagementPolicy", "OrderedReady")
    if policy not in ("OrderedReady", "Parallel"):
        text = "must be 'OrderedReady' or 'Parallel'"
        yield invalid("spec.podManagementPolicy", policy, text)
    yield from _stateful_set_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    for key in ("replicas", "minReadySeconds"):
        yield from not_negative(spec, key, "spec")
    yield from _selector(spec, "statefulset", "spec")
    if spec.get("selector") != {}:
        yield from selects_template(spec, "spec")
    yield from _stateful_template(spec, "spec.template")
    yield from _runs_for_ever(spec, "StatefulSet", "spec")
    yield from not_negative(spec.get("ordinals") or {}, "start", "spec.ordinals")


def _stateful_template(spec: Obj, path: str) -> Iterator[FieldError]:
    """Only its metadata is looked at: what it mounts may come from the claim templates.

    Source: ValidatePodTemplateSpecForStatefulSet.
    """
    meta = (spec.get("template") or {}).get("metadata") or {}
    yield from labels(meta.get("labels"), f"{path}.labels")
    yield from annotations(meta.get("annotations"), f"{path}.annotations")


def _stateful_set_strategy(strategy: Obj, path: str) -> Iterator[FieldError]:
    type_, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if type_ == "OnDelete":
        if rolling is not None:
            shown = internal(("Partition", "MaxUnavailable"), Partition=rolling.get("partition", 0))
            text = "only allowed for updateStrategy 'RollingUpdate'"
            yield invalid(f"{path}.rollingUpdate", shown, text)
    elif type_ == "RollingUpdate":
        yield from not_negative(rolling or {}, "partition", f"{path}.rollingUpdate")
    else:
        shown = internal(_STRATEGY, Type=type_, RollingUpdate=rolling)
        yield invalid(path, shown, "must be 'RollingUpdate' or 'OnDelete'")


def daemon_set(obj: Obj) -> Iterator[FieldError]:
    """A DaemonSet."""
    spec = _spec(obj)
    yield from _selector(spec, "daemonset", "spec")
    if spec.get("selector") != {}:
        yield from selects_template(spec, "spec")
    yield from _pod_template(spec, "DaemonSet", "spec")
    yield from not_negative(spec, "minReadySeconds", "spec")
    yield from _daemon_set_strategy(spec.get("updateStrategy") or {}, "spec.updateStrategy")
    yield from not_negative(spec, "revisionHistoryLimit", "spec")


def _daemon_set_strategy(strategy: Obj, path: str) -> Iterator[FieldError]:
    type_ = strategy.get("type", "")
    if type_ == "OnDelete":
        return
    if type_ != "RollingUpdate":
        yield not_supported(f"{path}.type", type_, ("RollingUpdate", "OnDelete"))
        return
    rolling, place = strategy.get("rollingUpdate"), f"{path}.rollingUpdate"
    if rolling is None:
        yield required(place)
        return
    unavailable, surge = rolling.get("maxUnavailable", 0), rolling.get("maxSurge", 0)
    yield from int_or_percent(unavailable, f"{place}.maxUnavailable")
    yield from at_most_100_percent(unavailable, f"{place}.maxUnavailable")
    yield from int_or_percent(surge, f"{place}.maxSurge")
    yield from at_most_100_percent(surge, f"{place}.maxSurge")
    many, extra = as_number(unavailable), as_number(surge)
    if not many and not extra:
        yield required(f"{place}.maxUnavailable", "cannot be 0 when maxSurge is 0")
    if many and extra:
        text = "may not be set when maxUnavailable is non-zero"
        yield invalid(f"{place}.maxSurge", surge, text)


def replication_controller(obj: Obj) -> Iterator[FieldError]:
    """A ReplicationController."""
    spec = _spec(obj)
    yield from not_negative(spec, "minReadySeconds", "spec")
    selector = spec.get("selector")
    if not selector:
        yield required("spec.selector")
    yield from not_negative(spec, "replicas", "spec")
    found = template_labels(spec)
    if selector and not from_map(selector).matches(found or {}):
        yield invalid("spec.template.metadata.labels", found, _MISMATCH)
    yield from _pod_template(spec, "ReplicationController", "spec")


def pod_template(obj: Obj) -> Iterator[FieldError]:
    """A PodTemplate."""
    yield from template(obj.get("template") or {}, "template")


def controller_revision(obj: Obj) -> Iterator[FieldError]:
    """A ControllerRevision."""
    if obj.get("data") is None:
        yield required("data", "data is mandatory")
    if obj.get("revision", 0) < 0:
        yield invalid("revision", obj["revision"], NOT_NEGATIVE)


def selector_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The selector of a Deployment, ReplicaSet or DaemonSet stays."""
    after, before = _spec(new).get("selector"), _spec(old).get("selector")
    if after != before:
        yield invalid("spec.selector", after, IMMUTABLE)


def stateful_set_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """Most of a StatefulSet stays."""
    fixed = [
        {key: value for key, value in _spec(obj).items() if key not in _STS_MUTABLE}
        for obj in (new, old)
    ]
    if fixed[0] != fixed[1]:
        yield forbidden("spec", _STS_IMMUTABLE)


def controller_revision_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The data of a ControllerRevision stays."""
    if new.get("data") != old.get("data"):
        yield invalid("data", new.get("data"), IMMUTABLE)
