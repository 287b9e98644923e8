"""Validation: what the API server refuses of an object that decodes, and of a change to it."""

from itertools import chain, islice

from minieks.kube.api.fields import MOST_ERRORS, FieldError
from minieks.kube.api.validation.meta import object_meta_update
from minieks.kube.api.validation.table import check_create, check_update
from minieks.kube.words.objects import Obj

__all__ = ["validate_create", "validate_update"]


def validate_create(obj: Obj) -> list[FieldError]:
    """What is wrong with a new object, in the server's order; empty if it is fine."""
    return list(islice(check_create(obj), MOST_ERRORS))


def validate_update(new: Obj, old: Obj) -> list[FieldError]:
    """What is wrong with a new version of an object; empty if it is fine."""
    return list(islice(chain(object_meta_update(new, old), check_update(new, old)), MOST_ERRORS))
