"""The roles of nodes and of Fargate profiles are let into the cluster, and out again.

Source: AWS user guide for EKS, "Change authentication mode to use access entries" and "Grant IAM
users access to Kubernetes with a ConfigMap": EKS makes an access entry for such a role where the
cluster has them, else a row of ``aws-auth``; it goes with the last that uses the role.
"""

from typing import Any, Final

import yaml

from minieks.eks.nodeaccounts import aws_auth_row
from minieks.eks.operations import accessentries
from minieks.eks.operations.collections import ACCESS_ENTRIES, FARGATE_PROFILES, NODE_GROUPS
from minieks.eks.operations.regional import OneCluster
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

_SPACE: Final = "kube-system"
_NAME: Final = "aws-auth"


def let_in(cluster: OneCluster, role: str, type_: str) -> None:
    """Let nodes with a role in; nothing if they are in already."""
    if cluster.record["accessConfig"]["authenticationMode"] != "CONFIG_MAP":
        if cluster.child(ACCESS_ENTRIES, role) is None:
            accessentries.admit(cluster, role, type_)
        return
    rows = _rows(cluster.inside.api)
    if rows is not None and all(one.get("rolearn") != role for one in rows):
        _write(cluster.inside.api, [*rows, aws_auth_row(role, type_)])


def shut_out(cluster: OneCluster, role: str) -> None:
    """Take a role's access away that no group and no profile uses any more."""
    if role in _in_use(cluster):
        return
    entry = cluster.child(ACCESS_ENTRIES, role)
    if entry is not None and entry["type"] in accessentries.NODE_TYPES:
        cluster.aws.remove(ACCESS_ENTRIES, role)
    if cluster.record["accessConfig"]["authenticationMode"] != "CONFIG_MAP":
        return
    rows = _rows(cluster.inside.api) or []
    left = [one for one in rows if one.get("rolearn") != role]
    if len(left) < len(rows):
        _write(cluster.inside.api, left)


def _in_use(cluster: OneCluster) -> set[str]:
    groups = {one["nodeRole"] for one in cluster.children(NODE_GROUPS)}
    return groups | {one["podExecutionRoleArn"] for one in cluster.children(FARGATE_PROFILES)}


def _rows(api: Api) -> list[dict[str, Any]] | None:
    """The rows of mapRoles; None if they cannot be read, and are better left alone."""
    found = api.get("configmaps", _SPACE, _NAME)
    try:
        rows = yaml.safe_load(((found or {}).get("data") or {}).get("mapRoles") or "[]")
    except yaml.YAMLError:
        return None
    is_list = isinstance(rows, list) and all(isinstance(one, dict) for one in rows)
    return rows if is_list else None


def _write(api: Api, rows: list[dict[str, Any]]) -> None:
    text = yaml.safe_dump(rows, sort_keys=False)
    found = api.get("configmaps", _SPACE, _NAME)
    if found is not None:
        api.update({**found, "data": {**(found.get("data") or {}), "mapRoles": text}})
        return
    made: Obj = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _NAME, "namespace": _SPACE},
        "data": {"mapRoles": text},
    }
    api.create(made)
