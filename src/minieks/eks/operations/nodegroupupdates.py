"""Node groups are changed: their configuration at once, their version node by node.

Source: Amazon EKS API reference, UpdateNodegroupConfig, UpdateNodegroupVersion; AWS user guide for
EKS, "Update a managed node group for your cluster".
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from minieks.data.kubernetes_versions import find_version
from minieks.eks import updates
from minieks.eks.nodegroups.updating import begin_config_update, begin_update
from minieks.eks.nodegroups.world import GROUPS, NODE_GROUPS
from minieks.eks.operations import amitypes, nodegroupchecks, nodegroupspec, templates
from minieks.eks.operations.errors import in_use, invalid_parameter, invalid_request
from minieks.eks.operations.nodegroups import find
from minieks.eks.operations.nodelabels import relabel
from minieks.eks.operations.ports import LaunchTemplate
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.updaterecords import shown_update
from minieks.kube.words.objects import Obj

_PARAMS: Final[Mapping[str, tuple[str, str]]] = {
    "MinSize": ("scalingConfig", "minSize"),
    "MaxSize": ("scalingConfig", "maxSize"),
    "DesiredSize": ("scalingConfig", "desiredSize"),
    "LabelsToAdd": ("labels", "addOrUpdateLabels"),
    "LabelsToRemove": ("labels", "removeLabels"),
    "TaintsToAdd": ("taints", "addOrUpdateTaints"),
    "TaintsToRemove": ("taints", "removeTaints"),
    "MaxUnavailable": ("updateConfig", "maxUnavailable"),
    "MaxUnavailablePercentage": ("updateConfig", "maxUnavailablePercentage"),
    "UpdateStrategy": ("updateConfig", "updateStrategy"),
    "NodeRepairEnabled": ("nodeRepairConfig", "enabled"),
    "WarmPoolEnabled": ("warmPoolConfig", "enabled"),
    "WarmPoolMinSize": ("warmPoolConfig", "minSize"),
    "WarmPoolMaxGroupPreparedCapacity": ("warmPoolConfig", "maxGroupPreparedCapacity"),
    "WarmPoolState": ("warmPoolConfig", "poolState"),
    "WarmPoolReuseOnScaleIn": ("warmPoolConfig", "reuseOnScaleIn"),
}
"""The parameters of a ConfigUpdate, and where in the request each comes from."""


def update_config(at: Regional, asked: Asked) -> Answer:
    """Change sizes, labels, taints and how updates go; present nodes get labels and taints too."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _updatable(cluster, asked["nodegroupName"])
    changed = _changed(at, record, asked)
    wanted = {name: (asked.get(part) or {}).get(member) for name, (part, member) in _PARAMS.items()}
    if all(value is None for value in wanted.values()) and not asked.get("nodeRepairConfig"):
        raise invalid_parameter("No changes were requested for the nodegroup.")
    _apply(cluster, record, changed)
    seconds = 0.0 if at.lenient else at.services.timings.of("nodegroup_config_update").median
    name = record["nodegroupName"]
    update_id = begin_config_update(cluster.inside.node_groups, name, wanted, seconds)
    if at.lenient:
        cluster.inside.node_groups.change(NODE_GROUPS, name, status="ACTIVE")
        updates.finish(cluster.aws, update_id, updates.SUCCESSFUL, ())
    return shown_update(cluster, update_id)


def _updatable(cluster: OneCluster, name: str) -> Obj:
    """The group; ResourceInUse- or InvalidRequestException unless it is at rest."""
    record = find(cluster, name)
    about = {"clusterName": cluster.name, "nodegroupName": name}
    if record["status"] == "UPDATING":
        update = record["update"]["id"]
        text = f"Nodegroup {name} cannot be updated as it currently has update {update} in progress"
        raise in_use(text, **about)
    if record["status"] not in ("ACTIVE", "DEGRADED"):
        text = "Nodegroup cannot be updated as it is currently not in Active State"
        raise invalid_request(text, **about)
    return record


def _changed(at: Regional, record: Obj, asked: Asked) -> Obj:
    """The members of the record as they are to be; EksError if they cannot."""
    sizes = {**record["scalingConfig"], **(asked.get("scalingConfig") or {})}
    nodegroupchecks.check_sizes(at, sizes)
    update_config = asked.get("updateConfig") or {}
    nodegroupchecks.check_update_config(update_config)
    nodegroupchecks.check_repair(asked.get("nodeRepairConfig") or {})
    taints = _taints(record["taints"], asked.get("taints") or {})
    nodegroupchecks.check_taints(taints)
    labels = _labels(record["labels"], asked.get("labels") or {})
    nodegroupchecks.check_labels(labels)
    changed = {
        "scalingConfig": sizes,
        "labels": labels,
        "taints": taints,
        "updateConfig": _update_config(record["updateConfig"], update_config),
    }
    for member in ("nodeRepairConfig", "warmPoolConfig"):
        if asked.get(member) is not None:
            changed[member] = _merged(record.get(member) or {}, asked[member])
    return changed


