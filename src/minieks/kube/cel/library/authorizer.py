"""Questions about what a user may do. Source: kubernetes pkg/cel/library/authz.go.

The answer comes from whoever evaluates: an ``Authorizer`` carries the function to ask.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from minieks.kube.cel.asking import Answer, Question
from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque


@dataclass(frozen=True, slots=True)
class Authorizer(Opaque):
    """Who is asked; for another than the user of the request, a service account."""

    ask: Callable[[Question], Answer]
    service_account: tuple[str, str] | None = None

    cel_type = "kubernetes.authorization.Authorizer"


@dataclass(frozen=True, slots=True)
class Check(Opaque):
    """A question that is not complete yet, and who will be asked."""

    authorizer: Authorizer
    question: Question


class PathCheck(Check):
    """A question about a path."""

    __slots__ = ()
    cel_type = "kubernetes.authorization.PathCheck"


class GroupCheck(Check):
    """A question about an API group."""

    __slots__ = ()
    cel_type = "kubernetes.authorization.GroupCheck"


class ResourceCheck(Check):
    """A question about a resource."""

    __slots__ = ()
    cel_type = "kubernetes.authorization.ResourceCheck"


@dataclass(frozen=True, slots=True)
class Decision(Opaque):
    """The answer."""

    answer: Answer

    cel_type = "kubernetes.authorization.Decision"


def _service_account(given: Authorizer, namespace: str, name: str) -> Authorizer:
    return replace(given, service_account=(namespace, name))


def _path(given: Authorizer, path: str) -> Check:
    if not path.strip():
        raise EvaluationError("path must not be empty")
    return PathCheck(given, Question("", path=path))


def _group(given: Authorizer, group: str) -> Check:
    return GroupCheck(given, Question("", group=group))


def _field(name: str) -> Callable[[Check, str], ResourceCheck]:
    def run(given: Check, value: str) -> ResourceCheck:
        fields: dict[str, Any] = {name: value}
        return ResourceCheck(given.authorizer, given.question._replace(**fields))

    return run


def _check(given: Check, verb: str) -> Decision:
    asker = given.authorizer
    question = given.question._replace(verb=verb, service_account=asker.service_account)
    return Decision(asker.ask(question))


_A: Final = "kubernetes.authorization.Authorizer"
_P: Final = "kubernetes.authorization.PathCheck"
_G: Final = "kubernetes.authorization.GroupCheck"
_R: Final = "kubernetes.authorization.ResourceCheck"
_D: Final = "kubernetes.authorization.Decision"

ROWS: Final[tuple[Row, ...]] = (
    ("path", f"{_A}.(string) -> {_P}", _path),
    ("group", f"{_A}.(string) -> {_G}", _group),
    ("serviceAccount", f"{_A}.(string, string) -> {_A}", _service_account),
    ("resource", f"{_G}.(string) -> {_R}", _field("resource")),
    ("subresource", f"{_R}.(string) -> {_R}", _field("subresource")),
    ("namespace", f"{_R}.(string) -> {_R}", _field("namespace")),
    ("name", f"{_R}.(string) -> {_R}", _field("name")),
    ("fieldSelector", f"{_R}.(string) -> {_R}", _field("field_selector")),
    ("labelSelector", f"{_R}.(string) -> {_R}", _field("label_selector")),
    ("check", f"{_P}.(string) -> {_D}", _check),
    ("check", f"{_R}.(string) -> {_D}", _check),
    ("errored", f"{_D}.() -> bool", lambda given: bool(given.answer.error)),
    ("error", f"{_D}.() -> string", lambda given: given.answer.error),
    ("allowed", f"{_D}.() -> bool", lambda given: given.answer.allowed),
    ("reason", f"{_D}.() -> string", lambda given: given.answer.reason),
)
