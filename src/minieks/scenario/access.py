"""Who may enter a cluster, as a file says it: an aws-auth ConfigMap, or a ClusterConfig.

Source: Amazon EKS user guide, "Grant IAM users access with a ConfigMap"; eksctl user guide, "Manage
IAM users and roles" and "EKS access entries".
"""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from minieks.eks.addons.aws_auth import aws_auth
from minieks.eks.identity import awsauth, records
from minieks.eks.identity.users import Access
from minieks.eks.spec import ClusterSpec
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj, name
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.manifests import SourcedObject, read_manifests
from minieks.scenario.readers.sources import read_text

_IS_CONFIG = re.compile(r"^kind:\s*[\"']?ClusterConfig\b", re.MULTILINE)
_KEYS = (awsauth.ROLES, awsauth.USERS, awsauth.ACCOUNTS)
_NOBODY = Access("CONFIG_MAP")


def read_access(file: str, before: Access = _NOBODY) -> Access:
    """What a file says. A ConfigMap changes only that of ``before``; UserError for any other."""
    text = read_text(Path(file))
    if _IS_CONFIG.search(text):
        return of_cluster(read_cluster_config(text, file)[0])
    for one in read_manifests([file]):
        if one.obj.get("kind") == "ConfigMap" and name(one.obj) == "aws-auth":
            return replace(before, aws_auth=awsauth.parse(_data(one)))
    raise UserError(
        "has neither the ConfigMap aws-auth nor a ClusterConfig",
        where=file,
        hint="name the file that you are about to apply",
    )


def _data(one: SourcedObject) -> Obj:
    """The data of the ConfigMap; UserError where the API server would refuse it."""
    data = one.obj.get("data") or {}
    for key in _KEYS:
        if key in data and not isinstance(data[key], str):
            raise UserError(
                f"data.{key} is no text", where=one.file, hint=f"write '{key}: |' above its list"
            )
    return dict(data)


def of_cluster(spec: ClusterSpec) -> Access:
    """Who may enter a cluster that is made as the configuration says."""
    auth = awsauth.NO_CONFIG_MAP
    if spec.authentication_mode != "API":
        auth = awsauth.parse(aws_auth(spec)["data"])
    return Access(spec.authentication_mode, tuple(records.entries_of(spec)), auth)


def of_answer(answer: dict[str, Any]) -> Access:
    """Who may enter a running cluster, as it was answered (`minieks.serve.inquiries`)."""
    return Access(
        answer["mode"],
        [records.entry(one) for one in answer["entries"]],
        awsauth.parse(answer["awsAuth"] or {}),
        answer["creator"],
    )
