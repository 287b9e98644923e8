"""The document, its metadata and its network: what eksctl refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import HEAD, Case, check_refused, cluster

CASES: list[Case] = [
    ("empty", "", 0, "is empty", "ClusterConfig"),
    ("only comments", "# nothing\n", 0, "is empty", "ClusterConfig"),
    ("no mapping", "- a\n", 1, "expected a mapping", "apiVersion"),
    ("text", "hello\n", 1, "expected a mapping", "apiVersion"),
    ("a manifest", "apiVersion: v1\nkind: Pod\n", 2, "kind: kind 'Pod'", "eksctl file first"),
    ("no kind", "apiVersion: eksctl.io/v1alpha5\n", 1, "kind: no kind", "eksctl file first"),
    ("old apiVersion", HEAD.replace("alpha5", "alpha4"), 1, "apiVersion", "eksctl.io/v1alpha5"),
    ("two clusters", HEAD + "---\n" + HEAD, 5, "a second ClusterConfig", "one cluster"),
    ("manifest beside", HEAD + "---\nkind: Pod\n", 5, "holds nothing else", "manifests/"),
    ("unknown field", cluster("nodegroups: []"), 4, 'unknown field "nodegroups"', "nodeGroups"),
    ("old git", cluster("git: {}"), 4, 'unknown field "git"', "gitops"),
    ("kubernetes habit", cluster("spec: {}"), 4, 'unknown field "spec"', "no spec"),
    (
        "no metadata",
        "apiVersion: eksctl.io/v1alpha5\nkind: ClusterConfig\n",
        1,
        "metadata.region",
        "",
    ),
    (
        "no region",
        HEAD.replace(", region: eu-west-1", ""),
        3,
        "metadata.region: must be set",
        "us-",
    ),
    ("no name", HEAD.replace("name: c, ", ""), 3, "metadata.name: must be set", "name the"),
    ("bad name", HEAD.replace("name: c", "name: c_d"), 3, "validation for c_d failed", "letters"),
    (
        "long name",
        HEAD.replace("name: c", f"name: {'c' * 101}"),
        3,
        "validation for",
        "at most 100",
    ),
    ("unknown region", HEAD.replace("eu-west-1", "eu-wst-1"), 3, "no AWS region", "eu-west-1"),
    ("version as a number", HEAD[:-2] + ", version: 1.30}\n", 3, "expected text", '"1.30"'),
    ("no such version", HEAD[:-2] + ", version: '1.99'}\n", 3, "supported values: 1.18", ""),
    ("patch version", HEAD[:-2] + ", version: '1.34.1'}\n", 3, "no minor version", '"1.34"'),
    ("tags", HEAD[:-2] + ", tags: {a: 1}}\n", 3, "metadata.tags.a: expected text", '"1"'),
    (
        "zone of another region",
        cluster("availabilityZones: [eu-west-1a, us-east-1a]"),
        4,
        "eu-west-1 has no zone 'us-east-1a'",
        "eu-west-1a, eu-west-1b",
    ),
    (
        "zone that does not exist",
        cluster("availabilityZones: [eu-west-1a, eu-west-1z]"),
        4,
        "no zone 'eu-west-1z'",
        "eu-west-1c",
    ),
    ("one zone", cluster("availabilityZones: [eu-west-1a]"), 4, "only 1 zone(s) specified", "has"),
    (
        "same zone twice",
        cluster("availabilityZones: [eu-west-1a, eu-west-1a]"),
        4,
        "only 1 zone",
        "",
    ),
    (
        "VPC without subnets",
        cluster("vpc: {id: vpc-1}"),
        4,
        "insufficient number of subnets",
        "vpc.s",
    ),
    ("bad VPC range", cluster("vpc: {cidr: 10.0.0/16}"), 4, "vpc.cidr: '10.0.0/16'", "192.168"),
    ("small VPC", cluster("vpc: {cidr: 10.0.0.0/28}"), 4, "must be between /16 and /24", ""),
    ("bad NAT", cluster("vpc: {nat: {gateway: Many}}"), 4, "'Many' is not supported", "Single"),
    (
        "no endpoint",
        cluster("vpc: {clusterEndpoints: {publicAccess: false}}"),
        4,
        "must have one of public or private",
        "privateAccess",
    ),
    (
        "zones and subnets",
        cluster(
            "availabilityZones: [eu-west-1a, eu-west-1b]\n"
            "vpc: {subnets: {public: {eu-west-1a: {id: a}, eu-west-1b: {id: b}}}}"
        ),
        4,
        "cannot be set at the same time",
        "remove availabilityZones",
    ),
    (
        "subnets in one zone",
        cluster("vpc: {subnets: {public: {eu-west-1a: {id: a}}}}"),
        4,
        "at least two different AZs",
        "another zone",
    ),
    (
        "subnet's zone",
        cluster("vpc: {subnets: {public: {a: {id: a, az: us-east-1a}}}}"),
        4,
        "eu-west-1 has no zone 'us-east-1a'",
        "",
    ),
    (
        "bad service range",
        cluster("kubernetesNetworkConfig: {serviceIPv4CIDR: x}"),
        4,
        "no IPv4",
        "",
    ),
    (
        "small service range",
        cluster("kubernetesNetworkConfig: {serviceIPv4CIDR: 10.1.0.0/25}"),
        4,
        "not between /24 and /12",
        "172.20.0.0/16",
    ),
    (
        "service range in the VPC",
        cluster("kubernetesNetworkConfig: {serviceIPv4CIDR: 192.168.0.0/20}"),
        4,
        "overlaps with the VPC's 192.168.0.0/16",
        "another",
    ),
    (
        "bad IP family",
        cluster("kubernetesNetworkConfig: {ipFamily: IPv5}"),
        4,
        "invalid value",
        "IPv6",
    ),
    (
        "support",
        cluster("upgradePolicy: {supportType: LONG}"),
        4,
        "'LONG' is not supported",
        "STANDARD",
    ),
    (
        "log type",
        cluster("cloudWatch: {clusterLogging: {enableTypes: [api, all-of-it]}}"),
        4,
        "enableTypes[1]: 'all-of-it' is not supported",
        "scheduler",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
