"""What only managed node groups have: launch template, update and repair settings.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5/validation.go (ValidateManagedNodeGroup).
"""

from minieks.eks.spec import LaunchTemplateRef, NodeRepairSpec, UpdateSpec
from minieks.scenario.readers.eksctl.reading import Group
from minieks.scenario.readers.eksctl.sizing import Sizes
from minieks.scenario.readers.settings import LaunchTemplate

_NOT_WITH_TEMPLATE = (
    "instanceType",
    "ami",
    "volumeSize",
    "instanceName",
    "instancePrefix",
    "maxPodsPerNode",
    "disablePodIMDS",
    "preBootstrapCommands",
    "overrideBootstrapCommand",
    "placement",
    "securityGroups.attachIDs",
    "ssh.allow",
    "ssh.sourceSecurityGroupIds",
)


def read_template_reference(group: Group) -> LaunchTemplateRef | None:
    """The launch template that the group names; None if it names none."""
    given = group.inner("launchTemplate")
    return LaunchTemplateRef(given["id"], given.get("version", "")) if given else None


def read_template(group: Group) -> LaunchTemplate | None:
    """What is in the group's launch template; None if it has none."""
    reference = group.fields.get("launchTemplate")
    if reference is None:
        return None
    if not reference.get("id"):
        raise group.error("launchTemplate.id", "is required", "a template's id looks like lt-0abc")
    version = reference.get("version", "1")
    if not (version.isascii() and version.isdigit() and int(version[:9]) >= 1):
        raise group.error(
            "launchTemplate.version", "launchTemplate.version must be >= 1", 'such as "3"'
        )
    for field in _NOT_WITH_TEMPLATE:
        if group.at(field):
            raise group.error(
                field,
                "cannot be set in managedNodeGroup when a launch template is supplied",
                "put it into the launch template",
            )
    return _known_template(group, reference["id"])


def _known_template(group: Group, template_id: str) -> LaunchTemplate:
    known = group.reading.settings.launch_templates.get(template_id)
    if known is None:
        types = group.fields.get("instanceTypes") or ["t3.medium"]
        group.warn(
            "launchTemplate",
            f"what is in {template_id} is not known; {types[0]}, a 20 GiB volume and EKS' own "
            "image are assumed",
            f'say it in minieks.toml: [launch_templates."{template_id}"]',
        )
    return known or LaunchTemplate()


def read_update(group: Group, sizes: Sizes) -> UpdateSpec:
    """How many nodes an update takes at once; one if nothing is said."""
    given = group.fields.get("updateConfig")
    if given is None:
        return UpdateSpec()
    count, percentage = given.get("maxUnavailable"), given.get("maxUnavailablePercentage")
    if count is None and percentage is None:
        raise group.error(
            "updateConfig",
            "invalid UpdateConfig: maxUnavailable or maxUnavailablePercentage must be defined",
            "set one of them",
        )
    if count is not None and percentage is not None:
        raise group.error(
            "updateConfig",
            f"cannot use maxUnavailable={count} and maxUnavailablePercentage={percentage} at the "
            "same time",
            "remove one of them",
        )
    for field, value in given.items():
        if not 1 <= value <= 100:
            raise group.error(f"updateConfig.{field}", f"{value} is out of range", "1 to 100")
    if count is not None and count > sizes.maximum:
        raise group.error(
            "updateConfig.maxUnavailable",
            f"maxUnavailable={count} cannot be greater than maxSize={sizes.maximum}",
            "lower it or raise maxSize",
        )
    return UpdateSpec(count or 1, percentage)


def read_repair(group: Group) -> NodeRepairSpec:
    """Node auto repair; off if nothing is said."""
    given = group.inner("nodeRepairConfig")
    for what in ("maxUnhealthyNodeThreshold", "maxParallelNodesRepaired"):
        if f"{what}Count" in given and f"{what}Percentage" in given:
            raise group.error(
                f"nodeRepairConfig.{what}Count",
                f"cannot be set together with {what}Percentage",
                "remove one of them",
            )
    return NodeRepairSpec(
        enabled=given.get("enabled", False),
        max_unhealthy_percentage=given.get("maxUnhealthyNodeThresholdPercentage"),
        max_unhealthy_count=given.get("maxUnhealthyNodeThresholdCount"),
        max_parallel_percentage=given.get("maxParallelNodesRepairedPercentage"),
        max_parallel_count=given.get("maxParallelNodesRepairedCount"),
    )
