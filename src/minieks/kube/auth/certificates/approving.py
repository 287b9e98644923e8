"""Conditions of a request: what an approval may write, and what approves itself.

Source: kubernetes pkg/registry/certificates/certificates/strategy.go and
pkg/controller/certificates/approver/sarapprove.go.
"""

from collections.abc import Sequence
from typing import Final

from minieks.kube.auth.certificates.requests import KUBELET_CLIENT, Subject
from minieks.kube.auth.certificates.signers import refusal
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

GROUP: Final = "certificates.k8s.io"


def approved(new: Obj, old: Obj, now: str) -> Obj:
    """What a write of ``approval`` stores: the old object with the new one's conditions."""
    before = (old.get("status") or {}).get("conditions") or ()
    wanted = (new.get("status") or {}).get("conditions") or ()
    status = {
        **(old.get("status") or {}),
        "conditions": [_timed(one, before, now) for one in wanted],
    }
    return {**old, "metadata": new["metadata"], "status": status}


def _timed(condition: Obj, before: Sequence[Obj], now: str) -> Obj:
    """The condition with the times that the client left out."""
    same = next((one for one in before if one["type"] == condition["type"]), None)
    since = now
    if same is not None and same.get("status") == condition.get("status"):
        since = same.get("lastTransitionTime") or now
    return {
        **condition,
        "lastTransitionTime": condition.get("lastTransitionTime") or since,
        "lastUpdateTime": condition.get("lastUpdateTime") or now,
    }


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
