"""AdmissionReview: what a webhook is sent, and what its answer means.

Source: kubernetes apiserver pkg/admission/plugin/webhook/{request,errors,mutating,validating}.
"""

from base64 import b64decode
from typing import Any, Final, NamedTuple

import orjson

from minieks.kube.api.errors import ApiError, InternalError
from minieks.kube.api.patching import json_patch
from minieks.kube.api.policies.requests import AdmissionRequest
from minieks.kube.words.objects import Obj

_VERSION: Final = "admission.k8s.io/v1"


_REFUSALS: Final = {
    400: "the server rejected our request for an unknown reason",
    401: "the server has asked for the client to provide credentials",
    403: "unknown",
    404: "the server could not find the requested resource",
    405: "the server does not allow this method on the requested resource",
    429: "the server has received too many requests and has asked us to try again later",
}


class Review(NamedTuple):
    """What a webhook says: whether it allows, its warnings, and how it changes the object."""

    allowed: bool
    warnings: tuple[str, ...]
    patch: Any
    status: Obj


class WrongReview(ValueError):
    """An answer that is no AdmissionReview to what was asked; the message is the server's."""


def review_of(webhook: Obj, request: AdmissionRequest, uid: str) -> Obj:
    """The AdmissionReview that a webhook is sent, in the first version that it knows."""
    known = [
        one for one in webhook.get("admissionReviewVersions") or () if one in ("v1", "v1beta1")
    ]
    told = {
        "uid": uid,
        **request.told,
        "object": request.new,
        "oldObject": request.old,
    }
    if not told["namespace"]:
        del told["namespace"]
    if not told["name"]:
        del told["name"]
    version = f"admission.k8s.io/{known[0]}" if known else _VERSION
    return {"kind": "AdmissionReview", "apiVersion": version, "request": told}


def understood(answer: Any, asked: Obj, *, mutates: bool) -> Review:
    """What the answer to a review says; raises WrongReview."""
    version = asked["apiVersion"]
    found = answer if isinstance(answer, dict) else {}
    if (found.get("apiVersion"), found.get("kind")) != (version, "AdmissionReview"):
        told = f"{found.get('apiVersion') or '/'}, Kind={found.get('kind') or ''}"
        wanted = f"{version}, Kind=AdmissionReview"
        raise WrongReview(f"expected webhook response of {wanted}, got {told}")
    response = found.get("response")
    if not isinstance(response, dict):
        raise WrongReview("webhook response was absent")
    uid = asked["request"]["uid"]
    if version == _VERSION and response.get("uid") != uid:
        got = response.get("uid") or ""
        raise WrongReview(f'expected response.uid="{uid}", got "{got}"')
    return Review(
        bool(response.get("allowed")),
        tuple(str(text) for text in response.get("warnings") or ()),
        _patch(response, mutates=mutates),
        response.get("status") or {},
    )


def _patch(response: Obj, *, mutates: bool) -> Any:
    patch, kind = response.get("patch"), response.get("patchType")
    if not mutates:
        if patch:
            raise WrongReview("validating webhook may not return response.patch")
        if kind:
            raise WrongReview("validating webhook may not return response.patchType")
        return None
    if patch and not kind:
        raise WrongReview("webhook returned response.patch but not response.patchType")
    if kind and not patch:
        raise WrongReview("webhook returned response.patchType but not response.patch")
    if not patch:
        return None
    if kind != "JSONPatch":
        raise WrongReview(f'invalid webhook response: patchType "{kind}" is not supported')
    try:
        return orjson.loads(b64decode(patch))
    except ValueError as error:
        raise WrongReview(f"illegal base64 data or JSON in response.patch: {error}") from None


def patched(obj: Obj, patch: Any) -> Obj:
    """The object after a webhook's patch; raises InternalError."""
    try:
        found = json_patch.apply(obj, json_patch.operations(patch))
    except ApiError as error:
        raise InternalError(error.message) from None
    if not isinstance(found, dict) or not isinstance(found.get("metadata"), dict):
        raise InternalError("webhook's patch left no object")
    return found


def refusal_text(status: int, body: str) -> str:
    """What a client says of an answer that is not 200 and no Status.

    Source: kubernetes apimachinery pkg/api/errors/errors.go NewGenericServerResponse.
    """
    known = _REFUSALS.get(status)
    if known is not None:
        return known
    if status >= 500:
        shown = body.strip()
        return f'an error on the server ("{shown}") has prevented the request from succeeding'
    return f"the server responded with the status code {status} but did not return more information"


def denied(webhook: str, status: Obj) -> ApiError:
    """The refusal of a webhook, with the code and the reason that it gave."""
    said = f'admission webhook "{webhook}" denied the request'
    code = status.get("code") or 0
    reason = str(status.get("reason") or "")
    why = status.get("message") or reason
    text = f"{said}: {why}" if why else f"{said} without explanation"
    return ApiError(code if code >= 400 else 400, reason, text, status.get("details"))
