"""From the text of an eksctl ClusterConfig to the cluster it asks for.

Unknown fields and wrong types are refused as eksctl's strict decoding refuses them, then each part
is read and checked; what eksctl would accept and minieks does not model becomes a warning.
"""

import re
from collections.abc import Mapping
from typing import Any

from minieks.data.kubernetes_versions import DEFAULT_VERSION, all_versions, find_version, support
from minieks.data.regions import Region, find_region
from minieks.eks.spec import ClusterSpec, NetworkSpec
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.kube.words import times
from minieks.scenario.readers.eksctl.addons import read_addons
from minieks.scenario.readers.eksctl.fargate import read_fargate_profiles
from minieks.scenario.readers.eksctl.identity import (
    read_access_entries,
    read_authentication_mode,
    read_identity_mappings,
    read_pod_identity_associations,
    read_service_accounts,
)
from minieks.scenario.readers.eksctl.network import read_network
from minieks.scenario.readers.eksctl.nodegroups import read_node_groups
from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.eksctl.schema import API_VERSION, CLUSTER_CONFIG, KIND
from minieks.scenario.readers.eksctl.unmodelled import warn_of_unmodelled
from minieks.scenario.readers.places import Document, InputWarning
from minieks.scenario.readers.settings import DEFAULT_START, Settings
from minieks.scenario.readers.shapes import conform
from minieks.scenario.readers.yamltext import load_documents

_NAME = re.compile("[a-zA-Z][-a-zA-Z0-9]*")
_LONGEST_NAME = 100  # Amazon EKS API reference, CreateCluster.name
_VERSION = re.compile(r"1\.\d{1,3}", re.ASCII)
_LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_EVERY_LOG = ("*", "all")


def read_cluster_config(
    text: str,
    file: str = "cluster.yaml",
    settings: Settings | None = None,
    at: Micros | None = None,
) -> tuple[ClusterSpec, list[InputWarning]]:
    """The cluster that a ClusterConfig asks for, and what its author should know.

    ``file`` names the text in messages. ``at`` is the moment for which is asked which versions EKS
    offers; the settings' start, or the default one, if it is None. UserError where eksctl or EKS
    would refuse the configuration.
    """
    settings = settings or Settings()
    document = _only_config(load_documents(text, file), file)
    config = conform(document, CLUSTER_CONFIG)
    region = _region(document, config.get("metadata") or {})
    reading = Reading(
        document=document,
        config=config,
        settings=settings,
        at=next(one for one in (at, settings.start, DEFAULT_START) if one is not None),
        region=region,
        cluster=_name(document, config["metadata"]),
        version=_version(document, config["metadata"]),
    )
    _warn_of_version(reading)
    spec = _cluster(reading, read_network(reading))
    warn_of_unmodelled(reading)
    return spec, reading.warnings


def is_cluster_config(value: Any) -> bool:
    """Whether a document says that it is eksctl's configuration."""
    return isinstance(value, dict) and (
        value.get("kind") == KIND or str(value.get("apiVersion")).startswith("eksctl.io/")
    )


def _only_config(documents: list[Document], file: str) -> Document:
    """The one document, if it is a ClusterConfig."""
    if not documents:
        raise UserError(
            "is empty", where=file, hint=f"write an eksctl ClusterConfig ({API_VERSION}) into it"
        )
    configs = [one for one in documents if is_cluster_config(one.value)]
    document = configs[0] if configs else documents[0]
    value = document.value
    if not isinstance(value, dict):
        raise document.error((), "expected a mapping", "a ClusterConfig begins with apiVersion:")
    if value.get("kind") != KIND:
        given = f"kind {value['kind']!r}" if value.get("kind") else "no kind"
        raise document.error(
            ("kind",),
            f"{given}; a cluster is described by kind: {KIND}",
            "name the eksctl file first, and the manifests after it",
        )
    if value.get("apiVersion") != API_VERSION:
        raise document.error(
            ("apiVersion",),
            f"{value.get('apiVersion')!r} is not supported",
            f"write apiVersion: {API_VERSION}",
        )
    if len(configs) > 1:
        raise configs[1].error(
            (), "a second ClusterConfig in the file", "keep one cluster in a file"
        )
    if len(documents) > 1:
        other = next(one for one in documents if one is not document)
        raise other.error(
            (), "a ClusterConfig file holds nothing else", "move the other documents to manifests/"
        )
    return document


