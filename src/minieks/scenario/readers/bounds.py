"""How much one simulation holds: what asks for more is refused before it begins.

Nothing here is a limit of Kubernetes' API: its own stop at 5,000 nodes and 150,000 pods
(kubernetes.io, "Considerations for large clusters"). It keeps a slip of the pen, such as
``replicas: 1000000``, from keeping a machine busy for hours.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from minieks.eks.spec import ClusterSpec
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj, name
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.readers.places import FieldPath, dotted

MOST_PODS = 100_000
MOST_NODES = 5_000


def check_pods(objects: Iterable[SourcedObject]) -> None:
    """UserError with the field that asks for most, if the workloads want more than MOST_PODS."""
    asked = [(count, path, source) for source in objects for count, path in _asked(source.obj)]
    total = sum(count for count, _, _ in asked)
    if total <= MOST_PODS:
        return
    count, path, source = max(asked, key=lambda one: one[0])
    others = "" if count == total else f", {total:,} with the other workloads"
    raise source.error(
        path,
        f"{source.obj['kind']}/{name(source.obj)} asks for {count:,} pods{others}; a simulation"
        f" holds at most {MOST_PODS:,}",
        f"lower {dotted(path)}",
    )


def check_nodes(cluster: ClusterSpec, where: str) -> None:
    """UserError naming the largest group if the groups begin with more than MOST_NODES nodes."""
    total = sum(group.desired_size for group in cluster.node_groups)
    if total <= MOST_NODES:
        return
    largest = max(cluster.node_groups, key=lambda group: group.desired_size)
    raise UserError(
        f"node group {largest.name} begins with {largest.desired_size:,} of {total:,} nodes; a"
        f" simulation holds at most {MOST_NODES:,}, as a Kubernetes cluster does",
        where=where,
        hint="lower its desiredCapacity (or minSize)",
    )


def _replicas(spec: Mapping[str, Any]) -> Any:
    return spec.get("replicas")


def _at_once(spec: Mapping[str, Any]) -> Any:
    """How many pods of a Job there are at a time."""
    at_once, wanted = spec.get("parallelism"), spec.get("completions")
    if isinstance(at_once, int) and isinstance(wanted, int):
        return min(at_once, wanted)
    return at_once


_FIELDS: Final[Mapping[str, tuple[FieldPath, Callable[[Mapping[str, Any]], Any]]]] = {
    **dict.fromkeys(
        ("Deployment", "ReplicaSet", "StatefulSet", "ReplicationController"),
        (("spec", "replicas"), _replicas),
    ),
    "Job": (("spec", "parallelism"), _at_once),
    "CronJob": (("spec", "jobTemplate", "spec", "parallelism"), _at_once),
}


def _asked(obj: Obj) -> Iterable[tuple[int, FieldPath]]:
    """The pods that an object asks for, if it says so; it need not be valid."""
    known = _FIELDS.get(str(obj["kind"]))
    if known is None:
        return
    path, read = known
    spec: Any = obj
    for part in path[:-1]:
        spec = spec.get(part) if isinstance(spec, dict) else None
    count = read(spec) if isinstance(spec, dict) else None
    # More than the API's 32 bits is refused there, with the right words.
    if isinstance(count, int) and not isinstance(count, bool) and 0 < count < 2**31:
        yield count, path
