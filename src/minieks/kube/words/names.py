"""What Kubernetes accepts as names, label keys and values, ports and paths, in its own words.

Each check takes a text and gives the complaints about it, in the server's order; an empty tuple
means that it is fine. Source: kubernetes apimachinery pkg/util/validation/validation.go.
"""

import ipaddress
import re
from typing import TypeAlias

from minieks.kube.words.caching import remembered_if_short

Complaints: TypeAlias = tuple[str, ...]

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME_PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

_LABEL_RE = re.compile(_LABEL)
_SUBDOMAIN_RE = re.compile(_SUBDOMAIN)
_NAME_PART_RE = re.compile(_NAME_PART)
_LABEL_VALUE_RE = re.compile(rf"({_NAME_PART})?")
_LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_LABEL_1035_RE = re.compile(_LABEL_1035)
_WILDCARD = rf"\*\.{_SUBDOMAIN}"
_WILDCARD_RE = re.compile(_WILDCARD)
_CONFIG_KEY_RE = re.compile("[-._a-zA-Z0-9]+")
_HEADER_RE = re.compile("[-A-Za-z0-9]+")
_PERCENT_RE = re.compile("[0-9]+%")
_PATH_CHARS = r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+"
_PATH_RE = re.compile(_PATH_CHARS)

PORT_RANGE = "must be between 1 and 65535, inclusive"
NOT_AN_IP = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"
NOT_A_CIDR = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"
NOT_A_DOMAIN_PATH = 'must be a domain-prefixed path (such as "acme.io/foo")'


def too_long(limit: int) -> str:
    """The complaint about a text of more than ``limit`` characters."""
    return f"must be no more than {limit} characters"


def _regex(text: str, pattern: str, *examples: str) -> str:
    # The server joins several examples with ",  or " (two blanks).
    shown = ",  or ".join(f"'{example}'" for example in examples) + ", "
    return f"{text} (e.g. {shown}regex used for validation is '{pattern}')"


_LABEL_TEXT = _regex(
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character",
    _LABEL,
    "my-name",
    "123-abc",
)
_SUBDOMAIN_TEXT = _regex(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character",
    _SUBDOMAIN,
    "example.com",
)
_LABEL_1035_TEXT = _regex(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character",
    _LABEL_1035,
    "my-name",
    "abc-123",
)
_WILDCARD_TEXT = _regex(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which "
    "must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric "
    "character",
    _WILDCARD,
    "*.example.com",
)
_NAME_PART_TEXT = _regex(
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character",
    _NAME_PART,
    "MyName",
    "my.name",
    "123-abc",
)
_LABEL_VALUE_TEXT = _regex(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character",
    f"({_NAME_PART})?",
    "MyValue",
    "my_value",
    "12345",
)
_CONFIG_KEY_TEXT = _regex(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    "[-._a-zA-Z0-9]+",
    "key.name",
    "KEY_NAME",
    "key-name",
)
_HEADER_TEXT = _regex(
    "a valid HTTP header must consist of alphanumeric characters or '-'",
    "[-A-Za-z0-9]+",
    "X-Header-Name",
)
_PERCENT_TEXT = _regex(
    "a valid percent string must be a numeric string followed by an ending '%'",
    "[0-9]+%",
    "1%",
    "93%",
)
_ENV_TEXT = (
    "a valid environment variable name must consist only of printable ASCII characters other "
    "than '='"
)


@remembered_if_short(8192)
def dns_label(value: str) -> Complaints:
    """RFC 1123 label: at most 63 of ``a-z0-9-``."""
    found = [too_long(63)] if len(value) > 63 else []
    if not _LABEL_RE.fullmatch(value):
        dotted = _SUBDOMAIN_RE.fullmatch(value)
        found.append("must not contain dots" if dotted else _LABEL_TEXT)
    return tuple(found)


@remembered_if_short(8192)
def dns_subdomain(value: str) -> Complaints:
    """RFC 1123 subdomain: labels joined by dots, at most 253 characters."""
    found = [too_long(253)] if len(value) > 253 else []
    if not _SUBDOMAIN_RE.fullmatch(value):
        found.append(_SUBDOMAIN_TEXT)
    return tuple(found)


@remembered_if_short(1024)
def dns_1035_label(value: str) -> Complaints:
    """RFC 1035 label: as RFC 1123, but it starts with a letter."""
    found = [too_long(63)] if len(value) > 63 else []
    if not _LABEL_1035_RE.fullmatch(value):
        found.append(_LABEL_1035_TEXT)
    return tuple(found)


