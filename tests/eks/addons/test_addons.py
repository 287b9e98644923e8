"""System pods as EKS ships them. Source: manifests of the add-ons; AWS user guide for EKS."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml

from eks_bench import Bench
from minieks.eks.addons import addon_objects, cluster_objects, install, networking, unmodelled
from minieks.eks.addons.install import modelled
from minieks.eks.fargate import profiles
from minieks.eks.fargate.matching import Match, match
from minieks.eks.fargate.profiles import Profile, Selector
from minieks.eks.fargate.refusals import scheduler_refusal
from minieks.eks.fargate.sizing import FargateSize, size
from minieks.eks.nodegroups.maxpods import Networking
from minieks.eks.spec import (
    AddonSpec,
    ClusterSpec,
    FargateProfileSpec,
    IdentityMappingSpec,
    NetworkSpec,
    NodeGroupSpec,
    VolumeSpec,
)
from minieks.kube.kinds import pods
from minieks.kube.words.objects import Obj, annotations, name

DEFAULTS = ("vpc-cni", "coredns", "kube-proxy", "metrics-server")


def cluster(*addons: AddonSpec, version: str = "1.34", **more: Any) -> ClusterSpec:
    network = NetworkSpec((), "vpc-1")
    base = ClusterSpec("shop", "eu-west-1", version, "111122223333", ("a", "b"), network)
    return replace(base, addons=addons, **more)


def objects(addon: str, **configuration: Any) -> dict[str, Obj]:
    spec = AddonSpec(addon, configuration=configuration)
    return {f"{one['kind']}/{name(one)}": one for one in addon_objects(spec, cluster(spec))}


def template(addon: str, workload: str, **configuration: Any) -> Obj:
    found: Obj = objects(addon, **configuration)[workload]["spec"]["template"]
    return found


def pod_of(template: Obj) -> Obj:
    meta = {**template["metadata"], "name": "p", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": template["spec"]}


MIB = 1024**2

# What `kubectl describe node` of EKS nodes lists for the system pods: cpu (m), memory (Mi).
REQUESTS = [
    ("vpc-cni", "DaemonSet/aws-node", 50, 0),
    ("kube-proxy", "DaemonSet/kube-proxy", 100, 0),
    ("coredns", "Deployment/coredns", 100, 70),
    ("metrics-server", "Deployment/metrics-server", 100, 200),
    ("aws-ebs-csi-driver", "Deployment/ebs-csi-controller", 60, 240),
    ("aws-ebs-csi-driver", "DaemonSet/ebs-csi-node", 30, 120),
    ("aws-efs-csi-driver", "Deployment/efs-csi-controller", 0, 0),
    ("aws-efs-csi-driver", "DaemonSet/efs-csi-node", 0, 0),
    ("eks-pod-identity-agent", "DaemonSet/eks-pod-identity-agent", 0, 0),
    ("eks-node-monitoring-agent", "DaemonSet/eks-node-monitoring-agent", 10, 30),
    ("snapshot-controller", "Deployment/snapshot-controller", 0, 0),
    # No EKS add-ons, but installed the same way: their own manifests say what they request.
    ("cluster-autoscaler", "Deployment/cluster-autoscaler", 100, 600),
    ("kube-downscaler", "Deployment/kube-downscaler", 50, 200),
    ("vpa", "Deployment/vpa-recommender", 50, 500),
    ("vpa", "Deployment/vpa-updater", 50, 500),
    ("vpa", "Deployment/vpa-admission-controller", 50, 200),
]


@pytest.mark.parametrize(
    ("addon", "workload", "cpu", "memory"), REQUESTS, ids=[row[1] for row in REQUESTS]
)
def test_requests(addon: str, workload: str, cpu: int, memory: int) -> None:
    asked = pods.requests(pod_of(template(addon, workload)))
    assert (asked.get("cpu", 0), asked.get("memory", 0)) == (cpu, memory * MIB)


def test_every_workload_is_in_the_table() -> None:
    found = {
        (addon, key)
        for addon in modelled()
        for key in objects(addon)
        if key.startswith(("Deployment/", "DaemonSet/"))
    }
    assert found == {(addon, workload) for addon, workload, *_ in REQUESTS}


@pytest.mark.parametrize("addon", modelled())
def test_daemon_sets_keep_off_fargate_nodes(addon: str) -> None:
    for key in objects(addon):
        if key.startswith("DaemonSet/"):
            spec = template(addon, key)["spec"]
            required = spec["affinity"]["nodeAffinity"][
                "requiredDuringSchedulingIgnoredDuringExecution"
            ]
            (term,) = required["nodeSelectorTerms"]
            (rule,) = [
                one
                for one in term["matchExpressions"]
                if one["key"] == "eks.amazonaws.com/compute-type"
            ]
            assert rule["operator"] == "NotIn"
            assert "fargate" in rule["values"]
            assert spec["priorityClassName"] == "system-node-critical"
            assert {"operator": "Exists"} in spec["tolerations"]


@pytest.mark.parametrize("version", ["1.24", "1.34"])
def test_everything_installs_on_the_api(version: str) -> None:
    addons = [AddonSpec(addon) for addon in modelled()]
    bench = Bench(version=version)
    spec = cluster(*addons, version=version)
    for obj in [*cluster_objects(spec), *(o for a in addons for o in addon_objects(a, spec))]:
        warnings: list[str] = []
        bench.api.decode(obj, warnings)
        assert warnings == []
    install(bench.api, spec)
    assert bench.api.get("deployments.apps", "kube-system", "coredns") is not None
    service = bench.api.get("services", "kube-system", "kube-dns")
    assert service is not None
    assert service["spec"]["clusterIP"] == "10.100.0.10"


def test_kube_proxy_has_the_clusters_version() -> None:
    image = template("kube-proxy", "DaemonSet/kube-proxy")["spec"]["containers"][0]["image"]
    assert image.startswith("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/kube-proxy:v1.34.1")


def taken(coredns: Obj) -> bool:
    everything = Profile("fp-default", (Selector("kube-system"),))
    return isinstance(match([everything], pod_of(coredns)), Match)


def test_coredns_keeps_off_fargate_until_its_annotation_goes() -> None:
    shipped = template("coredns", "Deployment/coredns")
    assert shipped["metadata"]["annotations"] == {"eks.amazonaws.com/compute-type": "ec2"}
    assert not taken(shipped)
    meta = {key: value for key, value in shipped["metadata"].items() if key != "annotations"}
    assert taken({**shipped, "metadata": meta})


@pytest.mark.parametrize(
    ("configuration", "on_fargate"),
    [({"computeType": "Fargate"}, True), ({"computeType": "ec2"}, False), ({}, False)],
)
def test_the_add_ons_compute_type_moves_coredns(
    configuration: Mapping[str, str], on_fargate: bool
) -> None:
    assert taken(template("coredns", "Deployment/coredns", **configuration)) is on_fargate


def test_coredns_runs_on_fargate_at_the_smallest_size() -> None:
    pod = pod_of(template("coredns", "Deployment/coredns", computeType="Fargate"))
    assert scheduler_refusal(pod) == ""
    found = size(pod)
    assert isinstance(found, FargateSize)
    assert found.capacity_provisioned == "0.25vCPU 0.5GB"


def test_configuration_changes_replicas_resources_and_placement() -> None:
    toleration = {"key": "dedicated", "operator": "Exists"}
    found = objects(
        "coredns",
        replicaCount=4,
        resources={"requests": {"cpu": "200m"}},
        tolerations=[toleration],
        nodeSelector={"role": "system"},
        podAnnotations={"a": "b"},
    )["Deployment/coredns"]["spec"]
    spec = found["template"]["spec"]
    assert found["replicas"] == 4
    assert spec["containers"][0]["resources"] == {"requests": {"cpu": "200m"}}
    assert spec["tolerations"] == [toleration]
    assert spec["nodeSelector"] == {"role": "system"}
    assert found["template"]["metadata"]["annotations"] == {
        "eks.amazonaws.com/compute-type": "ec2",
        "a": "b",
    }


def test_csi_drivers_have_sections() -> None:
    found = objects("aws-ebs-csi-driver", controller={"replicaCount": 1})
    assert found["Deployment/ebs-csi-controller"]["spec"]["replicas"] == 1
    assert (
        objects("aws-ebs-csi-driver", replicaCount=1)["Deployment/ebs-csi-controller"]["spec"][
            "replicas"
        ]
        == 2
    )


def test_the_role_is_the_controllers() -> None:
    addon = AddonSpec("aws-ebs-csi-driver", service_account_role_arn="arn:aws:iam::1:role/ebs")
    accounts = [
        one for one in addon_objects(addon, cluster(addon)) if one["kind"] == "ServiceAccount"
    ]
    assert [dict(annotations(one)) for one in accounts] == [
        {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/ebs"},
        {},
    ]


def test_add_ons_that_are_not_modelled_are_named() -> None:
    spec = cluster(AddonSpec("coredns"), AddonSpec("adot"), AddonSpec("kubecost_kubecost"))
    assert unmodelled(spec) == ("adot", "kubecost_kubecost")
    assert list(addon_objects(AddonSpec("adot"), spec)) == []


@pytest.mark.parametrize(("version", "default"), [("1.29", True), ("1.30", False), ("1.34", False)])
def test_gp2_is_the_default_class_up_to_1_29(version: str, default: bool) -> None:
    (gp2,) = [
        one for one in cluster_objects(cluster(version=version)) if one["kind"] == "StorageClass"
    ]
    assert gp2["provisioner"] == "kubernetes.io/aws-ebs"
    assert gp2["volumeBindingMode"] == "WaitForFirstConsumer"
    marked = annotations(gp2).get("storageclass.kubernetes.io/is-default-class")
    assert (marked == "true") is default


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, Networking()),
        ({"ENABLE_PREFIX_DELEGATION": "true"}, Networking(prefix_delegation=True)),
        ({"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true"}, Networking(custom_networking=True)),
        ({"MAX_ENI": "2", "ENABLE_PREFIX_DELEGATION": "false"}, Networking(max_enis=2)),
    ],
)
def test_networking_follows_the_vpc_cnis_env(env: Mapping[str, str], expected: Networking) -> None:
    assert networking(cluster(AddonSpec("vpc-cni", configuration={"env": env}))) == expected


def test_aws_auth_maps_nodes_fargate_and_the_users_own() -> None:
    group = NodeGroupSpec(
        "n", True, ("m5.large",), 0, 1, 1, (), (), VolumeSpec(20), instance_role_arn="arn:node"
    )
    profile = FargateProfileSpec("fp", (), (), "arn:fargate")
    mappings = (
        IdentityMappingSpec("arn:aws:iam::1:role/ops", "ops", ("system:masters",)),
        IdentityMappingSpec("arn:aws:iam::1:user/ann", "ann"),
        IdentityMappingSpec(account="222233334444"),
    )
    spec = cluster(
        node_groups=(group, group),
        fargate_profiles=(profile,),
        identity_mappings=mappings,
        authentication_mode="CONFIG_MAP",
    )
    (found,) = [one for one in cluster_objects(spec) if name(one) == "aws-auth"]
    roles = yaml.safe_load(found["data"]["mapRoles"])
    assert [(one["rolearn"], one["username"]) for one in roles] == [
        ("arn:node", "system:node:{{EC2PrivateDNSName}}"),
        ("arn:fargate", "system:node:{{SessionName}}"),
        ("arn:aws:iam::1:role/ops", "ops"),
    ]
    assert "system:node-proxier" in roles[1]["groups"]
    assert yaml.safe_load(found["data"]["mapUsers"])[0]["username"] == "ann"
    assert yaml.safe_load(found["data"]["mapAccounts"]) == ["222233334444"]
    with_entries = replace(spec, authentication_mode="API_AND_CONFIG_MAP")
    (found,) = [one for one in cluster_objects(with_entries) if name(one) == "aws-auth"]
    (row,) = yaml.safe_load(found["data"]["mapRoles"])
    assert row["username"] == "ops"


@pytest.mark.parametrize(
    "spec",
    [
        cluster(
            authentication_mode="API",
            identity_mappings=(IdentityMappingSpec("arn:aws:iam::1:role/ops", "ops"),),
        ),
        cluster(authentication_mode="CONFIG_MAP"),
    ],
    ids=["access entries alone", "nobody to name yet"],
)
def test_a_cluster_has_no_aws_auth(spec: ClusterSpec) -> None:
    assert "aws-auth" not in [name(one) for one in cluster_objects(spec)]


def test_system_pods_of_a_fargate_only_cluster(bench: Bench) -> None:
    record = {
        "fargateProfileName": "fp-default",
        "status": "ACTIVE",
        "selectors": [{"namespace": "kube-system"}],
        "subnets": [],
    }
    bench.aws.create(profiles.COLLECTION, "fp-default", record)
    install(bench.api, cluster(*(AddonSpec(addon) for addon in DEFAULTS)))
    for addon, workload, scheduler in (
        ("coredns", "Deployment/coredns", "default-scheduler"),
        ("metrics-server", "Deployment/metrics-server", "fargate-scheduler"),
    ):
        pod = pod_of(template(addon, workload))
        pod["metadata"] = {**pod["metadata"], "name": addon}
        assert bench.api.create(pod)["spec"]["schedulerName"] == scheduler
