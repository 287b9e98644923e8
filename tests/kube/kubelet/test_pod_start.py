"""How a pod comes up on its node."""

from typing import Any

import pytest

from minieks.kube.words.objects import Obj

# The default timings: sandbox 1 s, pull 1.5 s + 200 MiB at 60 MiB/s, start 1 s.
RUNNING_AFTER = 6.9


def test_a_pod_without_probes_is_ready_as_soon_as_it_runs(world: Any) -> None:
    world.pod()
    world.at(0)
    assert world.status()["phase"] == "Pending"
    assert world.container()["state"] == {"waiting": {"reason": "ContainerCreating"}}
    world.at(6.7)
    assert world.status()["phase"] == "Pending"
    world.at(RUNNING_AFTER)
    assert world.status()["phase"] == "Running"
    assert world.is_ready()


def test_events_of_a_pod_that_starts(world: Any) -> None:
    world.pod()
    world.at(60)
    assert world.transcript() == (
        '1s Normal Pulling Pulling image "nginx:1.27"\n'
        '5s Normal Pulled Successfully pulled image "nginx:1.27" in 4.833s '
        "(4.833s including waiting). Image size: 209715200 bytes.\n"
        "6s Normal Created Created container: app\n"
        "6s Normal Started Started container app"
    )


# pkg/kubelet/kuberuntime/kuberuntime_container.go and images/image_manager.go of these versions.
@pytest.mark.parametrize(
    ("version", "created", "started", "present"),
    [
        ("1.31", "Created container app", "Started container app", "machine"),
        ("1.32", "Created container: app", "Started container app", "machine"),
        ("1.34", "Created container: app", "Started container app", "machine"),
        (
            "1.35",
            "Container created",
            "Container started",
            "machine and can be accessed by the pod",
        ),
    ],
)
def test_the_words_of_events_depend_on_the_version(
    new_world: Any, version: str, created: str, started: str, present: str
) -> None:
    world = new_world(version)
    world.node()
    world.pod("first")
    world.at(60)
    world.pod()
    world.at(120)
    assert world.events() == [
        f'Normal Pulled Container image "nginx:1.27" already present on {present}',
        f"Normal Created {created}",
        f"Normal Started {started}",
    ]


@pytest.mark.parametrize(
    ("kubelet", "created"),
    [
        ("v1.34.1-eks-113cf36", "Created container: app"),
        ("v1.35.0-eks-1a2b3c4", "Container created"),
    ],
)
def test_a_kubelet_is_of_its_nodes_version(new_world: Any, kubelet: str, created: str) -> None:
    # AWS user guide for EKS, "Update a managed node group": nodes follow the control plane later
    world = new_world("1.34")
    world.api.upgrade("1.35")
    node = world.node()
    status = {**node["status"], "nodeInfo": {"kubeletVersion": kubelet}}
    world.api.update_status({**node, "status": status})
    world.pod()
    world.at(60)
    assert f"Normal Created {created}" in world.events()


def test_conditions_stand_in_the_real_order_with_the_real_texts(world: Any, c: Any) -> None:
    world.pod(containers=[c("a"), c("b")], initContainers=[c("prepare")])
    world.at(0)
    conditions = world.status()["conditions"]
    assert [(item["type"], item["status"]) for item in conditions] == [
        ("PodReadyToStartContainers", "False"),
        ("Initialized", "False"),
        ("Ready", "False"),
        ("ContainersReady", "False"),
        ("PodScheduled", "True"),
    ]
    assert world.condition("Initialized")[1:] == (
        "ContainersNotInitialized",
        "containers with incomplete status: [prepare]",
    )
    unready = ("False", "ContainersNotReady", "containers with unready status: [a b]")
    assert world.condition("Ready") == world.condition("ContainersReady") == unready


@pytest.mark.parametrize(("version", "tells"), [("1.33", False), ("1.34", True)])
def test_conditions_tell_the_observed_generation_from_1_34_on(
    new_world: Any, version: str, tells: bool
) -> None:
    world = new_world(version)
    world.node()
    world.pod()
    world.at(10)
    told = ["observedGeneration" in item for item in world.status()["conditions"]]
    assert told == [tells] * 5
    assert ("observedGeneration" in world.status()) is tells