def _region(document: Document, meta: Mapping[str, Any]) -> Region:
    name = meta.get("region", "")
    if not name:
        raise document.error(
            ("metadata", "region"), "must be set", "add the AWS region, such as us-east-1"
        )
    try:
        return find_region(name)
    except UserError as error:
        raise document.error(("metadata", "region"), error.message, error.hint) from None


def _name(document: Document, meta: Mapping[str, Any]) -> str:
    name: str = meta.get("name", "")
    path = ("metadata", "name")
    if not name:
        raise document.error(path, "must be set", "name the cluster")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise document.error(
            path,
            f"validation for {name} failed, name must satisfy regular expression pattern: "
            f"{_NAME.pattern}",
            f"letters, digits and '-', a letter first, at most {_LONGEST_NAME}",
        )
    return name


def _version(document: Document, meta: Mapping[str, Any]) -> str:
    """The Kubernetes version; ``auto`` and none are the default one."""
    text = meta.get("version", "")
    if text in ("", "auto"):
        return DEFAULT_VERSION
    path = ("metadata", "version")
    if text == "latest":
        return all_versions()[-1].version
    if not _VERSION.fullmatch(text):
        raise document.error(
            path, f"{text!r} is no minor version", f'write two numbers, as in "{DEFAULT_VERSION}"'
        )
    try:
        return find_version(text).version
    except UserError as error:
        known = ", ".join(one.version for one in all_versions())
        raise document.error(
            path, f"invalid version, supported values: {known}", error.hint
        ) from None


def _warn_of_version(reading: Reading) -> None:
    """Says so if EKS does not offer the version, or would not leave the cluster at it."""
    known = find_version(reading.version)
    day = times.rfc3339(reading.at)[:10]
    path = ("metadata", "version")
    match support(reading.version, reading.at):
        case "ended":
            end = times.rfc3339(known.extended_ends)[:10]
            reading.warn(
                path,
                f"EKS no longer offers Kubernetes {known.version}: its support ended on {end}; it "
                "is simulated as if it were offered",
                f"{DEFAULT_VERSION} is the version taken when none is named",
            )
        case "future":
            begin = times.rfc3339(known.released)[:10]
            reading.warn(
                path, f"EKS does not offer Kubernetes {known.version} on {day}, only from {begin}"
            )
        case "extended" if _support_type(reading) == "STANDARD":
            end = times.rfc3339(known.standard_ends)[:10]
            reading.warn(
                ("upgradePolicy", "supportType"),
                f"with STANDARD, EKS upgrades a cluster of Kubernetes {known.version} by itself"
                f" since {end}; here it stays at it",
            )
        case "standard" | "extended":
            return


def _cluster(reading: Reading, network: NetworkSpec) -> ClusterSpec:
    config, meta = reading.config, reading.config["metadata"]
    access = config.get("accessConfig") or {}
    mode = read_authentication_mode(reading)
    addons = read_addons(reading)
    return ClusterSpec(
        name=reading.cluster,
        region=reading.region.name,
        version=reading.version,
        account_id=reading.account_id,
        zones=tuple(dict.fromkeys(subnet.zone for subnet in network.subnets)),
        network=network,
        node_groups=read_node_groups(reading, network),
        fargate_profiles=read_fargate_profiles(reading, network),
        addons=addons,
        service_accounts=read_service_accounts(reading),
        pod_identity_associations=read_pod_identity_associations(
            reading, [one.name for one in addons]
        ),
        access_entries=read_access_entries(reading, mode),
        identity_mappings=read_identity_mappings(reading),
        authentication_mode=mode,
        creator_is_admin=access.get("bootstrapClusterCreatorAdminPermissions", True),
        with_oidc=(config.get("iam") or {}).get("withOIDC", False),
        support_type=_support_type(reading),
        log_types=_log_types(reading),
        tags=meta.get("tags") or {},
        annotations=meta.get("annotations") or {},
    )


def _support_type(reading: Reading) -> str:
    given = (reading.config.get("upgradePolicy") or {}).get("supportType", "EXTENDED")
    path = ("upgradePolicy", "supportType")
    return reading.one_of(path, given.upper(), ("STANDARD", "EXTENDED"))


def _log_types(reading: Reading) -> tuple[str, ...]:
    """Control plane logs; ``*`` and ``all`` are every type."""
    logging = (reading.config.get("cloudWatch") or {}).get("clusterLogging") or {}
    given = logging.get("enableTypes") or ()
    if any(one in _EVERY_LOG for one in given):
        return _LOG_TYPES
    path = ("cloudWatch", "clusterLogging", "enableTypes")
    return tuple(reading.one_of((*path, index), one, _LOG_TYPES) for index, one in enumerate(given))
