"""Fargate profiles as values, read from the objects that the EKS API describes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from minieks.eks.fargate.sizing import NO_CAP, Cap
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.words.objects import Obj

COLLECTION = "fargateprofiles.eks"

BLOCKED = {
    "RoleNotInAuthConfig": "Pod execution role is not found in auth config or does not have all "
    "required permissions for launching fargate pods.",
    "RoleTrust": "Failed to assume PodExecutionRole; Please make sure the role exists and trusts "
    "the eks-fargate-pods.amazonaws.com service principal",
}
"""Why EKS launches nothing for a profile: our name for it, and EKS' words in the pod's event."""


@dataclass(frozen=True, slots=True)
class Selector:
    """Pods that a profile takes: their namespace, and labels that they must all have.

    Namespace, label keys and label values may hold the wildcards ``*`` and ``?``.
    """

    namespace: str
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Profile:
    """One Fargate profile.

    ``cap`` limits the size of its pods below what Fargate offers today; it is a setting of minieks,
    not of EKS. ``blocked`` is a key of BLOCKED, or empty.
    """

    name: str
    selectors: tuple[Selector, ...]
    status: str = "ACTIVE"
    subnets: tuple[str, ...] = ()
    cap: Cap = NO_CAP
    blocked: str = ""


_KNOWN: Final[IdentityMemo[Profile]] = IdentityMemo()


def from_object(obj: Obj) -> Profile:
    """The profile that a ``fargateProfile`` object of the EKS API describes."""
    # Each new pod asks for every profile, and profiles hardly ever change.
    return _KNOWN.get(obj) or _KNOWN.put(obj, _read(obj))


def _read(obj: Obj) -> Profile:
    settings = obj.get("minieks") or {}
    return Profile(
        name=obj["fargateProfileName"],
        selectors=tuple(_selector(one) for one in obj.get("selectors") or ()),
        status=obj.get("status", "ACTIVE"),
        subnets=tuple(obj.get("subnets") or ()),
        cap=Cap(_decimal(settings.get("maxVcpu")), _decimal(settings.get("maxMemoryGiB"))),
        blocked=settings.get("blocked", ""),
    )


def _selector(obj: Mapping[str, Any]) -> Selector:
    return Selector(namespace=obj.get("namespace", ""), labels=dict(obj.get("labels") or {}))


def _decimal(number: object) -> Decimal | None:
    return None if number is None else Decimal(str(number))
