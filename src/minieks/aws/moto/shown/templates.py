"""The launch template that EKS makes for a managed node group, and the policy of its group.

Source: AWS user guide for EKS, "Customize managed nodes with launch templates": without a template
of one's own EKS makes one; it is called ``eks-`` and the group's UUID in public `describe` answers.
"""

from typing import Any, Final

from moto.ec2.models.launch_templates import LaunchTemplate

from minieks.eks.nodegroups.world import NODE_GROUPS, World
from minieks.eks.spec import NodeGroupSpec
from minieks.kube.words.objects import Obj

TERMINATION: Final = [
    *("AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"),
]
_UUID_LENGTH: Final = 36


def make(ec2: Any, world: World, group: Obj) -> Any:
    """The template of a group, found or made."""
    name = _name(world.spec(group), group)
    found = ec2.launch_template_name_to_ids.get(name)
    if found is not None:
        return ec2.launch_templates[found]
    tags = {
        "eks:cluster-name": world.cluster,
        "eks:nodegroup-name": group["nodegroup"],
    }
    data = _data(world.spec(group))
    return ec2.create_launch_template(name, "", data, {"launch-template": tags})


def ensure_own(ec2: Any, world: World, group: Obj) -> None:
    """The template that a node group was made with is there: eksctl's, or the user's own."""
    record = world.aws.get(NODE_GROUPS, group["nodegroup"]) or {}
    named = record.get("launchTemplate")
    if named is None or named["id"] in ec2.launch_templates:
        return
    data = _data(world.spec(group))
    made = LaunchTemplate(ec2, named["name"], data, "", {})
    made.id = named["id"]
    ec2.launch_templates[made.id] = made
    ec2.launch_template_name_to_ids[made.name] = made.id
    ec2.launch_template_insert_order.append(made.id)
    bring_up(made, world.spec(group), int(named["version"]))


def _name(spec: NodeGroupSpec, group: Obj) -> str:
    name = str(group["autoScalingGroupName"])
    return f"eks-{name[-_UUID_LENGTH:]}" if spec.managed else name


def _data(spec: NodeGroupSpec) -> dict[str, Any]:
    root = {
        "VolumeSize": spec.volume.size_gib,
        "VolumeType": spec.volume.type,
        "DeleteOnTermination": True,
    }
    return {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": root}],
        "InstanceType": spec.instance_types[0],
        "MetadataOptions": {"HttpPutResponseHopLimit": 2},
    }


def bring_up(template: Any, spec: NodeGroupSpec, version: int) -> None:
    """Let the template have as many versions as updates have made."""
    while len(template.versions) < version:
        template.create_version(_data(spec), "")
    template.default_version_number = version


def policy(template: Any, spec: NodeGroupSpec) -> dict[str, Any]:
    """The mixed instances policy: the template, and the types in the order of preference."""
    named = {"LaunchTemplateId": template.id, "Version": "1"}
    return {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": named,
            "Overrides": [{"InstanceType": one} for one in spec.instance_types],
        },
        "InstancesDistribution": _distribution(spec),
    }


def _distribution(spec: NodeGroupSpec) -> dict[str, Any]:
    wanted = spec.distribution
    base, above = (0, 0) if spec.spot else (0, 100)
    if wanted is not None:
        base, above = wanted.on_demand_base, wanted.on_demand_percent_above_base
    return {
        "OnDemandAllocationStrategy": "prioritized",
        "OnDemandBaseCapacity": base,
        "OnDemandPercentageAboveBaseCapacity": above,
        "SpotAllocationStrategy": "price-capacity-optimized",
    }


def remove(ec2: Any, template: Any) -> None:
    """The template goes with its group."""
    if template.id in ec2.launch_templates:
        ec2.delete_launch_template(template.name, None)