def test_transition_times_move_only_when_a_condition_changes(world: Any) -> None:
    world.pod()
    world.at(60)
    since = {item["type"]: item["lastTransitionTime"] for item in world.status()["conditions"]}
    assert since == {
        "PodReadyToStartContainers": "2026-11-23T00:00:01Z",
        "Initialized": "2026-11-23T00:00:00Z",
        "Ready": "2026-11-23T00:00:06Z",
        "ContainersReady": "2026-11-23T00:00:06Z",
        "PodScheduled": "2026-11-23T00:00:00Z",
    }


def test_the_status_says_addresses_image_and_container(world: Any) -> None:
    world.pod()
    world.at(10)
    status = world.status()
    assert (status["hostIP"], status["podIP"]) == ("10.0.1.5", "10.0.192.1")
    assert status["podIPs"] == [{"ip": "10.0.192.1"}]
    assert status["startTime"] == "2026-11-23T00:00:00Z"
    assert status["qosClass"] == "BestEffort"
    container = world.container()
    assert container["image"] == "docker.io/library/nginx:1.27"
    assert container["imageID"].startswith("docker.io/library/nginx@sha256:")
    assert len(container["containerID"]) == len("containerd://") + 64
    assert (container["ready"], container["started"], container["restartCount"]) == (True, True, 0)


def test_a_host_network_pod_has_the_address_of_its_node(world: Any) -> None:
    world.pod(hostNetwork=True)
    world.at(10)
    assert world.status()["podIP"] == "10.0.1.5"


def test_a_node_for_one_pod_shares_its_address(new_world: Any) -> None:
    world = new_world()
    world.node(pods="1")
    world.pod()
    world.at(10)
    assert world.status()["podIP"] == "10.0.1.5"


class TestImages:
    def test_a_second_pod_finds_the_image_on_the_node(self, world: Any) -> None:
        world.pod("one")
        world.at(10)
        world.pod("two")
        world.at(20)
        assert world.events("two")[0] == (
            'Normal Pulled Container image "nginx:1.27" already present on machine'
        )

    def test_always_asks_for_an_image_that_is_there_but_does_not_load_it(self, world: Any) -> None:
        world.pod("one")
        world.at(10)
        world.pod("two", containers=[_always()])
        world.at(20)
        assert "Successfully pulled image" in world.events("two")[1]
        assert " in 500ms (500ms including waiting)" in world.events("two")[1]

    def test_another_node_pulls_for_itself(self, world: Any) -> None:
        world.node("n2")
        world.pod("one")
        world.at(10)
        world.pod("two", node="n2")
        world.at(20)
        assert world.events("two")[0] == 'Normal Pulling Pulling image "nginx:1.27"'

    def test_a_pull_under_way_ends_for_both_pods_at_once(self, world: Any) -> None:
        world.pod("one")
        world.at(3)
        world.pod("two")
        world.at(20)
        assert "in 1.833s" in next(text for text in world.events("two") if "Successfully" in text)

    def test_the_size_of_the_image_decides_how_long_it_takes(self, world: Any) -> None:
        world.pod(notes={"image-size": "600Mi"})
        world.at(20)
        assert "in 11.5s" in world.events()[1]
        assert "Image size: 629145600 bytes." in world.events()[1]

    def test_an_image_that_cannot_be_pulled_backs_off(self, world: Any) -> None:
        world.pod(notes={"pull-error": "not found"})
        world.at(1.6)
        waiting = world.container()["state"]["waiting"]
        assert waiting["reason"] == "ErrImagePull"
        assert waiting["message"] == (
            "rpc error: code = NotFound desc = failed to pull and unpack image "
            '"docker.io/library/nginx:1.27": failed to resolve reference '
            '"docker.io/library/nginx:1.27": docker.io/library/nginx:1.27: not found'
        )
        world.at(5)
        waiting = world.container()["state"]["waiting"]
        assert waiting["reason"] == "ImagePullBackOff"
        assert waiting["message"].startswith(
            'Back-off pulling image "nginx:1.27": ErrImagePull: rpc error'
        )
        assert world.status()["phase"] == "Pending"
        reasons = [text.split()[1] for text in world.events()]
        assert reasons == ["Pulling", "Failed", "Failed", "BackOff", "Failed"]

    def test_pulls_are_retried_with_growing_back_off(self, world: Any) -> None:
        world.pod(notes={"pull-error": "unauthorized"})
        world.at(1.6 + 10.6 + 20.6 + 40.6)
        assert "(x4)" in world.transcript().splitlines()[0]

    def test_a_name_that_is_no_reference_is_refused(self, world: Any, c: Any) -> None:
        world.pod(containers=[c("app", image="Nginx:1.27")])
        world.at(10)
        assert world.container()["state"]["waiting"]["reason"] == "InvalidImageName"
        assert world.events()[0] == (
            'Warning InspectFailed Failed to apply default image tag "Nginx:1.27": couldn\'t parse '
            'image name "Nginx:1.27": invalid reference format: repository name (library/Nginx) '
            "must be lowercase"
        )

    def test_never_needs_the_image_on_the_node(self, world: Any, c: Any) -> None:
        world.pod(containers=[c("app", imagePullPolicy="Never")])
        world.at(10)
        assert world.container()["state"]["waiting"] == {
            "reason": "ErrImageNeverPull",
            "message": 'Container image "nginx:1.27" is not present with pull policy of Never',
        }


