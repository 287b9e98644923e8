"""Who may do what: the iam, accessConfig and iamIdentityMappings parts of a ClusterConfig.

Checks and words as in eksctl pkg/apis/eksctl.io/v1alpha5 (validation.go, access_entry.go,
identitymapping.go) and pkg/actions/podidentityassociation/validation.go.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from minieks.eks.spec import (
    AccessEntrySpec,
    AccessPolicySpec,
    IdentityMappingSpec,
    PodIdentityAssociationSpec,
    ServiceAccountSpec,
)
from minieks.scenario.readers.eksctl import made_up
from minieks.scenario.readers.eksctl.reading import Reading
from minieks.scenario.readers.places import FieldPath

_MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
_ENTRY_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX")
_ARN = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+")
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_POLICY_FIELDS = ("attachPolicyARNs", "wellKnownPolicies", "attachPolicy")
_PERMISSION_FIELDS = ("permissionPolicy", "permissionPolicyARNs", "wellKnownPolicies")
_AGENT = "eks-pod-identity-agent"


def check_arn(reading: Reading, path: FieldPath, text: str) -> str:
    """The text if it is an ARN."""
    if _ARN.fullmatch(text):
        return text
    raise reading.error(
        path, f"invalid ARN {text!r}", "an ARN looks like arn:aws:iam::111122223333:role/name"
    )


def _policies(fields: Mapping[str, Any], arns: str) -> tuple[str, ...]:
    """The ARNs of attached policies and the names of eksctl's well-known ones."""
    known = fields.get("wellKnownPolicies") or {}
    return (*(fields.get(arns) or ()), *(name for name, wanted in known.items() if wanted))


# --- IAM roles for service accounts ---


def read_service_accounts(reading: Reading) -> tuple[ServiceAccountSpec, ...]:
    """The service accounts with roles; they need the cluster's OIDC provider."""
    iam = reading.config.get("iam") or {}
    given = iam.get("serviceAccounts") or ()
    if given and not iam.get("withOIDC"):
        raise reading.error(
            ("iam", "withOIDC"),
            "must be enabled explicitly for iam.serviceAccounts to be created",
            "set iam.withOIDC: true",
        )
    path: FieldPath = ("iam", "serviceAccounts")
    accounts = tuple(_service_account(reading, (*path, i), one) for i, one in enumerate(given))
    reading.unique(path, "<namespace>/<name>", (f"{a.namespace}/{a.name}" for a in accounts))
    return accounts


def _service_account(
    reading: Reading, path: FieldPath, fields: Mapping[str, Any]
) -> ServiceAccountSpec:
    meta = fields.get("metadata") or {}
    name, namespace = meta.get("name", ""), meta.get("namespace") or "default"
    if not name:
        raise reading.error((*path, "metadata", "name"), "must be set", "name the service account")
    role = fields.get("attachRoleARN", "")
    if not role and not any(fields.get(field) for field in _POLICY_FIELDS):
        raise reading.error(
            path,
            "wellKnownPolicies, attachPolicyARNs, attachRoleARN or attachPolicy must be set",
            "say what the service account may do",
        )
    return ServiceAccountSpec(
        namespace=namespace,
        name=name,
        role_arn=check_arn(reading, (*path, "attachRoleARN"), role)
        if role
        else _made_role(reading, f"addon-iamserviceaccount-{namespace}-{name}", fields),
        labels=meta.get("labels") or {},
        annotations=meta.get("annotations") or {},
        role_only=fields.get("roleOnly", False),
        policies=_policies(fields, "attachPolicyARNs"),
        policy=fields.get("attachPolicy") or {},
    )


def _made_role(reading: Reading, what: str, fields: Mapping[str, Any]) -> str:
    """The role that eksctl would create, with the name asked for if one is."""
    partition, account = reading.region.partition, reading.account_id
    if fields.get("roleName"):
        return f"arn:{partition}:iam::{account}:role/{fields['roleName']}"
    return made_up.role_arn(partition, account, f"eksctl-{reading.cluster}-{what}", "Role1")


# --- Pod Identity ---


