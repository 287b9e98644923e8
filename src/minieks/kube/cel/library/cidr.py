"""Ranges of addresses. Source: kubernetes pkg/cel/library/cidr.go, Go's net/netip."""

from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Interface, ip_interface
from typing import Final, TypeAlias

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.ip import Ip, parsed
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque

Interface: TypeAlias = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class Cidr(Opaque):
    """An address with the length of its prefix; the bits behind it are kept."""

    interface: Interface

    cel_type = "net.CIDR"


def _parsed(text: str) -> Interface:
    address, slash, bits = text.partition("/")
    if not slash or not bits.isdecimal() or (len(bits) > 1 and bits[0] == "0"):
        raise ValueError(
            f"network address parse error during conversion from string: "
            f"netip.ParsePrefix(\"{text}\"): no '/'"
        )
    parsed(address)
    return ip_interface(text)


def _cidr(text: str) -> Cidr:
    try:
        return Cidr(_parsed(text))
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _is_cidr(text: str) -> bool:
    try:
        _parsed(text)
    except ValueError:
        return False
    return True


def _contains_ip(value: Cidr, other: Ip) -> bool:
    return other.address in value.interface.network


def _contains_ip_text(value: Cidr, text: str) -> bool:
    try:
        return parsed(text) in value.interface.network
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _contains_cidr(value: Cidr, other: Cidr) -> bool:
    outer, inner = value.interface.network, other.interface
    return outer.prefixlen <= inner.network.prefixlen and inner.ip in outer


_C: Final = "net.CIDR"
_I: Final = "net.IP"

ROWS: Final[tuple[Row, ...]] = (
    ("cidr", f"(string) -> {_C}", _cidr),
    ("string", f"({_C}) -> string", lambda value: str(value.interface)),
    ("isCIDR", "(string) -> bool", _is_cidr),
    ("containsIP", f"{_C}.({_I}) -> bool", _contains_ip),
    ("containsIP", f"{_C}.(string) -> bool", _contains_ip_text),
    ("containsCIDR", f"{_C}.({_C}) -> bool", _contains_cidr),
    (
        "containsCIDR",
        f"{_C}.(string) -> bool",
        lambda value, text: _contains_cidr(value, _cidr(text)),
    ),
    ("ip", f"{_C}.() -> {_I}", lambda value: Ip(value.interface.ip)),
    (
        "masked",
        f"{_C}.() -> {_C}",
        lambda value: Cidr(ip_interface(str(value.interface.network))),
    ),
    ("prefixLength", f"{_C}.() -> int", lambda value: value.interface.network.prefixlen),
)
