"""Checks that many kinds share, and the memory of parts that were found fine.

Source: kubernetes pkg/apis/core/validation/validation.go and apimachinery pkg/api/validation.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeAlias

from minieks.kube.api.fields import (
    FieldError,
    Verbatim,
    forbidden,
    invalid,
    not_supported,
    required,
)
from minieks.kube.api.memo import IdentityMemo
from minieks.kube.api.validation.meta import labels
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

P = ParamSpec("P")
Found: TypeAlias = Iterable[FieldError]

NOT_NEGATIVE: Final = "must be greater than or equal to 0"
POSITIVE: Final = "must be greater than 0"
MAX_INT32: Final = 2**31 - 1

_MOST_MEMOS: Final = 512

_memos: dict[tuple[Any, ...], IdentityMemo[bool]] = {}


def remembered(
    check: Callable[Concatenate[Any, str, P], Iterator[FieldError]],
) -> Callable[Concatenate[Any, str, P], Iterator[FieldError]]:
    """Let a check pass over a part that it has found fine before.

    What comes after value and path must be hashable, and of few different values.
    """

    @wraps(check)
    def apply(value: Any, path: str, /, *args: P.args, **kwargs: P.kwargs) -> Iterator[FieldError]:
        key = (check, *args)
        memo = _memos.get(key)
        if memo is None:
            if len(_memos) >= _MOST_MEMOS:
                _memos.clear()
            memo = _memos[key] = IdentityMemo(8192)
        if memo.get(value):
            return iter(())
        found = tuple(check(value, path, *args, **kwargs))
        if not found:
            memo.put(value, True)
        return iter(found)

    return apply


def complaints(path: str, value: str, check: Callable[[str], Sequence[str]]) -> Found:
    """A FieldError for each complaint about a text."""
    return [invalid(path, value, text) for text in check(value)]


def not_negative(obj: Mapping[str, Any], key: str, path: str) -> Found:
    """A number that must not be below 0, if it is given."""
    value = obj.get(key)
    if value is None or value >= 0:
        return ()
    return (invalid(f"{path}.{key}", value, NOT_NEGATIVE),)


def one_of(obj: Mapping[str, Any], key: str, path: str, supported: Sequence[str]) -> Found:
    """A text of an enumeration, if it is given."""
    value = obj.get(key)
    if value is None or value in supported:
        return ()
    return (not_supported(f"{path}.{key}", value, supported),)


def port_or_name(value: Any, path: str) -> Found:
    """A port by number or name."""
    if isinstance(value, str):
        return complaints(path, value, names.port_name)
    number = value or 0
    return [invalid(path, number, text) for text in names.port_number(number)]


@remembered
def label_selector(selector: Obj, path: str) -> Iterator[FieldError]:
    """A metav1.LabelSelector."""
    yield from labels(selector.get("matchLabels"), f"{path}.matchLabels")
    for position, expression in enumerate(selector.get("matchExpressions") or ()):
        yield from _expression(expression, f"{path}.matchExpressions[{position}]")


def operator_and_values(expression: Obj, path: str) -> Iterator[FieldError]:
    """Whether a requirement has values exactly if its operator compares with some."""
    operator, values = expression.get("operator", ""), expression.get("values")
    if operator in ("In", "NotIn"):
        if not values:
            text = "must be specified when `operator` is 'In' or 'NotIn'"
            yield required(f"{path}.values", text)
    elif operator in ("Exists", "DoesNotExist"):
        if values:
            text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
            yield forbidden(f"{path}.values", text)
    else:
        yield invalid(f"{path}.operator", operator, "not a valid selector operator")


def _expression(expression: Obj, path: str) -> Iterator[FieldError]:
    values = expression.get("values") or []
    yield from operator_and_values(expression, path)
    yield from complaints(f"{path}.key", expression.get("key", ""), names.qualified_name)
    for position, value in enumerate(values):
        yield from complaints(f"{path}.values[{position}]", value, names.label_value)


def is_valid_selector(selector: Obj) -> bool:
    """Whether a selector can be used to match."""
    return not tuple(label_selector(selector, ""))


_PERCENT: Final = re.compile("[0-9]+%")


def int_or_percent(value: Any, path: str) -> Found:
    """A number not below 0, or a percentage."""
    if isinstance(value, str):
        return complaints(path, value, names.percent)
    if value < 0:
        return (invalid(path, value, NOT_NEGATIVE),)
    return ()


def at_most_100_percent(value: Any, path: str) -> Found:
    """A percentage, if it is one, of 100 or less."""
    if isinstance(value, str) and _PERCENT.fullmatch(value) and int(value[:-1]) > 100:
        return (invalid(path, value, "must not be greater than 100%"),)
    return ()


def as_number(value: Any) -> int:
    """The number, or the number of percents; 0 for neither."""
    if isinstance(value, str):
        return int(value[:-1]) if _PERCENT.fullmatch(value) else 0
    return int(value or 0)


def internal(order: Sequence[str], **values: Any) -> Verbatim:
    """A struct as the server shows its internal form: all fields, in Go's order and spelling."""
    shown = {key: values.get(key) for key in order}
    return Verbatim(json.dumps(shown, separators=(",", ":"), ensure_ascii=False))


def domain_prefixed_path(value: str, path: str) -> Iterator[FieldError]:
    """A text such as ``acme.io/foo``."""
    if not value:
        yield required(path)
        return
    domain, slash, rest = value.partition("/")
    if not (domain and slash and rest):
        yield invalid(path, value, names.NOT_A_DOMAIN_PATH)
        return
    yield from complaints(path, domain, names.dns_subdomain)
    yield from complaints(path, rest, names.domain_path_characters)
