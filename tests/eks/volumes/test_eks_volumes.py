"""EBS and EFS volumes behind claims, from the add-on's pods to the record that is billed."""

from collections.abc import Callable
from typing import Any

import pytest

from minieks.data.timings import Timings
from minieks.eks.volumes import (
    ACCESS_POINTS,
    DRIVERS,
    VOLUMES,
    CsiRegistration,
    built_in,
    csi_driver,
    provisioners,
)
from minieks.eks.volumes.ebs import GIB, EbsSpec, ebs_spec
from minieks.eks.volumes.zones import immediate_zone
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import ProvisioningError, volume_loops
from minieks.kube.kubelet.kubelet import Kubelet
from minieks.kube.kubelet.nodes import NodeAgent
from minieks.kube.words import times
from minieks.kube.words.objects import Obj, with_metadata

START = times.parse("2026-11-23T00:00:00Z")


class World:
    """A cluster with EKS's drivers, of which none is installed at first."""

    def __init__(self, seed: int = 0) -> None:
        self.engine = Engine(VirtualClock(START), seed)
        self.api = Api(self.engine, "1.34")
        self.aws = Store()
        drivers = provisioners(self.api, self.aws, Timings())
        loops = [
            *volume_loops(self.api, drivers),
            CsiRegistration(self.api),
            NodeAgent(self.api, Timings(), drivers=built_in),
            Kubelet(self.api, Timings()),
        ]
        for loop in loops:
            Runner(self.engine, loop).attach(self.api.store)
        for space in ("default", "kube-system"):
            self.make("Namespace", space)
            self.make("ServiceAccount", "default", namespace=space)

    def make(
        self, kind: str, name: str, api_version: str = "v1", namespace: str = "", **parts: Any
    ) -> Obj:
        meta = {"name": name} | ({"namespace": namespace} if namespace else {})
        meta |= parts.pop("metadata", {})
        return self.api.create({"apiVersion": api_version, "kind": kind, "metadata": meta, **parts})

    def run(self, seconds: float) -> None:
        self.engine.run(self.engine.now() + round(seconds * SECOND))

    def node(self, name: str, zone: str) -> None:
        amounts = {"cpu": "8", "memory": "32Gi", "pods": "58"}
        status = {
            "capacity": amounts,
            "allocatable": amounts,
            "conditions": [{"type": "Ready", "status": "True"}],
            "addresses": [{"type": "InternalIP", "address": "10.0.1.5"}],
        }
        labels = {"topology.kubernetes.io/zone": zone}
        provider = {"providerID": f"aws:///{zone}/i-{name}"}
        self.make("Node", name, metadata={"labels": labels}, spec=provider, status=status)

    def install(self, app: str = "ebs") -> None:
        """The add-on: its CSIDriver, a controller that is ready, a ready pod on each node."""
        driver = next(one for one in DRIVERS if one.name.startswith(app))
        self.api.create(csi_driver(driver))
        template = {
            "metadata": {"labels": {"app": driver.controller}},
            "spec": {"containers": [{"name": "plugin", "image": "driver"}]},
        }
        spec = {"selector": {"matchLabels": {"app": driver.controller}}, "template": template}
        made = self.make("Deployment", driver.controller, "apps/v1", "kube-system", spec=spec)
        for node in self.api.list("nodes"):
            name = f"{driver.node_app}-{node['metadata']['name']}"
            self.make(
                "Pod",
                name,
                namespace="kube-system",
                metadata={"labels": {"app": driver.node_app}},
                spec={"hostNetwork": True, "containers": [{"name": "plugin", "image": "driver"}]},
            )
            self.api.bind("kube-system", name, node["metadata"]["name"])
        self.run(10)
        self.api.update_status({**made, "status": {"readyReplicas": 1}})

    def storage_class(self, name: str = "gp3", **fields: Any) -> None:
        given = {
            "provisioner": "ebs.csi.aws.com",
            "volumeBindingMode": "WaitForFirstConsumer",
        } | fields
        self.make("StorageClass", name, "storage.k8s.io/v1", **given)

    def claim(
        self, name: str = "data", class_name: str = "gp3", node: str = "", **spec: Any
    ) -> Obj:
        wanted = {"accessModes": ["ReadWriteOnce"], "storageClassName": class_name} | spec
        wanted["resources"] = {"requests": {"storage": "20Gi"}}
        made = self.make("PersistentVolumeClaim", name, namespace="default", spec=wanted)
        if node:
            notes = {"volume.kubernetes.io/selected-node": node}
            self.api.update(with_metadata(made, annotations=notes))
        return made

    def get(self, name: str = "data") -> Obj:
        found = self.api.get("persistentvolumeclaims", "default", name)
        assert found is not None
        return found

    def volume(self, claim: str = "data") -> Obj:
        found = self.api.get("persistentvolumes", "", self.get(claim)["spec"]["volumeName"])
        assert found is not None
        return found

    def events(self, about: str = "data") -> list[str]:
        return [
            f"{event['reason']} {event['message']}"
            for event in self.api.list("events")
            if event["involvedObject"]["name"] == about
        ]


