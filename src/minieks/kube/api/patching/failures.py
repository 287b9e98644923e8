"""How the API server answers a patch that it cannot apply.

Source: kubernetes apiserver pkg/endpoints/handlers/patch.go and
apimachinery pkg/util/mergepatch/errors.go.
"""

from typing import Any

from minieks.kube.api.errors import ApiError, BadRequest, Invalid, invalid
from minieks.kube.api.patching.gotext import go_text

_NOT_APPLICABLE = "the server rejected our request due to an error in our request"


def not_applicable() -> ApiError:
    """The 422 of a JSON patch that does not fit the object; the server does not say why."""
    return ApiError(422, "Invalid", _NOT_APPLICABLE, {})


def too_large(why: str) -> ApiError:
    """The 413 of a patch that asks for too much."""
    return ApiError(413, "RequestEntityTooLarge", f"Request entity too large: {why}")


def unexpected(text: str) -> ApiError:
    """The 500 without a reason that the server gives for an error of its patch library."""
    return ApiError(500, "", text)


def bad_format(what: str) -> BadRequest:
    """The 400 of a directive that is not of the form it must have."""
    return BadRequest(f"invalid patch format of {what}")


def no_merge_key(item: Any, key: str) -> ApiError:
    """An item of a list cannot be matched, for it lacks the key of the list."""
    return unexpected(f"map: {go_text(item)} does not contain declared merge key: {key}")


def bad_patch_type(directive: Any, item: Any) -> ApiError:
    """A ``$patch`` that is none of replace, merge and delete."""
    return unexpected(f"unknown patch type: {go_text(directive)} in map: {go_text(item)}")


def undecodable(shown: str, why: str) -> Invalid:
    """The 422 of a patch whose result is no object of the kind; ``shown`` is what was tried."""
    return Invalid("", "", "", [invalid("patch", shown, why)])
