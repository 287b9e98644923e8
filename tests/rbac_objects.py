"""Roles, bindings and a store of them, for tests."""

from typing import Any

from minieks.engine.store import Store
from minieks.kube.words.objects import Obj, key

_GROUP = "rbac.authorization.k8s.io"
CONFIG_MAPS: Obj = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}


def role(name: str, *rules: Obj, space: str = "") -> Obj:
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "Role" if space else "ClusterRole",
        "metadata": {"name": name, "namespace": space} if space else {"name": name},
        "rules": list(rules),
    }


def binding(name: str, role_ref: tuple[str, str], *subjects: Obj, space: str = "") -> Obj:
    return {
        "apiVersion": f"{_GROUP}/v1",
        "kind": "RoleBinding" if space else "ClusterRoleBinding",
        "metadata": {"name": name, "namespace": space} if space else {"name": name},
        "roleRef": {"apiGroup": _GROUP, "kind": role_ref[0], "name": role_ref[1]},
        "subjects": list(subjects),
    }


def subject(kind: str, name: str, **more: Any) -> Obj:
    return {"kind": kind, "name": name, **more}


def put(store: Store, *objects: Obj) -> None:
    for obj in objects:
        plural = f"{obj['kind'].lower()}s.{_GROUP}"
        if store.get(plural, key(obj)) is None:
            store.create(plural, key(obj), obj)
        else:
            store.replace(plural, key(obj), obj)


def store_of(*objects: Obj) -> Store:
    store = Store()
    put(store, *objects)
    return store
