"""Defaults of claims for devices.

Source: kubernetes pkg/apis/resource/v1/defaults.go.
"""

from typing import Any, Final

from minieks.kube.api.defaulting.fill import each, filled, through, within
from minieks.kube.words.objects import Obj

_EXACT_COUNT: Final = "ExactCount"


def resource_claim(obj: Obj) -> Obj:
    """A ResourceClaim: each request is for one device unless it says otherwise."""
    return within(obj, "spec", _claim_spec)


def resource_claim_template(obj: Obj) -> Obj:
    """A ResourceClaimTemplate: as the claims that are made from it."""
    return through(obj, ("spec", "spec"), _claim_spec)


def _claim_spec(spec: Obj) -> Obj:
    return within(spec, "devices", lambda devices: each(devices, "requests", _request))


def _request(request: Obj) -> Obj:
    found = within(request, "exactly", _amount)
    return each(found, "firstAvailable", _amount)


def _amount(request: Obj) -> Obj:
    found = filled(request, {"allocationMode": _EXACT_COUNT})
    count: dict[str, Any] = {"count": 1} if found["allocationMode"] == _EXACT_COUNT else {}
    return filled(found, count)
