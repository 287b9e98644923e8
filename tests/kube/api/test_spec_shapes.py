"""Specs that differ in the name of their token's volume alone are validated once."""

from typing import Any

import pytest

from minieks.kube.api.validation.pods import pod_spec
from minieks.kube.api.validation.specshapes import shape


def _spec(volume: str, mounted: str = "", **fields: Any) -> dict[str, Any]:
    mount = {"name": mounted or volume, "mountPath": "/token"}
    container = {
        "name": "app",
        "image": "app:1",
        "imagePullPolicy": "Always",
        "terminationMessagePolicy": "File",
        "volumeMounts": [mount],
    }
    return {
        "containers": [container],
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "volumes": [{"name": volume, "emptyDir": {}}],
        **fields,
    }


TOKEN = "kube-api-access-bcdfg"
OTHER = "kube-api-access-22222"


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        pytest.param(_spec(OTHER), True, id="another token"),
        pytest.param(_spec("cache"), False, id="another volume"),
        pytest.param(_spec(OTHER, mounted=TOKEN), False, id="another mount"),
        pytest.param(_spec(TOKEN, hostNetwork=True), False, id="another field"),
        pytest.param(_spec("kube-api-access-BCDFG"), False, id="no name that admission makes up"),
    ],
)
def test_a_shape_is_the_same_but_for_the_name_of_the_token(
    other: dict[str, Any], alike: bool
) -> None:
    assert (shape(other) == shape(_spec(TOKEN))) is alike


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(_spec(TOKEN, activeDeadlineSeconds=1 << 70), id="number beyond 64 bits"),
        pytest.param(_spec(TOKEN, hostname="a" * 20_000), id="very long"),
    ],
)
def test_what_is_unusual_has_no_shape(spec: dict[str, Any]) -> None:
    assert shape(spec) is None
    assert list(pod_spec(spec, "spec"))


def test_what_was_found_fine_of_one_does_not_excuse_what_is_wrong_with_another() -> None:
    assert not list(pod_spec(_spec(TOKEN), "spec"))
    assert not list(pod_spec(_spec(OTHER), "spec"))
    found = [str(one.field) for one in pod_spec(_spec(OTHER, mounted=TOKEN), "spec")]
    assert found == ["spec.containers[0].volumeMounts[0].name"]
