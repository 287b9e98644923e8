"""The status of a VerticalPodAutoscaler: its recommendation and its conditions.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/vpa.go
UpdateConditions, pkg/recommender/logic/recommender.go.
"""

from collections.abc import Mapping

from minieks.autoscale.vpa.amounts import Amounts
from minieks.autoscale.vpa.recommending import ContainerRecommendation
from minieks.kube.words import conditions as states
from minieks.kube.words import quantity
from minieks.kube.words.objects import Obj

NO_PODS_MATCHED = "NoPodsMatched"
RECOMMENDATION_PROVIDED = "RecommendationProvided"
CONFIG_UNSUPPORTED = "ConfigUnsupported"
SAME_METRIC = "SameMetricAsHorizontalPodAutoscaler"
"""minieks' own: the real recommender does not look at HorizontalPodAutoscalers."""


def conditions(
    pods_matched: bool, recommended: bool, problem: str = "", fight: str = ""
) -> list[Obj]:
    """What the recommender says of itself, sorted by type, without times.

    ``problem`` is what is wrong with the target, ``fight`` with a HorizontalPodAutoscaler.
    """
    said = []
    if problem:
        said.append(_condition(CONFIG_UNSUPPORTED, True, "", problem))
    reason = "" if pods_matched else NO_PODS_MATCHED
    message = "" if pods_matched else "No pods match this VPA object"
    if not pods_matched:
        said.append(_condition(NO_PODS_MATCHED, True, reason, message))
    if recommended:
        reason, message = "", ""
    said.append(_condition(RECOMMENDATION_PROVIDED, recommended, reason, message))
    if fight:
        said.append(_condition(SAME_METRIC, True, "SameMetric", fight))
    return said


def _condition(type_: str, is_true: bool, reason: str, message: str) -> Obj:
    status = "True" if is_true else "False"
    return {"type": type_, "status": status, "reason": reason, "message": message}


def status_of(
    before: Obj, found: Mapping[str, ContainerRecommendation], said: list[Obj], now: str
) -> Obj:
    """The status to write; conditions that stay true keep their time."""
    status: Obj = {"conditions": []}
    if found:
        listed = [_recommended(name, found[name]) for name in sorted(found)]
        status["recommendation"] = {"containerRecommendations": listed}
    for condition in said:
        plain = {key: value for key, value in condition.items() if value}
        before = states.with_condition(before, plain, now)
    wanted = {one["type"] for one in said}
    kept = [one for one in before["conditions"] if one["type"] in wanted]
    return {**status, "conditions": sorted(kept, key=lambda one: str(one["type"]))}


def _recommended(container: str, found: ContainerRecommendation) -> Obj:
    return {
        "containerName": container,
        "lowerBound": quantities(found.lower_bound),
        "target": quantities(found.target),
        "uncappedTarget": quantities(found.uncapped_target),
        "upperBound": quantities(found.upper_bound),
    }


def quantities(amounts: Amounts) -> dict[str, str]:
    """Amounts as the recommender prints them: ``25m``, ``262144k``."""
    units = {"cpu": "m", "memory": ""}
    return {one: quantity.canonical(f"{amount}{units[one]}") for one, amount in amounts.items()}
