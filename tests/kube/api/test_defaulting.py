"""Laws of defaulting; what is filled in is compared with recordings elsewhere."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.kube.api.defaulting import apply_defaults
from minieks.kube.api.defaulting.images import pull_policy
from minieks.kube.api.gates import Gates
from minieks.kube.words.objects import Obj


def _deployment(container: Obj) -> Obj:
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": pod}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d"}, "spec": spec}


_CONTAINERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["c", "d"]), "image": st.sampled_from(["x", "x:1", "x@sha256:0"])},
    optional={
        "ports": st.lists(st.just({"containerPort": 80}), max_size=2),
        "stdin": st.booleans(),
        "livenessProbe": st.sampled_from([{"tcpSocket": {"port": 1}}, {"httpGet": {"port": "x"}}]),
        "resources": st.sampled_from(
            [{}, {"limits": {"cpu": "1000m"}}, {"requests": {"memory": "1024Mi"}}, None]
        ),
    },
)


@given(_CONTAINERS)
def test_defaults_are_filled_in_once(container: Obj) -> None:
    once = apply_defaults(_deployment(container), "1.34")
    assert apply_defaults(once, "1.34") == once


@given(_CONTAINERS)
def test_the_input_is_not_changed(container: Obj) -> None:
    obj = _deployment(container)
    before = repr(obj)
    apply_defaults(obj, "1.34")
    assert repr(obj) == before


def test_pods_of_one_template_share_what_was_filled_in() -> None:
    template = apply_defaults(_deployment({"name": "c", "image": "x"}), "1.34")["spec"]["template"]

    def pod(name: str) -> Obj:
        made: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}}
        return apply_defaults({**made, "spec": template["spec"]}, "1.34")

    assert pod("a")["spec"] is pod("b")["spec"]
    assert pod("a")["spec"]["enableServiceLinks"] is True
    assert "enableServiceLinks" not in template["spec"]


# Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_Container.
IMAGES = [
    ("nginx", "Always"),
    ("nginx:latest", "Always"),
    ("nginx:1.27", "IfNotPresent"),
    ("registry.example:5000/nginx", "Always"),
    ("nginx@sha256:abc", "IfNotPresent"),
]


@pytest.mark.parametrize(("image", "policy"), IMAGES, ids=[image for image, _ in IMAGES])
def test_the_tag_decides_when_an_image_is_pulled(image: str, policy: str) -> None:
    assert pull_policy(image) == policy


def test_features_that_are_off_are_dropped_and_kept_where_they_are_on() -> None:
    pod: Obj = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "p"},
        "spec": {
            "containers": [{"name": "c", "image": "x", "volumeMounts": [_mount("i"), _mount("e")]}],
            "volumes": [{"name": "i", "image": {"reference": "y"}}, {"name": "e", "emptyDir": {}}],
        },
    }
    filled = apply_defaults(pod, "1.34")
    old, new = (Gates(minor).passed("pods", filled)["spec"] for minor in (34, 35))
    assert [volume["name"] for volume in old["volumes"]] == ["e"]
    assert old["containers"][0]["volumeMounts"] == [_mount("e")]
    assert [volume["name"] for volume in new["volumes"]] == ["i", "e"]


def _mount(name: str) -> Obj:
    return {"name": name, "mountPath": f"/{name}"}


def test_an_autoscaler_of_v1_is_stored_as_v2() -> None:
    # Source: kubernetes pkg/apis/autoscaling/v1/conversion.go.
    old = {
        "apiVersion": "autoscaling/v1",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "h"},
        "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 60},
    }
    found = apply_defaults(old, "1.34")
    assert found["apiVersion"] == "autoscaling/v2"
    assert found["spec"] == {
        "maxReplicas": 3,
        "minReplicas": 1,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "averageUtilization": 60},
                },
            }
        ],
    }
