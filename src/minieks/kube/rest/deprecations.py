"""Resources of which every request is told that they are deprecated.

Source: kubernetes staging/src/k8s.io/api zz_generated.prerelease-lifecycle.go.
"""

from collections.abc import Mapping
from typing import Final

from minieks.kube.kinds.resources import Resource

# By group, version and plural: since which minor version, and the text.
_DEPRECATED: Final[Mapping[tuple[str, str, str], tuple[int, str]]] = {
    ("", "v1", "componentstatuses"): (19, "v1 ComponentStatus is deprecated in v1.19+"),
    ("", "v1", "endpoints"): (
        33,
        "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
    ),
}


def of(resource: Resource, minor: int) -> tuple[str, ...]:
    """The warning that goes with every request for the resource, if there is one."""
    found = _DEPRECATED.get((resource.group, resource.version, resource.plural))
    return (found[1],) if found and minor >= found[0] else ()