def read_pod_identity_associations(
    reading: Reading, addons: Iterable[str]
) -> tuple[PodIdentityAssociationSpec, ...]:
    """The associations of iam and of the add-ons; they need the agent among the add-ons."""
    path: FieldPath = ("iam", "podIdentityAssociations")
    given = (reading.config.get("iam") or {}).get("podIdentityAssociations") or ()
    auto_mode = (reading.config.get("autoModeConfig") or {}).get("enabled")
    if given and _AGENT not in addons and not auto_mode:
        raise reading.error(
            path,
            f'the "{_AGENT}" addon must be installed to create pod identity associations',
            f"add '- name: {_AGENT}' to addons",
        )
    found = [_association(reading, (*path, i), one) for i, one in enumerate(given)]
    reading.unique(
        path,
        "<namespace>/<serviceAccountName>",
        (f"{a.namespace}/{a.service_account}" for a in found),
    )
    for index, addon in enumerate(reading.config.get("addons") or ()):
        inner: FieldPath = ("addons", index, "podIdentityAssociations")
        for number, one in enumerate(addon.get("podIdentityAssociations") or ()):
            fields = {"namespace": "kube-system", **one}
            found.append(_association(reading, (*inner, number), fields))
    return tuple(found)


def _association(
    reading: Reading, path: FieldPath, fields: Mapping[str, Any]
) -> PodIdentityAssociationSpec:
    for field in ("namespace", "serviceAccountName"):
        if not fields.get(field):
            raise reading.error((*path, field), f"{field} cannot be empty", "set it")
    role, target = fields.get("roleARN", ""), fields.get("targetRoleARN", "")
    _check_role(reading, path, fields)
    if target:
        _check_target(reading, (*path, "targetRoleARN"), role, target)
    what = f"podidentityrole-{fields['namespace']}-{fields['serviceAccountName']}"
    return PodIdentityAssociationSpec(
        namespace=fields["namespace"],
        service_account=fields["serviceAccountName"],
        role_arn=role or _made_role(reading, what, fields),
        target_role_arn=target,
        create_service_account=fields.get("createServiceAccount", False),
        disable_session_tags=fields.get("disableSessionTags", False),
        tags=fields.get("tags") or {},
        policies=_policies(fields, "permissionPolicyARNs"),
        policy=fields.get("permissionPolicy") or {},
    )