def _always() -> Obj:
    return {"name": "app", "image": "nginx:1.27", "imagePullPolicy": "Always"}


class TestInitContainers:
    def test_run_one_after_the_other_before_the_others(self, world: Any, c: Any) -> None:
        world.pod(initContainers=[c("first"), c("second")])
        world.at(60)
        started = [text for text in world.events() if " Started " in text]
        assert started == [
            "Normal Started Started container first",
            "Normal Started Started container second",
            "Normal Started Started container app",
        ]
        assert world.is_ready()
        done = world.container(0, init=True)
        assert done["state"]["terminated"]["reason"] == "Completed"
        assert done["ready"]

    def test_the_pod_is_pending_until_they_have_ended(self, world: Any, c: Any) -> None:
        world.pod(initContainers=[c("first")], notes={"run-duration.first": "1m"})
        world.at(50)
        assert world.status()["phase"] == "Pending"
        assert world.container()["state"] == {"waiting": {"reason": "PodInitializing"}}
        world.at(80)
        assert world.status()["phase"] == "Running"

    def test_one_that_fails_is_tried_again_with_back_off(self, world: Any, c: Any) -> None:
        world.pod(initContainers=[c("first")], notes={"crash-after.first": "2s"})
        world.at(20)
        first = world.container(init=True)
        assert first["state"]["waiting"]["reason"] == "CrashLoopBackOff"
        assert first["restartCount"] == 1
        assert world.status()["phase"] == "Pending"

    def test_one_that_fails_fails_a_pod_that_never_restarts(self, world: Any, c: Any) -> None:
        world.pod(
            initContainers=[c("first")], restartPolicy="Never", notes={"crash-after.first": "2s"}
        )
        world.at(20)
        assert world.status()["phase"] == "Failed"
        assert world.condition("Initialized")[0] == "False"
        assert world.condition("Ready")[1] == "PodFailed"


class TestSidecars:
    def test_the_next_container_waits_for_the_sidecar_to_have_started(
        self, world: Any, c: Any
    ) -> None:
        probe = {"tcpSocket": {"port": 80}, "periodSeconds": 1, "failureThreshold": 60}
        world.pod(
            initContainers=[c("proxy", restartPolicy="Always", startupProbe=probe)],
            notes={"time-to-ready.proxy": "30s"},
        )
        world.at(30)
        assert world.container(init=True)["started"] is False
        assert "state" in world.container()
        assert world.status()["phase"] == "Pending"
        world.at(40)
        assert world.container(init=True)["started"] is True
        assert world.status()["phase"] == "Running"

    def test_a_sidecar_that_is_not_ready_keeps_the_pod_from_being_ready(
        self, world: Any, c: Any
    ) -> None:
        probe = {"tcpSocket": {"port": 80}, "periodSeconds": 1}
        world.pod(
            initContainers=[c("proxy", restartPolicy="Always", readinessProbe=probe)],
            notes={"time-to-ready.proxy": "never"},
        )
        world.at(60)
        assert world.status()["phase"] == "Running"
        assert world.condition("ContainersReady")[2] == ("containers with unready status: [proxy]")

    def test_a_sidecar_that_ends_is_started_again(self, world: Any, c: Any) -> None:
        world.pod(
            initContainers=[c("proxy", restartPolicy="Always")],
            notes={"run-duration.proxy": "20s"},
        )
        world.at(40)
        assert world.container(init=True)["restartCount"] == 1
        assert world.status()["phase"] == "Running"

    def test_a_sidecar_does_not_keep_a_job_from_being_done(self, world: Any, c: Any) -> None:
        world.pod(
            initContainers=[c("proxy", restartPolicy="Always")],
            restartPolicy="Never",
            notes={"run-duration": "10s"},
        )
        world.at(60)
        assert world.status()["phase"] == "Succeeded"
        assert "Normal Killing Stopping container proxy" in world.events()
        assert world.container(init=True)["state"]["terminated"]["exitCode"] == 143


