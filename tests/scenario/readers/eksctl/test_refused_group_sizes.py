"""Sizes, instance types and Spot of a node group: what eksctl refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import Case, check_refused, cluster, managed, own

CASES: list[Case] = [
    (
        "no group name",
        cluster("nodeGroups:\n- minSize: 1"),
        5,
        "nodeGroups[0].name: must be set",
        "",
    ),
    ("bad group name", cluster("nodeGroups:\n- name: a.b"), 5, "validation for a.b failed", ""),
    (
        "same group name",
        cluster("nodeGroups:\n- name: a\nmanagedNodeGroups:\n- name: a"),
        5,
        "nodeGroups[0].name: 'a' is not unique; managedNodeGroups[0]",
        "rename",
    ),
    (
        "min above max",
        managed("minSize: 3\nmaxSize: 2"),
        6,
        "managedNodeGroups[0].minSize: minSize 3 is greater than maxSize 2",
        "raise maxSize",
    ),
    (
        "default min above max",
        own("maxSize: 1"),
        6,
        "minSize 2 is greater than maxSize 1",
        "is 2 if",
    ),
    ("desired below min", own("minSize: 3\ndesiredCapacity: 2"), 7, "2 is outside minSize 3", ""),
    (
        "desired above max",
        managed("minSize: 0\nmaxSize: 2\ndesiredCapacity: 3"),
        8,
        "3 is outside minSize 0 to maxSize 2",
        "between",
    ),
    ("negative", managed("minSize: -1"), 6, "minSize: cannot be negative", "0 or more"),
    ("managed max 0", managed("minSize: 0\nmaxSize: 0"), 7, "must be at least 1", "maxSize: 1"),
    ("text as size", managed("minSize: two"), 6, "minSize: expected an integer, got 'two'", ""),
    (
        "unknown type",
        managed("instanceType: m5.lrage"),
        6,
        "no EC2 instance type 'm5.lrage'",
        "m5.large",
    ),
    (
        "unknown type in a list",
        managed("instanceTypes: [m5.large, m55.large]"),
        6,
        "managedNodeGroups[0].instanceTypes[1]: there is no EC2 instance type",
        "m5.large",
    ),
    (
        "unknown type in a mix",
        own("instancesDistribution: {instanceTypes: [t3.smal]}"),
        6,
        "nodeGroups[0].instancesDistribution.instanceTypes[0]: there is no EC2",
        "t3.small",
    ),
    (
        "type and types",
        managed("instanceType: m5.large\ninstanceTypes: [c5.large]"),
        6,
        "only one of instanceType or instanceTypes",
        "move",
    ),
    (
        "21 types",
        managed(f"instanceTypes: [{', '.join(f'm5.{n}xlarge' for n in range(2, 23))}]"),
        6,
        "21 different types",
        "",
    ),
    (
        "two architectures",
        managed("instanceTypes: [m5.large, m6g.large]"),
        5,
        "m6g.large is arm64",
        "each",
    ),
    (
        "Windows on Arm",
        managed("amiFamily: WindowsServer2022CoreContainer\ninstanceType: m6g.large"),
        6,
        "Windows does not run on m6g.large",
        "x86",
    ),
    (
        "type and selector",
        managed("instanceType: m5.large\ninstanceSelector: {vCPUs: 2}"),
        6,
        "cannot set instanceType when instanceSelector is specified",
        "remove",
    ),
    (
        "selector too wide",
        managed("instanceSelector: {vCPUs: 2}"),
        6,
        "greater than the maximum of 40",
        "",
    ),
    (
        "selector too narrow",
        managed("instanceSelector: {vCPUs: 3}"),
        6,
        "matched no instances",
        "broaden",
    ),
    (
        "selector's memory",
        managed("instanceSelector: {memory: much}"),
        6,
        "no amount of memory",
        "4GiB",
    ),
    (
        "selector's pattern",
        managed("instanceSelector: {allow: '('}"),
        6,
        "no regular expression",
        "",
    ),
    (
        "mix on a managed group",
        managed("spot: true\ninstancesDistribution: {}"),
        7,
        'unknown field "instancesDistribution"',
        "only self-managed",
    ),
    (
        "kubelet of a managed group",
        managed("kubeletExtraConfig: {}"),
        6,
        "unknown field",
        "launch templ",
    ),
    (
        "spot on a self-managed group",
        own("spot: true"),
        6,
        'unknown field "spot"',
        "instancesDistrib",
    ),
    (
        "types on a self-managed group",
        own("instanceTypes: [m5.large]"),
        6,
        "unknown field",
        "instanceType,",
    ),
    (
        "mix without types",
        own("instancesDistribution: {maxPrice: 1}"),
        6,
        "at least two instance",
        "list",
    ),
    (
        "mix and type",
        own("instanceType: m5.large\ninstancesDistribution: {instanceTypes: [c5.large]}"),
        6,
        "only one of instanceType or instancesDistribution",
        "move",
    ),
    (
        "percentage",
        own(
            "instancesDistribution:\n  instanceTypes: [c5.large]\n"
            "  onDemandPercentageAboveBaseCapacity: 101"
        ),
        8,
        "should be between 0 and 100",
        "",
    ),
    (
        "base",
        own("instancesDistribution: {instanceTypes: [c5.large], onDemandBaseCapacity: -1}"),
        6,
        "should be 0 or more",
        "",
    ),
    (
        "pools",
        own("instancesDistribution: {instanceTypes: [c5.large], spotInstancePools: 21}"),
        6,
        "should be between 1 and 20",
        "",
    ),
    (
        "free Spot",
        own("instancesDistribution: {instanceTypes: [c5.large], maxPrice: 0}"),
        6,
        "above zero",
        "",
    ),
    (
        "strategy",
        own("instancesDistribution: {instanceTypes: [c5.large], spotAllocationStrategy: cheapest}"),
        6,
        "'cheapest' is not supported",
        "lowest-price",
    ),
    (
        "pools with a strategy",
        own(
            "instancesDistribution: {instanceTypes: [c5.large], "
            "spotInstancePools: 2, spotAllocationStrategy: capacity-optimized}"
        ),
        6,
        "cannot be specified",
        "",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
