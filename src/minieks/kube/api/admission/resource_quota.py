"""ResourceQuota: a namespace uses no more than its quotas allow.

Usage is kept in each quota's status and changed by what is written; nothing is counted anew.
Source: kubernetes apiserver pkg/admission/plugin/resourcequota/controller.go.
"""

from decimal import Decimal
from typing import Final

from minieks.kube.api import quota as quotas
from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.api.quota import Usage
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, name, with_status

_CREATE_ONLY: Final = frozenset({"resourcequotas"})
# A pod in a namespace with a quota on these must say them, in every container.
_MUST_BE_SAID: Final = {
    "cpu": ("requests", "cpu"),
    "memory": ("requests", "memory"),
    "requests.cpu": ("requests", "cpu"),
    "requests.memory": ("requests", "memory"),
    "limits.cpu": ("limits", "cpu"),
    "limits.memory": ("limits", "memory"),
}


class ResourceQuota(AdmissionPlugin):
    """Refuses what would exceed a quota, and books what does not."""

    name = "ResourceQuota"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """All that a quota can count."""
        return operation != "DELETE"

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Raises Forbidden if a quota is exceeded; else the namespace's quotas are charged."""
        if not attributes.namespace or attributes.operation == "DELETE":
            return
        held = attributes.api.store.values("resourcequotas", attributes.namespace)
        if not held or attributes.collection in _CREATE_ONLY:
            return
        used = quotas.usage(attributes.collection, obj)
        if attributes.operation == "UPDATE":
            used = _difference(used, attributes)
        charged = [
            charge
            for quota in sorted(held, key=name)
            if (charge := _charge(quota, used, obj, attributes)) is not None
        ]
        for changed in charged:
            attributes.api.update_status(changed)


def _difference(used: Usage, attributes: Attributes) -> Usage:
    """What an update adds; an object that uses less gives nothing back here."""
    old = attributes.old
    before = quotas.usage(attributes.collection, old) if old is not None else {}
    added = {key: amount - before.get(key, Decimal(0)) for key, amount in used.items()}
    return {key: amount for key, amount in added.items() if amount > 0}


def _charge(quota: Obj, used: Usage, obj: Obj, attributes: Attributes) -> Obj | None:
    """The quota with the usage booked; None if it is not concerned."""
    if not quotas.matches_scopes(quota, attributes.collection, obj):
        return None
    hard = (quota.get("spec") or {}).get("hard") or {}
    if attributes.is_create("pods"):
        _check_said(quota, hard, obj, attributes)
    asked = {key: amount for key, amount in used.items() if key in hard and amount > 0}
    if not asked:
        return None
    status = _status(quota, attributes)
    limits = {key: quantity.parse(status["hard"].get(key, hard[key])) for key in asked}
    before = {key: quantity.parse(status["used"].get(key, "0")) for key in asked}
    over = sorted(key for key in asked if before[key] + asked[key] > limits[key])
    if over:
        raise attributes.forbidden(
            f"exceeded quota: {name(quota)}, requested: {_listed(over, asked)}, "
            f"used: {_listed(over, before)}, limited: {_listed(over, limits)}"
        )
    booked = {key: quotas.text(key, before[key] + asked[key]) for key in asked}
    return with_status(quota, **{**status, "used": {**status["used"], **booked}})


def _status(quota: Obj, attributes: Attributes) -> Obj:
    """The quota's status; counted once if it has none yet or its limits changed."""
    status = quota.get("status") or {}
    hard = (quota.get("spec") or {}).get("hard") or {}
    known = status.get("used") or {}
    if all(key in known for key in hard):
        return {"hard": status.get("hard") or hard, "used": known}
    return quotas.recount(attributes.api, quota)


def _listed(keys: list[str], amounts: Usage) -> str:
    return ",".join(f"{key}={quotas.text(key, amounts[key])}" for key in keys)


def _check_said(quota: Obj, hard: Obj, pod: Obj, attributes: Attributes) -> None:
    """Raises Forbidden if a container does not say what the quota limits."""
    missing: dict[str, list[str]] = {}
    for key in sorted(hard):
        place = _MUST_BE_SAID.get(key)
        if place is None or _said_for_pod(pod, place):
            continue
        silent = _silent(pod, place)
        if silent:
            missing[key] = silent
    if missing:
        listed = "; ".join(f"{key} for: {','.join(names)}" for key, names in missing.items())
        raise attributes.forbidden(f"failed quota: {name(quota)}: must specify {listed}")


def _said_for_pod(pod: Obj, place: tuple[str, str]) -> bool:
    word, resource = place
    return resource in ((pod["spec"].get("resources") or {}).get(word) or {})


def _silent(pod: Obj, place: tuple[str, str]) -> list[str]:
    word, resource = place
    return sorted(
        container.get("name", "")
        for key in ("containers", "initContainers")
        for container in pod["spec"].get(key) or ()
        if resource not in ((container.get("resources") or {}).get(word) or {})
    )
