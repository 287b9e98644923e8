"""The status of a VerticalPodAutoscaler: its recommendation and its conditions.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/recommender/model/vpa.go
UpdateConditions.
"""

from minieks.kube.words.objects import Obj

NO_PODS_MATCHED = "NoPodsMatched"
RECOMMENDATION_PROVIDED = "RecommendationProvided"


def conditions(pods_matched: bool, recommended: bool) -> list[Obj]:
    """What the recommender says of itself, sorted by type, without times."""
    reason, message = "", ""
    said = []
    if not pods_matched:
        reason, message = NO_PODS_MATCHED, "No pods match this VPA object"
        said.append(_condition(NO_PODS_MATCHED, True, reason, message))
    if recommended:
        reason, message = "", ""
    return [*said, _condition(RECOMMENDATION_PROVIDED, recommended, reason, message)]


def _condition(type_: str, is_true: bool, reason: str, message: str) -> Obj:
    status = "True" if is_true else "False"
    return {"type": type_, "status": status, "reason": reason, "message": message}
