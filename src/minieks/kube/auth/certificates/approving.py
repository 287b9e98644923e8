"""Conditions of a request: what an approval may write, and what approves itself.

Source: kubernetes pkg/registry/certificates/certificates/strategy.go,
pkg/apis/certificates/validation/validation.go, pkg/controller/certificates/approver/sarapprove.go.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from minieks.kube.api.fields import (
    FieldError,
    duplicate,
    forbidden,
    invalid,
    not_supported,
    quoted,
    required,
)
from minieks.kube.auth.certificates.requests import KUBELET_CLIENT, Subject
from minieks.kube.auth.certificates.signers import refusal
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

GROUP: Final = "certificates.k8s.io"
_PLACE: Final = "status.conditions"
# Conditions that stay once they are there, and the subresource that may add them.
_WRITTEN_BY: Final = {"Approved": "approval", "Denied": "approval", "Failed": "status"}
_FINAL: Final = tuple(_WRITTEN_BY)
_EXCLUDES: Final = {"Approved": "Denied", "Denied": "Approved"}
_STATUSES: Final = ("False", "True", "Unknown")


def timed(new: Obj, old: Obj, now: str) -> Obj:
    """The new object with the times of its conditions that the client left out."""
    before = (old.get("status") or {}).get("conditions") or ()
    wanted = (new.get("status") or {}).get("conditions")
    if not wanted:
        return new
    return {**new, "status": {**new["status"], "conditions": _timed(wanted, before, now)}}


def _timed(wanted: Sequence[Obj], before: Sequence[Obj], now: str) -> list[Obj]:
    since = {(one["type"], one.get("status")): one.get("lastTransitionTime") for one in before}
    return [
        {
            **one,
            "lastTransitionTime": one.get("lastTransitionTime")
            or since.get((one["type"], one.get("status")))
            or now,
            "lastUpdateTime": one.get("lastUpdateTime") or now,
        }
        for one in wanted
    ]


def problems(new: Obj, old: Obj, subresource: str) -> Iterator[FieldError]:
    """What is wrong with the conditions of a written request."""
    found = (new.get("status") or {}).get("conditions") or ()
    before = (old.get("status") or {}).get("conditions") or ()
    types = [one["type"] for one in found]
    known = [one["type"] for one in before]
    for index, condition in enumerate(found):
        yield from _problems(condition, f"{_PLACE}[{index}]", types[:index])
    for type_ in _FINAL:
        if type_ in known and type_ not in types:
            yield forbidden(_PLACE, f"updates may not remove a condition of type {quoted(type_)}")
        if type_ in types and type_ not in known and _WRITTEN_BY[type_] != subresource:
            yield forbidden(_PLACE, f"updates may not add a condition of type {quoted(type_)}")


def _problems(condition: Obj, place: str, earlier: Sequence[str]) -> Iterator[FieldError]:
    type_, status = condition["type"], condition.get("status") or ""
    allowed = ("True",) if type_ in _FINAL else _STATUSES
    if not type_:
        yield required(f"{place}.type", "")
    if not status:
        yield required(f"{place}.status", "")
    elif status not in allowed:
        yield not_supported(f"{place}.status", status, allowed)
    if type_ in earlier:
        yield duplicate(f"{place}.type", type_)
    other = _EXCLUDES.get(type_)
    if other in earlier:
        why = f"{other} and {type_} conditions are mutually exclusive"
        yield invalid(f"{place}.type", type_, why)


def is_decided(request: Obj) -> bool:
    """Whether somebody has approved or denied it, or it has failed."""
    status = request.get("status") or {}
    return any(conditions.is_true(status, one) for one in ("Approved", "Denied", "Failed"))


def is_to_sign(request: Obj) -> bool:
    """Whether it is approved and has no certificate yet."""
    status = request.get("status") or {}
    if status.get("certificate") or not conditions.is_true(status, "Approved"):
        return False
    return not conditions.is_true(status, "Denied") and not conditions.is_true(status, "Failed")


def automatic(request: Obj, subject: Subject) -> tuple[tuple[str, str], ...]:
    """Which rights of the requester approve it, each with the message then; the first counts."""
    spec = request["spec"]
    usages = spec.get("usages") or ()
    if spec["signerName"] != KUBELET_CLIENT or refusal(KUBELET_CLIENT, subject, usages):
        return ()
    about = "kubelet client certificate after SubjectAccessReview."
    anybody = ("nodeclient", f"Auto approving {about}")
    if spec.get("username") != subject.common_name:
        return (anybody,)
    return (("selfnodeclient", f"Auto approving self {about}"), anybody)
