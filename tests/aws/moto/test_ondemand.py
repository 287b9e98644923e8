"""What AWS has from the beginning is made in a region when somebody looks at it, and not before."""

import sys
from typing import Any

import pytest

from minieks.aws.moto.loaded import backends, regional, reset

_ACCOUNT = "701000000010"


@pytest.mark.parametrize("look", ["amis", "snapshots"])
def test_images_and_their_snapshots_are_there_when_one_is_looked_at(look: str) -> None:
    ec2 = regional("ec2", _ACCOUNT, {"amis": "eu-west-1", "snapshots": "eu-west-2"}[look])
    assert not vars(ec2)["amis"]

    found = getattr(ec2, look)

    assert len(found) > 500
    assert {one.ebs_snapshot.id for one in ec2.amis.values()} == set(ec2.snapshots)


def test_an_image_that_is_made_stands_beside_those_of_aws() -> None:
    ec2 = regional("ec2", _ACCOUNT, "eu-central-1")

    made = ec2.register_image("mine", "")

    assert made.id in ec2.amis
    assert len(ec2.amis) > 500


def test_what_is_forgotten_is_not_made_anew_first(monkeypatch: pytest.MonkeyPatch) -> None:
    regional("ec2", _ACCOUNT, "eu-west-1").create_vpc("10.9.0.0/16")
    kind: Any = sys.modules["moto.ec2.models"].EC2Backend
    made: list[str] = []
    monkeypatch.setattr(kind, "__init__", lambda ec2, region_name, account_id: made.append(""))

    reset()

    assert made == []
    assert _ACCOUNT not in backends("ec2")
