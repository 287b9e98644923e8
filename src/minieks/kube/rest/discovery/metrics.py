"""/metrics: what can be counted without slowing anything down, in Prometheus' text format.

Names are those of kube-apiserver. Source: apiserver pkg/endpoints/metrics, component-base/metrics.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.kube.rest.discovery.health import CHECKS
from minieks.kube.words.objects import Obj

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"

_OBJECTS: Final = (
    "apiserver_storage_objects",
    "[STABLE] Number of stored objects at the time of last check split by kind.",
)
_BUILD: Final = (
    "kubernetes_build_info",
    "[ALPHA] A metric with a constant '1' value labeled by version.",
)
_HEALTHY: Final = (
    "kubernetes_healthcheck",
    "[STABLE] This metric records the result of all healthchecks.",
)


def text(objects: Mapping[str, int], version: Obj) -> str:
    """The metrics; ``objects`` is how many there are in each collection."""
    told = {key: version[key] for key in ("major", "minor", "gitVersion", "goVersion", "platform")}
    build = {_snake(key): value for key, value in told.items()}
    counts = (_sample(_OBJECTS[0], {"resource": name}, objects[name]) for name in sorted(objects))
    lines = (*_family(_OBJECTS, counts), *_family(_BUILD, [_sample(_BUILD[0], build, 1)]))
    return "\n".join(lines) + "\n"


def indicators() -> str:
    """/metrics/slis: the health checks as metrics."""
    samples = (
        _sample(_HEALTHY[0], {"name": name, "type": endpoint}, 1)
        for endpoint in CHECKS
        for name in CHECKS[endpoint]
    )
    return "\n".join(_family(_HEALTHY, samples)) + "\n"


def _family(described: tuple[str, str], samples: Iterable[str]) -> list[str]:
    name, told = described
    return [f"# HELP {name} {told}", f"# TYPE {name} gauge", *samples]


def _sample(name: str, labels: Mapping[str, str], value: int) -> str:
    inner = ",".join(f'{key}="{labels[key]}"' for key in sorted(labels))
    return f"{name}{{{inner}}} {value}"


def _snake(key: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in key)
