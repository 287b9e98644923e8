"""Defaults of configuration, quotas, nodes, leases, roles and classes.

Source: kubernetes pkg/apis/{core,rbac,scheduling,coordination,admissionregistration,
apiextensions}/v1/defaults.go.
"""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final

from minieks.kube.api.defaulting.fill import each, filled, within
from minieks.kube.api.statusshapes import shaped
from minieks.kube.words.objects import Obj

_RBAC: Final = "rbac.authorization.k8s.io"
_NODE_INFO: Final = dict.fromkeys(
    (
        "machineID",
        "systemUUID",
        "bootID",
        "kernelVersion",
        "osImage",
        "containerRuntimeVersion",
        "kubeletVersion",
        "kubeProxyVersion",
        "operatingSystem",
        "architecture",
    ),
    "",
)


def secret(obj: Obj) -> Obj:
    """A Secret: plain ``stringData`` becomes base64 ``data``."""
    found = filled(obj, {"type": "Opaque"})
    plain = found.get("stringData")
    if not plain:
        return found
    encoded = {key: b64encode(text.encode()).decode() for key, text in plain.items()}
    without = {key: value for key, value in found.items() if key != "stringData"}
    return {**without, "data": {**(found.get("data") or {}), **encoded}}


def limit_range(obj: Obj) -> Obj:
    """A LimitRange."""
    return within(
        filled(obj, {"spec": {}}), "spec", lambda spec: each(spec, "limits", _limit_range_item)
    )


def _limit_range_item(item: Obj) -> Obj:
    """The default limit is the maximum; the default request that limit, else the minimum."""
    if item.get("type") != "Container":
        return item
    default = {**item.get("max", {}), **item.get("default", {})}
    request = {**item.get("min", {}), **default, **item.get("defaultRequest", {})}
    parts = {"default": default, "defaultRequest": request}
    return {**item, **{key: value for key, value in parts.items() if value}}


def resource_quota(obj: Obj) -> Obj:
    """A ResourceQuota."""
    return filled(obj, {"spec": {}})


def node(obj: Obj) -> Obj:
    """A Node."""
    found = shaped("nodes", filled(obj, {"spec": {}, "status": {}}))
    found = within(found, "spec", _node_spec)
    return within(found, "status", _node_status)


def _node_spec(spec: Obj) -> Obj:
    """The first range of addresses is also said alone."""
    alone = spec.get("podCIDR")
    return filled(spec, {"podCIDRs": [alone]}) if alone else spec


def _node_status(status: Obj) -> Obj:
    found = filled(
        status,
        {"daemonEndpoints": {"kubeletEndpoint": {"Port": 0}}, "nodeInfo": {}},
    )
    found = within(found, "nodeInfo", lambda info: filled(info, _NODE_INFO))
    capacity = found.get("capacity")
    return filled(found, {"allocatable": capacity}) if capacity else found


def namespace(obj: Obj) -> Obj:
    """A Namespace carries its name as a label."""
    name = (obj.get("metadata") or {}).get("name")
    if not name:
        return obj
    return within(obj, "metadata", lambda meta: _with_name_label(meta, name))


def _with_name_label(meta: Obj, name: str) -> Obj:
    labels = meta.get("labels") or {}
    if labels.get("kubernetes.io/metadata.name") == name:
        return meta
    return {**meta, "labels": {**labels, "kubernetes.io/metadata.name": name}}


def lease(obj: Obj) -> Obj:
    """A Lease."""
    return filled(obj, {"spec": {}})


def priority_class(obj: Obj) -> Obj:
    """A PriorityClass."""
    return filled(obj, {"value": 0, "preemptionPolicy": "PreemptLowerPriority"})


def role(obj: Obj) -> Obj:
    """A Role or ClusterRole: rules are shown even if there are none."""
    return filled(obj, {"rules": None})


def role_binding(obj: Obj) -> Obj:
    """A RoleBinding or ClusterRoleBinding."""
    found = within(
        filled(obj, {"roleRef": {}}), "roleRef", lambda ref: filled(ref, {"apiGroup": _RBAC})
    )
    return each(found, "subjects", _subject)


def _subject(subject: Obj) -> Obj:
    if subject.get("kind") in ("User", "Group"):
        return filled(subject, {"apiGroup": _RBAC})
    return subject


def webhook_configuration(obj: Obj) -> Obj:
    """A ValidatingWebhookConfiguration or MutatingWebhookConfiguration."""
    mutating = obj.get("kind") == "MutatingWebhookConfiguration"
    return each(obj, "webhooks", lambda webhook: _webhook(webhook, mutating))


def _webhook(webhook: Obj, mutating: bool) -> Obj:
    defaults: dict[str, Any] = {
        "clientConfig": {},
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
    }
    if mutating:
        defaults["reinvocationPolicy"] = "Never"
    found = each(filled(webhook, defaults), "rules", _webhook_rule)
    return within(found, "clientConfig", _client_config)


def _webhook_rule(rule: Obj) -> Obj:
    return filled(rule, {"scope": "*"})


def _client_config(config: Obj) -> Obj:
    return within(config, "service", lambda service: filled(service, {"port": 443}))


def admission_policy(obj: Obj) -> Obj:
    """A ValidatingAdmissionPolicy."""
    found = within(obj, "spec", lambda spec: filled(spec, {"failurePolicy": "Fail"}))
    return within(found, "spec", lambda spec: within(spec, "matchConstraints", _match))


def mutating_policy(obj: Obj) -> Obj:
    """A MutatingAdmissionPolicy."""
    found = admission_policy(obj)
    return within(found, "spec", lambda spec: filled(spec, {"reinvocationPolicy": "Never"}))


def admission_policy_binding(obj: Obj) -> Obj:
    """A ValidatingAdmissionPolicyBinding."""
    return within(obj, "spec", lambda spec: within(spec, "matchResources", _match))


def _match(match: Obj) -> Obj:
    selectors: Mapping[str, Any] = {
        "namespaceSelector": {},
        "objectSelector": {},
        "matchPolicy": "Equivalent",
    }
    return each(filled(match, selectors), "resourceRules", _webhook_rule)


def custom_resource_definition(obj: Obj) -> Obj:
    """A CustomResourceDefinition: names that follow from the kind, no conversion."""
    return within(obj, "spec", _definition_spec)


def _definition_spec(spec: Obj) -> Obj:
    found = filled(spec, {"conversion": {}, "names": {}})
    found = within(found, "names", _names)
    found = within(found, "conversion", lambda part: filled(part, {"strategy": "None"}))
    return found


def _names(names: Obj) -> Obj:
    kind = names.get("kind", "")
    return filled(names, {"singular": kind.lower(), "listKind": f"{kind}List"} if kind else {})


def event(obj: Obj) -> Obj:
    """An Event: fields that Go always writes."""
    if obj.get("apiVersion") == "v1":
        always = ("source", "firstTimestamp", "lastTimestamp", "eventTime", "reportingComponent")
        empty: tuple[Any, ...] = ({}, None, None, None, "")
        return filled(obj, {**dict(zip(always, empty, strict=True)), "reportingInstance": ""})
    return filled(
        obj,
        {
            "deprecatedSource": {},
            "deprecatedFirstTimestamp": None,
            "deprecatedLastTimestamp": None,
        },
    )
