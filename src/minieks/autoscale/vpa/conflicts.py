"""A HorizontalPodAutoscaler and a VerticalPodAutoscaler that fight over one metric.

More replicas lower what each pod uses, lower requests raise its utilization: one undoes what the
other does. The VPA's documentation rules it out and no program looks for it; minieks does.
Source: kubernetes/autoscaler vertical-pod-autoscaler/docs/known-limitations.md.
"""

from collections.abc import Iterator, Sequence

from minieks.autoscale.vpa.amounts import RESOURCES
from minieks.autoscale.vpa.objects import policies_of, update_mode
from minieks.autoscale.vpa.policies import ALL, ContainerPolicy
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, name, namespace

HPAS = "horizontalpodautoscalers.autoscaling"


def fight(api: Api, vpa: Obj) -> str:
    """Who scales the same pods by what this object sets, in words; empty if nobody does."""
    if update_mode(vpa) == "Off":
        return ""
    reference = vpa["spec"].get("targetRef") or {}
    aim = (reference.get("kind"), reference.get("name"))
    for hpa in api.list(HPAS, namespace(vpa)):
        target = hpa["spec"]["scaleTargetRef"]
        if (target.get("kind"), target.get("name")) != aim:
            continue
        shared = sorted({*_metrics(hpa)} & {*_controlled(policies_of(vpa))})
        if shared:
            return (
                f"HorizontalPodAutoscaler {name(hpa)} scales {aim[0]} {aim[1]} by"
                f" {' and '.join(shared)}, which this VerticalPodAutoscaler sets, too: they undo"
                " each other's work; use another metric, or updateMode Off"
            )
    return ""


def _metrics(hpa: Obj) -> Iterator[str]:
    """The resources that an autoscaler looks at."""
    for metric in hpa["spec"].get("metrics") or ():
        source = metric.get("resource") or metric.get("containerResource")
        if source:
            yield str(source["name"])


def _controlled(policies: Sequence[ContainerPolicy]) -> Iterator[str]:
    """The resources that are set on some container."""
    if not any(policy.container == ALL for policy in policies):
        yield from RESOURCES
    for policy in policies:
        if not policy.is_off:
            yield from policy.controlled_resources