def _merged(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """What was said and is said; a number takes the place of its percentage, and vice versa."""
    gone = {_other_measure(one) for one in change}
    return {**{key: value for key, value in before.items() if key not in gone}, **change}


def _other_measure(member: str) -> str:
    if member.endswith("Count"):
        return f"{member.removesuffix('Count')}Percentage"
    return f"{member.removesuffix('Percentage')}Count"


def _update_config(before: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A number takes the place of a percentage, and the other way round."""
    counts = ("maxUnavailable", "maxUnavailablePercentage")
    is_counted = any(change.get(one) for one in counts)
    kept = {key: value for key, value in before.items() if not (is_counted and key in counts)}
    return {**kept, **change}


def _labels(before: Mapping[str, str], change: Mapping[str, Any]) -> dict[str, str]:
    removed = change.get("removeLabels") or ()
    kept = {key: value for key, value in before.items() if key not in removed}
    return {**kept, **(change.get("addOrUpdateLabels") or {})}


def _taints(before: Iterable[Obj], change: Mapping[str, Any]) -> list[Obj]:
    added = [dict(one) for one in change.get("addOrUpdateTaints") or ()]
    touched = {_same(one) for one in (*added, *(change.get("removeTaints") or ()))}
    return [*(one for one in before if _same(one) not in touched), *added]


def _same(taint: Obj) -> tuple[str | None, str | None]:
    return taint.get("key"), taint.get("effect")


def _apply(cluster: OneCluster, record: Obj, changed: Obj) -> None:
    world, name = cluster.inside.node_groups, record["nodegroupName"]
    before, sizes = world.specs[name], changed["scalingConfig"]
    group = replace(
        before,
        min_size=sizes["minSize"],
        max_size=sizes["maxSize"],
        desired_size=sizes["desiredSize"],
        labels=changed["labels"],
        taints=nodegroupspec.taints(changed["taints"]),
        update=nodegroupspec.update_spec(changed["updateConfig"]),
        repair=nodegroupspec.repair_spec(changed.get("nodeRepairConfig") or {}),
    )
    world.grow(group)
    world.change(NODE_GROUPS, name, **changed, modifiedAt=cluster.at.now())
    for one in record["resources"]["autoScalingGroups"]:
        world.change(
            GROUPS,
            one["name"],
            minSize=sizes["minSize"],
            maxSize=sizes["maxSize"],
            desiredCapacity=sizes["desiredSize"],
        )
        relabel(world, one["name"], before, group)


def update_version(at: Regional, asked: Asked) -> Answer:
    """Replace the nodes by ones of another version, image or launch template version."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _updatable(cluster, asked["nodegroupName"])
    template = _template(at, record, asked)
    image = record["amiType"]
    version = _version(cluster, record, asked)
    nodegroupchecks.check_release(asked.get("releaseVersion") or "", version, image)
    release = asked.get("releaseVersion") or _release(record, version, template)
    world, name = cluster.inside.node_groups, record["nodegroupName"]
    named = _take_template(cluster, record, template) if template is not None else None
    force = bool(asked.get("force"))
    update_id = begin_update(world, name, version, release, force=force, template=named)
    return shown_update(cluster, update_id)


def _version(cluster: OneCluster, record: Obj, asked: Asked) -> str:
    own = asked.get("version")
    if own is None:
        # With a release or a template alone the nodes keep their version.
        only_image = asked.get("releaseVersion") or asked.get("launchTemplate")
        return str(record["version"] if only_image else cluster.record["version"])
    if record["amiType"] == amitypes.CUSTOM:
        text = (
            "You cannot specify kubernetes version or releaseVersion with a custom AMI in the "
            "launch template."
        )
        raise invalid_parameter(text)
    nodegroupchecks.check_version(cluster, own, record["amiType"])
    if find_version(own).minor < find_version(record["version"]).minor:
        text = f"Nodegroup version {record['version']} cannot be downgraded to {own}"
        raise invalid_parameter(text, clusterName=cluster.name)
    return str(own)


def _release(record: Obj, version: str, template: LaunchTemplate | None) -> str:
    if template is not None and template.image_id:
        return template.image_id
    if record["amiType"] == amitypes.CUSTOM:
        return str(record["releaseVersion"])
    return amitypes.release(record["amiType"], version)


def _template(at: Regional, record: Obj, asked: Asked) -> LaunchTemplate | None:
    """Another version of the group's own template; EksError for another template."""
    given = asked.get("launchTemplate")
    if given is None:
        return None
    own = record.get("launchTemplate")
    if own is None:
        text = "You cannot specify a launch template for a nodegroup that was created without one."
        raise invalid_request(text)
    found = nodegroupspec.find_template(at, given)
    if found is None or found.id != own["id"]:
        text = f"The launch template of a nodegroup cannot be changed: it is {own['id']}."
        raise invalid_parameter(text)
    return found


def _take_template(cluster: OneCluster, record: Obj, template: LaunchTemplate) -> Obj:
    """New nodes follow the template as it is in its other version; it is returned as shown."""
    world, name = cluster.inside.node_groups, record["nodegroupName"]
    before = world.specs[name]
    group = replace(
        before,
        instance_types=template.instance_types or before.instance_types,
        volume=template.volume or before.volume,
        ami=template.image_id or before.ami,
        max_pods=template.max_pods,
        kubelet=template.kubelet,
    )
    nodegroupchecks.instance_types(group.instance_types, record["amiType"])
    world.grow(group)
    shown = {"id": template.id, "name": template.name, "version": template.version}
    kept = {templates.TAKEN: templates.taken(template)}
    world.change(NODE_GROUPS, name, launchTemplate=shown, **kept)
    return shown


OPERATIONS: Final = (
    Operation("UpdateNodegroupConfig", update_config),
    Operation("UpdateNodegroupVersion", update_version),
)
