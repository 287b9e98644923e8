"""EFS volumes for claims: an access point on a file system that is there, as efs.csi.aws.com does.

Source: aws-efs-csi-driver docs/README.md (storage class parameters), pkg/driver/controller.go.
"""

from minieks.data.timings import Timings
from minieks.eks.volumes.drivers import EFS
from minieks.engine.store import Change, Store
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import MadeVolume, ProvisioningError, VolumeRequest
from minieks.kube.kinds import csi
from minieks.kube.words.objects import Obj, name, namespace

ACCESS_POINTS = "accesspoints.efs"


class EfsProvisioner:
    """The driver's controller: makes and deletes access points in the AWS-side store."""

    driver = EFS.name

    def __init__(self, api: Api, aws: Store, timings: Timings) -> None:
        self._api = api
        self._aws = aws
        self._timings = timings
        self._ids = api.engine.random("efs")

    def is_running(self) -> bool:
        """Whether efs-csi-controller has a ready pod."""
        return EFS.is_running(self._api)

    def concerns(self, change: Change) -> bool:
        """A change of efs-csi-controller."""
        return name(change.value) == EFS.controller

    def component(self) -> str:
        """The provisioner in the controller's pod."""
        return f"{EFS.name}_{EFS.controller}"

    def make_time(self) -> float:
        """CreateAccessPoint, in seconds."""
        return self._timings.of("efs_access_point").sample(self._ids)

    def attach_time(self) -> float:
        """Nothing is attached."""
        return 0.0

    def detach_time(self) -> float:
        """Nothing is detached."""
        return 0.0

    def make(self, request: VolumeRequest) -> MadeVolume:
        """An access point of the file system that the class names; raises ProvisioningError."""
        mode = request.parameters.get("provisioningMode")
        system = request.parameters.get("fileSystemId")
        if mode is None:
            raise _invalid("Missing provisioningMode parameter")
        if mode != "efs-ap":
            raise _invalid(f"Provisioning mode {mode} is not supported. Only Access point "
                           "provisioning: efs-ap is supported")  # fmt: skip
        if not system:
            raise _invalid("Missing fileSystemId parameter")
        point = f"fsap-0{self._ids.getrandbits(64):016x}"
        self._aws.create(ACCESS_POINTS, point, self._record(point, system, request.claim))
        source = {"driver": EFS.name, "volumeHandle": f"{system}::{point}"}
        return MadeVolume({"csi": source}, request.size)

    def _record(self, point: str, system: str, claim: Obj) -> Obj:
        return {
            "accessPointId": point,
            "fileSystemId": system,
            "createdAt": self._api.engine.now(),
            "deletedAt": None,
            "namespace": namespace(claim),
            "claim": name(claim),
        }

    def grow(self, volume: Obj, size: int) -> int:
        """A file system of EFS has no size: whatever is asked is there."""
        return size

    def delete(self, volume: Obj) -> None:
        """DeleteAccessPoint: the record says when it ended; nothing happens if it is gone."""
        source = csi.volume(volume)
        point = source.handle.rpartition("::")[2] if source else ""
        record = self._aws.get(ACCESS_POINTS, point)
        if record is not None and record["deletedAt"] is None:
            ended = {**record, "deletedAt": self._api.engine.now()}
            self._aws.replace(ACCESS_POINTS, record["accessPointId"], ended)


def _invalid(why: str) -> ProvisioningError:
    return ProvisioningError(f"rpc error: code = InvalidArgument desc = {why}")
