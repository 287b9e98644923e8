"""Insights: what EKS says about a cluster's readiness for its next version.

Source: Amazon EKS API reference, ListInsights, DescribeInsight, StartInsightsRefresh,
DescribeInsightsRefresh. They are computed at the moment of the question.
"""

from typing import Any, Final

from minieks.eks.operations import insightrules
from minieks.eks.operations.collections import INSIGHT_REFRESHES
from minieks.eks.operations.errors import invalid_request, not_found
from minieks.eks.operations.pages import page
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.eks.operations.showing import moment, shown
from minieks.eks.operations.transitions import settled
from minieks.kube.words.objects import Obj

_REFRESH: Final = ("message", "status", "startedAt", "endedAt")


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the insights that a filter lets through, in short."""
    cluster = at.active_cluster(asked["clusterName"])
    wanted = asked.get("filter") or {}
    found = [one for one in _all(cluster) if _passes(one, wanted)]
    return page([_summary(cluster, one) for one in found], asked, "insights")


def _all(cluster: OneCluster) -> list[Obj]:
    version = insightrules.next_version(cluster)
    return insightrules.found(cluster, version) if version else []


def _passes(insight: Obj, wanted: Asked) -> bool:
    filters = (
        ("categories", "category"),
        ("kubernetesVersions", "kubernetesVersion"),
        ("statuses", "status"),
    )
    return all(
        not wanted.get(plural) or insight[member] in wanted[plural] for plural, member in filters
    )


def _summary(cluster: OneCluster, insight: Obj) -> dict[str, Any]:
    members = ("id", "name", "category", "kubernetesVersion", "description")
    return {
        **{member: insight[member] for member in members},
        "lastRefreshTime": moment(cluster.at.now()),
        "lastTransitionTime": moment(cluster.record["createdAt"]),
        "insightStatus": {"status": insight["status"], "reason": insight["reason"]},
    }


def describe(at: Regional, asked: Asked) -> Answer:
    """Show an insight with the resources that it is about."""
    cluster = at.active_cluster(asked["clusterName"])
    found = next((one for one in _all(cluster) if one["id"] == asked["id"]), None)
    if found is None:
        text = f"No insight found with id: {asked['id']}"
        raise not_found(text, clusterName=cluster.name)
    wrong = found["resources"]
    return {
        "insight": {
            **_summary(cluster, found),
            "recommendation": "Update what is listed before you update the cluster."
            if wrong
            else "",
            "additionalInfo": {},
            "resources": wrong,
            "categorySpecificSummary": {"deprecationDetails": [], "addonCompatibilityDetails": []},
        }
    }


def start_refresh(at: Regional, asked: Asked) -> Answer:
    """Begin to look anew, which takes a moment; the insights are of the moment anyway."""
    cluster = at.active_cluster(asked["clusterName"])
    before = cluster.child(INSIGHT_REFRESHES, cluster.name)
    if before is not None and before["status"] == "IN_PROGRESS":
        text = "An insights refresh is already in progress for this cluster."
        raise invalid_request(text, clusterName=cluster.name)
    record = {
        "message": "Insights refresh is in progress",
        "status": "IN_PROGRESS",
        "startedAt": at.now(),
        "due": at.due("insights_refresh"),
    }
    write = cluster.aws.create if before is None else cluster.aws.replace
    write(INSIGHT_REFRESHES, cluster.name, record)
    if at.lenient:
        go_on(cluster, cluster.name, record)
    return shown(record, ("message", "status"))


def go_on(cluster: OneCluster, key: str, record: Obj) -> None:
    """A refresh is complete."""
    text = "Insights refresh completed"
    done = settled(record, status="COMPLETED", message=text, endedAt=cluster.at.now())
    cluster.aws.replace(INSIGHT_REFRESHES, key, done)


def describe_refresh(at: Regional, asked: Asked) -> Answer:
    """Show how the latest refresh went."""
    cluster = at.active_cluster(asked["clusterName"])
    found = cluster.child(INSIGHT_REFRESHES, cluster.name)
    if found is None:
        text = "No insights refresh found for this cluster."
        raise not_found(text, clusterName=cluster.name)
    return shown(found, _REFRESH)


OPERATIONS: Final = (
    Operation("ListInsights", list_),
    Operation("DescribeInsight", describe),
    Operation("StartInsightsRefresh", start_refresh),
    Operation("DescribeInsightsRefresh", describe_refresh),
)
