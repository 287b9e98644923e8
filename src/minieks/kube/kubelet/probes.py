"""When probes run and what they find, as arithmetic on their ticks.

A probe's worker begins when the pod comes to the node, and ticks every ``periodSeconds`` from then
(``base``); ticks before ``initialDelaySeconds`` after the container's start do nothing. Readiness
is asked once more at the moment the container counts as started.
Source: kubernetes pkg/kubelet/prober/worker.go and prober_manager.go (UpdatePodStatus).
"""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

from minieks.engine.clock import MINUTE, Micros, micros

Probe: TypeAlias = Mapping[str, Any]

# The recorder lets about one event in five minutes pass once its burst is spent.
_REMINDER: Micros = 5 * MINUTE


def period(probe: Probe) -> Micros:
    """The time between two ticks."""
    return micros(probe.get("periodSeconds") or 10)


def tick_from(probe: Probe, base: Micros, moment: Micros) -> Micros:
    """The first tick at or after ``moment``, of those at ``base`` plus whole periods."""
    step = period(probe)
    return base + max(0, -(-(moment - base) // step)) * step


def allowed_from(probe: Probe, started: Micros) -> Micros:
    """From when on ticks count for a container started at ``started``."""
    return started + micros(probe.get("initialDelaySeconds") or 0)


def success_at(probe: Probe, base: Micros, started: Micros, answers_after: float) -> Micros | None:
    """When the probe has succeeded ``successThreshold`` times in a row; None for never."""
    if math.isinf(answers_after):
        return None
    answers = max(started + micros(answers_after), allowed_from(probe, started))
    more = (probe.get("successThreshold") or 1) - 1
    return tick_from(probe, base, answers) + more * period(probe)


def failure_at(probe: Probe, base: Micros, started: Micros, bad_from: Micros) -> Micros:
    """When ``failureThreshold`` ticks in a row have failed, bad ones from ``bad_from`` on."""
    first = tick_from(probe, base, max(bad_from, allowed_from(probe, started)))
    return first + ((probe.get("failureThreshold") or 3) - 1) * period(probe)


def first_readiness(probe: Probe, base: Micros, started: Micros, up_at: Micros) -> Micros:
    """When readiness is asked first: as the container counts as started, or when it may be."""
    allowed = allowed_from(probe, started)
    return up_at if up_at >= allowed else tick_from(probe, base, allowed)


def ready_at(
    probe: Probe, base: Micros, first: Micros, started: Micros, answers_after: float
) -> Micros | None:
    """When readiness has succeeded often enough, asked first at ``first``; None for never."""
    once = (probe.get("successThreshold") or 1) == 1
    if once and started + micros(min(answers_after, 1e9)) <= first:
        return first
    found = success_at(probe, base, started, answers_after)
    return None if found is None else max(found, tick_from(probe, base, first))


def next_complaint(probe: Probe, base: Micros, failures: int, at: Micros) -> Micros:
    """When the next failed tick is told: each of the first, later one in five minutes."""
    if failures < (probe.get("failureThreshold") or 3):
        return tick_from(probe, base, at + 1)
    return tick_from(probe, base, at + max(period(probe), _REMINDER))


def output(probe: Probe, container: Mapping[str, Any], ip: str) -> str:
    """What a failed probe of an application that does not listen yet reports."""
    if "exec" in probe:
        return ""
    if "grpc" in probe:
        service, within = f"{ip}:{probe['grpc']['port']}", probe.get("timeoutSeconds") or 1
        failed = f'timeout: failed to connect service "{service}" within {within}s'
        return f"{failed}: context deadline exceeded"
    action = probe.get("httpGet") or probe.get("tcpSocket") or {}
    address = f"{action.get('host') or ip}:{_port(action.get('port', 0), container)}"
    refused = f"dial tcp {address}: connect: connection refused"
    if "httpGet" not in probe:
        return refused
    scheme = str(action.get("scheme") or "HTTP").lower()
    return f'Get "{scheme}://{address}{action.get("path") or "/"}": {refused}'


def _port(port: int | str, container: Mapping[str, Any]) -> int | str:
    """The number of a named port."""
    for known in container.get("ports") or ():
        if known.get("name") == port:
            return known["containerPort"]  # type: ignore[no-any-return]  # JSON
    return port
