"""EC2 as the EKS operations ask it, answered from moto's state."""

from collections.abc import Mapping
from typing import Any

from minieks.aws.moto.loaded import regional
from minieks.eks import userdata
from minieks.eks.operations.ports import LaunchTemplate, Subnet
from minieks.eks.spec import VolumeSpec
from minieks.eks.userdata import NodeSettings, UserDataError

_DEFAULT_SIZE = 20
"""GiB of a root volume (Amazon EKS API reference, CreateNodegroup diskSize)."""


class MotoEc2:
    """Fulfils `minieks.eks.operations.ports.Ec2`."""

    def subnet(self, account: str, region: str, subnet_id: str) -> Subnet | None:
        """The subnet, or None."""
        ec2 = regional("ec2", account, region)
        for subnets in ec2.subnets.values():
            if subnet_id in subnets:
                return _subnet(ec2, subnets[subnet_id])
        return None

    def security_group(self, account: str, region: str, group_id: str) -> bool:
        """Whether there is a security group of this id."""
        ec2 = regional("ec2", account, region)
        return ec2.get_security_group_from_id(group_id) is not None

    def launch_template(
        self, account: str, region: str, template: str, version: str
    ) -> LaunchTemplate | None:
        """A version of a template, by the template's id or name; None if there is none such."""
        ec2 = regional("ec2", account, region)
        found = ec2.launch_templates.get(template) or ec2.launch_templates.get(
            ec2.launch_template_name_to_ids.get(template, "")
        )
        number = _number(found, version) if found is not None else None
        if found is None or number is None:
            return None
        return _launch_template(found, found.versions[number - 1])


def _subnet(ec2: Any, subnet: Any) -> Subnet:
    return Subnet(
        id=subnet.id,
        vpc_id=subnet.vpc_id,
        zone=subnet.availability_zone,
        cidr=str(subnet.cidr_block),
        public=_is_public(ec2, subnet),
        free_addresses=int(subnet.available_ip_address_count),
    )


def _is_public(ec2: Any, subnet: Any) -> bool:
    """Whether the subnet's own route table, else its VPC's main one, leads to the internet."""
    of_vpc = [one for one in ec2.route_tables.values() if one.vpc_id == subnet.vpc_id]
    own = [one for one in of_vpc if _is_of(one, subnet.id)]
    tables = own or [one for one in of_vpc if one.main_association_id is not None]
    return any(
        (route.gateway_id or "").startswith("igw-") for one in tables for route in one.routes
    )


def _is_of(table: Any, subnet_id: str) -> bool:
    return any(one.get("SubnetId") == subnet_id for one in table.associations)


def _number(template: Any, version: str) -> int | None:
    match version.lower():
        case "$latest":
            return len(template.versions)
        case "" | "$default":
            return int(template.default_version_number)
    is_there = version.isdecimal() and 1 <= int(version) <= len(template.versions)
    return int(version) if is_there else None


def _launch_template(template: Any, version: Any) -> LaunchTemplate:
    data: Mapping[str, Any] = version.data
    kind = data.get("InstanceType")
    settings, problem = _settings(str(data.get("UserData") or ""))
    return LaunchTemplate(
        id=template.id,
        name=template.name,
        version=str(version.number),
        instance_types=(kind,) if kind else (),
        image_id=data.get("ImageId") or "",
        volume=_volume(data.get("BlockDeviceMappings") or []),
        max_pods=settings.max_pods,
        kubelet=settings.kubelet,
        unreadable=problem,
    )


def _settings(user_data: str) -> tuple[NodeSettings, str]:
    """What user data says to a node, or why it cannot be read."""
    try:
        return userdata.read(user_data), ""
    except UserDataError as error:
        return NodeSettings(), str(error)


def _volume(mappings: list[Mapping[str, Any]]) -> VolumeSpec | None:
    """The first volume is taken for the root's: which name the root has, the image says."""
    ebs = next((one["Ebs"] for one in mappings if one.get("Ebs")), None)
    if ebs is None:
        return None
    return VolumeSpec(
        size_gib=int(ebs.get("VolumeSize") or _DEFAULT_SIZE),
        type=ebs.get("VolumeType") or "gp3",
        iops=_integer(ebs.get("Iops")),
        throughput_mib=_integer(ebs.get("Throughput")),
        encrypted=str(ebs.get("Encrypted", "")).lower() == "true",
    )


def _integer(value: Any) -> int | None:
    return None if value is None else int(value)
