"""Decoding against the schemas of a Kubernetes version; APIs that are gone."""

import pytest

from minieks.kube.api.schema import SchemaSet, removed_api
from minieks.kube.words.objects import Obj


def _pod(**spec: object) -> Obj:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}


def test_an_unknown_field_is_reported_with_its_path() -> None:
    report = SchemaSet.for_version("1.34").check(_pod(containers=[{"name": "c", "imagee": "x"}]))
    assert report.unknown_fields == ("spec.containers[0].imagee",)
    assert report.errors == ()
    assert report.warnings() == ['unknown field "spec.containers[0].imagee"']


# Source: recorded answers of kube-apiserver v1.34.9.
WRONG = [
    ({"spec": "x"}, "string into Go struct field Pod.spec of type v1.PodSpec"),
    (
        {"spec": {"containers": {"a": 1}}},
        "object into Go struct field PodSpec.spec.containers of type []v1.Container",
    ),
    (
        {"metadata": {"name": 5}},
        "number into Go struct field ObjectMeta.metadata.name of type string",
    ),
    (
        {"spec": {"hostNetwork": "true"}},
        "string into Go struct field PodSpec.spec.hostNetwork of type bool",
    ),
    (
        {"spec": {"activeDeadlineSeconds": 1.5}},
        "number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64",
    ),
]


@pytest.mark.parametrize(("part", "text"), WRONG, ids=[text.split(" of ")[0] for _, text in WRONG])
def test_a_wrong_type_is_refused_in_the_words_of_go(part: Obj, text: str) -> None:
    obj = {"apiVersion": "v1", "kind": "Pod", **part}
    refusal = SchemaSet.for_version("1.34").check(obj).refusal(obj)
    assert refusal is not None
    assert refusal.message == (
        f'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal {text}'
    )


def test_a_version_without_schemas_takes_the_nearest_lower_ones() -> None:
    assert SchemaSet.for_version("1.99").minor <= 99
    assert SchemaSet.for_version("1.20").minor > 20
    assert SchemaSet.for_version("1.30").version == "1.30"


def test_kinds_come_and_go_with_versions() -> None:
    volumes = ("storage.k8s.io/v1", "VolumeAttributesClass")
    assert not SchemaSet.for_version("1.30").has(*volumes)
    assert SchemaSet.for_version("1.34").has(*volumes)


# Source: kubernetes.io Deprecated API Migration Guide.
REMOVED = [
    ("policy/v1beta1", "PodDisruptionBudget", "1.34", ("1.25", "policy/v1")),
    ("policy/v1beta1", "PodDisruptionBudget", "1.24", None),
    ("policy/v1beta1", "PodSecurityPolicy", "1.30", ("1.25", "")),
    ("extensions/v1beta1", "Ingress", "1.30", ("1.22", "networking.k8s.io/v1")),
    ("apps/v1beta2", "DaemonSet", "1.30", ("1.16", "apps/v1")),
    ("batch/v1beta1", "CronJob", "1.25", ("1.25", "batch/v1")),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.25", None),
    ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", ("1.26", "autoscaling/v2")),
    ("policy/v1beta1", "PodDisruptionBudgetList", "1.34", ("1.25", "policy/v1")),
    ("apps/v1", "Deployment", "1.34", None),
    ("example.com/v1", "Widget", "1.34", None),
]


@pytest.mark.parametrize(
    ("api_version", "kind", "cluster", "want"),
    REMOVED,
    ids=[f"{v}-{k}-{c}" for v, k, c, _ in REMOVED],
)
def test_a_removed_api_names_its_successor(
    api_version: str, kind: str, cluster: str, want: tuple[str, str] | None
) -> None:
    found = removed_api(api_version, kind, cluster)
    assert (None if found is None else (found.removed_in, found.successor)) == want


@pytest.mark.parametrize("version", ["1.25", "1.30", "1.34"])
def test_what_is_removed_is_in_no_schema(version: str) -> None:
    schemas = SchemaSet.for_version(version)
    gone = [row for row in REMOVED if row[3] is not None and removed_api(row[0], row[1], version)]
    assert gone
    assert not [row for row in gone if schemas.has(row[0], row[1])]


def test_a_spec_with_mistakes_is_told_of_each_time() -> None:
    schemas = SchemaSet.for_version("1.34")
    wrong = {"hostNetwork": "yes", "colour": "red"}
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": wrong}
    first, second = schemas.check(pod), schemas.check(pod)
    assert first == second
    assert [mistake.path for mistake in first.errors] == ["spec.hostNetwork"]
    assert first.unknown_fields == ("spec.colour",)
