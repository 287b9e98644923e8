"""Which add-ons there are, in which versions, and how each can be configured.

Source: Amazon EKS API reference, DescribeAddonVersions, DescribeAddonConfiguration.
"""

import json
from typing import Any, Final

import yaml

from minieks.data.addon_versions import Addon, AddonVersion, addons
from minieks.eks.operations.errors import invalid_parameter, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import Regional
from minieks.eks.operations.registry import Answer, Asked, Operation

PUBLISHER: Final = "eks"
_TYPES: Final = {
    "integer": int,
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
}


def describe_versions(at: Regional, asked: Asked) -> Answer:
    """Show the add-ons with their versions and what those are compatible with."""
    kubernetes = asked.get("kubernetesVersion")
    found = (_shown(one, kubernetes) for one in addons().values() if _is_wanted(one, asked))
    return page([one for one in found if one["addonVersions"]], asked, "addons")


def _is_wanted(addon: Addon, asked: Asked) -> bool:
    return (
        asked.get("addonName") in (None, addon.name)
        and (not asked.get("types") or addon.type in asked["types"])
        and (not asked.get("owners") or addon.owner in asked["owners"])
        and (not asked.get("publishers") or PUBLISHER in asked["publishers"])
    )


def _shown(addon: Addon, kubernetes: str | None) -> dict[str, Any]:
    return {
        "addonName": addon.name,
        "type": addon.type,
        "addonVersions": [
            _shown_version(addon, one, kubernetes)
            for one in addon.versions
            if kubernetes is None or kubernetes in one.kubernetes
        ],
        "publisher": PUBLISHER,
        "owner": addon.owner,
        "defaultNamespace": addon.namespace,
    }


def _shown_version(addon: Addon, one: AddonVersion, kubernetes: str | None) -> dict[str, Any]:
    return {
        "addonVersion": one.version,
        "architecture": ["amd64", "arm64"],
        "computeTypes": list(addon.compute_types),
        "compatibilities": [
            {
                "clusterVersion": version,
                "platformVersions": ["*"],
                "defaultVersion": addon.default_version(version) == one.version,
            }
            for version in one.kubernetes
            if kubernetes in (None, version)
        ],
        "requiresConfiguration": False,
        "requiresIamPermissions": addon.requires_iam,
    }


def describe_configuration(at: Regional, asked: Asked) -> Answer:
    """Show the schema of an add-on's configuration, and which accounts can be given roles."""
    addon = addons().get(asked["addonName"])
    if addon is None:
        raise not_found(f"Addon {asked['addonName']} not found", addonName=asked["addonName"])
    if all(one.version != asked["addonVersion"] for one in addon.versions):
        raise invalid_parameter("Addon version specified is not supported", addonName=addon.name)
    return {
        "addonName": addon.name,
        "addonVersion": asked["addonVersion"],
        "configurationSchema": json.dumps(schema(addon)),
        "podIdentityConfiguration": [
            {"serviceAccount": account, "recommendedManagedPolicies": [policy]}
            for account, policy in addon.service_accounts.items()
        ],
    }


def schema(addon: Addon) -> dict[str, Any]:
    """The JSON schema of an add-on's configuration, of which the outermost members are known."""
    return {
        "$schema": "http://json-schema.org/draft-06/schema#",
        "title": addon.name,
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"type": type_} for key, type_ in addon.properties.items()},
    }


def configuration(addon: Addon, text: str | None) -> dict[str, Any]:
    """The configuration values, parsed; InvalidParameterException for what the schema refuses."""
    try:
        found = yaml.safe_load(text or "{}") or {}
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        text = "ConfigurationValue provided in request is not supported: it is no JSON or YAML map"
        raise invalid_parameter(text, addonName=addon.name)
    wrong = [line for key, value in found.items() for line in _wrong(addon, key, value)]
    if wrong:
        text = (
            "ConfigurationValue provided in request is not supported: Json schema validation "
            f"failed with error: [{', '.join(wrong)}]"
        )
        raise invalid_parameter(text, addonName=addon.name)
    return found


def _wrong(addon: Addon, key: str, value: object) -> list[str]:
    type_ = addon.properties.get(key)
    if type_ is None:
        return [
            f"$.{key}: is not defined in the schema and the schema does not allow additional "
            "properties"
        ]
    if not isinstance(value, _TYPES[type_]) or (type_ == "integer" and isinstance(value, bool)):
        return [f"$.{key}: {_type_of(value)} found, {type_} expected"]
    return []


def _type_of(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return next((name for name, type_ in _TYPES.items() if isinstance(value, type_)), "number")


OPERATIONS: Final = (
    Operation("DescribeAddonVersions", describe_versions),
    Operation("DescribeAddonConfiguration", describe_configuration),
)
