"""The answers 401 and 403, with the real server's words.

Source: kubernetes apiserver pkg/endpoints/handlers/responsewriters/errors.go.
"""

from minieks.kube.api.errors import ApiError, Forbidden
from minieks.kube.api.fields import quoted
from minieks.kube.api.options import UserInfo
from minieks.kube.auth.attributes import Attributes
from minieks.kube.words.objects import Obj

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class Unauthorized(ApiError):
    """Nobody knows who asks."""

    def __init__(self) -> None:
        super().__init__(401, "Unauthorized", "Unauthorized")


class PathForbidden(ApiError):
    """The user may not ask for a path that is no resource."""

    def __init__(self, why: str) -> None:
        super().__init__(403, "Forbidden", f"forbidden: {why}")

    def to_status(self) -> Obj:
        """The ``Status``; its details are there, and empty."""
        status = super().to_status()
        return {**status, "details": {}}


def refusal(user: UserInfo, wish: Attributes, reason: str = "") -> ApiError:
    """The 403 for a wish that nobody allows."""
    why = _described(user, wish).translate(_ESCAPED)
    if reason:
        why = f"{why}: {reason}"
    if not wish.is_resource:
        return PathForbidden(why)
    collection = f"{wish.resource}.{wish.api_group}" if wish.api_group else wish.resource
    return Forbidden(collection, wish.name, why)


def _described(user: UserInfo, wish: Attributes) -> str:
    who = f"User {quoted(user.name)} cannot {wish.verb}"
    if not wish.is_resource:
        return f"{who} path {quoted(wish.path)}"
    what = f"{who} resource {quoted(wish.combined)} in API group {quoted(wish.api_group)}"
    if not wish.namespace:
        return f"{what} at the cluster scope"
    return f"{what} in the namespace {quoted(wish.namespace)}"