@pytest.fixture
def world() -> World:
    made = World()
    made.node("n1", "eu-west-1a")
    made.node("n2", "eu-west-1b")
    made.run(1)
    return made


@pytest.fixture
def new_world() -> Callable[..., World]:
    return World


class TestWithoutTheAddOn:
    def test_a_claim_stays_pending_and_says_which_driver_is_missing(self, world: Any) -> None:
        world.storage_class()
        world.claim(node="n1")
        world.run(600)
        assert world.get()["status"]["phase"] == "Pending"
        assert world.events() == [
            "ExternalProvisioning Waiting for a volume to be created either by the external "
            "provisioner 'ebs.csi.aws.com' or manually by the system administrator. If volume "
            "creation is delayed, please verify that the provisioner is running and correctly "
            "registered."
        ]
        assert world.aws.values(VOLUMES) == []

    def test_the_in_tree_name_means_the_same_driver(self, world: Any) -> None:
        world.storage_class("gp2", provisioner="kubernetes.io/aws-ebs")
        world.claim(class_name="gp2", node="n1")
        world.run(60)
        assert "'ebs.csi.aws.com'" in world.events()[0]

    def test_a_claim_that_waited_is_served_when_the_add_on_comes(self, world: Any) -> None:
        world.storage_class()
        world.claim(node="n1")
        world.run(60)
        world.install()
        world.run(20)
        assert world.get()["status"]["phase"] == "Bound"


