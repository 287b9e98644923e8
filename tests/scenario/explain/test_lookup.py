"""Which pod is meant by what somebody typed."""

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.explain.lookup import find
from minieks.scenario.observe.attempts import PodNote

PODS = [
    PodNote("shop", "web-7fd-aaaaa", "1", "Deployment", "web"),
    PodNote("shop", "web-7fd-bbbbb", "2", "Deployment", "web"),
    PodNote("shop", "db-0", "3", "StatefulSet", "db"),
    PodNote("test", "db-0", "4", "StatefulSet", "db"),
    PodNote("shop", "nightly-2992-xxxxx", "5", "CronJob", "nightly"),
    PodNote("job", "bare", "6", "Pod", "bare"),
    PodNote("shop", "db", "7", "Pod", "db"),
]


@pytest.mark.parametrize(
    ("text", "uid"),
    [
        pytest.param("shop/web-7fd-aaaaa", "1", id="namespace and name"),
        pytest.param("web-7fd-aaaaa", "1", id="name"),
        pytest.param("db", "7", id="a whole name before longer ones"),
        pytest.param("web-7fd-a", "1", id="beginning of a name"),
        pytest.param("shop/nightly", "5", id="beginning with the namespace"),
        pytest.param("cronjob/nightly", "5", id="workload"),
        pytest.param("cj/nightly", "5", id="short name of a kind"),
        pytest.param("CronJob/nightly", "5", id="kind as written"),
        pytest.param("test/sts/db", "4", id="workload with its namespace"),
        pytest.param("pod/bare", "6", id="a pod by its kind"),
        pytest.param("job/bare", "6", id="a namespace that is called as a kind"),
    ],
)
def test_the_pod_that_is_meant(text: str, uid: str) -> None:
    assert find(PODS, text).uid == uid


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        pytest.param("deployment/web", ["web-7fd-aaaaa", "web-7fd-bbbbb"], id="workload"),
        pytest.param("web", ["web-7fd-aaaaa", "web-7fd-bbbbb"], id="beginning"),
        pytest.param("db-0", ["shop/db-0", "test/db-0"], id="in two namespaces"),
    ],
)
def test_several_are_named(text: str, candidates: list[str]) -> None:
    with pytest.raises(UserError, match=f"means {len(candidates)} pods") as caught:
        find(PODS, text)
    assert [one for one in candidates if one not in caught.value.hint] == []


def test_of_very_many_only_some_are_named() -> None:
    many = [PodNote("a", f"web-{number:03}", str(number), "Job", "web") for number in range(500)]
    with pytest.raises(UserError, match="means 500 pods") as caught:
        find(many, "job/web")
    assert "and 480 more" in caught.value.hint
    assert "web-499" not in caught.value.hint


@pytest.mark.parametrize(
    ("text", "near"),
    [
        pytest.param("web-7fd-aaaab-x", "web-7fd-aaaaa", id="a pod"),
        pytest.param("deployment/wep", "deployment/web", id="a workload"),
        pytest.param("nope/deployment/web", "shop/deployment/web", id="another namespace"),
        pytest.param("zzz", "name a pod", id="nothing near"),
    ],
)
def test_an_unknown_name_gets_the_nearest(text: str, near: str) -> None:
    with pytest.raises(UserError, match="the run had no pod") as caught:
        find(PODS, text)
    assert near in caught.value.hint
