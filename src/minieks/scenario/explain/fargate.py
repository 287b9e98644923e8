"""What Fargate made of a pod: its profiles, selector by selector, and the size."""

from collections.abc import Iterator, Sequence

from minieks.eks.fargate.matching import Match, Missed, NoMatch, consider
from minieks.eks.fargate.profiles import Profile, Selector
from minieks.eks.fargate.sizing import OVERHEAD_MIB, FargateSize, size
from minieks.kube.kinds import podresources
from minieks.kube.words.objects import Obj, labels, namespace
from minieks.scenario.explain.explanation import (
    ContainerRequests,
    FargateView,
    ProfileView,
    SelectorView,
    SizeView,
)

_OVERHEAD = OVERHEAD_MIB * 1024 * 1024


def fargate_view(
    pod: Obj, found: Match | NoMatch, profiles: Sequence[Profile], zone: str = ""
) -> FargateView:
    """The view of a pod as it was when it was created, before the webhook marked it."""
    matched = found if isinstance(found, Match) else None
    statuses = {one.profile: one.status for one in found.considered}
    views = (_profile(one, statuses[one.name], pod) for one in profiles if one.name in statuses)
    return FargateView(
        profile=matched.profile.name if matched else "",
        selector=matched.selector + 1 if matched else None,
        why_not=found.reason if isinstance(found, NoMatch) else "",
        profiles=tuple(sorted(views, key=lambda view: view.name)),
        size=_size(pod, matched.profile) if matched else None,
        zone=zone,
    )


def _profile(profile: Profile, status: str, pod: Obj) -> ProfileView:
    views = tuple(_selector(profile, one, pod) for one in profile.selectors)
    return ProfileView(profile.name, status, any(one.matches for one in views), views)


def _selector(profile: Profile, selector: Selector, pod: Obj) -> SelectorView:
    missed = consider(Profile(profile.name, (selector,)), pod).missed
    lacks = tuple(line for one in missed for line in _lacks(one, selector, pod))
    return SelectorView(selector_text(selector), not lacks, lacks)


def selector_text(selector: Selector) -> str:
    """A selector in short: ``shop{compute=fargate}``."""
    wanted = ",".join(f"{key}={value}" for key, value in selector.labels.items())
    return f"{selector.namespace}{{{wanted}}}" if wanted else selector.namespace


def _lacks(missed: Missed, selector: Selector, pod: Obj) -> Iterator[str]:
    """What the pod lacks, and what it has instead."""
    if missed.namespace:
        yield f"wants namespace {missed.namespace}; the pod is in {namespace(pod)}"
    absent = set(missed.labels)
    for key, value in selector.labels.items():
        if f"{key}={value}" in absent:
            own = labels(pod).get(key)
            has = f"no label {key}" if own is None else f"{key}={own}"
            yield f"wants label {key}={value}; the pod has {has}"


def _size(pod: Obj, profile: Profile) -> SizeView:
    asked = podresources.requests(pod)
    memory = asked.get("memory", 0)
    found = size(pod, profile.cap)
    fits = found if isinstance(found, FargateSize) else None
    return SizeView(
        containers=tuple(_containers(pod)),
        cpu_millis=asked.get("cpu", 0),
        memory_bytes=memory,
        overhead_bytes=_OVERHEAD,
        needed_bytes=memory + _OVERHEAD,
        vcpu=fits.vcpu if fits else None,
        memory_gib=fits.memory_gib if fits else None,
        ephemeral_gib=fits.ephemeral_gib if fits else None,
        provisioned=fits.capacity_provisioned if fits else "",
    )


def _containers(pod: Obj) -> Iterator[ContainerRequests]:
    spec = pod["spec"]
    for part in ("initContainers", "containers"):
        for one in spec.get(part) or ():
            asked = podresources.container_requests(one)
            role = _role(part, podresources.is_sidecar(one))
            name = str(one["name"])
            yield ContainerRequests(name, role, asked.get("cpu", 0), asked.get("memory", 0))


def _role(part: str, restarts: bool) -> str:
    if part == "containers":
        return "container"
    return "sidecar" if restarts else "init"
