"""How drivers make, attach, grow and delete volumes for claims."""

from typing import Any

EXTERNAL = (
    "Waiting for a volume to be created either by the external provisioner 'disks.example.com' or "
    "manually by the system administrator. If volume creation is delayed, please verify that the "
    "provisioner is running and correctly registered."
)


def _pv_of(world: Any, claim: str = "data") -> Any:
    return world.pv(f"pvc-{world.get(claim)['metadata']['uid']}")


class TestImmediate:
    def test_a_claim_gets_a_volume_made_for_it(self, world: Any) -> None:
        world.storage_class(reclaimPolicy="Delete")
        world.claim(size="4500Mi")
        world.run(2)
        assert world.phase() == "Pending"
        world.run(2)
        assert world.phase() == "Bound"
        volume = _pv_of(world)
        assert volume["spec"]["capacity"] == {"storage": "5Gi"}
        assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Delete"
        assert volume["spec"]["csi"]["volumeHandle"] == "disk-1"
        assert volume["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"] == (
            "disks.example.com"
        )
        assert volume["metadata"]["finalizers"] == [
            "external-provisioner.volume.kubernetes.io/finalizer",
            "kubernetes.io/pv-protection",
        ]

    def test_events_of_a_claim_that_is_served(self, world: Any) -> None:
        world.storage_class()
        claim = world.claim()
        world.run(10)
        driver = "disks.example.com_disks-controller"
        assert world.transcript("data") == (
            f"0s ExternalProvisioning [persistentvolume-controller] {EXTERNAL}\n"
            f"0s Provisioning [{driver}] External provisioner is provisioning volume for claim "
            '"default/data"\n'
            f"3s ProvisioningSucceeded [{driver}] Successfully provisioned volume "
            f"pvc-{claim['metadata']['uid']}"
        )

    def test_without_the_driver_the_claim_waits_and_says_for_whom(self, world: Any) -> None:
        world.disks.running = False
        world.storage_class()
        world.claim()
        world.run(600)
        assert world.phase() == "Pending"
        assert world.events() == [f"Normal ExternalProvisioning {EXTERNAL}"]

    def test_the_driver_takes_up_waiting_claims_when_its_controller_runs(self, world: Any) -> None:
        world.disks.running = False
        world.storage_class()
        world.claim()
        world.run(60)
        world.disks.running = True
        template = {
            "metadata": {"labels": {"app": "d"}},
            "spec": {"containers": [{"name": "c", "image": "i"}]},
        }
        spec = {"selector": {"matchLabels": {"app": "d"}}, "template": template}
        world.make("Deployment", "disks-controller", "apps/v1", "default", spec=spec)
        world.run(4)
        assert world.phase() == "Bound"

    def test_a_class_that_does_not_exist_is_told(self, world: Any) -> None:
        world.claim(class_name="fast")
        world.run(1)
        assert world.events() == [
            'Warning ProvisioningFailed storageclass.storage.k8s.io "fast" not found'
        ]

    def test_a_class_without_provisioner_makes_nothing(self, world: Any) -> None:
        world.storage_class("local", provisioner="kubernetes.io/no-provisioner")
        world.claim(class_name="local")
        world.run(1)
        assert world.events() == [
            "Warning ProvisioningFailed no volume plugin matched name: kubernetes.io/no-provisioner"
        ]

    def test_what_the_driver_refuses_is_told(self, world: Any) -> None:
        world.disks.refusal = "rpc error: code = InvalidArgument desc = no"
        world.storage_class()
        world.claim()
        world.run(10)
        assert world.events()[-1] == (
            'Warning ProvisioningFailed failed to provision volume with StorageClass "disks": '
            "rpc error: code = InvalidArgument desc = no"
        )


