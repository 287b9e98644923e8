"""The query and path parameters of the API: their types, and what they are for.

Source: kubernetes apimachinery pkg/apis/meta/v1/types.go, pkg/apis/core/types.go.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from minieks.kube.rest.openapi.operations import Operation, Path

_BOOLEAN: Final = frozenset(
    {
        *("allowWatchBookmarks", "sendInitialEvents", "watch", "force", "orphanDependents"),
        *("ignoreStoreReadErrorWithClusterBreakingPotential", "stderr", "stdin", "stdout", "tty"),
        *("follow", "insecureSkipTLSVerifyBackend", "previous", "timestamps"),
    }
)
_INTEGER: Final = frozenset(
    {
        *("limit", "timeoutSeconds", "gracePeriodSeconds", "limitBytes", "sinceSeconds"),
        *("tailLines", "ports"),
    }
)
_SINCE: Final = {
    "sendInitialEvents": 27,
    "ignoreStoreReadErrorWithClusterBreakingPotential": 32,
    "stream": 32,
}
_TOLD: Final[Mapping[str, str]] = {
    "allowWatchBookmarks": "Whether a watch may send BOOKMARK events.",
    "command": "The command to run, and its arguments.",
    "container": "The container; the only one of the pod if none is named.",
    "continue": "Where a list that came in pages goes on: what the page before said.",
    "dryRun": "All: nothing is stored.",
    "fieldManager": "Who makes the change, as managedFields tells it.",
    "fieldSelector": "Fields that the objects must have.",
    "fieldValidation": "What is done with unknown and duplicate fields: Ignore, Warn or Strict.",
    "follow": "Whether the log goes on as it is written.",
    "force": "Whether an apply takes fields over from other managers.",
    "gracePeriodSeconds": "How long the object has to end; 0 for at once.",
    "ignoreStoreReadErrorWithClusterBreakingPotential": "Delete what cannot be read any more.",
    "insecureSkipTLSVerifyBackend": "Whether the kubelet's certificate is trusted unseen.",
    "labelSelector": "Labels that the objects must have.",
    "limit": "How many objects a page has at most.",
    "limitBytes": "How many bytes of the log are sent at most.",
    "name": "The name of the object.",
    "namespace": "The namespace of the object.",
    "orphanDependents": "Of old: whether dependents stay. Use propagationPolicy.",
    "path": "The path that is asked for behind the proxy.",
    "ports": "The ports to forward.",
    "pretty": "If true, the answer is indented.",
    "previous": "Whether the log is that of the container before its last restart.",
    "propagationPolicy": "What becomes of dependents: Orphan, Background or Foreground.",
    "resourceVersion": "How new the answer must be, or where a watch begins.",
    "resourceVersionMatch": "How resourceVersion is meant: Exact or NotOlderThan.",
    "sendInitialEvents": "Whether a watch begins with the objects that are there.",
    "sinceSeconds": "How many seconds back the log begins.",
    "stderr": "Whether standard error is sent.",
    "stdin": "Whether standard input is read.",
    "stdout": "Whether standard output is sent.",
    "stream": "Which stream of the log is sent: All, Stdout or Stderr.",
    "tailLines": "With how many lines of the end the log begins.",
    "timeoutSeconds": "After how long a list or a watch ends.",
    "timestamps": "Whether each line of the log begins with its time.",
    "tty": "Whether the command has a terminal.",
    "watch": "Whether changes are sent as they come.",
}


def shared(path: Path, minor: int) -> tuple[str, ...]:
    """The query parameters that all operations of a path have."""
    first, *others = (known(one.query, minor) for one in path.operations)
    return tuple(name for name in first if all(name in other for other in others))


def known(names: Iterable[str], minor: int) -> tuple[str, ...]:
    """The parameters that a minor version of Kubernetes has."""
    return tuple(name for name in names if minor >= _SINCE.get(name, 0))


def own(operation: Operation, common: Sequence[str], minor: int) -> tuple[str, ...]:
    """The query parameters that an operation has beside those of its path."""
    return tuple(name for name in known(operation.query, minor) if name not in common)


def described(name: str, place: str) -> dict[str, Any]:
    """A parameter without its type; ``place`` is ``query`` or ``path``."""
    found: dict[str, Any] = {"name": name, "in": place, "description": _TOLD[name]}
    return {**found, "required": True} if place == "path" else found


def type_of(name: str) -> dict[str, Any]:
    """The type of a parameter; each may be said once."""
    kind = "boolean" if name in _BOOLEAN else "integer" if name in _INTEGER else "string"
    return {"type": kind, "uniqueItems": True}
