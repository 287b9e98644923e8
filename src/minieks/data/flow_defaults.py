"""The flow-control objects that a kube-apiserver keeps, as their specs.

They stand in ``flow_defaults.toml``, in the short form that is described there.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from minieks.data.files import read_toml

Spec = dict[str, Any]
_CORE = "core"


@cache
def levels() -> Mapping[str, Spec]:
    """The specs of the PriorityLevelConfigurations by their names."""
    return {name: _level(row) for name, row in read_toml("flow_defaults.toml")["levels"].items()}


@cache
def schemas(minor: int) -> Mapping[str, Spec]:
    """The specs of the FlowSchemas of a Kubernetes version (its minor part) by their names."""
    rows = read_toml("flow_defaults.toml")["schemas"].items()
    return {name: _schema(row) for name, row in rows if minor <= row.get("until", minor)}


def _level(row: Mapping[str, Any]) -> Spec:
    shared: Spec = {"nominalConcurrencyShares": row["shares"], "lendablePercent": row["lendable"]}
    if row["type"] == "Exempt":
        return {"type": "Exempt", "exempt": shared}
    return {"type": "Limited", "limited": {**shared, "limitResponse": _response(row)}}


def _response(row: Mapping[str, Any]) -> Spec:
    if "queues" not in row:
        return {"type": "Reject"}
    queues, hand, length = row["queues"]
    queuing = {"queues": queues, "handSize": hand, "queueLengthLimit": length}
    return {"type": "Queue", "queuing": queuing}


def _schema(row: Mapping[str, Any]) -> Spec:
    rule: Spec = {"subjects": [_subject(text) for text in row["subjects"]]}
    if "resources" in row:
        rule["resourceRules"] = [_resources(text) for text in row["resources"]]
    if "paths" in row:
        rule["nonResourceRules"] = [_paths(text) for text in row["paths"]]
    found: Spec = {
        "priorityLevelConfiguration": {"name": row["level"]},
        "matchingPrecedence": row["precedence"],
        "rules": [rule],
    }
    return {**found, "distinguisherMethod": {"type": row["by"]}} if "by" in row else found


def _subject(text: str) -> Spec:
    kind, _, name = text.partition(" ")
    if kind == "ServiceAccount":
        space, _, account = name.partition("/")
        return {"kind": kind, "serviceAccount": {"namespace": space, "name": account}}
    return {"kind": kind, kind.lower(): {"name": name}}


def _resources(text: str) -> Spec:
    verbs, groups, resources, spaces, *cluster = [part.split() for part in text.split("|")]
    found: Spec = {
        "verbs": verbs,
        "apiGroups": ["" if group == _CORE else group for group in groups],
        "resources": resources,
        "namespaces": spaces,
    }
    return {**found, "clusterScope": True} if cluster else found


def _paths(text: str) -> Spec:
    verbs, paths = [part.split() for part in text.split("|")]
    return {"verbs": verbs, "nonResourceURLs": paths}
