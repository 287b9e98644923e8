"""LimitRanger: default requests and limits of a namespace, and its bounds.

Source: kubernetes plugin/pkg/admission/limitranger/admission.go.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.kinds.podresources import is_sidecar
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj, annotations, metadata

_ANNOTATION: Final = "kubernetes.io/limit-ranger"
_NOTHING: Final[Mapping[str, str]] = {}


class LimitRanger(AdmissionPlugin):
    """Fills in what a LimitRange gives by default, and refuses what it forbids."""

    name = "LimitRanger"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """What limit ranges bound, when it comes."""
        return operation == "CREATE" and (collection == "pods" or collection in _CHECKS)

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with the defaults of the namespace's limit ranges."""
        if not attributes.is_create("pods"):
            return obj
        for limit_range in self._ranges(attributes):
            obj = with_defaults(obj, limit_range)
        return obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Refuse what is outside the bounds of the namespace's limit ranges."""
        check = _CHECKS.get(attributes.collection)
        if check is None or not attributes.is_create(attributes.collection):
            return
        found = [
            text for limit_range in self._ranges(attributes) for text in check(obj, limit_range)
        ]
        if found:
            unique = list(dict.fromkeys(found))
            why = unique[0] if len(unique) == 1 else f"[{', '.join(unique)}]"
            raise attributes.forbidden(why)

    @staticmethod
    def _ranges(attributes: Attributes) -> list[Obj]:
        return attributes.api.store.values("limitranges", attributes.namespace)


def _items(limit_range: Obj, type_: str) -> Iterator[Obj]:
    for item in (limit_range.get("spec") or {}).get("limits") or ():
        if item.get("type") == type_:
            yield item


def with_defaults(pod: Obj, limit_range: Obj) -> Obj:
    """The pod with a LimitRange's default requests and limits, noted in an annotation."""
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    for item in _items(limit_range, "Container"):
        requests = {**requests, **item.get("defaultRequest", {})}
        limits = {**limits, **item.get("default", {})}
    if not requests and not limits:
        return pod
    spec, notes = dict(pod["spec"]), list[str]()
    for key, noun in (("containers", "container"), ("initContainers", "init container")):
        if spec.get(key):
            spec[key] = [_merged(c, requests, limits, notes, noun) for c in spec[key]]
    if not notes:
        return pod
    text = "LimitRanger plugin set: " + "; ".join(notes)
    before = annotations(pod).get(_ANNOTATION)
    noted = f"{before}; {text}" if before else text
    meta = {**metadata(pod), "annotations": {**annotations(pod), _ANNOTATION: noted}}
    return {**pod, "metadata": meta, "spec": spec}


def _merged(
    container: Obj,
    requests: Mapping[str, str],
    limits: Mapping[str, str],
    notes: list[str],
    noun: str,
) -> Obj:
    resources = container.get("resources") or {}
    found = dict(resources)
    for key, defaults, word in (("requests", requests, "request"), ("limits", limits, "limit")):
        present = resources.get(key) or {}
        missing = {name: amount for name, amount in defaults.items() if name not in present}
        if missing:
            found[key] = {**present, **missing}
            names = ", ".join(sorted(missing))
            notes.append(f"{names} {word} for {noun} {container.get('name', '')}")
    return {**container, "resources": found} if found != resources else container


def pod_violations(pod: Obj, limit_range: Obj) -> Iterator[str]:
    """What of a pod a LimitRange forbids, in the server's words."""
    spec = pod["spec"]
    for item in _items(limit_range, "Container"):
        for key in ("containers", "initContainers"):
            for container in spec.get(key) or ():
                resources = container.get("resources") or {}
                yield from _violations(item, "Container", resources)
    for item in _items(limit_range, "Pod"):
        totals = {
            "requests": _total(spec, _requests),
            "limits": _total(spec, _limits),
        }
        yield from _violations(item, "Pod", totals)