def wildcard_subdomain(value: str) -> Complaints:
    """``*.`` and a subdomain, as an Ingress host may be."""
    found = [too_long(253)] if len(value) > 253 else []
    if not _WILDCARD_RE.fullmatch(value):
        found.append(_WILDCARD_TEXT)
    return tuple(found)


@remembered_if_short(8192)
def qualified_name(value: str) -> Complaints:
    """A label key, taint key, resource name: ``[prefix/]name``."""
    parts = value.split("/")
    if len(parts) > 2:
        return (
            "a qualified name "
            + _NAME_PART_TEXT
            + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
        )
    found = _prefix_complaints(parts[0]) if len(parts) == 2 else []
    name = parts[-1]
    if not name:
        found.append("name part must be non-empty")
    elif len(name) > 63:
        found.append("name part " + too_long(63))
    if not _NAME_PART_RE.fullmatch(name):
        found.append("name part " + _NAME_PART_TEXT)
    return tuple(found)


def _prefix_complaints(prefix: str) -> list[str]:
    if not prefix:
        return ["prefix part must be non-empty"]
    return ["prefix part " + complaint for complaint in dns_subdomain(prefix)]


@remembered_if_short(16384)
def label_value(value: str) -> Complaints:
    """A label's value: empty, or at most 63 of ``A-Za-z0-9-_.``."""
    found = [too_long(63)] if len(value) > 63 else []
    if not _LABEL_VALUE_RE.fullmatch(value):
        found.append(_LABEL_VALUE_TEXT)
    return tuple(found)


@remembered_if_short(1024)
def port_name(value: str) -> Complaints:
    """An IANA service name: at most 15 of ``a-z0-9-`` with a letter."""
    found = [too_long(15)] if len(value) > 15 else []
    if not re.fullmatch("[-a-z0-9]+", value):
        found.append("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    if not re.search("[a-z]", value):
        found.append("must contain at least one letter (a-z)")
    if "--" in value:
        found.append("must not contain consecutive hyphens")
    if value.startswith("-") or value.endswith("-"):
        found.append("must not begin or end with a hyphen")
    return tuple(found)


def port_number(value: int) -> Complaints:
    """A port: 1 to 65535."""
    return () if 1 <= value <= 65535 else (PORT_RANGE,)


@remembered_if_short(4096)
def env_var_name(value: str) -> Complaints:
    """The name of an environment variable: printable ASCII without ``=``."""
    if not value:
        return ("environment variable name must be non-empty",)
    fine = all(" " <= char <= "~" and char != "=" for char in value)
    return () if fine else (_ENV_TEXT,)


@remembered_if_short(4096)
def config_map_key(value: str) -> Complaints:
    """A key of ConfigMap or Secret data."""
    found = [too_long(253)] if len(value) > 253 else []
    if not _CONFIG_KEY_RE.fullmatch(value):
        found.append(_CONFIG_KEY_TEXT)
    if value in (".", ".."):
        found.append(f"must not be '{value}'")
    elif value.startswith(".."):
        found.append("must not start with '..'")
    return tuple(found)


def http_header_name(value: str) -> Complaints:
    """The name of an HTTP header."""
    return () if _HEADER_RE.fullmatch(value) else (_HEADER_TEXT,)


def percent(value: str) -> Complaints:
    """A percentage such as ``25%``."""
    return () if _PERCENT_RE.fullmatch(value) else (_PERCENT_TEXT,)


def path_segment(value: str) -> Complaints:
    """A name that is used as one segment of a URL, as roles have."""
    if value in (".", ".."):
        return (f"may not be '{value}'",)
    return tuple(f"may not contain '{char}'" for char in "/%" if char in value)


def domain_path_characters(value: str) -> Complaints:
    """The path behind the domain of a domain-prefixed path."""
    if _PATH_RE.fullmatch(value):
        return ()
    return (f"Invalid path (regex used for validation is '{_PATH_CHARS}')",)


@remembered_if_short(4096)
def ip_address(value: str) -> Complaints:
    """An IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return (NOT_AN_IP,)
    return ()


@remembered_if_short(1024)
def cidr(value: str) -> Complaints:
    """An address and the length of its prefix."""
    if "/" not in value:
        return (NOT_A_CIDR,)
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return (NOT_A_CIDR,)
    return ()
