"""Kubernetes quantities: ``100m``, ``1.5Gi``, ``12e6``; parsed exactly, printed as Go prints them.

The rules are those of kubernetes apimachinery ``pkg/api/resource/quantity.go``: amounts finer than
a billionth are rounded up (away from zero), amounts above 2^63-1 are cut to it.
"""

import re
from decimal import Context, Decimal
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

Text: TypeAlias = str | int | float
"""A quantity as it stands in JSON: mostly a string, in manifests sometimes a number."""

Format: TypeAlias = Literal["decimal", "binary", "exponent"]

_GRAMMAR: Final = re.compile(
    r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)", re.ASCII
)
_DECIMAL: Final = {
    "n": -9,
    "u": -6,
    "m": -3,
    "": 0,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
    "P": 15,
    "E": 18,
}
_BINARY: Final = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_OF: Final = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY_OF: Final = ("", *_BINARY)
_MOST: Final = 2**63 - 1
_NANO: Final = 10**9
_EXACT: Final = Context(prec=60)
_LONGEST: Final = 400  # characters; int() of very long texts is slow, and refused above 4,300

FORMAT_WRONG: Final = (
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
)
SUFFIX_WRONG: Final = "unable to parse quantity's suffix"


class InvalidQuantity(ValueError):
    """A text that is no quantity; the message is Kubernetes' own."""


class _Amount(NamedTuple):
    nanos: int
    format: Format


def _interpret(suffix: str) -> tuple[int, int, Format]:
    """Base, exponent and format of a suffix."""
    if suffix in _DECIMAL:
        return 10, _DECIMAL[suffix], "decimal"
    if suffix in _BINARY:
        return 2, _BINARY[suffix], "binary"
    if len(suffix) > 1 and suffix[0] in "eE" and re.fullmatch(r"[+-]?[0-9]{1,18}", suffix[1:]):
        return 10, int(suffix[1:]), "exponent"
    raise InvalidQuantity(SUFFIX_WRONG)


def _nanos(digits: int, base: int, exponent: int, decimals: int) -> int:
    """Billionths in ``digits * base**exponent / 10**decimals``, rounded up, 2^63-1 at most."""
    if digits == 0:
        return 0
    if base == 10 and not -80 < exponent - decimals < 80:
        return 1 if exponent < decimals else _MOST * _NANO
    numerator = digits * _NANO * int(base ** max(exponent, 0))
    denominator = int(10**decimals * base ** max(-exponent, 0))
    return min(-(-numerator // denominator), _MOST * _NANO)


@lru_cache(maxsize=65536)
def _amount(text: Text) -> _Amount:
    written = str(text).strip()
    found = _GRAMMAR.fullmatch(written) if 0 < len(written) <= _LONGEST else None
    if found is None:
        raise InvalidQuantity(FORMAT_WRONG)
    sign, whole, fraction, suffix = found.groups(default="")
    base, exponent, form = _interpret(suffix)
    nanos = _nanos(int((whole + fraction) or "0"), base, exponent, len(fraction))
    if form == "binary" and 0 < nanos < _NANO:
        form = "decimal"
    return _Amount(-nanos if sign == "-" else nanos, form)


def _up(amount: int, divisor: int) -> int:
    """Division rounded away from zero."""
    return -(-amount // divisor) if amount > 0 else amount // divisor


@lru_cache(maxsize=65536)
def milli(text: Text) -> int:
    """Thousandths, rounded up: ``Quantity.MilliValue``; raises InvalidQuantity."""
    return _up(_amount(text).nanos, 10**6)


@lru_cache(maxsize=65536)
def value(text: Text) -> int:
    """Whole units, rounded up: ``Quantity.Value``; raises InvalidQuantity."""
    return _up(_amount(text).nanos, _NANO)


def parse(text: Text) -> Decimal:
    """The exact amount; raises InvalidQuantity."""
    return Decimal(_amount(text).nanos).scaleb(-9, _EXACT)


@lru_cache(maxsize=65536)
def canonical(text: Text) -> str:
    """The text as ``Quantity.String`` prints it: ``1000m`` -> ``1``, ``1024Mi`` -> ``1Gi``."""
    return _print(*_amount(text))


@lru_cache(maxsize=65536)
def stored(text: Text) -> str:
    """The text as the API server keeps it in a resource list: rounded up to thousandths.

    Source: kubernetes pkg/apis/core/v1/defaults.go SetDefaults_ResourceList.
    """
    amount = _amount(text)
    return _print(_up(amount.nanos, 10**6) * 10**6, amount.format)


def text_of(amount: Decimal | int, form: Format = "decimal") -> str:
    """The canonical text of an amount, in the format asked for."""
    return _print(int(_EXACT.multiply(Decimal(amount), Decimal(_NANO))), form)


def _print(nanos: int, form: Format) -> str:
    if nanos == 0:
        return "0"
    if form == "binary" and abs(nanos) >= 1024 * _NANO and nanos % _NANO == 0:
        return _print_binary(nanos // _NANO)
    power = -9
    while nanos % 1000 == 0 and power < 18:
        nanos //= 1000
        power += 3
    if form == "exponent":
        return f"{nanos}e{power}" if power else str(nanos)
    return f"{nanos}{_DECIMAL_OF[power]}"


def _print_binary(units: int) -> str:
    times = 0
    while units % 1024 == 0:
        units //= 1024
        times += 1
    return f"{units}{_BINARY_OF[times]}"
