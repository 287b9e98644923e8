"""moto's backends by the hosts that they answer for, each loaded when it is first asked."""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from moto.backend_index import backend_url_patterns

from minieks.aws.moto.loaded import backends

Handle: TypeAlias = Callable[[Any, str, Any], tuple[int, Mapping[str, Any], str | bytes]]
_Address: TypeAlias = tuple[re.Pattern[str], Handle]
_OURS = frozenset({"eks", "eksauth"})
"""Services that moto has too and must not answer."""


def backend_of(host: str, path: str) -> str | None:
    """The name of the backend for a host; None if moto has none."""
    if path.startswith("/v2/email/") and host.startswith(("ses.", "email.")):
        return "sesv2"
    url = f"https://{host}"
    for name, pattern in backend_url_patterns:
        if name not in _OURS and pattern.match(url):
            return str(name)
    return None


def handler_of(backend: str, url: str, account: str, region: str) -> Handle | None:
    """What answers for a URL without its query; None if the backend has no such address there."""
    if backend not in _addresses:
        found = _read(backend, account, region)
        if found is None:
            return None
        _addresses[backend] = found
    return next((handle for pattern, handle in _addresses[backend] if pattern.match(url)), None)


_addresses: dict[str, list[_Address]] = {}


def _read(backend: str, account: str, region: str) -> list[_Address] | None:
    """All addresses of a backend; None for a region that it does not know.

    They are the same everywhere; but each region that is looked at costs memory.
    """
    held = backends(backend)
    regions = held if "global" in held else held[account]
    for name in (region, "aws", "global"):
        if name in regions:
            urls: Mapping[str, Handle] = regions[name].urls
            return [(re.compile(url), handle) for url, handle in urls.items()]
    return None
