"""Whether moto's state may have changed since somebody last looked.

What asks moto says so here; whoever keeps its state compares the counts.
"""

from typing import Final

from minieks.aws.scope import Scope, action_of
from minieks.kube.rest.http import Request

_READS: Final = (
    "Describe",
    "Get",
    "List",
    "Head",
    "Lookup",
    "Search",
    "Simulate",
    "Filter",
    "Scan",
)
_READING_METHODS: Final = ("GET", "HEAD")
_noted = 0


def note() -> None:
    """Something has changed, or may have."""
    global _noted  # noqa: PLW0603 - as moto's state is, of the whole process
    _noted += 1


def count() -> int:
    """How often something has changed."""
    return _noted


def only_reads(request: Request, scope: Scope) -> bool:
    """Whether a request only looks: by the verb of its operation, else by its method.

    STS gives out keys by operations whose names begin with Get.
    """
    operation = action_of(request) or request.headers.get("x-amz-target", "").rpartition(".")[2]
    if scope.service == "sts":
        return operation == "GetCallerIdentity"
    if operation:
        return operation.startswith(_READS)
    return request.method in _READING_METHODS