class TestEbs:
    def test_a_volume_is_made_in_the_zone_of_its_node_and_recorded(self, world: Any) -> None:
        world.install()
        world.storage_class()
        world.claim(node="n2")
        world.run(10)
        volume = world.volume()
        terms = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        keys = {item["key"]: item["values"] for item in terms[0]["matchExpressions"]}
        # aws-ebs-csi-driver CHANGELOG v1.33.0: no longer by topology.ebs.csi.aws.com/zone.
        assert keys == {"topology.kubernetes.io/zone": ["eu-west-1b"]}
        handle = volume["spec"]["csi"]["volumeHandle"]
        assert volume["spec"]["csi"]["driver"] == "ebs.csi.aws.com"
        record = world.aws.get(VOLUMES, handle)
        created = record.pop("createdAt")
        assert START < created < START + 60 * SECOND
        assert record == {
            "volumeId": handle,
            "type": "gp3",
            "sizeGiB": 20,
            "iops": 3000,
            "throughput": 125,
            "zone": "eu-west-1b",
            "deletedAt": None,
            "namespace": "default",
            "claim": "data",
        }

    def test_the_record_says_when_a_volume_was_deleted(self, world: Any) -> None:
        world.install()
        world.storage_class()
        world.claim(node="n1")
        world.run(60)
        world.api.delete("persistentvolumeclaims", "default", "data")
        world.run(1)
        assert world.aws.values(VOLUMES)[0]["deletedAt"] is not None

    def test_a_retained_volume_goes_on_costing(self, world: Any) -> None:
        world.install()
        world.storage_class(reclaimPolicy="Retain")
        world.claim(node="n1")
        world.run(60)
        world.api.delete("persistentvolumeclaims", "default", "data")
        world.run(1)
        assert world.aws.values(VOLUMES)[0]["deletedAt"] is None

    def test_an_in_tree_class_gets_an_in_tree_volume(self, world: Any) -> None:
        world.install()
        world.storage_class("gp2", provisioner="kubernetes.io/aws-ebs", parameters={"type": "gp2"})
        world.claim(class_name="gp2", node="n1")
        world.run(10)
        volume = world.volume()
        assert volume["spec"]["awsElasticBlockStore"]["volumeID"].startswith(
            "aws://eu-west-1a/vol-"
        )
        assert volume["metadata"]["annotations"]["pv.kubernetes.io/migrated-to"] == (
            "ebs.csi.aws.com"
        )
        assert world.aws.values(VOLUMES)[0]["type"] == "gp2"
        world.api.delete("persistentvolumeclaims", "default", "data")
        world.run(1)
        assert world.aws.values(VOLUMES)[0]["deletedAt"] is not None

    def test_a_pod_runs_with_its_volume(self, world: Any) -> None:
        world.install()
        world.storage_class()
        world.claim(node="n1")
        world.run(10)
        claim = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
        spec = {"containers": [{"name": "c", "image": "postgres"}], "volumes": [claim]}
        world.make("Pod", "db", namespace="default", spec=spec)
        world.api.bind("default", "db", "n1")
        world.run(30)
        assert world.api.get("pods", "default", "db")["status"]["phase"] == "Running"
        assert world.events("db")[0].startswith("SuccessfulAttachVolume")

    def test_a_node_without_the_drivers_pod_cannot_have_a_volume(self, world: Any) -> None:
        world.install()
        world.node("late", "eu-west-1a")
        world.storage_class()
        world.claim(node="late")
        world.run(10)
        assert world.events()[-1] == (
            'ProvisioningFailed failed to provision volume with StorageClass "gp3": error '
            "generating accessibility requirements: no topology key found on CSINode late"
        )

    def test_many_nodes_cannot_share_a_file_system_on_ebs(self, world: Any) -> None:
        world.install()
        world.storage_class()
        world.claim(node="n1", accessModes=["ReadWriteMany"])
        world.run(10)
        assert world.events()[-1].endswith(
            "rpc error: code = InvalidArgument desc = Volume capabilities not supported"
        )

    def test_a_volume_grows(self, world: Any) -> None:
        world.install()
        world.storage_class(allowVolumeExpansion=True)
        world.claim(node="n1")
        world.run(10)
        claim = world.get()
        resources = {"requests": {"storage": "45Gi"}}
        world.api.update({**claim, "spec": {**claim["spec"], "resources": resources}})
        world.run(10)
        assert world.aws.values(VOLUMES)[0]["sizeGiB"] == 45

    def test_immediate_claims_of_a_stateful_set_follow_each_other_through_the_zones(
        self, world: Any
    ) -> None:
        world.install()
        world.storage_class(volumeBindingMode="Immediate")
        for ordinal in range(4):
            world.claim(f"data-db-{ordinal}")
        world.run(10)
        zones = [record["zone"] for record in world.aws.values(VOLUMES)]
        assert zones[0] != zones[1]
        assert zones[:2] == zones[2:]

    def test_the_same_seed_gives_the_same_ids(self, new_world: Any) -> None:
        ids = []
        for seed in (1, 1, 2):
            world = new_world(seed)
            world.node("n1", "eu-west-1a")
            world.run(1)
            world.install()
            world.storage_class()
            world.claim(node="n1")
            world.run(10)
            ids.append(world.aws.values(VOLUMES)[0]["volumeId"])
        assert ids[0] == ids[1] != ids[2]


