"""What a volume is to a CSI driver, in-tree sources included."""

import pytest

from minieks.kube.kinds import csi
from minieks.kube.kinds.csi import CsiVolume
from minieks.kube.words.objects import Obj


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (
            {"csi": {"driver": "ebs.csi.aws.com", "volumeHandle": "vol-1"}},
            CsiVolume("ebs.csi.aws.com", "vol-1"),
        ),
        # csi-translation-lib plugins/aws_ebs.go KubernetesVolumeIDToEBSVolumeID
        (
            {"awsElasticBlockStore": {"volumeID": "aws://eu-west-1a/vol-1"}},
            CsiVolume("ebs.csi.aws.com", "vol-1"),
        ),
        (
            {"gcePersistentDisk": {"pdName": "disk"}},
            CsiVolume("pd.csi.storage.gke.io", "disk"),
        ),
        ({"csi": {"driver": "secrets-store.csi.k8s.io"}}, None),  # inline: no volume of its own
        ({"nfs": {"server": "s", "path": "/"}}, None),
        ({}, None),
    ],
    ids=["csi", "EBS in tree", "GCE in tree", "inline", "NFS", "nothing"],
)
def test_the_csi_volume_of_a_spec(spec: Obj, found: CsiVolume | None) -> None:
    assert csi.source(spec) == found


def test_an_in_tree_provisioner_is_its_drivers() -> None:
    assert csi.driver_of({"provisioner": "kubernetes.io/aws-ebs"}) == "ebs.csi.aws.com"
    assert csi.driver_of({"provisioner": "example.com/own"}) == "example.com/own"
    assert csi.driver_of(None) == ""


@pytest.mark.parametrize(
    ("driver", "needed"),
    [({"spec": {"attachRequired": False}}, False), ({"spec": {}}, True), (None, True)],
    ids=["says no", "says nothing", "unknown"],
)
def test_who_must_be_attached(driver: Obj | None, needed: bool) -> None:
    assert csi.needs_attaching(driver) is needed
