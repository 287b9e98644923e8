"""eksctl's own examples load, with the figures that eksctl gives them."""

from typing import Any

import pytest

from minieks.eks.spec import ClusterSpec, NodeGroupSpec, Taint
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.places import InputWarning
from shared import REAL, needs_shared

FILES = sorted((REAL / "eksctl").glob("*.yaml"))

pytestmark = needs_shared


def load(name: str) -> tuple[ClusterSpec, list[InputWarning]]:
    (file,) = (REAL / "eksctl").glob(f"{name}-*.yaml")
    return read_cluster_config(file.read_text(), file.name)


def figures(group: NodeGroupSpec) -> tuple[Any, ...]:
    return (
        group.name,
        "managed" if group.managed else "own",
        "+".join(group.instance_types),
        (group.min_size, group.max_size, group.desired_size),
        len(group.zones),
        f"{group.volume.size_gib} {group.volume.type}",
    )


# Sizes, types and volumes follow from the files and eksctl's defaults (defaults.go, validation.go).
GROUPS = {
    "01": [("ng-1", "own", "m5.large", (1, 1, 1), 3, "80 gp3")],
    "03": [
        ("ng1-public", "own", "m5.xlarge", (4, 4, 4), 3, "80 gp3"),
        ("ng2-private", "own", "m5.large", (10, 10, 10), 3, "80 gp3"),
    ],
    "05": [
        ("ng1-public", "own", "m5.xlarge", (2, 8, 2), 3, "100 gp2"),
        ("ng2-private-a", "own", "m5.large", (2, 2, 2), 3, "80 gp3"),
        ("ng3-private-b", "own", "c3.8xlarge", (4, 4, 4), 1, "80 gp3"),
    ],
    "08": [("ng-1", "own", "t3.small+t3.medium", (2, 5, 2), 3, "80 gp3")],
    "13": [("ng-1", "own", "m5.large", (1, 1, 1), 3, "80 gp3")],
    "14": [
        ("linux-ng", "managed", "t2.large", (2, 3, 2), 3, "80 gp3"),
        ("windows-ng", "own", "m5.large", (2, 3, 2), 3, "80 gp3"),
    ],
    "15": [
        ("managed-ng-public", "managed", "m5.large", (2, 4, 3), 2, "20 gp3"),
        ("managed-ng-private", "managed", "m5.large", (2, 2, 2), 3, "80 gp3"),
        ("custom-ami", "managed", "m5.large", (2, 2, 2), 3, "80 gp3"),
        ("custom-launch-template", "managed", "t3.medium", (2, 2, 2), 3, "20 gp3"),
    ],
    "16": [("ng-1", "own", "m5.large", (1, 1, 1), 3, "80 gp3")],
    "25": [("mng1", "managed", "m5.large", (2, 2, 2), 3, "80 gp3")],
    "26": [
        (
            "spot",
            "managed",
            "c3.large+c4.large+c5.large+c5d.large+c5n.large+c5a.large",
            (2, 2, 2),
            3,
            "80 gp3",
        ),
        ("spot-2", "managed", "m5.large", (2, 2, 2), 3, "80 gp3"),
        ("on-demand", "managed", "c3.large+c4.large+c5.large", (2, 2, 2), 3, "80 gp3"),
    ],
    "34": [
        ("mng1-public", "managed", "m5.large", (2, 2, 2), 2, "80 gp3"),
        ("ng1-public", "own", "m5.xlarge", (2, 8, 2), 2, "80 gp3"),
        ("ng2-private", "own", "m5.xlarge", (2, 8, 2), 2, "80 gp3"),
        ("ng3-public", "own", "m5.xlarge", (2, 8, 2), 2, "80 gp3"),
    ],
    "35": [("ng-1", "own", "m5.large", (1, 1, 1), 2, "80 gp3")],
    "39": [("mng1", "managed", "m5.large", (2, 2, 2), 3, "80 gp3")],
    "40": [("ng", "own", "m5d.large", (2, 2, 2), 3, "80 gp3")],
}

WARNINGS = {
    "05": [
        "nodeGroups[0].amiFamily",
        "nodeGroups[0].ami",
        "nodeGroups[2].classicLoadBalancerNames",
        "nodeGroups[1].targetGroupARNs",
        "nodeGroups[1].preBootstrapCommands",
    ],
    "15": [
        "managedNodeGroups[2].amiFamily",
        "managedNodeGroups[3].launchTemplate",
        "managedNodeGroups[2].overrideBootstrapCommand",
        "managedNodeGroups[2].preBootstrapCommands",
    ],
    "16": ["fargateProfiles[0].selectors[1]"],
    "25": ["metadata.version"],
    "35": ["iamIdentityMappings[2].serviceName"],
    "40": ["metadata.version"],
}


def test_all_fourteen_are_here() -> None:
    assert len(FILES) == 14
    assert {file.name[:2] for file in FILES} == set(GROUPS)


@pytest.mark.parametrize("name", GROUPS)
def test_its_node_groups_have_eksctls_figures(name: str) -> None:
    assert [figures(group) for group in load(name)[0].node_groups] == GROUPS[name]


@pytest.mark.parametrize("name", GROUPS)
def test_its_warnings_are_these_and_no_more(name: str) -> None:
    warned = [warning.message.split(":")[0] for warning in load(name)[1]]
    assert warned == WARNINGS.get(name, [])