def claim_violations(claim: Obj, limit_range: Obj) -> Iterator[str]:
    """What of a claim a LimitRange forbids."""
    resources = (claim.get("spec") or {}).get("resources") or {}
    bare = {"requests": resources.get("requests") or {}}
    for item in _items(limit_range, "PersistentVolumeClaim"):
        for name, bound in sorted((item.get("min") or {}).items()):
            yield from _minimum(name, bound, "PersistentVolumeClaim", bare)
        for name, bound in sorted((item.get("max") or {}).items()):
            asked = bare["requests"].get(name)
            if asked is not None and quantity.parse(asked) > quantity.parse(bound):
                yield (
                    f"maximum {name} usage per PersistentVolumeClaim is {bound}, "
                    f"but request is {asked}"
                )


def _violations(item: Obj, type_: str, resources: Mapping[str, Any]) -> Iterator[str]:
    for name, bound in sorted((item.get("min") or {}).items()):
        yield from _minimum(name, bound, type_, resources)
    for name, bound in sorted((item.get("max") or {}).items()):
        yield from _maximum(name, bound, type_, resources)
    for name, bound in sorted((item.get("maxLimitRequestRatio") or {}).items()):
        yield from _ratio(name, bound, type_, resources)


def _minimum(name: str, bound: str, type_: str, resources: Mapping[str, Any]) -> Iterator[str]:
    request = (resources.get("requests") or {}).get(name)
    limit = (resources.get("limits") or {}).get(name)
    head = f"minimum {name} usage per {type_} is {bound}"
    least = quantity.parse(bound)
    if request is None:
        yield f"{head}.  No request is specified"
    elif quantity.parse(request) < least:
        yield f"{head}, but request is {request}"
    elif limit is not None and quantity.parse(limit) < least:
        yield f"{head}, but limit is {limit}"


def _maximum(name: str, bound: str, type_: str, resources: Mapping[str, Any]) -> Iterator[str]:
    request = (resources.get("requests") or {}).get(name)
    limit = (resources.get("limits") or {}).get(name)
    head = f"maximum {name} usage per {type_} is {bound}"
    most = quantity.parse(bound)
    if limit is None:
        yield f"{head}.  No limit is specified"
    elif quantity.parse(limit) > most:
        yield f"{head}, but limit is {limit}"
    elif request is not None and quantity.parse(request) > most:
        yield f"{head}, but request is {request}"


def _ratio(name: str, bound: str, type_: str, resources: Mapping[str, Any]) -> Iterator[str]:
    request = quantity.parse((resources.get("requests") or {}).get(name, "0"))
    limit = quantity.parse((resources.get("limits") or {}).get(name, "0"))
    head = f"{name} max limit to request ratio per {type_} is {bound}"
    if not request:
        yield f"{head}, but no request is specified or request is 0"
    elif not limit:
        yield f"{head}, but no limit is specified or limit is 0"
    elif limit / request > quantity.parse(bound):
        yield f"{head}, but provided ratio is {limit / request:.6f}"


def _requests(container: Obj) -> Mapping[str, str]:
    return (container.get("resources") or {}).get("requests") or _NOTHING


def _limits(container: Obj) -> Mapping[str, str]:
    return (container.get("resources") or {}).get("limits") or _NOTHING


def _total(spec: Obj, amounts: Callable[[Obj], Mapping[str, str]]) -> dict[str, str]:
    """The sum over containers and sidecars, or the greatest of the other init containers.

    A resource of which not every container says something is left out.
    """
    running = [c for c in spec.get("initContainers") or () if is_sidecar(c)]
    running += spec.get("containers") or ()
    named = [name for c in running for name in amounts(c)]
    total: dict[str, Decimal] = {}
    for name in dict.fromkeys(named):
        if named.count(name) == len(running):
            total[name] = sum((quantity.parse(amounts(c)[name]) for c in running), Decimal(0))
    for container in spec.get("initContainers") or ():
        if not is_sidecar(container):
            for name, amount in amounts(container).items():
                total[name] = max(total.get(name, Decimal(0)), quantity.parse(amount))
    return {name: _text(name, amount) for name, amount in total.items()}


def _text(name: str, amount: Decimal) -> str:
    binary = "memory" in name or "storage" in name or name.startswith("hugepages-")
    return quantity.text_of(amount, "binary" if binary else "decimal")


_CHECKS: Final[Mapping[str, Callable[[Obj, Obj], Iterator[str]]]] = {
    "pods": pod_violations,
    "persistentvolumeclaims": claim_violations,
}
