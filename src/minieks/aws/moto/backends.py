"""moto's backends by the hosts that they answer for, each loaded when it is first asked."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from moto.backend_index import backend_url_patterns
from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID

Handle: TypeAlias = Callable[[Any, str, Any], tuple[int, Mapping[str, Any], str | bytes]]
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
    regions = get_backend(backend)[DEFAULT_ACCOUNT_ID]
    any_region = regions["us-east-1"] if "us-east-1" in regions else regions["aws"]
    return [(re.compile(url), handle) for url, handle in any_region.urls.items()]
