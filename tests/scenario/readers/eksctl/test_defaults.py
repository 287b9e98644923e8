"""What a ClusterConfig means by what it does not say, and what minieks says it leaves out."""

import json

import pytest

from cluster_configs import HEAD, PUBLIC_VPC, SELECTOR, cluster, managed, own
from minieks.eks.spec import ClusterSpec, FargateCap, NodeGroupSpec, Taint
from minieks.kube.words import times
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.eksctl.sizing import Sizes, fill_in
from minieks.scenario.readers.settings import LaunchTemplate, Settings


def read(text: str, settings: Settings | None = None) -> ClusterSpec:
    return read_cluster_config(text, "cluster.yaml", settings)[0]


def group(text: str, settings: Settings | None = None) -> NodeGroupSpec:
    return read(text, settings).node_groups[0]


def warnings(text: str) -> list[str]:
    return [warning.message for warning in read_cluster_config(text, "cluster.yaml")[1]]


# eksctl validation.go ValidateManagedNodeGroup, pkg/cfn/builder/nodegroup.go.
# min, max, desired as said -> as they become
SIZES = [
    (None, None, None, (2, 2, 2)),
    (None, None, 5, (5, 5, 5)),
    (1, None, None, (1, 1, 1)),
    (1, 4, None, (1, 4, 1)),
    (1, 4, 3, (1, 4, 3)),
    (None, 4, None, (2, 4, 2)),
    (None, 4, 3, (3, 4, 3)),
    (1, None, 3, (1, 3, 3)),
    (0, 3, 0, (0, 3, 0)),
]


@pytest.mark.parametrize(("low", "high", "desired", "sizes"), SIZES)
@pytest.mark.parametrize("is_managed", [True, False])
def test_sizes_that_are_not_said(
    low: int | None,
    high: int | None,
    desired: int | None,
    sizes: tuple[int, int, int],
    is_managed: bool,
) -> None:
    assert fill_in(low, high, desired, managed=is_managed) == Sizes(*sizes)


def test_a_managed_group_of_none_may_grow_to_one() -> None:
    assert fill_in(None, None, 0, managed=True) == Sizes(0, 1, 0)
    assert fill_in(None, None, 0, managed=False) == Sizes(0, 0, 0)


def test_an_empty_cluster() -> None:
    spec = read(HEAD)
    assert (spec.version, spec.account_id) == ("1.34", "123456789012")
    assert spec.zones == ("eu-west-1a", "eu-west-1b", "eu-west-1c")
    assert (spec.node_groups, spec.fargate_profiles) == ((), ())
    assert [one.name for one in spec.addons] == [
        "vpc-cni",
        "coredns",
        "kube-proxy",
        "metrics-server",
    ]
    assert (spec.authentication_mode, spec.creator_is_admin) == ("API_AND_CONFIG_MAP", True)
    assert (spec.support_type, spec.with_oidc, spec.log_types) == ("EXTENDED", False, ())


def test_the_vpc_is_split_into_a_public_and_a_private_subnet_a_zone() -> None:
    # eksctl pkg/vpc/vpc.go: 192.168.0.0/16 in eight parts, public ones first.
    network = read(HEAD).network
    assert [(one.zone[-1], one.public, one.cidr) for one in network.subnets] == [
        ("a", True, "192.168.0.0/19"),
        ("b", True, "192.168.32.0/19"),
        ("c", True, "192.168.64.0/19"),
        ("a", False, "192.168.96.0/19"),
        ("b", False, "192.168.128.0/19"),
        ("c", False, "192.168.160.0/19"),
    ]
    assert len({one.id for one in network.subnets}) == 6
    assert network.owned
    assert (network.nat, network.service_cidr) == ("Single", "10.100.0.0/16")


def test_services_do_not_overlap_a_vpc_in_10() -> None:
    assert read(cluster("vpc: {cidr: 10.0.0.0/16}")).network.service_cidr == "172.20.0.0/16"


def test_a_vpc_of_the_users_own() -> None:
    spec = read(cluster(PUBLIC_VPC + "    nodeGroups: [{name: a, subnets: [eu-west-1b]}]"))
    assert spec.zones == ("eu-west-1a", "eu-west-1b")
    assert not spec.network.owned
    assert spec.node_groups[0].subnets == ("subnet-2",)
    assert spec.node_groups[0].zones == ("eu-west-1b",)