# aws-ebs-csi-driver docs/parameters.md; Amazon EBS user guide (least sizes, defaults of gp3).
@pytest.mark.parametrize(
    ("parameters", "size", "expected"),
    [
        ({}, 20 * GIB, EbsSpec("gp3", 20, 3000, 125)),
        ({"type": "gp2"}, 20 * GIB, EbsSpec("gp2", 20, 0, 0)),
        ({"Type": "gp3", "iops": "6000", "throughput": "500"}, GIB, EbsSpec("gp3", 1, 6000, 500)),
        ({"type": "io2", "iopsPerGB": "50"}, 100 * GIB, EbsSpec("io2", 100, 5000, 0)),
        ({"type": "io1", "iops": "200"}, GIB, EbsSpec("io1", 4, 200, 0)),
        ({"type": "st1"}, GIB, EbsSpec("st1", 125, 0, 0)),
        ({}, GIB + 1, EbsSpec("gp3", 2, 3000, 125)),
    ],
    ids=["default", "gp2", "gp3-more", "io2-per-gib", "io1-least", "st1-least", "rounded-up"],
)
def test_what_parameters_ask_for(parameters: dict[str, str], size: int, expected: EbsSpec) -> None:
    assert ebs_spec(parameters, size) == expected


@pytest.mark.parametrize("parameters", [{"type": "gp9"}, {"type": "io2", "iops": "many"}])
def test_parameters_that_mean_nothing_are_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(ProvisioningError, match="InvalidArgument"):
        ebs_spec(parameters, GIB)


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(None, {"a", "b"}), (["b"], {"b"}), (["c"], {"c"})],
    ids=["any", "one-with-nodes", "one-without"],
)
def test_the_zone_of_a_claim_that_does_not_wait(
    allowed: list[str] | None, expected: set[str]
) -> None:
    nodes: list[Obj] = [
        {"metadata": {"name": zone, "labels": {"topology.kubernetes.io/zone": zone}}}
        for zone in ("a", "b")
    ]
    claims: list[Obj] = [{"metadata": {"name": f"claim-{n}"}} for n in range(20)]
    found = {immediate_zone(claim, nodes, allowed) for claim in claims}
    assert found == expected


class TestRegistration:
    def test_a_ready_driver_pod_registers_on_its_node(self, world: Any) -> None:
        world.install()
        csi_node = world.api.get("csinodes.storage.k8s.io", "", "n1")
        assert csi_node["spec"]["drivers"] == [
            {
                "name": "ebs.csi.aws.com",
                "nodeID": "i-n1",
                "topologyKeys": [
                    "kubernetes.io/os",
                    "topology.ebs.csi.aws.com/zone",
                    "topology.kubernetes.io/zone",
                ],
                "allocatable": {"count": 25},
            }
        ]
        labels = world.api.get("nodes", "", "n1")["metadata"]["labels"]
        assert labels["topology.ebs.csi.aws.com/zone"] == "eu-west-1a"

    def test_two_drivers_stand_beside_each_other(self, world: Any) -> None:
        world.install("ebs")
        world.install("efs")
        csi_node = world.api.get("csinodes.storage.k8s.io", "", "n1")
        assert [one["name"] for one in csi_node["spec"]["drivers"]] == [
            "ebs.csi.aws.com",
            "efs.csi.aws.com",
        ]
        # As `kubectl describe node` shows it where both drivers are installed.
        noted = world.api.get("nodes", "", "n1")["metadata"]["annotations"]
        assert noted["csi.volume.kubernetes.io/nodeid"] == (
            '{"ebs.csi.aws.com":"i-n1","efs.csi.aws.com":"i-n1"}'
        )


