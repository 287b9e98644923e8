"""The shop is a real application: what it sends, a real cluster would take."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from minieks.eks.fargate.matching import Match, match
from minieks.eks.fargate.profiles import Profile, Selector
from minieks.eks.fargate.refusals import scheduler_refusal
from minieks.eks.fargate.sizing import FargateSize, size
from minieks.scenario.readers.inputs import read_inputs
from minieks.scenario.script.play import play_file

SHOP = Path(__file__).resolve().parents[2] / "examples" / "shop"
MANIFESTS = sorted((SHOP / "manifests").glob("*.yaml"))


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_every_object_fits_the_schema_of_the_clusters_version(path: Path) -> None:
    version = yaml.safe_load((SHOP / "cluster.yaml").read_text())["metadata"]["version"]
    documents = list(yaml.safe_load_all(path.read_text()))
    assert documents
    for document in documents:
        if document["kind"] != "VerticalPodAutoscaler":  # A custom resource.
            kubernetes_validate.validate(document, version, strict=True)


def test_the_shop_is_read_without_a_warning() -> None:
    inputs = read_inputs(str(SHOP))
    assert inputs.warnings == ()
    assert len(inputs.objects) == sum(path.read_text().count("\nkind: ") for path in MANIFESTS)


def test_the_readme_names_every_file() -> None:
    text = (SHOP / "README.md").read_text()
    files = [*SHOP.glob("*.yaml"), *SHOP.glob("*.toml"), *SHOP.glob("scenarios/*"), *MANIFESTS]
    assert [p.name for p in files if f"`{p.relative_to(SHOP)}`" not in text] == []


def pod_of(name: str) -> dict[str, Any]:
    """The pod that a manifest's workload would make."""
    documents = yaml.safe_load_all((SHOP / "manifests" / f"{name}.yaml").read_text())
    owner = next(one for one in documents if one["kind"] in {"Deployment", "CronJob"})
    spec = owner["spec"]
    template = (
        spec["jobTemplate"]["spec"]["template"] if "jobTemplate" in spec else spec["template"]
    )
    where = {"name": name, "namespace": owner["metadata"]["namespace"]}
    return {"metadata": {**template["metadata"], **where}, "spec": template["spec"]}


def profiles() -> list[Profile]:
    """The profiles of the cluster's configuration."""
    cluster = yaml.safe_load((SHOP / "cluster.yaml").read_text())
    return [
        Profile(
            each["name"],
            tuple(Selector(one["namespace"], one.get("labels", {})) for one in each["selectors"]),
        )
        for each in cluster["fargateProfiles"]
    ]


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("web", "fp-shop"),
        ("api", "fp-shop"),
        ("debug", "fp-shop"),
        ("nightly", "fp-batch"),
        ("worker", None),
    ],
)
def test_what_goes_to_fargate(name: str, profile: str | None) -> None:
    found = match(profiles(), pod_of(name))
    assert (found.profile.name if isinstance(found, Match) else None) == profile


# 256 MiB more than asked, rounded up to a size on sale (AWS user guide, fargate-pod-configuration).
@pytest.mark.parametrize(
    ("name", "vcpu", "memory"),
    [("web", "0.25", "1"), ("api", "0.5", "2"), ("nightly", "1", "3")],
)
def test_the_sizes_that_the_readme_names(name: str, vcpu: str, memory: str) -> None:
    assert size(pod_of(name)) == FargateSize(Decimal(vcpu), Decimal(memory))


def test_fargate_refuses_debug_for_three_reasons() -> None:
    refusal = scheduler_refusal(pod_of("debug"))
    assert "Privileged" in refusal
    assert "host is of an unsupported volume Type" in refusal
    assert "port contains HostIP or HostPort" in refusal


@pytest.mark.parametrize("name", ["web", "api", "nightly"])
def test_fargate_takes_the_others(name: str) -> None:
    assert scheduler_refusal(pod_of(name)) == ""


def test_an_outage_of_a_zone_breaks_what_the_readme_says() -> None:
    outcome = play_file(str(SHOP / "scenarios" / "az-outage.toml"))

    broken = [failure.expected for failure in outcome.failures]
    assert any("StatefulSet/shop/database" in one for one in broken)
    assert not any("Deployment/shop/web" in one for one in broken)
    assert not any("PodDisruptionBudget" in one for one in broken)
    story = [line.message for failure in outcome.failures for line in failure.story]
    assert any("zone eu-central-1a fails" in one for one in story)
    assert any("didn't match PersistentVolume's node affinity" in one for one in story)


@pytest.mark.slow
def test_the_week_keeps_its_promises() -> None:
    outcome = play_file(str(SHOP / "scenarios" / "week.toml"))

    assert (outcome.error, outcome.failures) == (None, ())