@pytest.mark.parametrize("name", GROUPS)
def test_it_reads_the_same_every_time(name: str) -> None:
    assert load(name) == load(name)


def test_the_region_and_zones_of_a_file_hold() -> None:
    assert load("05")[0].zones == ("eu-west-2a", "eu-west-2b", "eu-west-2c")
    assert load("05")[0].node_groups[2].zones == ("eu-west-2a",)
    assert load("16")[0].zones == ("ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d")
    assert load("34")[0].zones == ("us-west-1a", "us-west-1c")
    assert load("35")[0].zones == ("us-east-1a", "us-east-1b")


def test_private_networking_takes_the_private_subnets() -> None:
    spec = load("03")[0]
    public, private = spec.node_groups
    assert public.subnets == tuple(one.id for one in spec.network.public_subnets())
    assert private.subnets == tuple(one.id for one in spec.network.private_subnets())


def test_the_mix_of_spot_and_on_demand() -> None:
    mix = load("08")[0].node_groups[0].distribution
    assert mix is not None
    assert (mix.on_demand_base, mix.on_demand_percent_above_base, mix.spot_pools) == (0, 50, 2)
    assert str(mix.max_price) == "0.017"


def test_the_service_accounts() -> None:
    spec = load("13")[0]
    assert spec.with_oidc
    assert len(spec.service_accounts) == 11
    by_name = {one.name: one for one in spec.service_accounts}
    assert by_name["s3-reader"].namespace == "backend-apps"
    assert by_name["s3-reader"].labels == {"aws-usage": "application"}
    assert by_name["s3-reader"].policies == ("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",)
    assert by_name["cert-manager"].policies == ("certManager",)
    assert by_name["some-app"].role_arn == "arn:aws:iam::123:role/already-created-role-for-app"
    assert by_name["s3-reader"].role_arn.startswith(
        "arn:aws:iam::123456789012:role/eksctl-cluster-13-addon-iamserviceaccount-"
    )
    assert spec.node_groups[0].tags["k8s.io/cluster-autoscaler/cluster-13"] == "owned"


def test_windows_and_its_family() -> None:
    linux, windows = load("14")[0].node_groups
    assert (linux.windows, windows.windows) == (False, True)
    assert windows.ami_family == "WindowsServer2019FullContainer"


def test_labels_taints_updates_and_templates_of_managed_groups() -> None:
    first, _, third, fourth = load("15")[0].node_groups
    assert first.labels["role"] == "worker"
    assert first.labels["alpha.eksctl.io/nodegroup-name"] == "managed-ng-public"
    assert first.taints == (Taint("key1", "value1", "NoSchedule"), Taint("key2", "", "NoExecute"))
    assert first.update.max_unavailable == 3
    assert first.tags == {"nodegroup-role": "worker"}
    assert (third.ami, third.ami_family) == ("ami-custom", "AmazonLinux2")
    assert fourth.launch_template is not None
    assert (fourth.launch_template.id, fourth.launch_template.version) == ("lt-1234", "3")


def test_the_fargate_profiles() -> None:
    spec = load("16")[0]
    default, dev = spec.fargate_profiles
    assert [one.namespace for one in default.selectors] == ["default", "kube-system"]
    assert dev.selectors[0].labels == {"env": "dev", "checks": "passed"}
    assert dev.tags == {"env": "dev", "name": "fp-dev"}
    assert dev.subnets == tuple(one.id for one in spec.network.private_subnets())
    assert "FargatePodExecutionRole" in dev.pod_execution_role_arn


def test_the_addons_named_and_those_by_default() -> None:
    spec = load("25")[0]
    assert [(one.name, one.installed_by_default) for one in spec.addons] == [
        ("vpc-cni", False),
        ("coredns", False),
        ("kube-proxy", False),
        ("aws-ebs-csi-driver", False),
        ("metrics-server", True),
    ]
    assert spec.version == "1.18"


def test_spot_is_of_the_group_that_says_so() -> None:
    assert [group.spot for group in load("26")[0].node_groups] == [True, True, False]


def test_the_identity_mappings() -> None:
    role, user, service, account = load("35")[0].identity_mappings
    assert (role.username, role.groups) == ("admin", ("system:masters",))
    assert (user.username, user.groups) == ("myUser", ())
    assert (service.service, service.namespace) == ("emr-containers", "emr")
    assert account.account == "000000000000"


def test_the_pod_identity_associations() -> None:
    first, second, _, fourth, _ = load("39")[0].pod_identity_associations
    assert first.role_arn == "arn:aws:iam::111122223333:role/role-1"
    assert first.create_service_account
    assert second.role_arn == "arn:aws:iam::123456789012:role/pod-identity-role-app-cache"
    assert fourth.target_role_arn == "arn:aws:iam::444455556666:role/role-b"
    assert fourth.disable_session_tags


def test_the_access_entries() -> None:
    spec = load("40")[0]
    user, viewer, admin, nodes = spec.access_entries
    assert (spec.authentication_mode, spec.creator_is_admin) == ("API", False)
    assert user.groups == ("group1", "group2")
    assert (viewer.policies[0].scope, viewer.policies[0].namespaces) == (
        "namespace",
        ("default", "my-namespace", "dev-*"),
    )
    assert admin.policies[0].scope == "cluster"
    assert nodes.type == "EC2_LINUX"


def test_the_log_types() -> None:
    assert load("01")[0].log_types == ("audit", "authenticator", "controllerManager")
