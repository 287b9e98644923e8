"""Small tools to make an object with more fields, sharing all that stays the same."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from minieks.kube.words.objects import Obj

Change: TypeAlias = Callable[[Obj], Obj]


def filled(obj: Obj, defaults: Mapping[str, Any]) -> Obj:
    """The object with the defaults that it lacks."""
    if obj.keys() >= defaults.keys():
        return obj
    missing = {key: value for key, value in defaults.items() if key not in obj}
    return {**obj, **missing}


def replaced(obj: Obj, key: str, value: Any) -> Obj:
    """The object with another value of one field."""
    return obj if obj.get(key) is value else {**obj, key: value}


def within(obj: Obj, key: str, change: Change) -> Obj:
    """The object with a struct of it changed, if it has that struct."""
    value = obj.get(key)
    return replaced(obj, key, change(value)) if isinstance(value, dict) else obj


def each(obj: Obj, key: str, change: Change) -> Obj:
    """The object with every item of a list of it changed."""
    items = obj.get(key)
    if not items:
        return obj
    found = [change(item) for item in items]
    same = all(new is old for new, old in zip(found, items, strict=True))
    return obj if same else {**obj, key: found}


def through(obj: Obj, path: tuple[str, ...], change: Change) -> Obj:
    """The object with the struct at a path changed, if it is there."""
    if not path:
        return change(obj)
    return within(obj, path[0], lambda inner: through(inner, path[1:], change))
