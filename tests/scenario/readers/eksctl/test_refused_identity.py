"""Add-ons, roles, access entries and mappings that eksctl refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import Case, check_refused, cluster

CASES: list[Case] = [
    (
        "no add-on name",
        cluster("addons:\n- version: latest"),
        5,
        "addons[0].name: name required",
        "",
    ),
    (
        "add-on twice",
        cluster("addons:\n- name: coredns\n- name: CoreDNS"),
        6,
        "'coredns' is not unique",
        "",
    ),
    (
        "two policies",
        cluster("addons:\n- {name: a, attachPolicyARNs: [b], serviceAccountRoleARN: c}"),
        5,
        "at most one of serviceAccountRoleARN",
        "keep one",
    ),
    (
        "add-on values",
        cluster("addons:\n- {name: a, configurationValues: '[1]'}"),
        5,
        "JSON or YAML obj",
        "",
    ),
    (
        "add-on values broken",
        cluster("addons:\n- {name: a, configurationValues: '{\"a\": '}"),
        5,
        "addons[0].configurationValues: malformed",
        "",
    ),
    (
        "resolve",
        cluster("addons:\n- {name: a, resolveConflicts: maybe}"),
        5,
        "'maybe' is not",
        "overwrite",
    ),
    (
        "accounts without OIDC",
        cluster("iam: {serviceAccounts: [{metadata: {name: a}}]}"),
        4,
        "iam.withOIDC: must be enabled explicitly",
        "withOIDC: true",
    ),
    (
        "account without name",
        cluster("iam:\n  withOIDC: true\n  serviceAccounts:\n  - metadata: {}"),
        7,
        "metadata.name: must be set",
        "",
    ),
    (
        "account without policy",
        cluster("iam:\n  withOIDC: true\n  serviceAccounts:\n  - metadata: {name: a}"),
        7,
        "or attachPolicy must be set",
        "may do",
    ),
    (
        "account twice",
        cluster(
            "iam:\n  withOIDC: true\n  serviceAccounts:\n" + "  - {metadata: {name: a}, "
            "attachPolicyARNs: [b]}\n" * 2
        ),
        8,
        "'default/a' is not unique",
        "",
    ),
    (
        "account's role",
        cluster(
            "iam:\n  withOIDC: true\n  serviceAccounts:\n  - {metadata: {name: a}, "
            "attachRoleARN: admin}"
        ),
        7,
        "invalid ARN 'admin'",
        "arn:aws:iam",
    ),
    (
        "no agent",
        cluster("iam:\n  podIdentityAssociations:\n  - {namespace: a, serviceAccountName: b}"),
        5,
        'the "eks-pod-identity-agent" addon must be installed',
        "addons",
    ),
    (
        "association without role",
        cluster(
            "addons: [{name: eks-pod-identity-agent}]\niam:\n"
            "  podIdentityAssociations:\n  - {namespace: a, serviceAccountName: b}"
        ),
        7,
        "at least one of",
        "",
    ),
    (
        "association without namespace",
        cluster(
            "addons: [{name: eks-pod-identity-agent}]\niam:\n"
            "  podIdentityAssociations:\n  - serviceAccountName: b"
        ),
        7,
        "namespace cannot be empty",
        "",
    ),
    (
        "target in the same account",
        cluster(
            "addons: [{name: eks-pod-identity-agent}]\niam:\n"
            "  podIdentityAssociations:\n  - namespace: a\n    serviceAccountName: b\n"
            "    roleARN: arn:aws:iam::111122223333:role/a\n"
            "    targetRoleARN: arn:aws:iam::111122223333:role/b"
        ),
        10,
        "must be in a different account",
        "",
    ),
    (
        "mode",
        cluster("accessConfig: {authenticationMode: NONE}"),
        4,
        "'NONE' is not supported",
        "API",
    ),
    (
        "entries with aws-auth",
        cluster(
            "accessConfig:\n  authenticationMode: CONFIG_MAP\n"
            "  accessEntries: [{principalARN: 'arn:aws:iam::1:role/a'}]"
        ),
        5,
        "must be set to either",
        "",
    ),
    (
        "entry's ARN",
        cluster("accessConfig: {accessEntries: [{principalARN: me}]}"),
        4,
        "invalid ARN",
        "",
    ),
    (
        "entry's type",
        cluster("accessConfig: {accessEntries: [{principalARN: me, type: NODE}]}"),
        4,
        "'NODE' is not supported",
        "EC2_LINUX",
    ),
    (
        "groups of a node entry",
        cluster(
            "accessConfig:\n  accessEntries:\n  - type: EC2_LINUX\n"
            "    kubernetesGroups: [a]\n    principalARN: arn:aws:iam::1:role/a"
        ),
        7,
        "cannot be set for an",
        "",
    ),
    (
        "entry twice",
        cluster(
            "accessConfig:\n  accessEntries:\n" + "  - principalARN: arn:aws:iam::1:role/a\n" * 2
        ),
        7,
        "is not unique",
        "",
    ),
    (
        "policy",
        cluster(
            "accessConfig: {accessEntries: [{principalARN: 'arn:aws:iam::1:role/a', "
            "accessPolicies: [{policyARN: 'arn:aws:iam::aws:policy/A'}]}]}"
        ),
        4,
        "cluster-access-policy",
        "",
    ),
    (
        "scope",
        cluster(
            "accessConfig: {accessEntries: [{principalARN: 'arn:aws:iam::1:role/a', "
            "accessPolicies: [{policyARN: 'arn:aws:eks::aws:cluster-access-policy/A', "
            "accessScope: {type: namespace}}]}]}"
        ),
        4,
        "at least one namespace must be specified",
        "",
    ),
    (
        "mapping of account and arn",
        cluster("iamIdentityMappings:\n- {account: '1', arn: a}"),
        5,
        "account cannot be configured with any other options",
        "of its own",
    ),
    (
        "mapping of service",
        cluster("iamIdentityMappings:\n- serviceName: emr-containers"),
        5,
        "namespace is required when using serviceName",
        "",
    ),
    ("mapping of nobody", cluster("iamIdentityMappings:\n- username: a"), 5, "must be set", "whom"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