class TestWaiting:
    def test_a_pod_waits_for_the_config_map_of_its_volume(self, world: Any) -> None:
        volume = {"name": "conf", "configMap": {"name": "settings"}}
        world.pod(volumes=[volume])
        world.at(30)
        assert world.status()["phase"] == "Pending"
        assert world.events() == [
            'Warning FailedMount MountVolume.SetUp failed for volume "conf" : '
            'configmap "settings" not found'
        ]
        world.make("ConfigMap", "settings", namespace="default")
        world.run(10)
        assert world.is_ready()

    def test_an_optional_config_map_may_be_missing(self, world: Any) -> None:
        world.pod(volumes=[{"name": "conf", "configMap": {"name": "x", "optional": True}}])
        world.at(30)
        assert world.is_ready()

    def test_a_missing_secret_in_the_environment_is_a_config_error(
        self, world: Any, c: Any
    ) -> None:
        world.pod(containers=[c("app", envFrom=[{"secretRef": {"name": "db"}}])])
        world.at(30)
        assert world.container()["state"]["waiting"] == {
            "reason": "CreateContainerConfigError",
            "message": 'secret "db" not found',
        }
        world.make("Secret", "db", namespace="default")
        world.run(10)
        assert world.is_ready()

    def test_a_missing_key_is_named(self, world: Any, c: Any) -> None:
        world.make("ConfigMap", "settings", namespace="default", data={"a": "1"})
        ref = {"configMapKeyRef": {"name": "settings", "key": "b"}}
        world.pod(containers=[c("app", env=[{"name": "B", "valueFrom": ref}])])
        world.at(30)
        assert world.container()["state"]["waiting"]["message"] == (
            "couldn't find key b in ConfigMap default/settings"
        )

    def test_a_pod_waits_for_its_claim_and_says_so_when_patience_is_out(self, world: Any) -> None:
        claim = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
        world.pod(volumes=[claim])
        world.at(120)
        assert world.events() == []
        world.at(130)
        assert world.events() == [
            "Warning FailedMount Unable to attach or mount volumes: unmounted volumes=[data], "
            "unattached volumes=[], failed to process volumes=[data]: error processing PVC "
            'default/data: persistentvolumeclaim "data" not found'
        ]

    def test_a_pod_waits_for_the_network_of_its_node(self, new_world: Any) -> None:
        world = new_world()
        world.node(ready=False)
        world.pod()
        world.pod("host", hostNetwork=True)
        world.at(9)
        assert world.status()["phase"] == "Pending"
        assert world.events()[0].startswith("Warning NetworkNotReady network is not ready")
        assert world.is_ready("host")
        world.at(17)
        assert world.is_ready()

    def test_a_pod_on_a_node_that_does_not_exist_stays_as_it_is(self, world: Any) -> None:
        world.pod(node="nowhere")
        world.at(60)
        assert "startTime" not in world.status()


def test_readiness_gates_keep_a_pod_from_being_ready_until_they_are_open(world: Any) -> None:
    world.pod(readinessGates=[{"conditionType": "example.com/lb"}])
    world.at(10)
    assert world.condition("Ready") == (
        "False",
        "ReadinessGatesNotReady",
        'corresponding condition of pod readiness gate "example.com/lb" does not exist.',
    )
    pod = world.get()
    gate = {"type": "example.com/lb", "status": "True"}
    world.api.update_status(
        {**pod, "status": {**pod["status"], "conditions": [*pod["status"]["conditions"], gate]}}
    )
    world.run(1)
    assert world.is_ready()
    assert world.status()["conditions"][0]["type"] == "example.com/lb"


def test_bad_annotations_are_told_by_name(world: Any) -> None:
    world.pod(notes={"run-duration": "12 minutes", "exit-code": "300", "time-to-reddy": "3s"})
    world.at(1)
    warnings = [text for text in world.events() if "InvalidAnnotation" in text]
    assert warnings == [
        "Warning InvalidAnnotation annotation minieks.dev/run-duration: '12 minutes' is not a "
        "duration such as 90s, 12m or 1h30m; it is ignored. Write it as '12m'",
        "Warning InvalidAnnotation annotation minieks.dev/exit-code: '300' is not an exit code "
        "from 0 to 255; it is ignored. Write it as '1'",
        "Warning InvalidAnnotation annotation minieks.dev/time-to-reddy: did you mean "
        "minieks.dev/time-to-ready?",
    ]