class TestWaitForFirstConsumer:
    def test_nothing_is_made_until_the_scheduler_has_chosen_a_node(self, world: Any) -> None:
        world.node("n1")
        world.storage_class(volumeBindingMode="WaitForFirstConsumer")
        world.claim()
        world.run(5)
        assert world.disks.made == []
        assert world.events() == [
            "Normal WaitForFirstConsumer waiting for first consumer to be created before binding"
        ]
        world.select("data", "n1")
        world.run(4)
        assert world.phase() == "Bound"
        terms = _pv_of(world)["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
        assert terms == [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]}]

    def test_a_pod_that_cannot_be_placed_is_named(self, world: Any) -> None:
        world.storage_class(volumeBindingMode="WaitForFirstConsumer")
        world.claim()
        world.pod()
        world.run(20)
        assert world.events()[-1] == "Normal WaitForPodScheduled waiting for pod db to be scheduled"

    def test_a_free_volume_is_left_to_the_scheduler(self, world: Any) -> None:
        world.storage_class(volumeBindingMode="WaitForFirstConsumer")
        world.volume("v", class_name="disks")
        world.claim()
        world.run(60)
        assert world.phase() == "Pending"


class TestAttach:
    def test_a_pod_starts_when_its_volume_is_on_the_node(self, world: Any) -> None:
        world.node("n1")
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(9)
        pod = world.api.get("pods", "default", "db")
        assert pod["status"]["containerStatuses"][0]["state"]["waiting"]["reason"] == (
            "ContainerCreating"
        )
        world.run(9)
        assert world.api.get("pods", "default", "db")["status"]["phase"] == "Running"
        volume = world.get()["spec"]["volumeName"]
        assert world.events("db")[0] == (
            f'Normal SuccessfulAttachVolume AttachVolume.Attach succeeded for volume "{volume}" '
        )

    def test_the_volume_leaves_the_node_with_its_last_pod(self, world: Any) -> None:
        world.node("n1")
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        assert len(world.api.list("volumeattachments.storage.k8s.io")) == 1
        world.api.delete("pods", "default", "db")
        world.run(5)
        attachment = world.api.list("volumeattachments.storage.k8s.io")[0]
        assert attachment["metadata"]["deletionTimestamp"]
        world.run(10)
        assert world.api.list("volumeattachments.storage.k8s.io") == []

    def test_a_volume_for_one_node_waits_until_it_has_left_the_other(self, world: Any) -> None:
        for node in ("n1", "n2"):
            world.node(node)
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        world.pod("db2", node="n2")
        world.run(30)
        volume = world.get()["spec"]["volumeName"]
        assert world.events("db2") == [
            f'Warning FailedAttachVolume Multi-Attach error for volume "{volume}" '
            "Volume is already used by pod(s) db"
        ]
        world.api.delete("pods", "default", "db")
        world.run(40)
        assert world.api.get("pods", "default", "db2")["status"]["phase"] == "Running"

    def test_a_volume_that_is_being_detached_is_exclusively_attached(self, world: Any) -> None:
        for node in ("n1", "n2"):
            world.node(node)
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        world.api.delete("pods", "default", "db")
        world.run(4)
        world.pod("db2", node="n2")
        world.run(1)
        assert "is already exclusively attached to one node" in world.events("db2")[0]

    def test_a_shared_volume_is_on_many_nodes(self, world: Any) -> None:
        for node in ("n1", "n2"):
            world.node(node)
        world.storage_class()
        world.claim(accessModes=["ReadWriteMany"])
        world.run(5)
        world.pod(node="n1")
        world.pod("db2", node="n2")
        world.run(30)
        phases = [pod["status"]["phase"] for pod in world.api.list("pods")]
        assert phases == ["Running", "Running"]

    def test_a_node_without_the_driver_cannot_have_the_volume(self, world: Any) -> None:
        world.node("n1", driver=None)
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        volume = world.get()["spec"]["volumeName"]
        assert world.events("db")[0] == (
            f'Warning FailedAttachVolume AttachVolume.Attach failed for volume "{volume}" : '
            "CSINode n1 does not contain driver disks.example.com"
        )
        world.register("n1")
        world.run(30)
        assert world.api.get("pods", "default", "db")["status"]["phase"] == "Running"

    def test_a_driver_that_needs_no_attaching_attaches_nothing(self, world: Any) -> None:
        world.make(
            "CSIDriver",
            "disks.example.com",
            "storage.k8s.io/v1",
            spec={"attachRequired": False},
        )
        world.node("n1")
        world.storage_class()
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(8)
        assert world.api.get("pods", "default", "db")["status"]["phase"] == "Running"
        assert world.api.list("volumeattachments.storage.k8s.io") == []


