"""Which profile takes a pod. Source: AWS user guide for EKS, "Fargate profile"."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.fargate.matching import Match, NoMatch, match, matches_pattern
from minieks.eks.fargate.profiles import Profile, Selector, from_object
from minieks.eks.fargate.sizing import LIMIT_OF_2020
from minieks.kube.words.objects import Obj


def pod(
    namespace: str = "default",
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": "web",
            "namespace": namespace,
            "labels": dict(labels or {}),
            "annotations": dict(annotations or {}),
        },
    }


def profile(
    name: str, *selectors: tuple[str, Mapping[str, str]], status: str = "ACTIVE"
) -> Profile:
    return Profile(
        name, tuple(Selector(space, dict(labels)) for space, labels in selectors), status
    )


@pytest.mark.parametrize(
    ("namespace", "labels", "taken"),
    [
        pytest.param("dev", {"env": "dev", "checks": "passed"}, True, id="all labels"),
        pytest.param("dev", {"env": "dev", "checks": "passed", "x": "y"}, True, id="one more"),
        pytest.param("dev", {"env": "dev"}, False, id="one label lacks"),
        pytest.param("dev", {"env": "dev", "checks": "failed"}, False, id="another value"),
        pytest.param("prod", {"env": "dev", "checks": "passed"}, False, id="another namespace"),
    ],
)
def test_a_selector_wants_namespace_and_every_label(
    namespace: str, labels: dict[str, str], taken: bool
) -> None:
    found = match(
        [profile("p", ("dev", {"env": "dev", "checks": "passed"}))], pod(namespace, labels)
    )
    assert isinstance(found, Match) is taken


def test_a_selector_without_labels_takes_the_whole_namespace() -> None:
    assert isinstance(match([profile("p", ("default", {}))], pod("default", {"a": "b"})), Match)


def test_selectors_are_alternatives() -> None:
    found = match([profile("p", ("a", {}), ("b", {}))], pod("b"))
    assert isinstance(found, Match)
    assert found.selector == 1


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", "anything", True),
        ("dev-*", "dev-a", True),
        ("dev-*", "dev-", True),
        ("dev-*", "dev", False),
        ("?", "", False),
        ("dev-?", "dev-1", True),
        ("dev-?", "dev-12", False),
        ("*-prod-?", "team-a-prod-1", True),
        ("a.b", "axb", False),
        ("[a]", "a", False),
        ("team?*", "team", False),
        ("dev", "dev-a", False),
    ],
)
def test_wildcards(pattern: str, text: str, expected: bool) -> None:
    assert matches_pattern(pattern, text) is expected


def test_wildcards_in_namespace_label_keys_and_values() -> None:
    taker = profile("p", ("team-*", {"app.*/na?e": "web-*"}))
    assert isinstance(match([taker], pod("team-a", {"app.io/name": "web-1"})), Match)
    assert isinstance(match([taker], pod("team-a", {"app.io/nae": "web-1"})), NoMatch)


def test_key_and_value_must_match_on_the_same_label() -> None:
    taker = profile("p", ("*", {"a*": "1"}))
    assert isinstance(match([taker], pod("x", {"ab": "2", "b": "1"})), NoMatch)


def test_the_alphanumerically_first_profile_takes_the_pod() -> None:
    found = match(
        [profile("b", ("*", {})), profile("a10", ("*", {})), profile("a2", ("*", {}))], pod()
    )
    assert isinstance(found, Match)
    assert found.profile.name == "a10"


def test_the_pod_label_chooses_among_matching_profiles() -> None:
    both = [profile("a", ("*", {})), profile("b", ("*", {}))]
    found = match(both, pod(labels={"eks.amazonaws.com/fargate-profile": "b"}))
    assert isinstance(found, Match)
    assert found.profile.name == "b"


def test_a_pod_that_names_a_profile_which_does_not_match_is_not_taken() -> None:
    both = [profile("a", ("*", {})), profile("b", ("other", {}))]
    found = match(both, pod(labels={"eks.amazonaws.com/fargate-profile": "b"}))
    assert isinstance(found, NoMatch)
    assert found.reason == "profile b: selector 1 wants namespace other"


def test_the_ec2_annotation_keeps_a_pod_off_fargate() -> None:
    kept = pod("kube-system", annotations={"eks.amazonaws.com/compute-type": "ec2"})
    found = match([profile("p", ("kube-system", {}))], kept)
    assert isinstance(found, NoMatch)
    assert "compute-type: ec2" in found.reason


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "CREATE_FAILED"])
def test_only_active_profiles_take_pods(status: str) -> None:
    found = match([profile("a", ("*", {}), status=status), profile("b", ("*", {}))], pod())
    assert isinstance(found, Match)
    assert found.profile.name == "b"
    alone = match([profile("a", ("*", {}), status=status)], pod())
    assert isinstance(alone, NoMatch)
    assert alone.reason == f"profile a matches but is {status}, not ACTIVE"


def test_what_each_selector_missed_is_told() -> None:
    profiles = [
        profile("a", ("prod", {}), ("default", {"tier": "web", "env": "dev"})),
        profile("b"),
    ]
    found = match(profiles, pod("default", {"env": "dev"}))
    assert isinstance(found, NoMatch)
    assert found.reason == (
        "profile a: selector 1 wants namespace prod, selector 2 wants label tier=web; "
        "profile b has no selector"
    )


def test_no_profile_at_all_is_said() -> None:
    found = match([], pod())
    assert found == NoMatch("the cluster has no Fargate profile")


def test_a_profile_is_read_from_what_the_eks_api_describes() -> None:
    described = {
        "fargateProfileName": "fp",
        "status": "CREATING",
        "subnets": ["subnet-1"],
        "selectors": [{"namespace": "a", "labels": {"k": "v"}}, {"namespace": "b"}],
        "minieks": {"maxVcpu": "4", "maxMemoryGiB": 30},
    }
    found = from_object(described)
    assert found.selectors == (Selector("a", {"k": "v"}), Selector("b"))
    assert found.status == "CREATING"
    assert found.cap == LIMIT_OF_2020


@given(st.text("ab-", max_size=8))
def test_a_text_matches_itself_and_the_star(text: str) -> None:
    assert matches_pattern(text, text)
    assert matches_pattern("*", text)
    assert matches_pattern("?" * len(text), text)


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_profiles_does_not_matter(names: list[str]) -> None:
    found = match([profile(name, ("*", {})) for name in names], pod())
    assert isinstance(found, Match)
    assert found.profile.name == "a"
