"""Clusters that run elsewhere and are only shown in EKS (EKS Connector): kept and shown.

Source: Amazon EKS API reference, RegisterCluster, DeregisterCluster. No connector ever calls, so
that a registered cluster stays PENDING.
"""

from typing import Final

from minieks.eks.operations import quotas
from minieks.eks.operations.clusterchecks import NAME
from minieks.eks.operations.collections import CLUSTERS, REGISTRATIONS
from minieks.eks.operations.errors import cluster_not_found, in_use, invalid_parameter
from minieks.eks.operations.regional import Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.roles import passed_role
from minieks.eks.operations.showing import shown
from minieks.engine.clock import SECOND
from minieks.kube.words.objects import Obj

_MEMBERS: Final = ("name", "arn", "createdAt", "status", "connectorConfig", "tags")
_VALID_FOR: Final = 3 * 24 * 3600 * SECOND
"""How long an activation can be used (EKS Connector: three days)."""


def register(at: Regional, asked: Asked) -> Answer:
    """Note a cluster that runs elsewhere."""
    name, config = asked["name"], asked["connectorConfig"]
    if not NAME.fullmatch(name):
        raise invalid_parameter(f"The cluster name {name!r} is invalid", clusterName=name)
    for collection in (CLUSTERS, REGISTRATIONS):
        if at.get(collection, name) is not None:
            raise in_use(f"Cluster already exists with name: {name}", clusterName=name)
    present = at.values(REGISTRATIONS)
    quotas.check(at, present, quotas.REGISTRATIONS, "Registered cluster")
    if passed_role(at, config["roleArn"]) is None and not at.lenient:
        raise invalid_parameter(f"Role {config['roleArn']} does not exist", clusterName=name)
    record = {
        "name": name,
        "arn": at.arn(f"cluster/{name}"),
        "createdAt": at.now(),
        "status": "PENDING",
        "connectorConfig": {
            "activationId": at.new_id(),
            "activationCode": f"{at.chance.getrandbits(80):020x}",
            "activationExpiry": at.now() + _VALID_FOR,
            "provider": config["provider"],
            "roleArn": config["roleArn"],
        },
        "tags": dict(asked.get("tags") or {}),
    }
    at.services.store.create(REGISTRATIONS, at.key(name), record)
    return {"cluster": shown_registration(record)}


def shown_registration(record: Obj) -> Obj:
    """A registered cluster as an answer shows it."""
    config = record["connectorConfig"]
    return {**shown(record, _MEMBERS), "connectorConfig": shown(config, config)}


def deregister(at: Regional, asked: Asked) -> Answer:
    """Forget a cluster that runs elsewhere."""
    record = at.get(REGISTRATIONS, asked["name"])
    if record is None:
        raise cluster_not_found(asked["name"])
    at.services.store.remove(REGISTRATIONS, at.key(asked["name"]))
    return {"cluster": {**shown_registration(record), "status": "DELETING"}}


OPERATIONS: Final = (
    Operation("RegisterCluster", register, recorded=True),
    Operation("DeregisterCluster", deregister, recorded=True),
)