class TestEfs:
    def _class(self, world: Any, **parameters: str) -> None:
        world.storage_class(
            "efs",
            provisioner="efs.csi.aws.com",
            volumeBindingMode="Immediate",
            parameters=parameters,
        )

    def test_a_claim_gets_an_access_point(self, world: Any) -> None:
        world.install("efs")
        self._class(world, provisioningMode="efs-ap", fileSystemId="fs-0123")
        world.claim(class_name="efs", accessModes=["ReadWriteMany"])
        world.run(5)
        handle = world.volume()["spec"]["csi"]["volumeHandle"]
        assert handle.startswith("fs-0123::fsap-0")
        assert "nodeAffinity" not in world.volume()["spec"]
        record = world.aws.get(ACCESS_POINTS, handle.rpartition("::")[2])
        assert (record["namespace"], record["claim"], record["deletedAt"]) == (
            "default",
            "data",
            None,
        )

    def test_nothing_is_attached(self, world: Any) -> None:
        world.install("efs")
        self._class(world, provisioningMode="efs-ap", fileSystemId="fs-0123")
        world.claim(class_name="efs", accessModes=["ReadWriteMany"])
        world.run(5)
        claim = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
        spec = {"containers": [{"name": "c", "image": "nginx"}], "volumes": [claim]}
        world.make("Pod", "web", namespace="default", spec=spec)
        world.api.bind("default", "web", "n1")
        world.run(10)
        assert world.api.get("pods", "default", "web")["status"]["phase"] == "Running"
        assert world.api.list("volumeattachments.storage.k8s.io") == []

    def _static(self, world: Any, node: str) -> Any:
        """A pod with a volume made by hand on a file system."""
        driver = next(one for one in DRIVERS if one.name.startswith("efs"))
        if world.api.get("csidrivers.storage.k8s.io", "", driver.name) is None:
            world.api.create(csi_driver(driver))
        spec = {
            "capacity": {"storage": "20Gi"},
            "accessModes": ["ReadWriteMany"],
            "storageClassName": "",
            "csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-0123"},
        }
        world.make("PersistentVolume", "efs", spec=spec)
        world.claim(class_name="", accessModes=["ReadWriteMany"], volumeName="efs")
        world.run(1)
        claim = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
        pod = {"containers": [{"name": "c", "image": "nginx"}], "volumes": [claim]}
        world.make("Pod", "web", namespace="default", spec=pod)
        world.api.bind("default", "web", node)
        world.run(20)
        return world.api.get("pods", "default", "web")

    def test_a_node_needs_the_drivers_pod_to_mount(self, world: Any) -> None:
        pod = self._static(world, "n1")
        assert pod["status"]["phase"] == "Pending"
        assert world.events("web")[0].endswith(
            "driver name efs.csi.aws.com not found in the list of registered CSI drivers"
        )

    def test_a_fargate_node_comes_with_the_driver(self, world: Any) -> None:
        labels = {"eks.amazonaws.com/compute-type": "fargate"}
        status = {
            "capacity": {"cpu": "2", "memory": "8Gi", "pods": "1"},
            "addresses": [{"type": "InternalIP", "address": "10.0.1.9"}],
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        world.make("Node", "fargate-1", metadata={"labels": labels}, status=status)
        world.run(1)
        assert self._static(world, "fargate-1")["status"]["phase"] == "Running"

    @pytest.mark.parametrize(
        ("parameters", "text"),
        [
            ({"fileSystemId": "fs-0123"}, "Missing provisioningMode parameter"),
            ({"provisioningMode": "efs-ap"}, "Missing fileSystemId parameter"),
            ({"provisioningMode": "dir"}, "Provisioning mode dir is not supported"),
        ],
        ids=["no-mode", "no-file-system", "other-mode"],
    )
    def test_parameters_that_are_missing_are_named(
        self, world: Any, parameters: dict[str, str], text: str
    ) -> None:
        world.install("efs")
        self._class(world, **parameters)
        world.claim(class_name="efs")
        world.run(5)
        assert text in world.events()[-1]
