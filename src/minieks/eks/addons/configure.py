"""What an add-on's configurationValues change in its manifests.

Source: ``aws eks describe-addon-configuration`` of each add-on. Of what the schemas allow, that is
applied which decides where pods go and what they ask for.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from minieks.eks.labels import COMPUTE_TYPE, ROLE_ARN
from minieks.eks.nodegroups.maxpods import Networking
from minieks.eks.spec import AddonSpec, ClusterSpec
from minieks.kube.words.objects import Obj, name, with_metadata

WORKLOADS = ("Deployment", "DaemonSet")
REPLICAS = ("replicaCount", "replicas")
SECTIONS: Mapping[str, str] = {
    "ebs-csi-controller": "controller",
    "ebs-csi-node": "node",
    "efs-csi-controller": "controller",
    "efs-csi-node": "node",
}
"""Workloads whose values stand in a section of their own."""

POD_FIELDS = ("nodeSelector", "tolerations", "affinity", "topologySpreadConstraints")
_CNI_FLAGS = {
    "prefix_delegation": "ENABLE_PREFIX_DELEGATION",
    "custom_networking": "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
}


def configured(addon: AddonSpec, manifests: list[Obj]) -> Iterator[Obj]:
    """The add-on's objects with its configuration and its role put in."""
    role = addon.service_account_role_arn
    for obj in manifests:
        if obj["kind"] in WORKLOADS:
            yield _workload(addon, obj)
        elif obj["kind"] == "ServiceAccount" and role:
            # Of two accounts the first is the one that calls AWS: the controller's.
            yield with_metadata(obj, annotations={ROLE_ARN: role})
            role = ""
        else:
            yield obj


def _workload(addon: AddonSpec, obj: Obj) -> Obj:
    values = _values(addon, name(obj))
    spec = dict(obj["spec"])
    replicas = next((values[key] for key in REPLICAS if values.get(key) is not None), None)
    if replicas is not None and obj["kind"] == "Deployment":
        spec["replicas"] = replicas
    spec["template"] = _template(addon, spec["template"], values)
    return {**obj, "spec": spec}


def _values(addon: AddonSpec, workload: str) -> Mapping[str, Any]:
    section = SECTIONS.get(workload)
    return (addon.configuration.get(section) or {}) if section else addon.configuration


def _template(addon: AddonSpec, template: Obj, values: Mapping[str, Any]) -> Obj:
    meta = dict(template["metadata"])
    annotations = {**(meta.pop("annotations", None) or {}), **(values.get("podAnnotations") or {})}
    if addon.configuration.get("computeType") == "Fargate":
        annotations.pop(COMPUTE_TYPE, None)
    if annotations:
        meta["annotations"] = annotations
    meta["labels"] = {**meta["labels"], **(values.get("podLabels") or {})}
    chosen = {field: values[field] for field in POD_FIELDS if values.get(field)}
    spec = {**template["spec"], **chosen}
    if values.get("resources"):
        first, *others = spec["containers"]
        spec["containers"] = [{**first, "resources": values["resources"]}, *others]
    return {"metadata": meta, "spec": spec}


def networking(spec: ClusterSpec) -> Networking:
    """How the cluster's VPC CNI gives addresses, by the env in its configuration."""
    env: Mapping[str, Any] = {}
    for addon in spec.addons:
        if addon.name == "vpc-cni":
            env = addon.configuration.get("env") or {}
    flags = {field: str(env.get(key, "")).lower() == "true" for field, key in _CNI_FLAGS.items()}
    limit = int(env.get("MAX_ENI") or 0)
    return Networking(**flags, max_enis=limit if limit > 0 else None)
