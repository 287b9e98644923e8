"""Media types: what a client accepts and what it sends, with their parameters.

Source: kubernetes apiserver pkg/endpoints/handlers/negotiation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from minieks.kube.words.caching import remembered_if_short

JSON: Final = "application/json"
YAML: Final = "application/yaml"
PROTOBUF: Final = "application/vnd.kubernetes.protobuf"
OFFERED: Final = (JSON, YAML)


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type and its parameters, without the quality."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    quality: float = 1.0


@remembered_if_short(1024)
def parse_accept(header: str) -> tuple[MediaType, ...]:
    """The media types that a header accepts, the best first."""
    found = [parse(part) for part in header.split(",") if part.strip()]
    return tuple(sorted(found, key=lambda one: -one.quality))


def parse(text: str) -> MediaType:
    """One media type with its parameters."""
    name, *rest = (part.strip() for part in text.split(";"))
    pairs = [part.partition("=") for part in rest if part]
    parameters = {key.strip().lower(): value.strip().strip('"') for key, _, value in pairs}
    try:
        quality = float(parameters.pop("q", "1"))
    except ValueError:
        quality = 1.0
    return MediaType(name.lower(), parameters, quality)


def chosen(wanted: MediaType, offered: tuple[str, ...] = OFFERED) -> str:
    """The offered type that satisfies the wanted one; empty if none does."""
    if wanted.name in offered:
        return wanted.name
    main, _, sub = wanted.name.partition("/")
    if sub == "*" and (main == "*" or any(one.startswith(f"{main}/") for one in offered)):
        return offered[0]
    return ""