def test_a_subnet_without_zone_gets_one_and_a_warning() -> None:
    text = cluster("vpc: {subnets: {private: {one: {id: subnet-1}, two: {id: subnet-2}}}}")
    assert read(text).zones == ("eu-west-1a", "eu-west-1b")
    assert "vpc.subnets.private.one: the subnet's zone is not said" in warnings(text)[0]


def test_a_zone_that_only_some_accounts_have_gives_a_warning() -> None:
    text = cluster("availabilityZones: [us-east-1a, us-east-1e]").replace("eu-west-1", "us-east-1")
    assert read(text).zones == ("us-east-1a", "us-east-1e")
    assert "UnsupportedAvailabilityZoneException" in warnings(text)[0]


def test_a_group_is_m5_large_on_amazon_linux_2023_with_80_gib() -> None:
    found = group(own(""))
    assert found.instance_types == ("m5.large",)
    assert found.ami_family == "AmazonLinux2023"
    assert (found.volume.size_gib, found.volume.type) == (80, "gp3")
    assert (found.volume.iops, found.volume.throughput_mib) == (3000, 125)
    assert (found.max_pods, found.distribution, found.spot) == (None, None, False)
    assert found.labels == {
        "alpha.eksctl.io/cluster-name": "c",
        "alpha.eksctl.io/nodegroup-name": "a",
    }


def test_taints_in_the_old_spelling() -> None:
    text = own("taints:\n  a: b:NoSchedule\n  c: :NoExecute\n  d: PreferNoSchedule")
    assert group(text).taints == (
        Taint("a", "b", "NoSchedule"),
        Taint("c", "", "NoExecute"),
        Taint("d", "", "PreferNoSchedule"),
    )


def test_labels_that_the_kubelet_may_set_pass() -> None:
    found = group(managed("labels: {node.kubernetes.io/pool: a, topology.kubernetes.io/zone: b}"))
    assert found.labels["node.kubernetes.io/pool"] == "a"


def test_a_family_is_known_in_any_case() -> None:
    assert group(managed("amiFamily: bottlerocket")).ami_family == "Bottlerocket"


def test_kubelet_settings_of_a_self_managed_group() -> None:
    found = group(
        own(
            """
            maxPodsPerNode: 50
            kubeletExtraConfig:
              kubeReserved: {cpu: 300m, memory: 300Mi}
              systemReserved: {cpu: 1}
              evictionHard: {memory.available: 200Mi, nodefs.available: 10%}
            """
        )
    )
    assert found.max_pods == 50
    assert found.kubelet.kube_reserved == {"cpu": "300m", "memory": "300Mi"}
    assert found.kubelet.system_reserved == {"cpu": "1"}
    assert found.kubelet.eviction_hard == {"memory.available": "200Mi", "nodefs.available": "10%"}


def test_kubelet_settings_that_change_nothing_are_named() -> None:
    text = own("kubeletExtraConfig: {featureGates: {A: true}, maxPods: 20}")
    assert group(text).max_pods == 20
    assert warnings(text) == ["nodeGroups[0].kubeletExtraConfig: not modelled: featureGates"]


def test_an_instance_selector_finds_the_types_that_meet_it() -> None:
    found = group(managed("instanceSelector: {vCPUs: 2, memory: '8', cpuArchitecture: arm64}"))
    assert "m6g.large" in found.instance_types
    assert not {"m5.large", "c6g.large", "m6g.xlarge"} & set(found.instance_types)


@pytest.mark.parametrize("memory", ["8", "8GiB", "8 gb", "8192MiB", "8g"])
def test_a_selectors_memory_has_any_unit(memory: str) -> None:
    selector = f"{{vCPUs: 2, memory: '{memory}', allow: '^m5'}}"
    found = group(managed(f"instanceSelector: {selector}"))
    assert "m5.large" in found.instance_types
    assert all(name.startswith("m5") for name in found.instance_types)


def test_a_selector_can_deny() -> None:
    found = group(own("instanceSelector: {vCPUs: 2, memory: '8', allow: '^m5', deny: d}"))
    assert "m5.large" in found.instance_types
    assert "m5d.large" not in found.instance_types