class TestReclaim:
    def test_delete_removes_the_volume_with_its_claim(self, world: Any) -> None:
        world.storage_class(reclaimPolicy="Delete")
        world.claim()
        world.run(5)
        volume = world.get()["spec"]["volumeName"]
        world.delete_claim()
        world.run(1)
        assert world.disks.deleted == [volume]
        assert world.api.list("persistentvolumes") == []

    def test_retain_keeps_it(self, world: Any) -> None:
        world.storage_class(reclaimPolicy="Retain")
        world.claim()
        world.run(5)
        world.delete_claim()
        world.run(600)
        assert world.disks.deleted == []
        assert [pv["status"]["phase"] for pv in world.api.list("persistentvolumes")] == ["Released"]

    def test_a_retained_volume_may_be_deleted_by_hand(self, world: Any) -> None:
        world.storage_class(reclaimPolicy="Retain")
        world.claim()
        world.run(5)
        volume = world.get()["spec"]["volumeName"]
        world.delete_claim()
        world.run(1)
        world.api.delete("persistentvolumes", "", volume)
        world.run(1)
        assert world.api.list("persistentvolumes") == []
        assert world.disks.deleted == []

    def test_an_attached_volume_is_deleted_when_it_has_left(self, world: Any) -> None:
        world.node("n1")
        world.storage_class(reclaimPolicy="Delete")
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        world.delete_claim()
        world.api.delete("pods", "default", "db")
        world.run(5)
        assert len(world.api.list("persistentvolumes")) == 1
        world.run(10)
        assert world.api.list("persistentvolumes") == []


class TestExpansion:
    def _ask(self, world: Any, size: str) -> None:
        claim = world.get()
        resources = {"requests": {"storage": size}}
        world.api.update({**claim, "spec": {**claim["spec"], "resources": resources}})

    def test_a_claim_of_a_running_pod_grows(self, world: Any) -> None:
        world.node("n1")
        world.storage_class(allowVolumeExpansion=True)
        world.claim()
        world.run(5)
        world.pod(node="n1")
        world.run(30)
        self._ask(world, "20Gi")
        world.run(5)
        assert world.get()["status"]["capacity"] == {"storage": "20Gi"}
        volume = world.get()["spec"]["volumeName"]
        assert world.pv(volume)["spec"]["capacity"] == {"storage": "20Gi"}
        assert world.events()[-4:] == [
            "Normal ExternalExpanding waiting for an external controller to expand this PVC",
            f"Normal Resizing External resizer is resizing volume {volume}",
            "Normal FileSystemResizeRequired Require file system resize of volume on node",
            "Normal FileSystemResizeSuccessful MountVolume.NodeExpandVolume succeeded for volume "
            f'"{volume}" ',
        ]

    def test_without_a_pod_the_file_system_waits(self, world: Any) -> None:
        world.node("n1")
        world.storage_class(allowVolumeExpansion=True)
        world.claim()
        world.run(5)
        self._ask(world, "20Gi")
        world.run(5)
        status = world.get()["status"]
        assert status["capacity"] == {"storage": "5Gi"}
        assert status["conditions"][0]["type"] == "FileSystemResizePending"
        world.pod(node="n1")
        world.run(60)
        status = world.get()["status"]
        assert status["capacity"] == {"storage": "20Gi"}
        assert "conditions" not in status


def test_an_ephemeral_volume_makes_a_claim_of_its_pod(world: Any) -> None:
    world.storage_class()
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "disks"}
    spec["resources"] = {"requests": {"storage": "1Gi"}}  # type: ignore[assignment]
    template = {"metadata": {"labels": {"a": "b"}}, "spec": spec}
    pod = world.make(
        "Pod",
        "job",
        namespace="default",
        spec={
            "containers": [{"name": "c", "image": "i"}],
            "volumes": [{"name": "tmp", "ephemeral": {"volumeClaimTemplate": template}}],
        },
    )
    world.run(5)
    claim = world.get("job-tmp")
    assert claim["metadata"]["ownerReferences"][0]["uid"] == pod["metadata"]["uid"]
    assert claim["metadata"]["labels"] == {"a": "b"}
    assert claim["status"]["phase"] == "Bound"
