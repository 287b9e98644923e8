"""What FlowSchemas and PriorityLevelConfigurations are given, and what is refused of them.

Source of the texts: kubernetes pkg/apis/flowcontrol/validation/validation.go.
"""

from typing import Any

import pytest

from minieks.data import flow_defaults
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.api.errors import Invalid
from minieks.kube.api.server import Api

VERSION = "flowcontrol.apiserver.k8s.io/v1"
USER = {"kind": "User", "user": {"name": "jane"}}
ON_PODS = {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"], "namespaces": ["*"]}


def schema(name: str = "own", **spec: Any) -> dict[str, Any]:
    given = {"priorityLevelConfiguration": {"name": "exempt"}, **spec}
    return {
        "apiVersion": VERSION,
        "kind": "FlowSchema",
        "metadata": {"name": name},
        "spec": {key: value for key, value in given.items() if value is not None},
    }


def rule(**changes: Any) -> dict[str, Any]:
    return {"subjects": [USER], "resourceRules": [ON_PODS], **changes}


def of_subject(**subject: Any) -> dict[str, Any]:
    return schema(rules=[rule(subjects=[subject])])


def of_resources(**changes: Any) -> dict[str, Any]:
    return schema(rules=[rule(resourceRules=[{**ON_PODS, **changes}])])


def of_paths(*urls: str) -> dict[str, Any]:
    paths = {"verbs": ["get"], "nonResourceURLs": list(urls)}
    return schema(rules=[rule(resourceRules=[], nonResourceRules=[paths])])


def level(name: str = "own", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": VERSION,
        "kind": "PriorityLevelConfiguration",
        "metadata": {"name": name},
        "spec": spec,
    }


def limited(**changes: Any) -> dict[str, Any]:
    return level(type="Limited", limited={"limitResponse": {"type": "Reject"}, **changes})


def queued(**queuing: int) -> dict[str, Any]:
    return limited(limitResponse={"type": "Queue", "queuing": queuing})


def created(obj: dict[str, Any]) -> dict[str, Any]:
    return Api(Engine(VirtualClock(1_700_000_000 * SECOND), 1), "1.34").create(obj)


def test_a_schema_and_levels_are_given_what_they_leave_out() -> None:
    assert created(schema())["spec"]["matchingPrecedence"] == 1000
    found = created(queued())["spec"]["limited"]
    assert (found["nominalConcurrencyShares"], found["lendablePercent"]) == (30, 0)
    queuing = {"queues": 64, "handSize": 8, "queueLengthLimit": 50}
    assert found["limitResponse"]["queuing"] == queuing


@pytest.mark.parametrize("minor", [29, 34])
def test_the_servers_own_are_fine(minor: int) -> None:
    for name, spec in flow_defaults.schemas(minor).items():
        assert created(schema(name, **spec))["spec"] == spec
    for name, spec in flow_defaults.levels().items():
        assert created(level(name, **spec))["spec"] == spec


_ONE_OF = 'supported values: "Group", "ServiceAccount", "User"'
_VERBS = (
    '"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"'
)


@pytest.mark.parametrize(
    ("obj", "wrong"),
    [
        (
            schema(matchingPrecedence=-1),
            "spec.matchingPrecedence: Invalid value: -1: must be a positive value",
        ),
        (
            schema(matchingPrecedence=10_001),
            "spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000",
        ),
        (
            schema(matchingPrecedence=1),
            "spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have"
            " matchingPrecedence 1",
        ),
        (
            schema(distinguisherMethod={"type": "x"}),
            'spec.distinguisherMethod.type: Unsupported value: {"Type":"x"}: supported values:'
            ' "ByNamespace", "ByUser"',
        ),
        (
            schema(priorityLevelConfiguration=None),
            "spec.priorityLevelConfiguration.name: Required value: must reference a priority level",
        ),
        (
            schema(rules=[rule(subjects=[])]),
            "spec.rules[0].subjects: Required value: subjects must contain at least one value",
        ),
        (
            schema(rules=[rule(resourceRules=[])]),
            "spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has"
            " to be non-empty",
        ),
        (
            of_subject(kind="Robot"),
            f'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": {_ONE_OF}',
        ),
        (
            of_subject(kind="User"),
            "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is"
            " 'User'",
        ),
        (
            of_subject(kind="User", user={"name": "a"}, group={"name": "b"}),
            "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is"
            " not 'Group'",
        ),
        (
            of_subject(kind="ServiceAccount", serviceAccount={"name": "*"}),
            "spec.rules[0].subjects[0].serviceAccount.namespace: Required value: must specify"
            " namespace for service account",
        ),
        (
            of_resources(verbs=["get", "eat"]),
            'spec.rules[0].resourceRules[0].verbs: Unsupported value: ["get","eat"]: supported'
            f" values: {_VERBS}",
        ),
        (
            of_resources(apiGroups=["*", "apps"]),
            'spec.rules[0].resourceRules[0].apiGroups: Invalid value: ["*","apps"]: if \'*\' is'
            " present, must not specify other api groups",
        ),
        (
            of_resources(resources=[]),
            "spec.rules[0].resourceRules[0].resources: Required value: resource rules must supply"
            " at least one resource",
        ),
        (
            of_resources(namespaces=None),
            "spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are"
            " not cluster scoped must supply at least one namespace",
        ),
        (
            of_paths("healthz"),
            'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "healthz": must'
            " start with slash",
        ),
        (
            of_paths("/a*"),
            'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*": wildcard'
            " can only do suffix matching",
        ),
        (
            level(type="Exempt", exempt={}),
            "spec.type: Invalid value: \"Exempt\": type must be 'Exempt' if and only if name is"
            " 'exempt'",
        ),
        (level(type="Limited"), "spec.limited: Required value: must not be empty when type is"),
        (level(), 'spec.type: Unsupported value: "": supported values: "Exempt", "Limited"'),
        (
            limited(nominalConcurrencyShares=-1),
            "spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative",
        ),
        (
            limited(lendablePercent=101),
            "spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100,",
        ),
        (
            limited(borrowingLimitPercent=-1),
            "spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a",
        ),
        (
            limited(limitResponse={"type": "Reject", "queuing": {}}),
            "spec.limited.limitResponse.queuing: Forbidden: must be nil if"
            " limited.limitResponse.type is not Limited",
        ),
        (
            limited(limitResponse={}),
            'spec.limited.limitResponse.type: Unsupported value: "": supported values: "Queue",',
        ),
        (
            queued(queues=4),
            "spec.limited.limitResponse.queuing.handSize: Invalid value: 8: should not be greater"
            " than queues (4)",
        ),
        (
            queued(queues=1000, handSize=10),
            "spec.limited.limitResponse.queuing.handSize: Invalid value: 10: required entropy bits"
            " of deckSize 1000 and handSize 10 should not be greater than 60",
        ),
    ],
    ids=lambda value: value[:60] if isinstance(value, str) else "",
)
def test_what_is_wrong_is_refused_in_the_servers_words(obj: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        created(obj)

    assert wrong in refused.value.message


@pytest.mark.parametrize("name", ["exempt", "catch-all"])
def test_what_must_be_there_cannot_be_another(name: str) -> None:
    spec = flow_defaults.schemas(34)[name]
    with pytest.raises(Invalid, match=f"spec of '{name}' must equal the fixed value"):
        created(schema(name, **{**spec, "rules": []}))


def test_of_the_level_that_is_exempt_only_the_shares_can_be_others() -> None:
    mine = level("exempt", type="Exempt", exempt={"nominalConcurrencyShares": 5})
    assert created(mine)["spec"]["exempt"] == {"nominalConcurrencyShares": 5, "lendablePercent": 0}
    with pytest.raises(Invalid, match="spec of 'catch-all' must equal the fixed value"):
        created(level("catch-all", type="Limited", limited={"limitResponse": {"type": "Reject"}}))
