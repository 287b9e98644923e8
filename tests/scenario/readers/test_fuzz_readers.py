"""Whatever is in a file, a reader gives values or a UserError, never anything else."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from minieks.engine.errors import UserError
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.manifests import read_manifests
from minieks.scenario.readers.places import Document
from minieks.scenario.readers.settingsfile import read_settings
from minieks.scenario.readers.yamltext import decode, load_documents
from shared import REAL

T = TypeVar("T")

_FILES = [*sorted((REAL / "eksctl").glob("*.yaml")), REAL / "apps" / "game-2048-alb.yaml"]
_TEXTS = [file.read_text() for file in _FILES if file.is_file()]
_CONFIG = """
apiVersion: eksctl.io/v1alpha5
kind: ClusterConfig
metadata: {name: c, region: us-east-1, version: "1.34", tags: {a: b}}
iam:
  withOIDC: true
  serviceAccounts: [{metadata: {name: a}, attachPolicyARNs: [b]}]
vpc: {cidr: 10.0.0.0/16, nat: {gateway: Single}}
managedNodeGroups:
- {name: m, instanceTypes: [m5.large], minSize: 1, maxSize: 3, labels: {a: b}}
- {name: l, launchTemplate: {id: lt-1, version: "2"}, updateConfig: {maxUnavailable: 1}}
- {name: i, instanceSelector: {vCPUs: 2, memory: "8", allow: "m5.*"}}
nodeGroups:
- name: n
  taints: {a: "b:NoSchedule"}
  kubeletExtraConfig: {kubeReserved: {cpu: 300m}}
  instancesDistribution: {instanceTypes: [t3.small], maxPrice: 0.1}
fargateProfiles:
- {name: f, selectors: [{namespace: a, labels: {b: c}}]}
addons: [{name: vpc-cni, configurationValues: "a: 1"}, {name: eks-pod-identity-agent}]
accessConfig: {accessEntries: [{principalARN: "arn:aws:iam::1:role/a"}]}
"""
_SETTINGS = """
seed = 1
start = 2026-01-01T00:00:00Z
duration = "1d"
[timings]
container_start = {median = 1, p95 = 2}
[fargate.a]
max_vcpu = 2
"""
_PIECES = [
    *"\t\n:- {}[]'\"|>#%@~\\=,\u0000\ud83dé",
    *("&a ", "*a", "<<: ", "!!int ", "---\n", "? ", "\r\n", "[]", "{}", "{a: 1}", "[a]", "''"),
    *("null", "true", "on", "1e999", ".nan", "-1", "0x", "1.5", "9" * 30, "a" * 300),
]


@st.composite
def mutated(draw: st.DrawFn, texts: list[str]) -> str:
    """One of the texts with pieces put in, cut out or put in the place of others."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:at] + draw(st.sampled_from(_PIECES)) + text[at + cut :]
    return text


@st.composite
def with_values_swapped(draw: st.DrawFn) -> str:
    """A config in which one value, somewhere, is of another type."""
    value = load_documents(_CONFIG, "f")[0].value
    values = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=8),
        st.lists(st.text(max_size=3), max_size=2),
        st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    )
    here = value
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        key = draw(st.sampled_from(keys))
        inner = here[key]
        if not (isinstance(inner, (dict, list)) and inner and draw(st.booleans())):
            here[key] = draw(values)
            return json.dumps(value, default=str)
        here = inner


def attempt(read: Callable[[], T]) -> T | None:
    """What is read; None after a UserError that says something, and no more than a screen of it."""
    try:
        return read()
    except UserError as error:
        said = str(error)
    assert said
    assert len(said) < 4000
    return None


def load(text: str) -> list[Document] | None:
    return attempt(lambda: load_documents(text, "f"))


@given(st.binary(max_size=200))
def test_bytes_give_documents_or_a_user_error(data: bytes) -> None:
    text = attempt(lambda: decode(data, "f"))
    documents = load(text) if text is not None else None
    assert orjson.dumps([one.value for one in documents or ()])


@given(st.text(st.sampled_from("ab:-[]{}&*<>!|'\"#%\t\n ,?~1.\\"), max_size=40))
@settings(max_examples=300)
def test_yaml_like_text_gives_documents_or_a_user_error(text: str) -> None:
    documents = load(text) or []
    assert orjson.dumps([one.value for one in documents])
    assert all(one.where(("a", 0, "b")) for one in documents)


@given(mutated([*_TEXTS, _CONFIG]))
@settings(max_examples=300)
def test_a_mutated_cluster_config_gives_a_cluster_or_a_user_error(text: str) -> None:
    found = attempt(lambda: read_cluster_config(text, "cluster.yaml"))
    groups = found[0].node_groups if found else ()
    assert all(group.instance_types and group.subnets for group in groups)


@given(with_values_swapped())
@settings(max_examples=300)
def test_a_config_with_a_value_of_another_type_gives_a_cluster_or_a_user_error(text: str) -> None:
    found = attempt(lambda: read_cluster_config(text, "cluster.yaml"))
    assert found is None or found[0].name


@given(mutated(_TEXTS or [_CONFIG]))
@settings(max_examples=200)
def test_mutated_manifests_give_objects_or_a_user_error(text: str) -> None:
    piped = io.BytesIO(text.encode("utf-8", "surrogatepass"))
    found = attempt(lambda: read_manifests(["-"], piped)) or []
    assert all(isinstance(one.obj["kind"], str) for one in found)


@given(mutated([_SETTINGS]))
@settings(max_examples=200)
def test_mutated_settings_give_settings_or_a_user_error(text: str) -> None:
    found = attempt(lambda: read_settings(text, "minieks.toml"))
    assert found is None or found.timings.of("container_start").median >= 0


@given(st.text(max_size=30))
def test_a_path_that_is_not_there_gives_a_user_error(path: str) -> None:
    assert attempt(lambda: read_manifests([str(Path("/nonexistent") / path.strip("/."))])) is None
