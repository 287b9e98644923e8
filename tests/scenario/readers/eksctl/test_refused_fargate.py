"""Fargate profiles that eksctl or EKS refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import PUBLIC_VPC, SELECTOR, Case, check_refused, cluster

CASES: list[Case] = [
    ("no profile name", cluster(f"fargateProfiles:\n- {{{SELECTOR}}}"), 5, "empty name", "name it"),
    (
        "reserved prefix",
        cluster(f"fargateProfiles:\n- {{name: eks-a, {SELECTOR}}}"),
        5,
        'name should NOT start with "eks-"',
        "choose another",
    ),
    (
        "no selector",
        cluster("fargateProfiles:\n- name: a"),
        5,
        '"a": no profile selector',
        "namespace",
    ),
    (
        "empty selectors",
        cluster("fargateProfiles:\n- {name: a, selectors: []}"),
        5,
        "no profile sel",
        "",
    ),
    (
        "no namespace",
        cluster("fargateProfiles:\n- {name: a, selectors: [{labels: {a: b}}]}"),
        5,
        "invalid profile selector at index #0: empty namespace",
        "'*' is any",
    ),
    (
        "6 selectors",
        cluster("fargateProfiles:\n- name: a\n  selectors:\n" + "  - namespace: a\n" * 6),
        6,
        "fargateProfiles[0].selectors: 6 selectors; a Fargate profile has at most 5",
        "wildcards",
    ),
    (
        "6 labels",
        cluster(
            "fargateProfiles:\n- name: a\n  selectors:\n  - namespace: a\n"
            f"    labels: {{{', '.join(f'l{n}: a' for n in range(6))}}}"
        ),
        8,
        "more than 5 Label pairs",
        "keep 5",
    ),
    (
        "11 profiles",
        cluster(
            "fargateProfiles:\n" + "".join(f"- {{name: p{n}, {SELECTOR}}}\n" for n in range(11))
        ),
        4,
        "11 profiles; a cluster has at most 10",
        "merge",
    ),
    (
        "same profile name",
        cluster(f"fargateProfiles:\n- {{name: a, {SELECTOR}}}\n- {{name: a, {SELECTOR}}}"),
        6,
        "'a' is not unique; fargateProfiles[0] has it too",
        "own name",
    ),
    (
        "public subnets",
        cluster(
            PUBLIC_VPC + f"    fargateProfiles:\n    - {{name: a, {SELECTOR}, subnets: [subnet-2]}}"
        ),
        11,
        "Subnet subnet-2 provided in Fargate Profile is not a private",
        "name",
    ),
    (
        "no private subnet",
        cluster(PUBLIC_VPC + f"    fargateProfiles:\n    - {{name: a, {SELECTOR}}}"),
        11,
        "needs a private subnet",
        "vpc.subnets.private",
    ),
    (
        "subnet of another VPC",
        cluster(f"fargateProfiles:\n- {{name: a, {SELECTOR}, subnets: [subnet-9]}}"),
        5,
        "no subnet 'subnet-9'",
        "private ones are",
    ),
    (
        "no Fargate there",
        cluster(f"fargateProfiles:\n- {{name: a, {SELECTOR}}}").replace(
            "eu-west-1", "us-gov-west-1"
        ),
        4,
        "not offered in us-gov-west-1",
        "node groups",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
