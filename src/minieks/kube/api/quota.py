"""What a ResourceQuota counts, and how much of it an object uses.

Source: kubernetes pkg/quota/v1/evaluator/core and apiserver pkg/quota/v1/generic.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from minieks.kube.kinds import podresources, pods, storage
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

Usage: TypeAlias = dict[str, Decimal]

_SHORT_COUNTS: Final = {
    "pods": "pods",
    "services": "services",
    "secrets": "secrets",
    "configmaps": "configmaps",
    "persistentvolumeclaims": "persistentvolumeclaims",
    "replicationcontrollers": "replicationcontrollers",
    "resourcequotas": "resourcequotas",
}
_COMPUTE: Final = ("cpu", "memory", "ephemeral-storage")
_CLASS_INFIX: Final = ".storageclass.storage.k8s.io/"


def usage(collection: str, obj: Obj) -> Usage:
    """How much of every quota resource one object uses."""
    found: Usage = {f"count/{collection}": Decimal(1)}
    if collection in _SHORT_COUNTS:
        found[_SHORT_COUNTS[collection]] = Decimal(1)
    if collection == "pods":
        if pods.is_terminal(obj):
            return {"count/pods": Decimal(1)}
        found.update(_of_pod(obj))
    elif collection == "services":
        found.update(_of_service(obj))
    elif collection == "persistentvolumeclaims":
        found.update(_of_claim(obj))
    return found


def _of_pod(pod: Obj) -> Usage:
    found: Usage = {}
    for word, amounts in (
        ("requests", podresources.requests(pod)),
        ("limits", podresources.limits(pod)),
    ):
        for name, amount in amounts.items():
            total = Decimal(amount).scaleb(-3) if name == "cpu" else Decimal(amount)
            if word == "limits" and name not in _COMPUTE:
                continue
            found[f"{word}.{name}"] = total
            if word == "requests" and (name in _COMPUTE or name.startswith("hugepages-")):
                found[name] = total
    return found


def _of_service(service: Obj) -> Usage:
    spec = service.get("spec") or {}
    type_ = spec.get("type")
    ports = len(spec.get("ports") or ())
    found = {"services.loadbalancers": Decimal(0), "services.nodeports": Decimal(0)}
    if type_ == "NodePort":
        found["services.nodeports"] = Decimal(ports)
    if type_ == "LoadBalancer":
        found["services.loadbalancers"] = Decimal(1)
        if spec.get("allocateLoadBalancerNodePorts") is not False:
            found["services.nodeports"] = Decimal(ports)
    return found


def _of_claim(claim: Obj) -> Usage:
    amount = quantity.parse(storage.requested_text(claim))
    found = {"requests.storage": amount}
    class_name = storage.class_name(claim)
    if class_name:
        found[f"{class_name}{_CLASS_INFIX}requests.storage"] = amount
        found[f"{class_name}{_CLASS_INFIX}persistentvolumeclaims"] = Decimal(1)
    return found


def matches_scopes(quota: Obj, collection: str, obj: Obj) -> bool:
    """Whether an object is one of those that a quota's scopes choose."""
    spec = quota.get("spec") or {}
    terms = [{"scopeName": scope, "operator": "Exists"} for scope in spec.get("scopes") or ()]
    terms += (spec.get("scopeSelector") or {}).get("matchExpressions") or ()
    if not terms:
        return True
    return collection == "pods" and all(_in_scope(term, obj) for term in terms)


def _in_scope(term: Mapping[str, Any], pod: Obj) -> bool:
    spec = pod.get("spec") or {}
    terminating = spec.get("activeDeadlineSeconds") is not None
    best_effort = pods.qos_class(pod) == "BestEffort"
    match term["scopeName"]:
        case "Terminating":
            return terminating
        case "NotTerminating":
            return not terminating
        case "BestEffort":
            return best_effort
        case "NotBestEffort":
            return not best_effort
        case "PriorityClass":
            return _priority_matches(term, spec.get("priorityClassName") or "")
        case "CrossNamespacePodAffinity":
            return _crosses_namespaces(spec)
    return False


def _priority_matches(term: Mapping[str, Any], class_name: str) -> bool:
    values = term.get("values") or ()
    match term.get("operator"):
        case "In":
            return class_name in values
        case "NotIn":
            return class_name not in values
        case "DoesNotExist":
            return not class_name
    return bool(class_name)


def _crosses_namespaces(spec: Obj) -> bool:
    affinity = spec.get("affinity") or {}
    for key in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(key) or {}
        terms = list(rules.get("requiredDuringSchedulingIgnoredDuringExecution") or ())
        terms += [
            weighted.get("podAffinityTerm") or {}
            for weighted in rules.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        ]
        if any(term.get("namespaces") or "namespaceSelector" in term for term in terms):
            return True
    return False


def text(name: str, amount: Decimal) -> str:
    """An amount of a quota resource, as the server writes it."""
    binary = "memory" in name or ("storage" in name and "persistentvolumeclaims" not in name)
    return quantity.text_of(amount, "binary" if binary else "decimal")


def recount(api: "Api", quota: Obj) -> Obj:
    """The status that a quota should have, counted from all objects of its namespace."""
    space = quota["metadata"]["namespace"]
    hard = (quota.get("spec") or {}).get("hard") or {}
    totals = dict.fromkeys(hard, Decimal(0))
    for collection in _collections(api, hard):
        for obj in api.store.values(collection, space):
            if matches_scopes(quota, collection, obj):
                _add(totals, usage(collection, obj))
    used = {name: text(name, amount) for name, amount in totals.items()}
    return {"hard": dict(hard), "used": used}


def _add(totals: Usage, used: Usage) -> None:
    for name, amount in used.items():
        if name in totals:
            totals[name] += amount


def _collections(api: "Api", hard: Iterable[str]) -> list[str]:
    """The collections whose objects count for these resources."""
    found = {"pods": None, "services": None, "persistentvolumeclaims": None}
    for name in hard:
        if name.startswith("count/"):
            found[name.removeprefix("count/")] = None
        elif name in _SHORT_COUNTS:
            found[name] = None
    return list(found)
