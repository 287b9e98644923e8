"""An add-on that EKS manages: its objects are written, changed, and taken away again.

Source: AWS user guide for EKS, "Determine fields you can customize for Amazon EKS add-ons": EKS
owns the fields of its manifests by server-side apply. Here an object is in conflict if something
that the manifest says is otherwise in the cluster.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from minieks.eks.addons.install import addon_objects
from minieks.eks.spec import AddonSpec, ClusterSpec
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, annotations, labels, name, namespace, with_metadata

COMPARED: Final = {"Deployment": "spec", "DaemonSet": "spec", "ConfigMap": "data"}
"""By kind: the part of an object that is compared and changed; others are only there or not."""


def conflicts(api: Api, addon: AddonSpec, spec: ClusterSpec) -> list[str]:
    """What in the cluster is otherwise than the add-on's manifests say: ``kind name - .path``."""
    found = []
    for wanted in addon_objects(addon, spec):
        part = COMPARED.get(wanted["kind"])
        present = _present(api, wanted)
        if part is not None and present is not None:
            for path in _differences(wanted[part], present.get(part), f".{part}"):
                found.append(f"{wanted['kind']} {name(wanted)} - {path}")
    return found


def _differences(wanted: Any, present: Any, path: str) -> Iterator[str]:
    """Where the present value lacks something of the wanted one, or has something else for it."""
    if isinstance(wanted, Mapping) and isinstance(present, Mapping):
        for key, value in wanted.items():
            yield from _differences(value, present.get(key), f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(present, list) and len(wanted) == len(present):
        for index, value in enumerate(wanted):
            yield from _differences(value, present[index], f"{path}[{index}]")
    elif wanted != present and not (_is_nothing(wanted) and _is_nothing(present)):
        yield path


def _is_nothing(value: Any) -> bool:
    return value is None or value in ([], {}, "", False, 0)


def write(api: Api, addon: AddonSpec, spec: ClusterSpec, keep: Iterable[str] = ()) -> None:
    """Create the add-on's objects and bring present ones to what it says.

    ``keep`` are conflicts as `conflicts` tells them: objects in one stay as they are.
    """
    kept = {line.partition(" - ")[0] for line in keep}
    for wanted in addon_objects(addon, spec):
        present = _present(api, wanted)
        if present is None:
            api.create(wanted)
        elif f"{wanted['kind']} {name(wanted)}" not in kept:
            _bring(api, wanted, present)


def _bring(api: Api, wanted: Obj, present: Obj) -> None:
    merged = with_metadata(
        present,
        labels={**labels(present), **labels(wanted)},
        annotations={**annotations(present), **annotations(wanted)},
    )
    part = COMPARED.get(wanted["kind"])
    if part is not None:
        merged = {**merged, part: wanted[part]}
    api.update(merged)


def remove(api: Api, addon: AddonSpec, spec: ClusterSpec) -> None:
    """Delete the add-on's objects."""
    for wanted in addon_objects(addon, spec):
        kind = api.kinds.kind_of(wanted)
        if kind is not None and _present(api, wanted) is not None:
            api.delete(kind.collection, namespace(wanted), name(wanted))


def waits_for(api: Api, addon: AddonSpec, spec: ClusterSpec) -> list[str]:
    """The workloads of the add-on that have fewer pods ready than they want."""
    found = []
    for wanted in addon_objects(addon, spec):
        present = _present(api, wanted)
        if present is not None and _lacks(present):
            found.append(f"{wanted['kind']} {name(wanted)}")
    return found


def _lacks(workload: Obj) -> bool:
    status = workload.get("status") or {}
    if workload["kind"] == "Deployment":
        wanted = workload["spec"].get("replicas", 1)
        return bool(status.get("availableReplicas", 0) < wanted)
    if workload["kind"] == "DaemonSet":
        return bool(status.get("numberReady", 0) < status.get("desiredNumberScheduled", 0))
    return False


def _present(api: Api, wanted: Obj) -> Obj | None:
    kind = api.kinds.kind_of(wanted)
    return api.get(kind.collection, namespace(wanted), name(wanted)) if kind else None
