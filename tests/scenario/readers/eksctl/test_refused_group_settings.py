"""Zones, updates, launch templates and access of a node group: what eksctl refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import PUBLIC_VPC, Case, check_refused, cluster, managed, own

CASES: list[Case] = [
    (
        "zones and subnets of a group",
        managed("availabilityZones: [eu-west-1a]\nsubnets: [eu-west-1a]"),
        7,
        "only one of subnets or availabilityZones",
        "remove",
    ),
    (
        "zone of a group",
        managed("availabilityZones: [eu-west-1d]"),
        6,
        "no zone 'eu-west-1d'",
        "eu-west-1c",
    ),
    (
        "zone outside the cluster",
        cluster(
            "availabilityZones: [eu-west-1a, eu-west-1b]\nnodeGroups:\n"
            "- {name: a, availabilityZones: [eu-west-1c]}"
        ),
        6,
        "no public subnet in eu-west-1c",
        "at the top",
    ),
    ("unknown subnet", managed("subnets: [subnet-9]"), 6, "no subnet 'subnet-9'", "eu-west-1a"),
    (
        "no private subnets",
        cluster(PUBLIC_VPC + "    nodeGroups: [{name: a, privateNetworking: true}]"),
        10,
        "the cluster's VPC has no private subnets",
        "vpc.subnets.private",
    ),
    (
        "fully private",
        cluster("privateCluster: {enabled: true}\nnodeGroups: [{name: a}]"),
        5,
        "must be enabled for a fully-private cluster",
        "privateNetworking: true",
    ),
    (
        "both unavailable",
        managed("updateConfig: {maxUnavailable: 1, maxUnavailablePercentage: 2}"),
        6,
        "cannot use maxUnavailable=1 and maxUnavailablePercentage=2",
        "remove",
    ),
    ("no unavailable", managed("updateConfig: {}"), 6, "must be defined", "set one"),
    (
        "too many unavailable",
        managed("maxSize: 2\nupdateConfig: {maxUnavailable: 3}"),
        7,
        "maxUnavailable=3 cannot be greater than maxSize=2",
        "lower",
    ),
    (
        "unavailable range",
        managed("updateConfig: {maxUnavailablePercentage: 101}"),
        6,
        "out of range",
        "",
    ),
    (
        "repair thresholds",
        managed(
            "nodeRepairConfig: {maxParallelNodesRepairedCount: 1, "
            "maxParallelNodesRepairedPercentage: 1}"
        ),
        6,
        "cannot be set together",
        "remove",
    ),
    (
        "template without id",
        managed("launchTemplate: {version: '1'}"),
        6,
        "launchTemplate.id: is req",
        "",
    ),
    (
        "template version",
        managed("launchTemplate: {id: lt-1, version: '0'}"),
        6,
        "must be >= 1",
        '"3"',
    ),
    (
        "template version word",
        managed("launchTemplate: {id: lt-1, version: $Latest}"),
        6,
        ">= 1",
        "",
    ),
    (
        "template and type",
        managed("launchTemplate: {id: lt-1}\ninstanceType: m5.large"),
        7,
        "instanceType: cannot be set in managedNodeGroup when a launch template",
        "into the launch",
    ),
    (
        "template and volume",
        managed("launchTemplate: {id: lt-1}\nvolumeSize: 20"),
        7,
        "volumeSize",
        "",
    ),
    (
        "template and ssh",
        managed("launchTemplate: {id: lt-1}\nssh: {allow: true}"),
        7,
        "ssh.allow",
        "",
    ),
    (
        "reservation twice",
        managed(
            "capacityReservation: {capacityReservationPreference: open, "
            "capacityReservationTarget: {capacityReservationID: cr-1}}"
        ),
        6,
        "only one of Capacity",
        "remove",
    ),
    (
        "reservation",
        managed("capacityReservation: {capacityReservationPreference: all}"),
        6,
        "'all'",
        "",
    ),
    (
        "profile on managed",
        managed("iam: {instanceProfileARN: a}"),
        6,
        "not supported for Managed",
        "",
    ),
    (
        "role and policies",
        own("iam: {instanceRoleARN: a, attachPolicyARNs: [b]}"),
        6,
        "cannot be set at the same time",
        "remove",
    ),
    ("SSM off", own("ssh: {enableSsm: false}"), 6, "cannot be disabled", "remove"),
    (
        "two ssh keys",
        own("ssh: {publicKey: a, publicKeyName: b}"),
        6,
        "only one of publicKeyName",
        "",
    ),
    (
        "local group",
        managed("securityGroups: {withLocal: true}"),
        6,
        "not supported for managed",
        "",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