def test_a_launch_template_is_what_the_settings_say() -> None:
    template = LaunchTemplate(("c5.large",), 50, "gp2", 20)
    settings = Settings(launch_templates={"lt-1": template})
    text = managed("launchTemplate: {id: lt-1}")
    found, warned = read_cluster_config(text, "f", settings)
    assert found.node_groups[0].instance_types == ("c5.large",)
    assert found.node_groups[0].volume.size_gib == 50
    assert found.node_groups[0].volume.type == "gp2"
    assert found.node_groups[0].max_pods == 20
    assert warned == []


def test_a_fargate_profile_takes_the_given_role_and_the_settings_cap() -> None:
    text = cluster(
        "iam: {fargatePodExecutionRoleARN: 'arn:aws:iam::111122223333:role/mine'}\n"
        f"fargateProfiles: [{{name: a, {SELECTOR}}}, {{name: b, {SELECTOR}}}]"
    )
    caps = {"a": FargateCap(4, 30), "*": FargateCap(2)}
    first, second = read(text, Settings(fargate_caps=caps)).fargate_profiles
    assert first.pod_execution_role_arn == "arn:aws:iam::111122223333:role/mine"
    assert (first.cap, second.cap) == (FargateCap(4, 30), FargateCap(2))
    assert read(text).fargate_profiles[0].cap == FargateCap()


def test_the_account_stands_in_made_up_arns() -> None:
    found = group(own(""), Settings(account_id="999988887777"))
    assert found.instance_role_arn.startswith(
        "arn:aws:iam::999988887777:role/eksctl-c-nodegroup-a-NodeInstanceRole-"
    )


def test_default_addons_can_be_turned_off() -> None:
    assert read(cluster("addonsConfig: {disableDefaultAddons: true}")).addons == ()


def test_auto_mode_installs_no_networking_addons() -> None:
    text = cluster("autoModeConfig: {enabled: true}")
    assert [one.name for one in read(text).addons] == ["metrics-server"]


def test_addon_values_are_parsed() -> None:
    text = cluster("addons: [{name: coredns, configurationValues: 'replicaCount: 3'}]")
    assert read(text).addons[0].configuration == {"replicaCount": 3}


@pytest.mark.parametrize(
    ("start", "words"),
    [
        ("2026-11-23T00:00:00Z", "EKS no longer offers Kubernetes 1.30"),
        ("2026-07-23T00:00:00Z", "EKS no longer offers Kubernetes 1.30"),
        ("2026-07-22T23:59:59Z", ""),
        ("2024-05-22T00:00:00Z", "EKS does not offer Kubernetes 1.30 on 2024-05-22"),
    ],
)
def test_a_version_that_is_not_offered_that_day_gives_a_warning(start: str, words: str) -> None:
    # Amazon EKS user guide: 1.30 was released on 2024-05-23, extended support ended on 2026-07-23.
    text = HEAD[:-2] + ", version: '1.30'}\n"
    _, warned = read_cluster_config(text, "f", at=times.parse(start))
    assert len(warned) == bool(words)
    assert all(words in one.message for one in warned)


@pytest.mark.parametrize(
    ("start", "policy", "warned"),
    [
        ("2025-07-22T23:59:59Z", "STANDARD", False),
        ("2025-07-23T00:00:00Z", "STANDARD", True),
        ("2025-07-23T00:00:00Z", "EXTENDED", False),
    ],
)
def test_a_cluster_that_eks_would_upgrade_by_itself_gives_a_warning(
    start: str, policy: str, *, warned: bool
) -> None:
    # Amazon EKS user guide, "View current cluster upgrade policy"; standard support of 1.30 ended
    # on 2025-07-23.
    text = HEAD[:-2] + f", version: '1.30'}}\nupgradePolicy: {{supportType: {policy}}}\n"
    _, said = read_cluster_config(text, "f", at=times.parse(start))
    assert ["upgradePolicy.supportType" in str(one) for one in said] == [True] * warned


