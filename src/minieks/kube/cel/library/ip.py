"""IP addresses. Source: kubernetes pkg/cel/library/ip.go, Go's net/netip."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import Opaque

Address: TypeAlias = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Ip(Opaque):
    """An address."""

    address: Address

    cel_type = "net.IP"


def parsed(text: str) -> Address:
    """The address; ValueError with Kubernetes' words if it is none."""
    try:
        found = ip_address(text)
    except ValueError:
        raise ValueError(
            f'IP Address "{text}" parse error during conversion from string: '
            f'ParseAddr("{text}"): unable to parse IP'
        ) from None
    if isinstance(found, IPv6Address) and found.scope_id:
        raise ValueError(f'IP address "{text}" with zone value is not allowed')
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        raise ValueError(f'IPv4-mapped IPv6 address "{text}" is not allowed')
    return found


def _ip(text: str) -> Ip:
    try:
        return Ip(parsed(text))
    except ValueError as error:
        raise EvaluationError(str(error)) from None


def _is_ip(text: str) -> bool:
    try:
        parsed(text)
    except ValueError:
        return False
    return True


def _is_canonical(text: str) -> bool:
    return str(_ip(text).address) == text


def _is_link_local_multicast(value: Ip) -> bool:
    address = value.address
    if isinstance(address, IPv4Address):
        return address in IPv4Network("224.0.0.0/24")
    return address in IPv6Network("ff02::/16")


def _is_global_unicast(value: Ip) -> bool:
    address = value.address
    other = (
        address.is_unspecified,
        address.is_loopback,
        address.is_multicast,
        address.is_link_local,
        address == IPv4Address("255.255.255.255"),
    )
    return not any(other)


_I: Final = "net.IP"

ROWS: Final[tuple[Row, ...]] = (
    ("ip", f"(string) -> {_I}", _ip),
    ("string", f"({_I}) -> string", lambda value: str(value.address)),
    ("isIP", "(string) -> bool", _is_ip),
    ("ip.isCanonical", "(string) -> bool", _is_canonical),
    ("family", f"{_I}.() -> int", lambda value: value.address.version),
    ("isUnspecified", f"{_I}.() -> bool", lambda value: value.address.is_unspecified),
    ("isLoopback", f"{_I}.() -> bool", lambda value: value.address.is_loopback),
    ("isLinkLocalMulticast", f"{_I}.() -> bool", _is_link_local_multicast),
    ("isLinkLocalUnicast", f"{_I}.() -> bool", lambda value: value.address.is_link_local),
    ("isGlobalUnicast", f"{_I}.() -> bool", _is_global_unicast),
)
