"""EKS Anywhere subscriptions: kept and shown; they are about machines that are not in AWS.

Source: Amazon EKS API reference, CreateEksAnywhereSubscription and its siblings.
"""

from datetime import UTC, datetime
from typing import Any, Final

from minieks.eks.operations import quotas
from minieks.eks.operations.collections import SUBSCRIPTIONS
from minieks.eks.operations.errors import invalid_parameter, invalid_request, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import shown
from minieks.engine.clock import SECOND, Micros
from minieks.kube.words.objects import Obj

MEMBERS: Final = (
    *("id", "arn", "createdAt", "effectiveDate", "expirationDate", "licenseQuantity"),
    *("licenseType", "term", "status", "autoRenew", "licenseArns", "licenses", "tags"),
)
TERMS: Final = (12, 36)
"""Months that a subscription can last."""
_REMOVABLE_FOR: Final[Micros] = 7 * 24 * 3600 * SECOND
"""A subscription can be taken back in its first week (Amazon EKS API reference,
DeleteEksAnywhereSubscription)."""


def create(at: Regional, asked: Asked) -> Answer:
    """Note a subscription."""
    term = asked["term"]
    if term.get("duration") not in TERMS:
        raise invalid_parameter(f"The term's duration must be one of {list(TERMS)} months.")
    present = at.values(SUBSCRIPTIONS)
    quotas.check(at, present, quotas.SUBSCRIPTIONS, "EKS Anywhere subscription")
    subscription_id = at.new_id()
    place = f"arn:{at.partition}:eks-anywhere:{at.region}:{at.account}:subscription"
    record = {
        "id": subscription_id,
        "arn": f"{place}/{subscription_id}",
        "createdAt": at.now(),
        "effectiveDate": at.now(),
        "expirationDate": _months_later(at.now(), term["duration"]),
        "licenseQuantity": asked.get("licenseQuantity") or 1,
        "licenseType": asked.get("licenseType") or "Cluster",
        "term": {"duration": term["duration"], "unit": term.get("unit", "MONTHS")},
        "status": "ACTIVE",
        "autoRenew": bool(asked.get("autoRenew")),
        "licenseArns": [],
        "licenses": [],
        "tags": dict(asked.get("tags") or {}),
        "name": asked["name"],
    }
    at.services.store.create(SUBSCRIPTIONS, at.key(subscription_id), record)
    return _answer(record)


def _months_later(begin: Micros, months: int) -> Micros:
    """The same moment of a later year: terms are whole years."""
    at = datetime.fromtimestamp(begin / SECOND, UTC)
    day = min(at.day, 28) if at.month == 2 else at.day
    later = at.replace(year=at.year + months // 12, day=day)
    return int(later.timestamp()) * SECOND


def _answer(record: Obj) -> dict[str, Any]:
    return {"subscription": shown(record, MEMBERS)}


def _find(at: Regional, subscription_id: str) -> Obj:
    found = at.get(SUBSCRIPTIONS, subscription_id)
    if found is None:
        text = f"No subscription found for id: {subscription_id}"
        raise not_found(text, subscriptionId=subscription_id)
    return found


def describe(at: Regional, asked: Asked) -> Answer:
    """Show a subscription."""
    return _answer(_find(at, asked["id"]))


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the subscriptions, or those in certain states."""
    wanted = asked.get("includeStatus")
    found = [one for one in at.values(SUBSCRIPTIONS) if not wanted or one["status"] in wanted]
    return page([shown(one, MEMBERS) for one in found], asked, "subscriptions")


def update(at: Regional, asked: Asked) -> Answer:
    """Note whether a subscription renews itself."""
    changed = {**_find(at, asked["id"]), "autoRenew": asked["autoRenew"]}
    at.services.store.replace(SUBSCRIPTIONS, at.key(asked["id"]), changed)
    return _answer(changed)


def delete(at: Regional, asked: Asked) -> Answer:
    """Forget a subscription that is not older than a week."""
    record = _find(at, asked["id"])
    if at.now() - record["createdAt"] > _REMOVABLE_FOR:
        text = "A subscription can only be deleted within seven days of its creation."
        raise invalid_request(text, subscriptionId=record["id"])
    at.services.store.remove(SUBSCRIPTIONS, at.key(record["id"]))
    return _answer({**record, "status": "DELETING"})


OPERATIONS: Final = (
    Operation("CreateEksAnywhereSubscription", create, recorded=True),
    Operation("DescribeEksAnywhereSubscription", describe, recorded=True),
    Operation("ListEksAnywhereSubscriptions", list_, recorded=True),
    Operation("UpdateEksAnywhereSubscription", update, recorded=True),
    Operation("DeleteEksAnywhereSubscription", delete, recorded=True),
)
