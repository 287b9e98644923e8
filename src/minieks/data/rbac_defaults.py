"""The roles and bindings that a kube-apiserver makes when it starts, as plain values.

The rules stand in ``rbac_defaults.toml``, in the short form that is described there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from minieks.data.files import read_toml

_CONTROLLER = "system:controller:"
_CORE = "core"


@dataclass(frozen=True, slots=True)
class DefaultRole:
    """A role: its rules as JSON; ``space`` is empty for a ClusterRole.

    ``aggregates`` is the label whose roles it gathers, ``gathered_by`` are the labels it has.
    """

    name: str
    rules: tuple[dict[str, list[str]], ...] = ()
    space: str = ""
    aggregates: str = ""
    gathered_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DefaultBinding:
    """A binding of a role of the same scope to ``(kind, namespace, name)`` each."""

    name: str
    role: str
    subjects: tuple[tuple[str, str, str], ...]
    space: str = ""


@cache
def roles() -> tuple[DefaultRole, ...]:
    """The ClusterRoles, in the order of the file, then the Roles."""
    data = read_toml("rbac_defaults.toml")
    verbs, gathered = data["verbs"], data["aggregate_to"]
    found = [
        DefaultRole(name, aggregates=name, gathered_by=tuple(by))
        for name, by in data["aggregated"].items()
    ]
    for name, rules in _cluster_roles(data).items():
        by = (gathered[name],) if name in gathered else ()
        found.append(DefaultRole(name, rules_of(rules, verbs), gathered_by=by))
    for space, local in data["roles"].items():
        found.extend(
            DefaultRole(name, rules_of(rules, verbs), space) for name, rules in local.items()
        )
    return tuple(found)


def _cluster_roles(data: Mapping[str, Any]) -> dict[str, list[str]]:
    controllers = {f"{_CONTROLLER}{name}": rules for name, rules in data["controllers"].items()}
    return {**data["cluster_roles"], **controllers}


@cache
def bindings() -> tuple[DefaultBinding, ...]:
    """The ClusterRoleBindings, in the order of the file, then the RoleBindings."""
    data = read_toml("rbac_defaults.toml")
    found = [
        DefaultBinding(name, name, _subjects(subjects))
        for name, subjects in data["cluster_role_bindings"].items()
    ]
    for name in data["controllers"]:
        role = f"{_CONTROLLER}{name}"
        found.append(DefaultBinding(role, role, (("ServiceAccount", "kube-system", name),)))
    for space, local in data["role_bindings"].items():
        for name, row in local.items():
            role = row.get("role", name)
            found.append(DefaultBinding(name, role, _subjects(row["subjects"]), space))
    return tuple(found)


def rules_of(texts: Sequence[str], verbs: Mapping[str, str]) -> tuple[dict[str, list[str]], ...]:
    """The rules of a list in the short form; ``verbs`` are words that stand for several."""
    return tuple(_rule(text, verbs) for text in texts)


def _rule(text: str, verbs: Mapping[str, str]) -> dict[str, list[str]]:
    """A rule of the short form: three or four parts for resources, two for paths."""
    parts = [part.split() for part in text.split("|")]
    allowed = verbs.get(parts[0][0], " ".join(parts[0])).split()
    if len(parts) == 2:
        return {"verbs": allowed, "nonResourceURLs": parts[1]}
    rule = {
        "verbs": allowed,
        "apiGroups": ["" if group == _CORE else group for group in parts[1]],
        "resources": parts[2],
    }
    return {**rule, "resourceNames": parts[3]} if len(parts) == 4 else rule


def _subjects(texts: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    found = []
    for text in texts:
        kind, _, rest = text.partition(" ")
        space, _, name = rest.rpartition("/") if kind == "ServiceAccount" else ("", "", rest)
        found.append((kind, space, name))
    return tuple(found)
