"""What a user wants to do, and the answer of those who decide on it.

Source: kubernetes apiserver pkg/authorization/authorizer/interfaces.go.
"""

from typing import NamedTuple, Protocol

from minieks.kube.api.options import UserInfo
from minieks.kube.words.objects import Obj


class Attributes(NamedTuple):
    """One wish: a verb on a resource, or on a path if ``path`` is set.

    ``name`` and ``namespace`` are empty where the request has none.
    """

    verb: str
    api_group: str = ""
    api_version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    field_selector: str = ""

    @property
    def is_resource(self) -> bool:
        """Whether a resource is asked for, not a path like ``/version``."""
        return not self.path

    @property
    def combined(self) -> str:
        """The resource with its subresource: ``pods/log``."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource


class Decision(NamedTuple):
    """Whether it is allowed, and why or why not; no reason is the usual one for a refusal."""

    allowed: bool
    reason: str = ""


class Rules(NamedTuple):
    """All that a user may do in a namespace, as SelfSubjectRulesReview tells it.

    Each is a rule of RBAC's shape. ``error`` is what could not be found out.
    """

    resource: tuple[Obj, ...] = ()
    non_resource: tuple[Obj, ...] = ()
    error: str = ""


class Authorizer(Protocol):
    """Anything that can decide on wishes."""

    def authorize(self, user: UserInfo, wish: Attributes) -> Decision:
        """Whether the user may; not allowed means no more than that this one does not allow it."""

    def rules_for(self, user: UserInfo, space: str) -> Rules:
        """What the user may do in a namespace."""
