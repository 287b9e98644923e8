"""What the fargate-scheduler decides about a pod before it launches anything.

Sources of the texts: events quoted in public issues (aws/eks-distro-prow-jobs #11,
terraform-aws-modules/terraform-aws-eks #1758, #2912). Of the condition's reasons the first two have
been seen; for the others the scheduler's general ``Unschedulable`` stands.
"""

from dataclasses import dataclass
from decimal import Decimal

from minieks.eks.fargate import refusals
from minieks.eks.fargate.profiles import BLOCKED, Profile
from minieks.eks.fargate.refusals import Claims
from minieks.eks.fargate.sizing import FargateSize, TooBig, size
from minieks.eks.shortages import FARGATE_TEXT
from minieks.kube.words.objects import Obj

UNSUPPORTED = "POD_UNSUPPORTED_ON_FARGATE"
EXCEEDS_MAX = "POD_CPU_MEM_EXCEEDS_MAX_FARGATE_SIZE"
UNSCHEDULABLE = "Unschedulable"

TOO_BIG_TEXT = "Your pod's cpu/memory requirements exceed the max Fargate configuration"
QUOTA_TEXT = (
    "Your AWS account has reached the limit on the number of Fargate pods it can run concurrently"
)


@dataclass(frozen=True, slots=True)
class Refused:
    """The pod stays Pending; ``retried`` says whether the scheduler comes back to it."""

    reason: str
    message: str
    retried: bool = False


def judge(pod: Obj, profile: Profile, claims: Claims) -> FargateSize | Refused:
    """The size that the pod gets, or why it gets none; the pod's own faults come first."""
    refusal = refusals.scheduler_refusal(pod, claims)
    if refusal:
        return Refused(UNSUPPORTED, refusal)
    found = size(pod, profile.cap)
    if isinstance(found, TooBig):
        return Refused(EXCEEDS_MAX, TOO_BIG_TEXT)
    if profile.blocked:
        return Refused(UNSCHEDULABLE, blocked_text(profile))
    return found


def blocked_text(profile: Profile) -> str:
    """What the pod's event says when nothing is launched for its profile."""
    return (
        f"Misconfigured Fargate Profile: fargate profile {profile.name} blocked for new launches "
        f"due to: {BLOCKED[profile.blocked]}"
    )


def over_quota(used: Decimal, wanted: FargateSize, quota: Decimal) -> Refused | None:
    """The refusal if the account's vCPUs would be exceeded; it is retried."""
    if used + wanted.vcpu <= quota:
        return None
    return Refused(UNSCHEDULABLE, QUOTA_TEXT, retried=True)


def no_capacity() -> Refused:
    """The refusal while Fargate has no machine in a zone; it is retried."""
    return Refused(UNSCHEDULABLE, FARGATE_TEXT, retried=True)


def timed_out(pod_key: str) -> Refused:
    """The refusal when no machine came up; it is retried."""
    text = f"Pod provisioning timed out (will retry) for pod: {pod_key}"
    return Refused(UNSCHEDULABLE, text, retried=True)
