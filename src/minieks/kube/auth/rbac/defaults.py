"""Writes the roles and bindings that every cluster has, when it begins to be served.

Source: kubernetes pkg/registry/rbac/rest/storage_rbac.go (PostStartHook).
"""

from typing import Final

from minieks.data import rbac_defaults
from minieks.data.rbac_defaults import DefaultBinding, DefaultRole
from minieks.kube.api.server import Api
from minieks.kube.auth.rbac.aggregation import gathered
from minieks.kube.auth.rbac.grants import GROUP
from minieks.kube.words.objects import Obj, name

_API_VERSION: Final = f"{GROUP}/v1"
_AGGREGATE_TO: Final = f"{GROUP}/aggregate-to-"
_LABELS: Final = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ANNOTATIONS: Final = {"rbac.authorization.kubernetes.io/autoupdate": "true"}


def write_defaults(api: Api) -> None:
    """Create the default roles and bindings that are not there yet."""
    for obj in default_objects():
        kind = api.kinds.kind_of(obj)
        assert kind is not None
        meta = obj["metadata"]
        if api.get(kind.collection, meta.get("namespace", ""), meta["name"]) is None:
            api.create(obj)


def default_objects() -> list[Obj]:
    """All of them, the aggregated roles with the rules that they gather."""
    found = [_role(role) for role in rbac_defaults.roles()]
    by_name = {name(role): role for role in found if role["kind"] == "ClusterRole"}
    # A role may gather another that gathers: those without a gatherer come last.
    for role in reversed([one for one in by_name.values() if "aggregationRule" in one]):
        by_name[name(role)]["rules"] = gathered(role, by_name.values())
    return [*found, *(_binding(one) for one in rbac_defaults.bindings())]


def _meta(called: str, space: str) -> Obj:
    meta: Obj = {"name": called, "labels": dict(_LABELS), "annotations": dict(_ANNOTATIONS)}
    return {**meta, "namespace": space} if space else meta


def _role(role: DefaultRole) -> Obj:
    meta = _meta(role.name, role.space)
    meta["labels"].update({f"{_AGGREGATE_TO}{by}": "true" for by in role.gathered_by})
    obj: Obj = {
        "apiVersion": _API_VERSION,
        "kind": "Role" if role.space else "ClusterRole",
        "metadata": meta,
        "rules": [dict(rule) for rule in role.rules],
    }
    if role.aggregates:
        label = {f"{_AGGREGATE_TO}{role.aggregates}": "true"}
        obj["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": label}]}
    return obj


def _binding(binding: DefaultBinding) -> Obj:
    kind = "Role" if binding.space else "ClusterRole"
    return {
        "apiVersion": _API_VERSION,
        "kind": f"{kind}Binding",
        "metadata": _meta(binding.name, binding.space),
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": binding.role},
        "subjects": [_subject(*subject) for subject in binding.subjects],
    }


def _subject(kind: str, space: str, called: str) -> Obj:
    if kind == "ServiceAccount":
        return {"kind": kind, "name": called, "namespace": space}
    return {"kind": kind, "apiGroup": GROUP, "name": called}