def _check_role(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> None:
    role = fields.get("roleARN", "")
    given = [field for field in (*_PERMISSION_FIELDS, "roleName") if fields.get(field)]
    if role:
        check_arn(reading, (*path, "roleARN"), role)
        if given:
            raise reading.error(
                (*path, given[0]), f"{given[0]} cannot be specified when roleARN is set", "keep one"
            )
    elif not any(field in _PERMISSION_FIELDS for field in given):
        raise reading.error(
            path,
            "at least one of the following must be specified: roleARN, "
            f"{', '.join(_PERMISSION_FIELDS)}",
            "say what the pods may do",
        )


def _check_target(reading: Reading, path: FieldPath, role: str, target: str) -> None:
    parts = check_arn(reading, path, target).split(":", 5)
    if parts[2] != "iam" or not parts[5].startswith("role/") or not _ACCOUNT.fullmatch(parts[4]):
        raise reading.error(
            path, "invalid targetRoleARN", "it looks like arn:aws:iam::444455556666:role/name"
        )
    if role and role.split(":")[4] == parts[4]:
        raise reading.error(
            path,
            "targetRoleARN must be in a different account than roleARN for cross-account access",
            "leave it out within one account",
        )


# --- access entries and aws-auth ---


def read_authentication_mode(reading: Reading) -> str:
    """The authentication mode; eksctl's default is API_AND_CONFIG_MAP."""
    mode = (reading.config.get("accessConfig") or {}).get("authenticationMode", _MODES[1])
    return reading.one_of(("accessConfig", "authenticationMode"), mode, _MODES)


def read_access_entries(reading: Reading, mode: str) -> tuple[AccessEntrySpec, ...]:
    """The access entries; there can be none with aws-auth alone."""
    path: FieldPath = ("accessConfig", "accessEntries")
    given = (reading.config.get("accessConfig") or {}).get("accessEntries") or ()
    if given and mode == "CONFIG_MAP":
        raise reading.error(
            ("accessConfig", "authenticationMode"),
            "must be set to either API_AND_CONFIG_MAP or API to use access entries",
            "change it, or use iamIdentityMappings",
        )
    entries = tuple(_entry(reading, (*path, i), one) for i, one in enumerate(given))
    reading.unique(path, "the principal ARN", (one.principal_arn for one in entries))
    return entries


def _entry(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> AccessEntrySpec:
    kind = reading.one_of((*path, "type"), fields.get("type", "STANDARD"), _ENTRY_TYPES)
    for field in ("kubernetesGroups", "accessPolicies", "kubernetesUsername"):
        if kind not in ("STANDARD", "EC2") and fields.get(field):
            raise reading.error(
                (*path, field),
                f"cannot be set for an entry of type {kind}",
                "EKS sets it for nodes; remove it",
            )
    policies = fields.get("accessPolicies") or ()
    return AccessEntrySpec(
        principal_arn=check_arn(reading, (*path, "principalARN"), fields.get("principalARN", "")),
        type=kind,
        username=fields.get("kubernetesUsername", ""),
        groups=tuple(fields.get("kubernetesGroups") or ()),
        policies=tuple(
            _policy(reading, (*path, "accessPolicies", i), one) for i, one in enumerate(policies)
        ),
    )


def _policy(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> AccessPolicySpec:
    arn = check_arn(reading, (*path, "policyARN"), fields.get("policyARN", ""))
    if not arn.split(":", 5)[5].startswith("cluster-access-policy/"):
        raise reading.error(
            (*path, "policyARN"),
            "must be a cluster-access-policy resource",
            "such as arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy",
        )
    scope = fields.get("accessScope") or {}
    kind = reading.one_of(
        (*path, "accessScope", "type"), scope.get("type", ""), ("cluster", "namespace")
    )
    namespaces = tuple(scope.get("namespaces") or ())
    if bool(namespaces) != (kind == "namespace"):
        raise reading.error(
            (*path, "accessScope", "namespaces"),
            "cannot be specified when accessScope is set to cluster"
            if namespaces
            else "at least one namespace must be specified when accessScope is set to namespace",
            "type: namespace goes with namespaces, type: cluster without",
        )
    return AccessPolicySpec(arn, kind, namespaces)


def read_identity_mappings(reading: Reading) -> tuple[IdentityMappingSpec, ...]:
    """The rows that eksctl adds to the aws-auth ConfigMap."""
    given = reading.config.get("iamIdentityMappings") or ()
    return tuple(
        _mapping(reading, ("iamIdentityMappings", index), one) for index, one in enumerate(given)
    )


def _mapping(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> IdentityMappingSpec:
    _check_mapping(reading, path, fields)
    if fields.get("serviceName"):
        # eksctl user guide, "Manage IAM users and roles": it fails where there is no namespace yet
        reading.warn(
            (*path, "serviceName"),
            f"{fields['serviceName']} is not let in: its namespace {fields['namespace']} is not"
            " there while the cluster is created, and eksctl fails then",
        )
    return IdentityMappingSpec(
        arn=fields.get("arn", ""),
        username=fields.get("username", ""),
        groups=tuple(fields.get("groups") or ()),
        account=fields.get("account", ""),
        service=fields.get("serviceName", ""),
        namespace=fields.get("namespace", ""),
    )


def _check_mapping(reading: Reading, path: FieldPath, fields: Mapping[str, Any]) -> None:
    others = [name for name in fields if name not in ("account", "noDuplicateARNs")]
    if fields.get("account") and others:
        raise reading.error(
            (*path, "account"),
            "account cannot be configured with any other options",
            f"move {', '.join(others)} to a mapping of its own",
        )
    service, namespace = fields.get("serviceName"), fields.get("namespace")
    if bool(service) != bool(namespace):
        raise reading.error(
            path,
            "namespace is required when using serviceName"
            if service
            else "serviceName is required when using namespace",
            "set both or neither",
        )
    if fields.get("arn"):
        check_arn(reading, (*path, "arn"), fields["arn"])
    elif not (service or fields.get("account")):
        raise reading.error(path, "arn, account or serviceName must be set", "say whom it maps")