UNMODELLED = [
    ("autoModeConfig: {enabled: true}", "autoModeConfig: not modelled: EKS Auto Mode"),
    ("remoteNetworkConfig: {vpcGatewayID: tgw-1}", "remoteNetworkConfig: not modelled: hybrid"),
    ("outpost: {controlPlaneOutpostARN: a}", "outpost: not modelled: Outposts"),
    ("gitops: {flux: {gitProvider: github}}", "gitops: not modelled: Flux"),
    ("karpenter: {version: 1.2.0}", "karpenter: not modelled: Karpenter"),
    ("zonalShiftConfig: {enabled: true}", "zonalShiftConfig: not modelled: zonal shift"),
    ("localZones: [us-west-2-lax-1a]", "localZones: not modelled: Local Zones"),
    ("capabilities: [{name: a, type: KRO}]", "capabilities: not modelled"),
    ("controlPlaneScalingConfig: {tier: tier-xl}", "controlPlaneScalingConfig: not modelled"),
    ("privateCluster: {enabled: true}", "privateCluster: not modelled: VPC endpoints"),
    ("identityProviders: [{type: oidc}]", "identityProviders: not modelled"),
    ("kubernetesNetworkConfig: {ipFamily: ipv6}", "kubernetesNetworkConfig.ipFamily: IPv6 is not"),
]


@pytest.mark.parametrize(("text", "warning"), UNMODELLED, ids=[t[:20] for t, _ in UNMODELLED])
def test_what_is_valid_and_not_modelled_is_named_once(text: str, warning: str) -> None:
    found = warnings(cluster(text))
    assert len(found) == 1
    assert found[0].startswith(warning)


def test_what_is_switched_off_is_not_warned_of() -> None:
    text = "autoModeConfig: {enabled: false}\nzonalShiftConfig: {enabled: false}"
    assert warnings(cluster(text)) == []


def test_a_field_of_several_groups_gives_one_warning_with_all_paths() -> None:
    text = cluster(
        """
        managedNodeGroups:
        - {name: a, preBootstrapCommands: [x]}
        - {name: b}
        nodeGroups:
        - {name: c, preBootstrapCommands: [z]}
        """
    )
    assert warnings(text) == [
        "managedNodeGroups[0].preBootstrapCommands: not modelled: bootstrap commands are not run "
        "(so too nodeGroups[0].preBootstrapCommands)"
    ]


def test_warnings_say_the_line() -> None:
    _, (warning,) = read_cluster_config(cluster("\n\nkarpenter: {version: 1.2.0}"), "c.yaml")
    assert warning.where == "c.yaml:6"
    assert str(warning).startswith("c.yaml:6: karpenter: not modelled")


# eksctl pkg/fargate/coredns: IsSchedulableOnFargate. Neither labels nor wildcards count.
@pytest.mark.parametrize(
    ("selectors", "told"),
    [
        ("{namespace: kube-system}", True),
        ("{namespace: default}, {namespace: kube-system}", True),
        ("{namespace: kube-system, labels: {k8s-app: kube-dns}}", False),
        ("{namespace: 'kube-*'}", False),
        ("{namespace: default}", False),
    ],
    ids=["all of kube-system", "the second selector", "labels", "a wildcard", "another namespace"],
)
def test_it_is_told_where_eksctl_would_move_coredns(selectors: str, *, told: bool) -> None:
    text = cluster(f"fargateProfiles: [{{name: fp, selectors: [{selectors}]}}]")

    spec, warnings = read_cluster_config(text, "c.yaml")

    assert ["CoreDNS" in str(warning) for warning in warnings] == [True] * told
    assert all(not one.configuration for one in spec.addons)


def test_coredns_with_a_configuration_of_its_own_needs_no_word() -> None:
    text = cluster(
        """addons: [{name: coredns, configurationValues: '{"computeType": "Fargate"}'}]\n"""
        "fargateProfiles: [{name: fp, selectors: [{namespace: kube-system}]}]"
    )

    _, warnings = read_cluster_config(text, "c.yaml")

    assert warnings == []


def test_what_an_own_bootstrap_command_tells_the_kubelet_counts() -> None:
    # eksctl "Custom AMI support": overrideBootstrapCommand calls bootstrap.sh itself
    command = (
        "#!/bin/bash\n/etc/eks/bootstrap.sh c --kubelet-extra-args "
        "'--node-labels=${NODE_LABELS},tier=web --register-with-taints=a=b:NoSchedule "
        "--max-pods=12'"
    )
    (group,) = read(own(f"overrideBootstrapCommand: {json.dumps(command)}")).node_groups
    assert group.max_pods == 12
    assert group.kubelet.labels == {"tier": "web"}
    assert group.kubelet.taints == (Taint("a", "b", "NoSchedule"),)
