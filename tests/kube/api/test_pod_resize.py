"""Which resizes of a pod the API server refuses.

Source: kubernetes pkg/apis/core/validation/validation.go (ValidatePodResize).
"""

from typing import Any

import pytest

from minieks.kube.api.podparts import check_resize, with_resources

SMALL, LARGE = {"requests": {"cpu": "100m"}}, {"requests": {"cpu": "200m"}}
FORBIDDEN = "cannot be resized"


def container(name: str = "app", **fields: Any) -> dict[str, Any]:
    return {"name": name, "image": "x", "resources": SMALL, **fields}


def pod(*init: dict[str, Any], status: Any = None, noted: Any = None, **spec: Any) -> Any:
    """A pod; ``noted`` are its annotations."""
    meta = {"name": "p", "namespace": "default", "annotations": noted or {}}
    inside = {"containers": [container()], "initContainers": list(init), **spec}
    return {"metadata": meta, "spec": inside, "status": status or {}}


def larger(old: dict[str, Any], key: str = "containers") -> dict[str, Any]:
    resized = [{**one, "resources": LARGE} for one in old["spec"][key]]
    return with_resources({**old, "spec": {**old["spec"], key: resized}}, old)


def running(**told: Any) -> dict[str, Any]:
    return {"containerStatuses": [{"name": "app", "state": {"running": {}}, **told}]}


@pytest.mark.parametrize(
    ("old", "key", "refused"),
    [
        pytest.param(pod(), "containers", [], id="a pod that is not yet running"),
        pytest.param(pod(status=running(resources={})), "containers", [], id="a running pod"),
        pytest.param(
            pod(resources=SMALL),
            "containers",
            [f"[]: Forbidden: pods with pod-level resources {FORBIDDEN}"],
            id="resources of the pod",
        ),
        pytest.param(
            pod(noted={"kubernetes.io/config.mirror": "x"}),
            "containers",
            [f"[]: Forbidden: static pods {FORBIDDEN}"],
            id="a static pod",
        ),
        pytest.param(
            pod(os={"name": "windows"}),
            "containers",
            [f"[]: Forbidden: windows pods {FORBIDDEN}"],
            id="Windows",
        ),
        pytest.param(
            pod(status=running()),
            "containers",
            ["spec: Forbidden: Pod running on node without support for resize"],
            id="an old kubelet",
        ),
        pytest.param(
            pod(container("first"), container("second", restartPolicy="Always")),
            "initContainers",
            [
                "spec.initContainers[0].resources: Forbidden: resources for non-sidecar init"
                " containers are immutable"
            ],
            id="init containers, of which one stays",
        ),
    ],
)
def test_a_resize_is_refused_where_it_cannot_be(
    old: dict[str, Any], key: str, refused: list[str]
) -> None:
    assert [str(one) for one in check_resize(larger(old, key), old)] == refused
