"""Certificate authorities of a cluster and their rotation: kept and shown.

Source: Amazon EKS API reference, CreateCertificateAuthority, ActivateCertificateAuthority and their
siblings. The certificates of a successor sign nothing here: the running cluster keeps its own
authority, which is the first one of the list.
"""

import base64
from typing import Any, Final

from minieks.eks import updates
from minieks.eks.operations import updaterecords
from minieks.eks.operations.clusterconfig import check_no_update
from minieks.eks.operations.collections import CERTIFICATE_AUTHORITIES, UPDATES
from minieks.eks.operations.errors import in_use, invalid_parameter, limit_exceeded, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import moment, shown
from minieks.eks.operations.transitions import settled
from minieks.engine.clock import SECOND
from minieks.kube.words.objects import Obj

MOST: Final = 2
"""Authorities that a cluster has at a time: the one that signs and its successor."""
TYPE: Final = "CertificateAuthorityUpdate"
_MEMBERS: Final = (
    *("id", "createdAt", "createdBy", "activatedAt", "activatedBy", "signingStatus"),
    "distributionStatus",
)
_LIFE: Final = 10 * 365 * 24 * 3600 * SECOND


def first(cluster: OneCluster) -> None:
    """Note the authority that a new cluster begins with, unless it has one."""
    if cluster.children(CERTIFICATE_AUTHORITIES):
        return
    created = cluster.record["createdAt"]
    begun = {"activatedAt": created, "activatedBy": "EKS", "signingStatus": "IN_USE"}
    _add(cluster, "EKS", created, **begun, distributionStatus="COMPLETE")


def _add(cluster: OneCluster, by: str, created: int, **members: object) -> Obj:
    record: Obj = {
        "id": cluster.at.new_id(),
        "createdAt": created,
        "createdBy": by,
        "signingStatus": "NOT_USED",
        "distributionStatus": "IN_PROGRESS",
        **members,
    }
    return cluster.aws.create(CERTIFICATE_AUTHORITIES, record["id"], record)


def create(at: Regional, asked: Asked) -> Answer:
    """Begin to distribute a successor of the authority."""
    cluster = at.active_cluster(asked["clusterName"])
    if len(cluster.children(CERTIFICATE_AUTHORITIES)) >= MOST:
        text = f"Certificate authority limit exceeded: the quota is {MOST}."
        raise limit_exceeded(text, clusterName=cluster.name)
    check_no_update(cluster, TYPE)
    return _begin(cluster, _add(cluster, "CUSTOMER", at.now()))


def _begin(cluster: OneCluster, record: Obj) -> Answer:
    params: dict[str, object] = {"CertificateAuthorityId": record["id"]}
    update = updaterecords.begin(cluster, TYPE, params, "certificate_authority_change")
    cluster.aws.replace(UPDATES, update["id"], {**update, "authority": record["id"]})
    if cluster.at.lenient:
        go_on(cluster, update["id"], updaterecords.present(cluster, update["id"]))
    begun = updaterecords.shown_update(cluster, update["id"])
    return {**begun, "certificateAuthority": shown(record, _MEMBERS)}


def go_on(cluster: OneCluster, update_id: str, update: Obj) -> None:
    """An authority is distributed, signs, or is gone."""
    record = cluster.child(CERTIFICATE_AUTHORITIES, update["authority"])
    updates.finish(cluster.aws, update_id, updates.SUCCESSFUL, ())
    if record is None:
        return
    if record["distributionStatus"] == "DELETING":
        cluster.aws.remove(CERTIFICATE_AUTHORITIES, record["id"])
    elif record["signingStatus"] == "ACTIVATING":
        _put_in_use(cluster, record)
    else:
        done = settled(record, distributionStatus="COMPLETE")
        cluster.aws.replace(CERTIFICATE_AUTHORITIES, record["id"], done)


def _put_in_use(cluster: OneCluster, record: Obj) -> None:
    for one in cluster.children(CERTIFICATE_AUTHORITIES):
        if one["signingStatus"] == "IN_USE":
            retired = {**one, "signingStatus": "NOT_USED"}
            cluster.aws.replace(CERTIFICATE_AUTHORITIES, one["id"], retired)
    begun = {"signingStatus": "IN_USE", "activatedAt": cluster.at.now(), "activatedBy": "CUSTOMER"}
    cluster.aws.replace(CERTIFICATE_AUTHORITIES, record["id"], {**record, **begun})


def _find(cluster: OneCluster, authority: str) -> Obj:
    found = cluster.child(CERTIFICATE_AUTHORITIES, authority)
    if found is None:
        text = f"No certificate authority found for id: {authority}"
        raise not_found(text, clusterName=cluster.name)
    return found


def activate(at: Regional, asked: Asked) -> Answer:
    """Begin to let a successor sign."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _find(cluster, asked["certificateAuthorityId"])
    if record["signingStatus"] != "NOT_USED" or record["distributionStatus"] != "COMPLETE":
        text = f"Certificate authority {record['id']} is no distributed successor"
        raise invalid_parameter(text, clusterName=cluster.name)
    check_no_update(cluster, TYPE)
    changed = {**record, "signingStatus": "ACTIVATING"}
    cluster.aws.replace(CERTIFICATE_AUTHORITIES, record["id"], changed)
    return _begin(cluster, changed)


def delete(at: Regional, asked: Asked) -> Answer:
    """Begin to take an authority away that does not sign."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _find(cluster, asked["certificateAuthorityId"])
    check_no_update(cluster, TYPE)
    if record["signingStatus"] != "NOT_USED":
        text = f"Certificate authority {record['id']} is in use"
        raise in_use(text, clusterName=cluster.name)
    changed = {**record, "distributionStatus": "DELETING"}
    cluster.aws.replace(CERTIFICATE_AUTHORITIES, record["id"], changed)
    return _begin(cluster, changed)


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an authority; the certificate of the one that the cluster began with."""
    cluster = at.active_cluster(asked["clusterName"])
    record = _find(cluster, asked["certificateAuthorityId"])
    return {"certificateAuthority": {**shown(record, _MEMBERS), **_certificate(cluster, record)}}


def _certificate(cluster: OneCluster, record: Obj) -> dict[str, Any]:
    created = record["createdAt"]
    validity = {"notBefore": moment(created), "notAfter": moment(created + _LIFE)}
    more: dict[str, Any] = {"validity": validity, "rollbackAvailable": False}
    running = cluster.running
    if record["createdBy"] == "EKS" and running is not None:
        more["data"] = base64.b64encode(running.authority).decode("ascii")
    return more


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the authorities of a cluster, in short."""
    found = at.active_cluster(asked["clusterName"]).children(CERTIFICATE_AUTHORITIES)
    return page([shown(one, _MEMBERS) for one in found], asked, "certificateAuthorities")


OPERATIONS: Final = (
    Operation("CreateCertificateAuthority", create, recorded=True),
    Operation("DescribeCertificateAuthority", describe, recorded=True),
    Operation("ListCertificateAuthorities", list_, recorded=True),
    Operation("ActivateCertificateAuthority", activate, recorded=True),
    Operation("DeleteCertificateAuthority", delete, recorded=True),
)
