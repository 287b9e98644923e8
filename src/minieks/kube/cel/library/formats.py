"""Formats that texts can be held against. Source: kubernetes pkg/cel/library/format.go."""

import re
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from minieks.kube.cel.errors import EvaluationError
from minieks.kube.cel.library.times import timestamp
from minieks.kube.cel.rows import Row
from minieks.kube.cel.values import NONE, Opaque, Optional
from minieks.kube.words import names

Check = Callable[[str], names.Complaints]

_UUID: Final = re.compile(r"(?i)[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Format(Opaque):
    """A format by its name."""

    name: str

    cel_type = "kubernetes.NamedFormat"


def _prefix(check: Check) -> Check:
    """The check of a name's beginning: a hyphen may stand at its end."""

    def run(text: str) -> names.Complaints:
        return check(f"{text[:-1]}a" if text.endswith("-") and len(text) > 1 else text)

    return run


def _uri(text: str) -> names.Complaints:
    try:
        parts = urlsplit(text)
    except ValueError:
        return (f'parse "{text}": invalid URI for request',)
    good = parts.scheme or text.startswith("/")
    return () if good else (f'parse "{text}": invalid URI for request',)


def _uuid(text: str) -> names.Complaints:
    return () if _UUID.fullmatch(text) else ("does not match the UUID format",)


def _byte(text: str) -> names.Complaints:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return ("invalid base64",)
    return ()


def _date(text: str) -> names.Complaints:
    try:
        datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return ("invalid date",)
    return ()


def _date_time(text: str) -> names.Complaints:
    try:
        timestamp(text)
    except EvaluationError:
        return ("invalid datetime",)
    return ()


FORMATS: Final[dict[str, Check]] = {
    "dns1123Label": names.dns_label,
    "dns1123Subdomain": names.dns_subdomain,
    "dns1035Label": names.dns_1035_label,
    "qualifiedName": names.qualified_name,
    "dns1123LabelPrefix": _prefix(names.dns_label),
    "dns1123SubdomainPrefix": _prefix(names.dns_subdomain),
    "dns1035LabelPrefix": _prefix(names.dns_1035_label),
    "labelValue": names.label_value,
    "uri": _uri,
    "uuid": _uuid,
    "byte": _byte,
    "date": _date,
    "datetime": _date_time,
}


def _validate(found: Format, text: str) -> Optional:
    complaints = FORMATS[found.name](text)
    return Optional(list(complaints)) if complaints else NONE


def _named(name: str) -> Optional:
    return Optional(Format(name)) if name in FORMATS else NONE


_F: Final = "kubernetes.NamedFormat"


def _constant(name: str) -> tuple[str, str, Callable[[], Any]]:
    return f"format.{name}", f"() -> {_F}", lambda: Format(name)


ROWS: Final[tuple[Row, ...]] = (
    *(_constant(name) for name in FORMATS),
    ("format.named", f"(string) -> optional_type({_F})", _named),
    ("validate", f"{_F}.(string) -> optional_type(list(string))", _validate),
)
