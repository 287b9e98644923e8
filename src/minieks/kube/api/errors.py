"""The refusals of the API, and their wire form.

    ApiError (an EngineError)
    ├── NotFound           404
    ├── AlreadyExists      409
    ├── Conflict           409
    ├── Invalid            422  built from FieldErrors
    ├── Forbidden          403
    ├── BadRequest         400
    ├── TooManyRequests    429
    ├── MethodNotAllowed   405
    └── InternalError      500

Source of the texts: kubernetes apimachinery pkg/api/errors/errors.go. ``resource`` is always the
name of a collection: ``pods``, ``deployments.apps``.
"""

from collections.abc import Sequence
from typing import Any

from minieks.engine.errors import EngineError
from minieks.kube.api.fields import (
    FieldError,
    aggregate,
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
    too_long,
    too_many,
    type_invalid,
)
from minieks.kube.words.objects import Obj

__all__ = [
    "AlreadyExists",
    "ApiError",
    "BadRequest",
    "Conflict",
    "FieldError",
    "Forbidden",
    "InternalError",
    "Invalid",
    "MethodNotAllowed",
    "NotFound",
    "TooManyRequests",
    "aggregate",
    "duplicate",
    "forbidden",
    "invalid",
    "not_found",
    "not_supported",
    "refused",
    "required",
    "too_long",
    "too_many",
    "type_invalid",
]

MODIFIED = (
    "the object has been modified; please apply your changes to the latest version and try again"
)


class ApiError(EngineError):
    """A refusal with an HTTP code, a reason, a message, and details.

    Empty details are told as such; None are not.
    """

    def __init__(
        self, code: int, reason: str, message: str, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}
        self._says_details = details is not None
        self.metadata: dict[str, Any] = {}

    def to_status(self) -> Obj:
        """The ``Status`` object that answers the request."""
        status: Obj = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": self.metadata,
            "status": "Failure",
            "message": self.message,
        }
        if self.reason:
            status["reason"] = self.reason
        if self.details or self._says_details:
            status["details"] = self.details
        status["code"] = self.code
        return status


def _details(resource: str, name: str) -> dict[str, Any]:
    kind, _, group = resource.partition(".")
    found = {"name": name, "group": group, "kind": kind}
    return {key: value for key, value in found.items() if value}


class NotFound(ApiError):
    """There is no such object."""

    def __init__(self, resource: str, name: str) -> None:
        super().__init__(
            404, "NotFound", f'{resource} "{name}" not found', _details(resource, name)
        )


class AlreadyExists(ApiError):
    """An object of this name is there, or is still being deleted."""

    def __init__(self, resource: str, name: str, *, deleting: bool = False) -> None:
        prefix = "object is being deleted: " if deleting else ""
        super().__init__(
            409,
            "AlreadyExists",
            f'{prefix}{resource} "{name}" already exists',
            _details(resource, name),
        )


class Conflict(ApiError):
    """The object changed since it was read, or a precondition does not hold."""

    def __init__(self, resource: str, name: str, why: str = MODIFIED) -> None:
        super().__init__(
            409,
            "Conflict",
            f'Operation cannot be fulfilled on {resource} "{name}": {why}',
            _details(resource, name),
        )


class Invalid(ApiError):
    """The object breaks the rules of its kind; ``errors`` says where."""

    def __init__(self, kind: str, group: str, name: str, errors: Sequence[FieldError]) -> None:
        qualified = f"{kind}.{group}" if group else kind
        causes = [
            {"reason": error.type, "message": error.message(), "field": error.field}
            for error in errors
        ]
        details: dict[str, Any] = {"name": name, "group": group, "kind": kind}
        kept = {key: value for key, value in details.items() if value}
        super().__init__(
            422,
            "Invalid",
            f'{qualified} "{name}" is invalid: {aggregate(errors)}',
            {**kept, "causes": causes},
        )
        self.errors = tuple(errors)


class Forbidden(ApiError):
    """Admission or authorisation refuses the request."""

    def __init__(self, resource: str, name: str, why: str) -> None:
        about = f'{resource} "{name}"' if name else resource
        super().__init__(403, "Forbidden", f"{about} is forbidden: {why}", _details(resource, name))


_CODES = {"Unauthorized": 401, "Forbidden": 403, "Invalid": 422, "RequestEntityTooLarge": 413}


def refused(resource: str, name: str, why: str, reason: str) -> ApiError:
    """A policy's refusal: worded as Forbidden, with the reason (Invalid if empty) of its choice."""
    told = Forbidden(resource, name, why)
    reason = reason or "Invalid"
    details = {**told.details, "causes": [{"message": why}]}
    return ApiError(_CODES.get(reason, 422), reason, told.message, details)


class BadRequest(ApiError):
    """The request cannot be understood.

    ``field`` and ``wanted`` are no part of the answer: the place, and what can stand there.
    """

    def __init__(self, message: str, *, field: str = "", wanted: str = "") -> None:
        super().__init__(400, "BadRequest", message)
        self.field = field
        self.wanted = wanted


class TooManyRequests(ApiError):
    """Not now; ``retry_after`` is in seconds, 0 for unsaid."""

    def __init__(
        self,
        message: str,
        retry_after: int = 0,
        causes: Sequence[dict[str, str]] = (),
    ) -> None:
        details: dict[str, Any] = {}
        if causes:
            details["causes"] = list(causes)
        if retry_after:
            details["retryAfterSeconds"] = retry_after
        super().__init__(429, "TooManyRequests", message, details)
        self.retry_after = retry_after


class MethodNotAllowed(ApiError):
    """The resource does not know this verb."""

    def __init__(self, resource: str, verb: str) -> None:
        super().__init__(
            405,
            "MethodNotAllowed",
            f'{verb} is not supported on resources of kind "{resource}"',
            _details(resource, ""),
        )


class InternalError(ApiError):
    """The server failed."""

    def __init__(self, message: str) -> None:
        super().__init__(
            500,
            "InternalError",
            f"Internal error occurred: {message}",
            {"causes": [{"message": message}]},
        )
