"""The ConfigMap aws-auth as the authenticator reads it: what is good is kept, the rest reported.

    found = parse(config_map["data"])
    found.mapping_of(identity) -> Mapping | None

Each of its keys holds a text that is YAML. An error in it loses all entries of that key; an entry
without an ARN is lost alone, and a field of the wrong type is lost alone. ARNs are compared without
regard to case, and the last entry of an ARN counts. Source: aws-iam-authenticator
pkg/mapper/configmap/{configmap,mapper}.go, pkg/config/mapper.go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from minieks.eks.identity import mapping
from minieks.eks.identity.mapping import Identity
from minieks.kube.words.objects import Obj

ROLES: Final = "mapRoles"
USERS: Final = "mapUsers"
ACCOUNTS: Final = "mapAccounts"
_NOTHING: Final = ("", "``", '""')
_GO_TYPES: Final = {"str": "string", "int": "number", "float": "number", "dict": "object"}
_CONTEXTS: Final = {
    "while parsing a block mapping": "did not find expected key",
    "while parsing a block collection": "did not find expected '-' indicator",
}


class _JsonValues(yaml.SafeLoader):
    """Plain values as JSON has them: a date is a text."""


_JsonValues.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":timestamp")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of mapRoles or mapUsers."""

    arn: str
    username: str = ""
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AwsAuth:
    """All that a ConfigMap says, rows by ARN in lower case; ``errors`` says what was lost."""

    roles: Mapping[str, Row] = field(default_factory=dict)
    users: Mapping[str, Row] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    def mapping_of(self, identity: Identity) -> mapping.Mapping | None:
        """What it says of a caller: roles first, then users, then accounts; None for nobody."""
        asked = identity.canonical.lower()
        for key, rows in ((ROLES, self.roles), (USERS, self.users)):
            row = rows.get(asked)
            if row is not None:
                return mapping.Mapping(row.username, row.groups, f"aws-auth {key}")
        if identity.caller.account in self.accounts:
            return mapping.Mapping(identity.canonical, (), f"aws-auth {ACCOUNTS}")
        return None


NO_CONFIG_MAP: Final = AwsAuth()


def of_config_map(obj: Obj | None) -> AwsAuth:
    """What the ConfigMap says; nothing if there is none."""
    return NO_CONFIG_MAP if obj is None else parse(obj.get("data") or {})


def parse(data: Mapping[str, Any]) -> AwsAuth:
    """What the data of the ConfigMap says."""
    errors: list[str] = []
    users = _rows(data, USERS, errors)
    roles = _rows(data, ROLES, errors)
    return AwsAuth(
        {row.arn.lower(): row for row in roles},
        {row.arn.lower(): row for row in users},
        tuple(_accounts(data, errors)),
        tuple(errors),
    )


def complaint(found: AwsAuth) -> str:
    """All errors as the authenticator logs them; empty if there are none."""
    return f"error parsing config map: [{' '.join(found.errors)}]" if found.errors else ""


def _rows(data: Mapping[str, Any], key: str, errors: list[str]) -> list[Row]:
    try:
        read = _loaded(data.get(key), _JsonValues)
    except yaml.YAMLError as error:
        errors.append(_told(error))
        return []
    if read is None:
        return []
    type_name = "RoleMapping" if key == ROLES else "UserMapping"
    if not isinstance(read, list):
        errors.append(_unfit(read, f"[]config.{type_name}"))
        return []
    arn_key = "rolearn" if key == ROLES else "userarn"
    rows = (_row(entry, arn_key, f"config.{type_name}", errors) for entry in read)
    return [row for row in rows if row is not None]


def _loaded(text: Any, loader: type[yaml.SafeLoader] | type[yaml.BaseLoader]) -> Any:
    """What the text means; raises YAMLError."""
    if text is None or str(text).strip() in _NOTHING:
        return None
    try:
        return yaml.load(str(text), Loader=loader)
    except RecursionError:
        raise yaml.YAMLError("exceeded max depth of 10000") from None


def _row(entry: Any, arn_key: str, type_name: str, errors: list[str]) -> Row | None:
    fields = _fields(entry, type_name, errors)
    arn = _text(fields, arn_key, type_name, errors)
    if not arn:
        needed = "one of rolearn or SSO must be supplied"
        errors.append(needed if arn_key == "rolearn" else "value for userarn must be supplied")
        return None
    username = _text(fields, "username", type_name, errors)
    return Row(arn, username, tuple(_groups(fields, type_name, errors)))


def _fields(entry: Any, type_name: str, errors: list[str]) -> dict[str, Any]:
    """The fields of an entry under names in lower case: JSON in Go is not particular about it."""
    if isinstance(entry, dict):
        return {str(name).lower(): value for name, value in entry.items()}
    if entry is not None:
        errors.append(_unfit(entry, type_name))
    return {}


def _text(fields: Mapping[str, Any], name: str, type_name: str, errors: list[str]) -> str:
    value = fields.get(name)
    if value is None or isinstance(value, str):
        return value or ""
    errors.append(_unfit(value, "string", f"{type_name.removeprefix('config.')}.{name}"))
    return ""


def _groups(fields: Mapping[str, Any], type_name: str, errors: list[str]) -> Iterator[str]:
    value = fields.get("groups")
    place = f"{type_name.removeprefix('config.')}.groups"
    if value is not None and not isinstance(value, list):
        errors.append(_unfit(value, "[]string", place))
        return
    for group in value or ():
        if isinstance(group, str):
            yield group
        else:
            errors.append(_unfit(group, "string", place))


def _accounts(data: Mapping[str, Any], errors: list[str]) -> Iterator[str]:
    """The accounts; numbers are taken as they are written."""
    try:
        read = _loaded(data.get(ACCOUNTS), yaml.BaseLoader)
    except yaml.YAMLError as error:
        errors.append(_told(error))
        return
    if isinstance(read, list):
        yield from (one for one in read if isinstance(one, str))
    elif read is not None:
        errors.append("yaml: unmarshal errors:\n  line 1: cannot unmarshal !!str into []string")


def _unfit(value: Any, wanted: str, place: str = "") -> str:
    """What Go says of a JSON value of the wrong type."""
    kind = "bool" if isinstance(value, bool) else _GO_TYPES.get(type(value).__name__, "array")
    into = f"Go struct field {place} of type {wanted}" if place else f"Go value of type {wanted}"
    return f"json: cannot unmarshal {kind} into {into}"


def _told(error: yaml.YAMLError) -> str:
    """What Go's parser says of the same mistake."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem is None:
        return f"yaml: {error}"
    problem = re.sub(r"character '.*?' ", "character ", error.problem)
    problem = problem.replace("not allowed here", "not allowed in this context")
    if problem.startswith("expected <block end>"):
        problem = _CONTEXTS.get(str(error.context), problem)
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    return f"yaml: line {line}: {problem}"
