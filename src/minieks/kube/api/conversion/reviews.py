"""ConversionReview: what a conversion webhook is sent, and what its answer means.

Source: kubernetes apiextensions-apiserver pkg/apiserver/conversion/webhook_converter.go.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from minieks.kube.api.fields import FieldError, aggregate
from minieks.kube.api.validation import meta
from minieks.kube.words.objects import Obj

_GROUP: Final = "apiextensions.k8s.io"
_KNOWN: Final = ("v1", "v1beta1")
_SAME: Final = (("name", "name"), ("namespace", "namespace"), ("uid", "UID"))
_CHECKS: Final = {"labels": meta.labels, "annotations": meta.annotations}
# The server names the place of wrong annotations so.
_PATHS: Final = {"labels": "metadata.labels", "annotations": "metadata.annotation"}


class WrongConversion(ValueError):
    """An answer that converts nothing as was asked; the message is the server's."""


def review_of(known: Sequence[str], objects: Sequence[Obj], api_version: str, uid: str) -> Obj:
    """The review by which objects are asked for in a version; raises WrongConversion.

    ``known`` are the versions of reviews that the webhook understands; the first one counts.
    """
    version = next((one for one in known if one in _KNOWN), None)
    if version is None:
        raise WrongConversion("no supported conversion review versions")
    request = {"uid": uid, "desiredAPIVersion": api_version, "objects": list(objects)}
    return {"kind": "ConversionReview", "apiVersion": f"{_GROUP}/{version}", "request": request}


def answered(answer: Any, asked: Obj) -> list[Any]:
    """The objects of an answer to a review, not looked at yet; raises WrongConversion."""
    found = answer if isinstance(answer, dict) else {}
    wanted = f"{_GROUP}/v1"
    checked = asked["apiVersion"] == wanted
    if checked and (found.get("apiVersion"), found.get("kind")) != (wanted, "ConversionReview"):
        told = f"{found.get('apiVersion') or '/'}, Kind={found.get('kind') or ''}"
        raise WrongConversion(
            f"expected webhook response of {wanted}, Kind=ConversionReview, got {told}"
        )
    response = found.get("response")
    if not isinstance(response, dict):
        raise WrongConversion("no response provided")
    uid, got = asked["request"]["uid"], response.get("uid") or ""
    if checked and got != uid:
        raise WrongConversion(f'expected response.uid="{uid}", got "{got}"')
    _check_result(response.get("result") or {})
    return list(response.get("convertedObjects") or ())


def _check_result(result: Mapping[str, Any]) -> None:
    status = result.get("status") or ""
    if status != "Success":
        why = result.get("message")
        raise WrongConversion(why or f"response.result.status was '{status}', not 'Success'")


def restored(original: Obj, converted: Any, api_version: str, index: int | None) -> Obj:
    """A converted object with the metadata of the original, but for labels and annotations.

    ``index`` is its place among those that were converted together, None for one that was alone.
    Raises WrongConversion.
    """
    found: Obj = converted if isinstance(converted, dict) else {}
    many = "" if index is None else f" converted object at index {index}"
    _check_type(original, found, api_version, many or " object at index 0")
    try:
        _check_same(original, found)
    except WrongConversion as error:
        raise WrongConversion(f"returned invalid{many or ' object'}: {error}") from None
    place = "" if index is None else f" in object at index {index}"
    try:
        kept = _metadata(original["metadata"], found)
    except WrongConversion as error:
        raise WrongConversion(f"returned invalid metadata{place}: {error}") from None
    return {**found, "metadata": kept}


def _check_type(original: Obj, found: Obj, api_version: str, about: str) -> None:
    for what, wanted, got in (
        ("groupVersion", api_version, str(found.get("apiVersion") or "")),
        ("kind", original["kind"], str(found.get("kind") or "")),
    ):
        if wanted != got:
            told = f"invalid {what} (expected {wanted}, received {got})"
            raise WrongConversion(f"returned invalid{about}: {told}")


def _check_same(original: Obj, found: Obj) -> None:
    before, after = original["metadata"], found.get("metadata")
    after = after if isinstance(after, dict) else {}
    for field, shown in _SAME:
        was, now = before.get(field) or "", after.get(field) or ""
        if was != now:
            raise WrongConversion(f"must have the same {shown}: {was} != {now}")


def _metadata(before: Obj, found: Obj) -> Obj:
    if "metadata" not in found:
        raise WrongConversion("missing metadata in converted object")
    after = found["metadata"]
    if not isinstance(after, dict):
        raise WrongConversion(f"invalid metadata of type {_go_type(after)} in converted object")
    kept = {key: value for key, value in before.items() if key not in _CHECKS}
    for field in _CHECKS:
        texts = after.get(field)
        if texts is not None:
            _check_texts(field, texts, before.get(field) or {})
            kept[field] = texts
    return kept


def _check_texts(field: str, texts: Any, before: Obj) -> None:
    """Labels or annotations are strings, and what changes in them is well-formed."""
    if not isinstance(texts, dict):
        told = f"invalid metadata.{field} of type {_go_type(texts)} in converted object"
        raise WrongConversion(told)
    for key, text in texts.items():
        if not isinstance(text, str):
            told = f"must be a string, but is {_go_type(text)} in converted object"
            raise WrongConversion(f"metadata.{field}[{key}] {told}")
    if texts != before:
        problems: list[FieldError] = list(_CHECKS[field](texts, _PATHS[field]))
        if problems:
            raise WrongConversion(aggregate(problems))


def _go_type(value: Any) -> str:
    """What Go calls the type of a value that was read from JSON."""
    known = {bool: "bool", int: "int64", float: "float64", str: "string", type(None): "<nil>"}
    return known.get(type(value)) or (
        "[]interface {}" if isinstance(value, list) else "map[string]interface {}"
    )
