"""The conditions of a policy statement: each operator, each key, and which of them fails.

    failed({"StringEquals": {"aws:username": "alice"}}, context) -> Failure | None

All of them must hold; of several values of one key any may. Source: AWS IAM user guide, "IAM JSON
policy elements: Condition operators" and "Set operators for multivalued context keys".
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address, ip_network
from typing import Any, Final, NamedTuple, TypeAlias

from minieks.eks.identity.patterns import Context, filled, like
from minieks.eks.identity.ports import listed

Compare: TypeAlias = Callable[[str, str, Context], bool]
"""From a policy's value, a request's value and all that is known to whether they fit."""

_IF_EXISTS: Final = "IfExists"
_ANY: Final = "ForAnyValue"
_ALL: Final = "ForAllValues"


class Failure(NamedTuple):
    """A condition that does not hold: what the policy wants, and what the request has."""

    operator: str
    key: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]

    def __str__(self) -> str:
        wanted = " or ".join(repr(value) for value in self.wanted)
        found = ", ".join(repr(value) for value in self.found)
        has = f"is {found}" if self.found else "is not in the request"
        return f"{self.operator} on {self.key}: wants {wanted}, but it {has}"


class _Operator(NamedTuple):
    compare: Compare
    negated: bool = False


def failed(block: Mapping[str, Any], context: Context) -> Failure | None:
    """The first condition that does not hold; None if all do."""
    for operator, keys in block.items():
        for key, values in keys.items():
            wanted = tuple(_text(value) for value in listed(values))
            found = context.get(key.lower())
            if not _holds(operator, wanted, found, context):
                return Failure(operator, key, wanted, found or ())
    return None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _holds(
    operator: str, wanted: tuple[str, ...], found: tuple[str, ...] | None, context: Context
) -> bool:
    quantifier, colon, base = operator.rpartition(":")
    if base == "Null":
        return any((value == "true") == (found is None) for value in wanted)
    optional = base.endswith(_IF_EXISTS)
    one = _OPERATORS.get(base.removesuffix(_IF_EXISTS))
    if one is None or (colon and quantifier not in {_ANY, _ALL}):
        return False
    if not found:
        # Of no value everything is true; no value is some value; what is not there is not equal.
        return quantifier == _ALL or optional or (one.negated and quantifier != _ANY)
    fits = (_fits(one, wanted, value, context) for value in found)
    every = quantifier == _ALL or (one.negated and quantifier != _ANY)
    return all(fits) if every else any(fits)


def _fits(one: _Operator, wanted: tuple[str, ...], value: str, context: Context) -> bool:
    return any(one.compare(each, value, context) for each in wanted) != one.negated


def _equals(wanted: str, found: str, context: Context) -> bool:
    return filled(wanted, context) == found


def _equals_in_any_case(wanted: str, found: str, context: Context) -> bool:
    text = filled(wanted, context)
    return text is not None and text.lower() == found.lower()


def _arn_like(wanted: str, found: str, context: Context) -> bool:
    """Part by part: a wildcard does not go beyond the colon that ends its part."""
    patterns, parts = wanted.split(":", 5), found.split(":", 5)
    if "${" in wanted:
        patterns = _split_outside_variables(wanted)
    return len(patterns) == len(parts) == 6 and all(
        like(pattern, part, context) for pattern, part in zip(patterns, parts, strict=True)
    )


def _split_outside_variables(text: str) -> list[str]:
    return re.split(r":(?![^{]*\})", text, maxsplit=5)


def _same_bool(wanted: str, found: str, context: Context) -> bool:
    return wanted.lower() == found.lower()


def _same(wanted: str, found: str, context: Context) -> bool:
    return wanted == found


def _in_range(wanted: str, found: str, context: Context) -> bool:
    try:
        return ip_address(found) in ip_network(wanted, strict=False)
    except ValueError:
        return False


def _number(text: str) -> Decimal:
    return Decimal(text)


def _date(text: str) -> Decimal:
    """Seconds since the epoch of an ISO 8601 date, or of such a number; ValueError if neither."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII):
        return Decimal(text)
    moment = datetime.fromisoformat(text)
    known = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Decimal(known.timestamp())


def _ordered(read: Callable[[str], Decimal], holds: Callable[[int], bool]) -> Compare:
    """Compares what a request has with what the policy says: -1 is less, 0 equal, 1 greater."""

    def compare(wanted: str, found: str, context: Context) -> bool:
        try:
            left, right = read(found), read(wanted)
        except (ValueError, InvalidOperation, OverflowError):
            return False
        return holds((left > right) - (left < right))

    return compare


def _is_equal(sign: int) -> bool:
    return sign == 0


def _of_order(prefix: str, read: Callable[[str], Decimal]) -> dict[str, _Operator]:
    return {
        f"{prefix}Equals": _Operator(_ordered(read, _is_equal)),
        f"{prefix}NotEquals": _Operator(_ordered(read, _is_equal), negated=True),
        f"{prefix}LessThan": _Operator(_ordered(read, lambda sign: sign < 0)),
        f"{prefix}LessThanEquals": _Operator(_ordered(read, lambda sign: sign <= 0)),
        f"{prefix}GreaterThan": _Operator(_ordered(read, lambda sign: sign > 0)),
        f"{prefix}GreaterThanEquals": _Operator(_ordered(read, lambda sign: sign >= 0)),
    }


_OPERATORS: Final[Mapping[str, _Operator]] = {
    "StringEquals": _Operator(_equals),
    "StringNotEquals": _Operator(_equals, negated=True),
    "StringEqualsIgnoreCase": _Operator(_equals_in_any_case),
    "StringNotEqualsIgnoreCase": _Operator(_equals_in_any_case, negated=True),
    "StringLike": _Operator(like),
    "StringNotLike": _Operator(like, negated=True),
    "ArnEquals": _Operator(_arn_like),
    "ArnLike": _Operator(_arn_like),
    "ArnNotEquals": _Operator(_arn_like, negated=True),
    "ArnNotLike": _Operator(_arn_like, negated=True),
    "Bool": _Operator(_same_bool),
    "BinaryEquals": _Operator(_same),
    "IpAddress": _Operator(_in_range),
    "NotIpAddress": _Operator(_in_range, negated=True),
    **_of_order("Numeric", _number),
    **_of_order("Date", _date),
}

OPERATORS: Final = (*_OPERATORS, "Null")
"""Every operator; all but Null also with ``IfExists`` behind, and with a set operator before."""
