"""Lists that are written even if they are empty are null once they were stored."""

from typing import Any

import pytest

from minieks.kube.api.emptylists import nulled

ROLES = "roles.rbac.authorization.k8s.io"
SLICES = "endpointslices.discovery.k8s.io"
SCALERS = "horizontalpodautoscalers.autoscaling"


@pytest.mark.parametrize(
    ("collection", "obj", "wanted"),
    [
        (ROLES, {"rules": []}, {"rules": None}),
        (SLICES, {"endpoints": [], "ports": []}, {"endpoints": None, "ports": None}),
        (SCALERS, {"status": {"currentMetrics": []}}, {"status": {"currentMetrics": None}}),
    ],
)
def test_an_empty_list_is_null(collection: str, obj: Any, wanted: Any) -> None:
    assert nulled(collection, obj) == wanted


@pytest.mark.parametrize(
    ("collection", "obj"),
    [
        (ROLES, {"rules": [{"verbs": ["get"]}]}),
        (ROLES, {}),
        (SCALERS, {"spec": {}}),
        (SCALERS, {"status": None}),
        ("configmaps", {"rules": []}),
    ],
)
def test_other_objects_are_the_very_ones(collection: str, obj: Any) -> None:
    assert nulled(collection, obj) is obj
