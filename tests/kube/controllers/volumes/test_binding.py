"""How claims get volumes, and what becomes of both."""

from typing import Any

import pytest


class TestStatic:
    def test_the_smallest_volume_that_fits_is_taken(self, world: Any) -> None:
        for size in (10, 5, 7):
            world.volume(f"v{size}", f"{size}Gi")
        world.claim(size="6Gi", class_name="")
        world.run(1)
        claim = world.get()
        assert claim["spec"]["volumeName"] == "v7"
        assert claim["status"] == {
            "phase": "Bound",
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "7Gi"},
        }
        assert claim["metadata"]["annotations"] == {
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
        }
        volume = world.pv("v7")
        assert volume["status"]["phase"] == "Bound"
        assert volume["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"]

    @pytest.mark.parametrize(
        "volume",
        [
            {"size": "4Gi"},
            {"class_name": "other"},
            {"accessModes": ["ReadOnlyMany"]},
            {"volumeMode": "Block"},
            {"labels": {"tier": "silver"}},
        ],
        ids=["too-small", "other-class", "other-mode", "block", "labels"],
    )
    def test_what_does_not_suit_is_not_taken(self, world: Any, volume: dict[str, Any]) -> None:
        world.volume("v", **volume)
        world.claim(class_name="", selector={"matchLabels": {"tier": "gold"}})
        world.run(1)
        assert world.phase() == "Pending"

    def test_a_volume_reserved_for_the_claim_is_preferred_to_a_smaller_one(
        self, world: Any
    ) -> None:
        world.volume("small", "5Gi")
        world.volume("mine", "50Gi", claimRef={"namespace": "default", "name": "data"})
        world.claim(class_name="")
        world.run(1)
        assert world.get()["spec"]["volumeName"] == "mine"

    def test_a_claim_may_name_its_volume(self, world: Any) -> None:
        world.volume("v1")
        world.volume("v2")
        world.claim(class_name="", volumeName="v2")
        world.run(1)
        assert world.pv("v2")["status"]["phase"] == "Bound"
        assert (
            "pv.kubernetes.io/bound-by-controller" not in (world.get()["metadata"]["annotations"])
        )

    def test_a_named_volume_that_does_not_suit_is_told(self, world: Any) -> None:
        world.volume("v1", "1Gi")
        world.claim(class_name="", volumeName="v1")
        world.run(1)
        assert world.events() == [
            'Warning VolumeMismatch Cannot bind to requested volume "v1": requested PV is too small'
        ]

    def test_without_class_and_volume_the_claim_says_so(self, world: Any) -> None:
        world.claim(class_name="")
        world.run(1)
        assert world.events() == [
            "Normal FailedBinding no persistent volumes available for this claim and no storage "
            "class is set"
        ]
        world.volume("late")
        world.run(15)  # a volume that came is seen in the next round
        assert world.phase() == "Bound"

    def test_a_retained_volume_is_released_and_not_bound_again(self, world: Any) -> None:
        world.volume("v")
        world.claim(class_name="")
        world.run(1)
        world.delete_claim()
        world.run(1)
        assert world.pv("v")["status"]["phase"] == "Released"
        world.claim(class_name="")
        world.run(60)
        assert world.phase() == "Pending"

    def test_a_claim_whose_volume_is_gone_is_lost(self, world: Any) -> None:
        world.volume("v")
        world.claim(class_name="")
        world.run(1)
        world.api.delete("persistentvolumes", "", "v")
        volume = world.pv("v")
        world.api.update({**volume, "metadata": {**volume["metadata"], "finalizers": []}})
        world.run(1)
        assert world.phase() == "Lost"
        assert world.events()[-1] == (
            "Warning ClaimLost Bound claim has lost its PersistentVolume. "
            "Data on the volume is lost!"
        )


class TestProtection:
    def test_a_claim_that_a_pod_uses_stays_until_the_pod_is_gone(self, world: Any) -> None:
        world.node("n1")
        world.volume("v")
        world.claim(class_name="")
        world.run(1)
        world.pod(node="n1")
        world.run(20)
        world.delete_claim()
        world.run(60)
        assert world.get()["metadata"]["deletionTimestamp"]
        world.api.delete("pods", "default", "db")
        world.run(5)
        assert world.api.get("persistentvolumeclaims", "default", "data") is None

    def test_a_claim_whose_pod_has_no_node_goes_at_once(self, world: Any) -> None:
        world.claim(class_name="")
        world.pod()
        world.run(1)
        world.delete_claim()
        world.run(1)
        assert world.api.get("persistentvolumeclaims", "default", "data") is None

    def test_a_bound_volume_stays_until_its_claim_is_gone(self, world: Any) -> None:
        world.volume("v")
        world.claim(class_name="")
        world.run(1)
        world.api.delete("persistentvolumes", "", "v")
        world.run(60)
        assert world.pv("v")["metadata"]["deletionTimestamp"]
        world.delete_claim()
        world.run(1)
        assert world.api.get("persistentvolumes", "", "v") is None
