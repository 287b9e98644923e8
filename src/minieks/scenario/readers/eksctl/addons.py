"""The add-ons of a ClusterConfig, and those that every cluster gets.

Defaults and checks as in eksctl pkg/apis/eksctl.io/v1alpha5/{addon,known_addons,validation}.go.
"""

from collections.abc import Mapping
from typing import Any

from minieks.eks.spec import AddonSpec
from minieks.engine.errors import UserError
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.places import FieldPath
from minieks.scenario.readers.yamltext import load_documents

_NETWORKING = ("vpc-cni", "coredns", "kube-proxy")
_METRICS = "metrics-server"
_RESOLVE = ("none", "overwrite", "preserve")
_POLICY_FIELDS = (
    "serviceAccountRoleARN",
    "attachPolicyARNs",
    "attachPolicy",
    "wellKnownPolicies",
)


def read_addons(reading: Reading) -> tuple[AddonSpec, ...]:
    """The add-ons named by the user, then the default ones that the user did not name."""
    given = reading.config.get("addons") or ()
    named = tuple(_addon(reading, ("addons", index), one) for index, one in enumerate(given))
    reading.unique(("addons",), "the add-on", (one.name for one in named))
    names = {one.name for one in named}
    if not any(one.name == "coredns" and one.configuration for one in named):
        _tell_of_coredns(reading)
    return named + tuple(
        AddonSpec(name, installed_by_default=True)
        for name in _defaults(reading)
        if name not in names
    )


def _tell_of_coredns(reading: Reading) -> None:
    """EKS keeps CoreDNS off Fargate by an annotation; eksctl takes it off for such a profile.

    Source: AWS user guide for EKS, "Get started with AWS Fargate"; eksctl pkg/fargate/coredns.
    """
    for index, profile in enumerate(reading.config.get("fargateProfiles") or ()):
        for place, selector in enumerate(profile.get("selectors") or ()):
            if selector.get("namespace") == "kube-system" and not selector.get("labels"):
                reading.warn(
                    ("fargateProfiles", index, "selectors", place),
                    "CoreDNS stays off Fargate by its annotation eks.amazonaws.com/compute-type:"
                    " ec2; eksctl itself would take that off here",
                    "to see that: addons: [{name: coredns,"
                    """ configurationValues: '{"computeType": "Fargate"}'}]""",
                )
                return


def _defaults(reading: Reading) -> tuple[str, ...]:
    """What eksctl installs unasked; under Auto Mode AWS runs the networking itself."""
    if (reading.config.get("addonsConfig") or {}).get("disableDefaultAddons"):
        return ()
    auto_mode = (reading.config.get("autoModeConfig") or {}).get("enabled")
    metrics = (_METRICS,) if reading.region.partition == "aws" else ()
    return metrics if auto_mode else _NETWORKING + metrics


def _addon(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> AddonSpec:
    name = fields.get("name", "").lower()
    if not name:
        raise reading.error((*path, "name"), "name required", "name the add-on, such as vpc-cni")
    _check_policies(reading, path, fields)
    resolve = fields.get("resolveConflicts", "")
    return AddonSpec(
        name=name,
        version=fields.get("version", "").removeprefix("v"),
        service_account_role_arn=_role(reading, name, fields),
        configuration=_configuration(reading, (*path, "configurationValues"), fields),
        resolve_conflicts=reading.one_of(
            (*path, "resolveConflicts"), resolve.lower(), ("", *_RESOLVE)
        ),
        tags=fields.get("tags") or {},
    )


def _check_policies(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> None:
    used = [field for field in _POLICY_FIELDS if fields.get(field)]
    if len(used) > 1:
        raise reading.error(
            path,
            f"at most one of {', '.join(_POLICY_FIELDS)} can be specified",
            f"keep one of {', '.join(used)}",
        )
    associations = fields.get("podIdentityAssociations")
    if fields.get("useDefaultPodIdentityAssociations") and (associations or used):
        raise reading.error(
            (*path, "useDefaultPodIdentityAssociations"),
            f"cannot be set together with podIdentityAssociations, {' or '.join(_POLICY_FIELDS)}",
            "remove one of them",
        )


def _role(reading: Reading, name: str, fields: Mapping[str, Any]) -> str:
    """The role given, or the one eksctl makes for the policies given; empty without either."""
    given = fields.get("serviceAccountRoleARN", "")
    if given or not any(fields.get(field) for field in _POLICY_FIELDS[1:]):
        return str(given)
    stack = f"eksctl-{reading.cluster}-addon-{name}"
    return made_up.role_arn(reading.region.partition, reading.account_id, stack, "Role1")


def _configuration(
    reading: Reading, path: FieldPath, fields: Mapping[str, Any]
) -> Mapping[str, Any]:
    """configurationValues is text that holds JSON or YAML."""
    text = fields.get("configurationValues", "")
    try:
        documents = load_documents(text, "configurationValues")
    except UserError as error:
        raise reading.error(path, error.message, error.hint) from None
    value = documents[0].value if documents else {}
    if len(documents) > 1 or not isinstance(value, dict):
        raise reading.error(
            path, "is not a valid, non-array JSON or YAML object", "write one object"
        )
    return value
