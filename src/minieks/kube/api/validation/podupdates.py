"""What of a Pod may change.

Source: kubernetes pkg/apis/core/validation/validation.go ValidatePodUpdate.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import FieldError, forbidden, invalid, required
from minieks.kube.api.internalform import difference
from minieks.kube.api.validation.checks import MAX_INT32
from minieks.kube.api.validation.pods import pod_spec
from minieks.kube.words.objects import Obj

_FIXED: Final = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)"
)
_CONTAINERS: Final = ("containers", "initContainers")


def pod_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """All that an update of a Pod may not do."""
    after, before = new.get("spec") or {}, old.get("spec") or {}
    if after is before:
        return
    yield from pod_spec(after, "spec")
    for key in _CONTAINERS:
        if len(after.get(key) or ()) != len(before.get(key) or ()):
            yield forbidden(f"spec.{key}", "pod updates may not add or remove containers")
            return
        yield from _images(after, key)
    yield from _deadline(after, before)
    yield from _tolerations(after, before)
    yield from _gates(after, before)
    munged = _with_free(after, before)
    if munged != before:
        shown = difference("PodSpec", before, munged)
        yield forbidden("spec", f"{_FIXED}\n{shown}")


def _images(spec: Obj, key: str) -> Iterator[FieldError]:
    for position, container in enumerate(spec.get(key) or ()):
        if not container.get("image"):
            yield required(f"spec.{key}[{position}].image")


def _deadline(after: Obj, before: Obj) -> Iterator[FieldError]:
    path, new = "spec.activeDeadlineSeconds", after.get("activeDeadlineSeconds")
    old = before.get("activeDeadlineSeconds")
    if new == old:
        return
    if new is not None and not 0 <= new <= MAX_INT32:
        yield invalid(path, new, "must be between 0 and 2147483647, inclusive")
    elif old is not None and new is None:
        yield invalid(path, None, "must not update from a positive integer to nil value")
    elif old is not None and new is not None and new > old:
        yield invalid(path, new, "must be less than or equal to previous value")


def _tolerations(after: Obj, before: Obj) -> Iterator[FieldError]:
    new, old = after.get("tolerations") or [], before.get("tolerations") or []
    if new is old:
        return
    kept = [_timeless(one) for one in new]
    if any(_timeless(one) not in kept for one in old):
        text = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden("spec.tolerations", text)


def _timeless(toleration: Obj) -> Obj:
    return {key: value for key, value in toleration.items() if key != "tolerationSeconds"}


def _gates(after: Obj, before: Obj) -> Iterator[FieldError]:
    known = {gate.get("name") for gate in before.get("schedulingGates") or ()}
    for position, gate in enumerate(after.get("schedulingGates") or ()):
        if gate.get("name") not in known:
            text = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            yield forbidden(f"spec.schedulingGates[{position}].name", text)


def _with_free(after: Obj, before: Obj) -> Obj:
    """The new spec with what may change as it was before."""
    free = {"activeDeadlineSeconds", "tolerations", "schedulingGates"}
    if before.get("schedulingGates"):
        free |= {"nodeSelector", "affinity"}
    grace = "terminationGracePeriodSeconds"
    if before.get(grace, 0) < 0 and after.get(grace) == 1:
        free.add(grace)
    found = {key: value for key, value in after.items() if key not in free}
    found.update((key, before[key]) for key in before if key in free)
    for key in _CONTAINERS:
        if key in after and key in before:
            pairs = zip(after[key] or (), before[key] or (), strict=True)
            found[key] = [_with_image(new, old) for new, old in pairs]
    return found


def _with_image(container: Obj, old: Obj) -> Obj:
    return {**container, **{key: old[key] for key in ("image",) if key in old}}
