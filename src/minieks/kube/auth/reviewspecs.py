"""What a question about rights must look like.

Source: kubernetes pkg/apis/authorization/validation/validation.go.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from minieks.kube.api.fields import FieldError, forbidden, invalid, required
from minieks.kube.words.objects import Obj, metadata, namespace

Problems: TypeAlias = Iterator[FieldError]

_NEEDS_VALUES: Final = ("In", "NotIn")
_TAKES_NONE: Final = ("Exists", "DoesNotExist")


def self_access(review: Obj) -> Problems:
    """What is wrong with a SelfSubjectAccessReview."""
    yield from _attributes(review.get("spec") or {})
    yield from _metadata(review, "must be empty")


def access(review: Obj) -> Problems:
    """What is wrong with a SubjectAccessReview."""
    spec = review.get("spec") or {}
    yield from _attributes(spec)
    yield from _subject(spec)
    yield from _metadata(review, "must be empty")


def local_access(review: Obj) -> Problems:
    """What is wrong with a LocalSubjectAccessReview."""
    spec = review.get("spec") or {}
    yield from _attributes(spec)
    yield from _subject(spec)
    yield from _metadata(review, "must be empty except for namespace", "namespace")
    resource, plain = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and (resource.get("namespace") or "") != namespace(review):
        place = "spec.resourceAttributes.namespace"
        yield invalid(place, resource.get("namespace") or "", "must match metadata.namespace")
    if plain is not None:
        why = "disallowed on this kind of request"
        yield invalid("spec.nonResourceAttributes", _internal(plain), why)


def _attributes(spec: Obj) -> Problems:
    resource, plain = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and plain is not None:
        why = "cannot be specified in combination with resourceAttributes"
        yield invalid("spec.nonResourceAttributes", _internal(plain), why)
    if resource is None and plain is None:
        why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield invalid("spec.resourceAttributes", None, why)
    for field in ("fieldSelector", "labelSelector"):
        selector = (resource or {}).get(field)
        if selector is not None:
            yield from _selector(selector, f"spec.resourceAttributes.{field}")


def _subject(spec: Obj) -> Problems:
    if not spec.get("user") and not spec.get("groups"):
        yield invalid("spec.user", "", "at least one of user or group must be specified")


def _metadata(review: Obj, why: str, *allowed: str) -> Problems:
    meta = metadata(review)
    if any(meta.get(field) for field in meta if field not in ("managedFields", *allowed)):
        yield invalid("metadata", meta, why)


def _internal(plain: Mapping[str, Any]) -> Obj:
    """The attributes as the server prints its internal type."""
    return {"Path": plain.get("path") or "", "Verb": plain.get("verb") or ""}


def _selector(selector: Obj, place: str) -> Problems:
    raw, requirements = selector.get("rawSelector"), selector.get("requirements")
    if raw and requirements:
        why = "may not specified at the same time as requirements"
        yield invalid(f"{place}.rawSelector", raw, why)
    if not raw and not requirements:
        why = f"when {place} is specified, requirements or rawSelector is required"
        yield required(f"{place}.requirements", why)
    for index, requirement in enumerate(requirements or ()):
        yield from _requirement(requirement, f"{place}.requirements[{index}]")


def _requirement(requirement: Obj, place: str) -> Problems:
    if not requirement.get("key"):
        yield required(f"{place}.key", "must be specified")
    operator, values = requirement.get("operator"), requirement.get("values")
    if operator in _NEEDS_VALUES and not values:
        why = "must be specified when `operator` is 'In' or 'NotIn'"
        yield required(f"{place}.values", why)
    if operator in _TAKES_NONE and values:
        why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        yield forbidden(f"{place}.values", why)
