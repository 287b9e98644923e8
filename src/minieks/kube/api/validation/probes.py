"""Validation of probes and lifecycle hooks.

Source: kubernetes pkg/apis/core/validation/validation.go validateProbe, validateHandler.
"""

from collections.abc import Iterator
from typing import Final

from minieks.kube.api.fields import FieldError, forbidden, invalid, required
from minieks.kube.api.validation.checks import (
    complaints,
    not_negative,
    one_of,
    port_or_name,
    remembered,
)
from minieks.kube.words import names
from minieks.kube.words.objects import Obj

_HANDLERS: Final = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")
_SCHEMES: Final = ("HTTP", "HTTPS")
_NUMBERS: Final = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)


@remembered
def probe(obj: Obj, path: str, kind: str, grace: int) -> Iterator[FieldError]:
    """A probe; ``kind`` is its field: livenessProbe, readinessProbe, startupProbe."""
    yield from _handler(obj, path, grace)
    for key in _NUMBERS:
        yield from not_negative(obj, key, path)
    seconds = obj.get("terminationGracePeriodSeconds")
    if seconds is not None and seconds <= 0:
        yield invalid(f"{path}.terminationGracePeriodSeconds", seconds, "must be greater than 0")
    threshold = obj.get("successThreshold")
    if kind == "readinessProbe":
        if seconds is not None:
            text = "must not be set for readinessProbes"
            yield invalid(f"{path}.terminationGracePeriodSeconds", seconds, text)
    elif threshold != 1:
        yield invalid(f"{path}.successThreshold", threshold or 0, "must be 1")


@remembered
def lifecycle(obj: Obj, path: str, grace: int) -> Iterator[FieldError]:
    """postStart and preStop."""
    for key in ("postStart", "preStop"):
        if obj.get(key) is not None:
            yield from _handler(obj[key], f"{path}.{key}", grace)


def _handler(obj: Obj, path: str, grace: int) -> Iterator[FieldError]:
    count = 0
    for key in _HANDLERS:
        action = obj.get(key)
        if action is None:
            continue
        if count:
            yield forbidden(f"{path}.{key}", "may not specify more than 1 handler type")
        else:
            count += 1
            yield from _action(key, action, f"{path}.{key}", grace)
    if not count:
        yield required(path, "must specify a handler type")


def _action(key: str, action: Obj, path: str, grace: int) -> Iterator[FieldError]:
    if key == "exec":
        if not action.get("command"):
            yield required(f"{path}.command")
    elif key == "httpGet":
        yield from _http_get(action, path)
    elif key == "sleep":
        seconds = action.get("seconds", 0)
        if not 0 <= seconds <= grace:
            text = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
            yield invalid(path, seconds, text)
    else:
        yield from port_or_name(action.get("port"), f"{path}.port")


def _http_get(action: Obj, path: str) -> Iterator[FieldError]:
    if not action.get("path"):
        yield required(f"{path}.path")
    yield from port_or_name(action.get("port"), f"{path}.port")
    yield from one_of(action, "scheme", path, _SCHEMES)
    for header in action.get("httpHeaders") or ():
        yield from complaints(f"{path}.httpHeaders", header.get("name", ""), names.http_header_name)
