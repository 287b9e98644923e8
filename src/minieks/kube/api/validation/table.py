"""Which rules hold for which kind."""

from collections.abc import Iterator
from minieks.kube.api.fields import FieldError
from minieks.kube.words.objects import Obj


def check_create(obj: Obj) -> Iterator[FieldError]:
    """The rules of the object's kind."""
    yield from ()


def check_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """The rules of the object's kind about changes."""
    yield from ()
