"""Whether a FlowSchema is about a user and about a request.

Source: kubernetes apiserver pkg/util/flowcontrol/rule.go. A ``*`` stands for everything only where
it stands alone, which validation sees to.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from minieks.kube.api.options import UserInfo
from minieks.kube.rest.requestinfo import RequestInfo
from minieks.kube.words.objects import Obj

_EVERYTHING: Final = "*"
_ACCOUNT: Final = "system:serviceaccount:"


class Rule(Protocol):
    """What a request must be to be in a flow."""

    def covers(self, info: RequestInfo) -> bool:
        """Whether the request is."""


class ResourceRule(NamedTuple):
    """Requests for resources; None stands for all of a kind."""

    verbs: frozenset[str] | None
    groups: frozenset[str] | None
    resources: frozenset[str] | None
    spaces: frozenset[str] | None
    cluster: bool

    def covers(self, info: RequestInfo) -> bool:
        """Whether it is about the request; one without a namespace must be meant expressly."""
        if not info.is_resource:
            return False
        if not (self.cluster if not info.namespace else _has(self.spaces, info.namespace)):
            return False
        return (
            _has(self.verbs, info.verb)
            and _has(self.groups, info.group)
            and (self.resources is None or _combined(info) in self.resources)
        )


class PathRule(NamedTuple):
    """Requests for what is no resource; a path also stands for what is below it."""

    verbs: frozenset[str] | None
    paths: tuple[str, ...]

    def covers(self, info: RequestInfo) -> bool:
        """Whether it is about the request."""
        if info.is_resource or not _has(self.verbs, info.verb):
            return False
        return any(_is_below(path, info.path) for path in self.paths)


def rules_for(schema: Obj, user: UserInfo) -> tuple[Rule, ...]:
    """The rules of a FlowSchema that are about requests of this user."""
    return tuple(
        rule
        for each in schema["spec"].get("rules") or ()
        if any(_is(user, subject) for subject in each.get("subjects") or ())
        for rule in _rules(each)
    )


def _rules(each: Obj) -> list[Rule]:
    resources: list[Rule] = [
        ResourceRule(
            _members(one.get("verbs")),
            _members(one.get("apiGroups")),
            _members(one.get("resources")),
            _members(one.get("namespaces")),
            bool(one.get("clusterScope")),
        )
        for one in each.get("resourceRules") or ()
    ]
    paths = [
        PathRule(_members(one.get("verbs")), tuple(one.get("nonResourceURLs") or ()))
        for one in each.get("nonResourceRules") or ()
    ]
    return [*resources, *paths]


def _is(user: UserInfo, subject: Obj) -> bool:
    kind = subject.get("kind")
    if kind == "User":
        return _named(subject.get("user"), (user.name,))
    if kind == "Group":
        return _named(subject.get("group"), user.groups)
    if kind != "ServiceAccount":
        return False
    account = subject.get("serviceAccount") or {}
    prefix = f"{_ACCOUNT}{account.get('namespace')}:"
    if account.get("name") == _EVERYTHING:
        return user.name.startswith(prefix)
    return user.name == f"{prefix}{account.get('name')}"


def _named(said: Obj | None, names: Sequence[str]) -> bool:
    wanted = (said or {}).get("name")
    return wanted == _EVERYTHING or wanted in names


def _members(listed: list[str] | None) -> frozenset[str] | None:
    return None if listed == [_EVERYTHING] else frozenset(listed or ())


def _has(members: frozenset[str] | None, value: str) -> bool:
    return members is None or value in members


def _combined(info: RequestInfo) -> str:
    return f"{info.resource}/{info.subresource}" if info.subresource else info.resource


def _is_below(path: str, asked: str) -> bool:
    if path in (_EVERYTHING, asked):
        return True
    above = path.removesuffix("*")
    return asked.startswith(above if above.endswith("/") else f"{above}/")
