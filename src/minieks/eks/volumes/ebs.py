"""EBS volumes for claims, as the driver ebs.csi.aws.com makes them.

Every volume is a record in the AWS-side store, from which it can be billed; a volume that is
retained stays there although its PersistentVolume is gone.
Source: aws-ebs-csi-driver docs/parameters.md, pkg/driver/controller.go, pkg/cloud/cloud.go.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from minieks.data.timings import Timings
from minieks.eks.volumes import zones
from minieks.eks.volumes.drivers import EBS
from minieks.engine.store import Change, Store
from minieks.kube.api.server import Api
from minieks.kube.controllers.volumes import MadeVolume, ProvisioningError, VolumeRequest
from minieks.kube.kinds import csi, nodes, storage
from minieks.kube.words.objects import Obj, name, namespace

VOLUMES = "volumes.ec2"
GIB = 1024**3
_IN_TREE = "kubernetes.io/aws-ebs"
_FS_TYPE = "csi.storage.k8s.io/fstype"

_LEAST_GIB = {"io1": 4, "io2": 4, "st1": 125, "sc1": 125}
_TYPES = ("gp3", "gp2", "io1", "io2", "st1", "sc1", "standard")
_GP3_IOPS, _GP3_THROUGHPUT = 3000, 125


@dataclass(frozen=True, slots=True)
class EbsSpec:
    """What is asked of EC2: type, GiB, provisioned IOPS, MiB/s (0: as the type has it)."""

    type: str
    gib: int
    iops: int
    throughput: int


def ebs_spec(parameters: Mapping[str, str], size: int) -> EbsSpec:
    """The volume that a class's parameters and a size in bytes ask for.

    Raises ProvisioningError. Names of parameters are not case-sensitive.
    """
    known = {key.lower(): str(value) for key, value in parameters.items()}
    type_ = known.get("type", "gp3").lower()
    if type_ not in _TYPES:
        raise ProvisioningError(_rpc("InvalidArgument", f"Could not create volume: {type_}"))
    gib = max(-(-size // GIB), _LEAST_GIB.get(type_, 1))
    iops = _number(known, "iops") or _number(known, "iopspergb") * gib
    throughput = _number(known, "throughput")
    if type_ == "gp3":
        return EbsSpec(type_, gib, iops or _GP3_IOPS, throughput or _GP3_THROUGHPUT)
    return EbsSpec(type_, gib, iops if type_.startswith("io") else 0, 0)


def _number(parameters: Mapping[str, str], key: str) -> int:
    text = parameters.get(key, "0")
    if not text.isdecimal():
        why = f"Could not parse invalid {key}: {text!r} is not a whole number"
        raise ProvisioningError(_rpc("InvalidArgument", why))
    return int(text)


def _rpc(code: str, why: str) -> str:
    return f"rpc error: code = {code} desc = {why}"


class EbsProvisioner:
    """The driver's controller: makes, grows and deletes volumes in the AWS-side store."""

    driver = EBS.name

    def __init__(self, api: Api, aws: Store, timings: Timings) -> None:
        self._api = api
        self._aws = aws
        self._timings = timings
        self._ids = api.engine.random("ebs")

    def is_running(self) -> bool:
        """Whether ebs-csi-controller has a ready pod."""
        return EBS.is_running(self._api)

    def concerns(self, change: Change) -> bool:
        """A change of ebs-csi-controller."""
        return name(change.value) == EBS.controller

    def component(self) -> str:
        """The provisioner in the controller's pod."""
        return f"{EBS.name}_{EBS.controller}"

    def make_time(self) -> float:
        """CreateVolume and the wait until it is available, in seconds."""
        return self._timings.of("volume_provision").sample(self._ids)

    def attach_time(self) -> float:
        """AttachVolume, in seconds."""
        return self._timings.of("volume_attach").sample(self._ids)

    def detach_time(self) -> float:
        """DetachVolume, in seconds."""
        return self._timings.of("volume_detach").sample(self._ids)

    def make(self, request: VolumeRequest) -> MadeVolume:
        """A volume in the zone of the node; without a node, in one found by the claim's name."""
        _check_modes(request.claim)
        wanted = ebs_spec(request.parameters, request.size)
        topology = self._topology(request)
        volume_id = f"vol-0{self._ids.getrandbits(64):016x}"
        zone = topology[nodes.ZONE]
        self._aws.create(VOLUMES, volume_id, self._record(volume_id, zone, wanted, request.claim))
        if request.storage_class.get("provisioner") == _IN_TREE:
            return _in_tree(volume_id, topology, wanted, request)
        source = {"driver": EBS.name, "volumeHandle": volume_id, "fsType": _fs_type(request)}
        return MadeVolume({"csi": source}, wanted.gib * GIB, topology)

    def _topology(self, request: VolumeRequest) -> dict[str, str]:
        """The label that nodes of the volume's zone have; raises if there is no such zone.

        Since v1.33.0 the driver ties volumes to the standard label only (its CHANGELOG).
        """
        node = request.node
        if node is not None:
            if not self._registered(name(node)):
                why = f"no topology key found on CSINode {name(node)}"
                raise ProvisioningError(f"error generating accessibility requirements: {why}")
            return {nodes.ZONE: zones.zone_of(node)}
        candidates = [one for one in self._api.list("nodes") if self._registered(name(one))]
        allowed = zones.allowed_zones(request.storage_class)
        zone = zones.immediate_zone(request.claim, candidates, allowed)
        if not zone:
            why = "no available topology found"
            raise ProvisioningError(f"error generating accessibility requirements: {why}")
        return {nodes.ZONE: zone}

    def _registered(self, node: str) -> bool:
        return csi.is_registered(self._api.get(csi.NODES, "", node), EBS.name)

    def _record(self, volume_id: str, zone: str, wanted: EbsSpec, claim: Obj) -> Obj:
        return {
            "volumeId": volume_id,
            "type": wanted.type,
            "sizeGiB": wanted.gib,
            "iops": wanted.iops,
            "throughput": wanted.throughput,
            "zone": zone,
            "createdAt": self._api.engine.now(),
            "deletedAt": None,
            "namespace": namespace(claim),
            "claim": name(claim),
        }

    def grow(self, volume: Obj, size: int) -> int:
        """ModifyVolume: the record gets the new size; raises ProvisioningError without record."""
        record = self._aws.get(VOLUMES, _volume_id(volume))
        if record is None:
            why = f"The volume '{_volume_id(volume)}' does not exist."
            raise ProvisioningError(_rpc("NotFound", f"InvalidVolume.NotFound: {why}"))
        gib = -(-size // GIB)
        self._aws.replace(VOLUMES, record["volumeId"], {**record, "sizeGiB": gib})
        return gib * GIB

    def delete(self, volume: Obj) -> None:
        """DeleteVolume: the record says when it ended; nothing happens if it is gone."""
        record = self._aws.get(VOLUMES, _volume_id(volume))
        if record is not None and record["deletedAt"] is None:
            ended = {**record, "deletedAt": self._api.engine.now()}
            self._aws.replace(VOLUMES, record["volumeId"], ended)


def _check_modes(claim: Obj) -> None:
    """A file system on EBS is for one node."""
    modes = set(storage.access_modes(claim))
    block = claim["spec"].get("volumeMode") == "Block"
    if not block and modes - {"ReadWriteOnce", "ReadWriteOncePod"}:
        raise ProvisioningError(_rpc("InvalidArgument", "Volume capabilities not supported"))


def _in_tree(
    volume_id: str, topology: Mapping[str, str], wanted: EbsSpec, request: VolumeRequest
) -> MadeVolume:
    """The volume in the words of the in-tree plugin, for classes that name it.

    Source: kubernetes csi-translation-lib plugins/aws_ebs.go.
    """
    zone = topology[nodes.ZONE]
    source = {"volumeID": f"aws://{zone}/{volume_id}", "fsType": _fs_type(request)}
    return MadeVolume({"awsElasticBlockStore": source}, wanted.gib * GIB, topology, topology)


def _fs_type(request: VolumeRequest) -> str:
    parameters = {key.lower(): value for key, value in request.parameters.items()}
    return str(parameters.get(_FS_TYPE) or parameters.get("fstype") or "ext4")


def _volume_id(volume: Obj) -> str:
    """The EC2 id behind a PersistentVolume, of either sort."""
    source = csi.volume(volume)
    return source.handle if source else ""
