"""Who owns a StatefulSet's claims: persistentVolumeClaimRetentionPolicy."""

from typing import Any

import pytest

from minieks.kube.controllers.statefulset.retention import owners

POD = {"metadata": {"name": "db-1", "uid": "pod-uid"}}


def _set(deleted: str, scaled: str, replicas: int) -> dict[str, Any]:
    policy = {"whenDeleted": deleted, "whenScaled": scaled}
    spec = {"replicas": replicas, "persistentVolumeClaimRetentionPolicy": policy}
    return {"metadata": {"name": "db", "uid": "set-uid"}, "spec": spec}


@pytest.mark.parametrize(
    ("deleted", "scaled", "replicas", "expected"),
    [
        ("Retain", "Retain", 2, []),
        ("Delete", "Retain", 2, ["StatefulSet"]),
        ("Delete", "Delete", 2, ["StatefulSet"]),
        ("Delete", "Delete", 1, ["Pod"]),
        ("Retain", "Delete", 2, []),
        ("Retain", "Delete", 1, ["Pod"]),
    ],
)
def test_the_owner_by_policy(deleted: str, scaled: str, replicas: int, expected: list[str]) -> None:
    other = {"kind": "Backup", "name": "b", "uid": "b"}
    claim = {"metadata": {"name": "data-db-1", "ownerReferences": [other]}}
    found = owners(_set(deleted, scaled, replicas), POD, claim, 1)
    assert found[0] is other
    assert [one["kind"] for one in found[1:]] == expected
