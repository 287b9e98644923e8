"""How many pods and nodes a simulation may be asked for."""

from typing import Any

import pytest

from minieks.engine.errors import UserError
from minieks.scenario.readers.bounds import MOST_PODS, check_pods
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.readers.places import Document


def _sourced(kind: str, spec: Any) -> SourcedObject:
    obj = {"kind": kind, "metadata": {"name": "n"}, "spec": spec}
    return SourcedObject(obj, Document(obj, "f.yaml", 1, 1))


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        pytest.param("Deployment", {"replicas": MOST_PODS}, id="as many as may be"),
        pytest.param("Job", {"parallelism": 10**9, "completions": 3}, id="never so many at once"),
        pytest.param("Job", {"completions": 10**9}, id="one after the other"),
        pytest.param("Deployment", {"replicas": 2**31}, id="more than the API takes"),
        pytest.param("Deployment", {"replicas": "many"}, id="no number"),
        pytest.param("Deployment", [1], id="no spec"),
        pytest.param("CronJob", {"jobTemplate": None}, id="no template"),
        pytest.param("ConfigMap", {"replicas": 10**9}, id="no workload"),
    ],
)
def test_what_is_left_to_the_api_or_fits(kind: str, spec: Any) -> None:
    check_pods([_sourced(kind, spec)])


def test_the_sum_counts_and_the_largest_is_named() -> None:
    many = [_sourced("Deployment", {"replicas": 60_000}), _sourced("Job", {"parallelism": 50_000})]
    with pytest.raises(UserError, match=r"asks for 60,000 pods, 110,000 with the other") as caught:
        check_pods(many)
    assert caught.value.message.startswith("spec.replicas:")
    assert caught.value.hint == "lower spec.replicas"
