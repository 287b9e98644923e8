"""moto's backends by the hosts that they answer for, each loaded when it is first asked."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from moto.backend_index import backend_url_patterns

from minieks.aws.moto.loaded import backends

Handle: TypeAlias = Callable[[Any, str, Any], tuple[int, Mapping[str, Any], str | bytes]]
_ANY_ACCOUNT = "123456789012"
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


def handler_of(backend: str, url: str) -> Handle | None:
    """What answers for a URL without its query; None if the backend has no such address."""
    for pattern, handle in _addresses(backend):
        if pattern.match(url):
            return handle
    return None


@cache
def _addresses(backend: str) -> list[tuple[re.Pattern[str], Handle]]:
    held = backends(backend)
    regions = held if "global" in held else held[_ANY_ACCOUNT]
    any_region = next(regions[name] for name in ("us-east-1", "aws", "global") if name in regions)
    return [(re.compile(url), handle) for url, handle in any_region.urls.items()]
