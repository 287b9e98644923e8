"""The rows of role bindings, certificates, admission policies, flow control and API services.

Source: kubernetes pkg/printers/internalversion/printers.go, kube-aggregator
pkg/registry/apiservice/etcd/etcd.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.engine.clock import SECOND, Micros
from minieks.kube.rest.tables import ages
from minieks.kube.rest.tables.cells import (
    NONE,
    UNSET,
    Cell,
    age,
    label_selector,
    name,
    spec,
    status,
)
from minieks.kube.words import conditions
from minieks.kube.words.objects import Obj

_NOTHING: Final[Mapping[str, Any]] = {}


def role_binding(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A RoleBinding or a ClusterRoleBinding."""
    role, subjects = obj.get("roleRef") or _NOTHING, obj.get("subjects") or ()
    return (
        name(obj),
        f"{role.get('kind', '')}/{role.get('name', '')}",
        age(obj, now),
        *(_subjects(subjects, kind) for kind in ("User", "Group", "ServiceAccount")),
    )


def _subjects(subjects: Sequence[Mapping[str, Any]], kind: str) -> str:
    names = (_subject(one) for one in subjects if one.get("kind") == kind)
    return ", ".join(names)


def _subject(one: Mapping[str, Any]) -> str:
    if one.get("kind") == "ServiceAccount" and one.get("namespace"):
        return f"{one['namespace']}/{one['name']}"
    return str(one["name"])


def signing_request(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A CertificateSigningRequest."""
    wanted = spec(obj)
    lasting = wanted.get("expirationSeconds")
    return (
        name(obj),
        age(obj, now),
        wanted.get("signerName") or NONE,
        wanted.get("username", ""),
        NONE if lasting is None else ages.human_duration(lasting * SECOND),
        _signing_state(obj),
    )


def _signing_state(obj: Obj) -> str:
    found = [one.get("type") for one in status(obj).get("conditions") or ()]
    states = [next((one for one in ("Denied", "Approved") if one in found), "Pending")]
    if "Failed" in found:
        states.append("Failed")
    return ",".join([*states, *(["Issued"] if status(obj).get("certificate") else ())])


def webhook_configuration(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A configuration of mutating or validating webhooks, with their number."""
    return (name(obj), len(obj.get("webhooks") or ()), age(obj, now))


def validating_policy(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A ValidatingAdmissionPolicy."""
    return (name(obj), len(spec(obj).get("validations") or ()), _param_kind(obj), age(obj, now))


def mutating_policy(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A MutatingAdmissionPolicy."""
    return (name(obj), len(spec(obj).get("mutations") or ()), _param_kind(obj), age(obj, now))


def _param_kind(obj: Obj) -> str:
    found = spec(obj).get("paramKind")
    return f"{found.get('apiVersion', '')}/{found.get('kind', '')}" if found else UNSET


def policy_binding(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A binding of an admission policy."""
    return (name(obj), spec(obj).get("policyName", ""), _param_ref(obj), age(obj, now))


def _param_ref(obj: Obj) -> str:
    found = spec(obj).get("paramRef") or _NOTHING
    if found.get("name"):
        return "/".join(filter(None, (found.get("namespace"), found["name"])))
    return label_selector(found["selector"]) if found.get("selector") else UNSET


def flow_schema(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A FlowSchema."""
    wanted = spec(obj)
    dangling = conditions.find(status(obj), "Dangling") or _NOTHING
    return (
        name(obj),
        (wanted.get("priorityLevelConfiguration") or _NOTHING).get("name") or NONE,
        wanted.get("matchingPrecedence", 0),
        (wanted.get("distinguisherMethod") or _NOTHING).get("type") or NONE,
        age(obj, now),
        dangling.get("status") or "?",
    )


def priority_level(obj: Obj, now: Micros) -> Sequence[Cell]:
    """A PriorityLevelConfiguration."""
    limited = spec(obj).get("limited") or _NOTHING
    queuing = (limited.get("limitResponse") or _NOTHING).get("queuing") or _NOTHING
    return (
        name(obj),
        spec(obj).get("type", ""),
        limited.get("nominalConcurrencyShares", NONE),
        *(queuing.get(key, NONE) for key in ("queues", "handSize", "queueLengthLimit")),
        age(obj, now),
    )


def api_service(obj: Obj, now: Micros) -> Sequence[Cell]:
    """An APIService: who serves the version, and whether it does."""
    backend = spec(obj).get("service")
    served = f"{backend.get('namespace', '')}/{backend.get('name', '')}" if backend else "Local"
    return (name(obj), served, _availability(obj), age(obj, now))


def _availability(obj: Obj) -> str:
    found = conditions.find(status(obj), "Available")
    if found is None:
        return "Unknown"
    state = str(found.get("status"))
    return state if state == "True" else f"{state} ({found.get('reason', '')})"
