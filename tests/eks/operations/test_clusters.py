"""CreateCluster, DescribeCluster, ListClusters, DeleteCluster."""

from dataclasses import replace
from typing import Any

import pytest

from eks_world import ADMIN, APP_ROLE, CALL, EksWorld, cluster_parameters, nodegroup_parameters
from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.errors import EksError
from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.operations.service import EksService
from minieks.eks.spec import KubeletSpec, Taint, VolumeSpec
from minieks.engine.store import Record, Store


@pytest.fixture
def world() -> EksWorld:
    return EksWorld()


def test_a_cluster_is_reached_only_when_it_is_active(world: EksWorld) -> None:
    created = world.do("CreateCluster", **cluster_parameters())["cluster"]
    assert created["status"] == "CREATING"
    assert not {"endpoint", "certificateAuthority", "identity"} & set(created)
    world.wait(700)
    found = world.do("DescribeCluster", name="c")["cluster"]
    assert found["status"] == "ACTIVE"
    assert found["endpoint"].startswith("https://")
    assert found["identity"]["oidc"]["issuer"].startswith("https://oidc.eks.eu-north-1.")
    assert world.inside().api.get("namespaces", "", "kube-system") is not None


def test_a_deleted_cluster_is_gone_after_a_while(world: EksWorld) -> None:
    world.create_cluster()
    assert world.do("DeleteCluster", name="c")["cluster"]["status"] == "DELETING"
    world.wait(300)
    assert world.do("ListClusters") == {"clusters": []}
    assert world.clusters.stopped == ["c"]


def test_a_registered_cluster_is_shown_and_only_listed_with_all(world: EksWorld) -> None:
    connector = {"roleArn": APP_ROLE, "provider": "OTHER"}
    made = world.do("RegisterCluster", name="ext", connectorConfig=connector)["cluster"]
    assert world.do("DescribeCluster", name="ext")["cluster"] == made
    assert (made["status"], made["connectorConfig"]["provider"]) == ("PENDING", "OTHER")
    listed = [world.do("ListClusters", include=one)["clusters"] for one in ([], ["all"])]
    assert listed == [[], ["ext"]]


def test_accounts_and_regions_are_separate(world: EksWorld) -> None:
    world.do("CreateCluster", **cluster_parameters())
    elsewhere = Call(
        "999999999999", "us-west-2", Caller("arn:aws:iam::999999999999:root", "9" * 12)
    )
    assert world.do("ListClusters", elsewhere) == {"clusters": []}
    with pytest.raises(EksError, match="No cluster found for name: c\\."):
        world.do("DescribeCluster", elsewhere, name="c")


def test_the_creator_gets_an_access_entry_with_the_admin_policy(world: EksWorld) -> None:
    world.create_cluster()
    found = world.do("ListAssociatedAccessPolicies", clusterName="c", principalArn=ADMIN)
    arns = [one["policyArn"] for one in found["associatedAccessPolicies"]]
    assert arns == ["arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"]


def test_the_same_request_token_gives_the_same_answer(world: EksWorld) -> None:
    parameters: dict[str, Any] = {**cluster_parameters(), "clientRequestToken": "t-1"}
    first = world.do("CreateCluster", CALL, **parameters)
    assert world.do("CreateCluster", CALL, **parameters) == first
    with pytest.raises(EksError) as refused:
        world.do("CreateCluster", CALL, **{**parameters, "version": "1.33"})
    assert refused.value.code == "InvalidParameterException"


def test_a_request_token_does_not_bring_back_what_was_deleted(world: EksWorld) -> None:
    world.create_cluster(clientRequestToken="t-1")
    group = nodegroup_parameters(clientRequestToken="t-2")
    first = world.do("CreateNodegroup", **group)
    world.wait(400)
    assert world.do("CreateNodegroup", **group) == first
    world.do("DeleteNodegroup", clusterName="c", nodegroupName="ng")
    world.wait(1200)
    assert world.do("CreateNodegroup", **group) != first
    assert world.do("ListNodegroups", clusterName="c") == {"nodegroups": ["ng"]}


def records(store: Store) -> tuple[list[Record], int]:
    """What a store holds, as it is kept outside of memory."""
    found = [
        Record(name, key, store.revision_of(name, key), value)
        for name in store.collections()
        for key, value in zip(store.keys(name), store.values(name), strict=True)
    ]
    return found, store.revision


def test_another_service_goes_on_with_the_clusters_and_their_groups(world: EksWorld) -> None:
    world.create_cluster(kubernetesNetworkConfig={"serviceIpv4Cidr": "172.30.0.0/16"})
    settings = KubeletSpec(labels={"tier": "web"}, taints=(Taint("spot", "", "NoSchedule"),))
    template = LaunchTemplate("lt-1", "own", "2", ("m5.large",), max_pods=20, kubelet=settings)
    world.ec2.templates["lt-1"] = replace(template, volume=VolumeSpec(30))
    own = nodegroup_parameters("own", launchTemplate={"id": "lt-1"})
    for parameters in (nodegroup_parameters(), {**own, "instanceTypes": None}):
        world.do("CreateNodegroup", **parameters)
    world.wait(400)
    inside = world.inside()
    again = EksWorld()
    again.engine.run(world.engine.now())
    again.clusters.kept["c"] = {"aws": records(inside.aws), "kubernetes": records(inside.api.store)}
    again.services.store.restore(*records(world.services.store))
    again.service = EksService(again.services)
    assert again.inside().node_groups.specs == inside.node_groups.specs
    assert again.inside().api.services.first == "172.30.0.1"
    sizes = {"desiredSize": 3}
    again.do("UpdateNodegroupConfig", clusterName="c", nodegroupName="ng", scalingConfig=sizes)
    again.wait(400)
    assert len(again.inside().api.list("nodes")) == 5
    assert again.do("DescribeCluster", name="c")["cluster"]["status"] == "ACTIVE"


def test_what_waits_in_a_cluster_ends_with_it(world: EksWorld) -> None:
    world.create_cluster()
    world.do("CreateAddon", clusterName="c", addonName="metrics-server")
    world.do("DeleteCluster", name="c")
    world.wait(4000)
    assert world.do("ListClusters") == {"clusters": []}
