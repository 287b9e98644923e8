"""Applying manifests to a cluster, document by document."""

import io

import pytest

from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.loop import Runner
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.controllers.serviceaccounts import ServiceAccountLoop
from minieks.scenario.applied import Applied
from minieks.scenario.apply import apply, unattended
from minieks.scenario.readers.manifests import read_manifests

CONFIG_MAP = """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data: {a: "1"}
"""

BUDGET = """
apiVersion: policy/v1beta1
kind: PodDisruptionBudget
metadata: {name: old}
spec: {minAvailable: 1}
"""

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {size: {type: integer}}}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w}
spec: {size: SIZE}
"""


@pytest.fixture
def api() -> Api:
    api = Api(Engine(VirtualClock(1_764_000_000 * SECOND)), "1.34")
    bootstrap(api)
    return api


def _apply(api: Api, text: str) -> Applied:
    return apply(api, read_manifests(["-"], io.BytesIO(text.encode())))


def test_a_missing_namespace_is_created_with_a_warning(api: Api) -> None:
    done = _apply(api, CONFIG_MAP)

    assert api.get("configmaps", "shop", "settings") is not None
    (warning,) = done.warnings
    assert "namespace shop is not in the manifests" in warning


def test_an_object_that_is_there_is_changed_and_keeps_its_uid(api: Api) -> None:
    _apply(api, CONFIG_MAP)
    before = api.get("configmaps", "shop", "settings")
    _apply(api, CONFIG_MAP.replace('"1"', '"2"'))
    after = api.get("configmaps", "shop", "settings")

    assert before is not None
    assert after is not None
    assert after["data"] == {"a": "2"}
    assert after["metadata"]["uid"] == before["metadata"]["uid"]


def test_a_removed_api_version_is_refused_with_its_successor_and_the_rest_goes_on(api: Api) -> None:
    done = _apply(api, BUDGET + "---" + CONFIG_MAP)

    (refusal,) = done.refused
    assert refusal.where.startswith("-:")
    assert refusal.object == "PodDisruptionBudget/old"
    assert "removed in Kubernetes 1.25" in refusal.message
    assert "policy/v1" in refusal.message
    assert done.count == 1


def test_an_unknown_field_is_a_warning_with_its_path(api: Api) -> None:
    done = _apply(api, CONFIG_MAP.replace("\ndata:", "\ncolour: red\ndata:"))

    assert any('unknown field "colour"' in warning for warning in done.warnings)
    assert done.count == 1


def test_a_custom_resource_is_checked_against_its_definition(api: Api) -> None:
    good = _apply(api, WIDGETS.replace("SIZE", "3"))
    assert (good.count, good.refused) == (2, [])
    assert unattended(api, good.objects)[0].startswith("1 Widget (example.com) are stored")

    bad = _apply(api, WIDGETS.replace("SIZE", "large").replace("name: w}", "name: x}"))
    assert "spec.size" in bad.refused[0].message


CRON_JOB = """
apiVersion: batch/v1
kind: CronJob
metadata: {name: leap}
spec:
  schedule: SCHEDULE
  jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}}}
"""


@pytest.mark.parametrize(
    ("schedule", "refusals"),
    [
        pytest.param('"0 0 30 2 *"', 1, id="30 February"),
        pytest.param('"0 0 31 4,6,9,11 *"', 1, id="the 31st of a month of 30 days"),
        pytest.param('"0 0 29 2 *"', 0, id="29 February comes"),
        pytest.param('"0 0 30 2 1"', 0, id="30 February or any Monday"),
    ],
)
def test_a_schedule_that_never_fires_is_found(api: Api, schedule: str, refusals: int) -> None:
    done = _apply(api, CRON_JOB.replace("SCHEDULE", schedule))

    assert len(done.refused) == refusals
    assert all(one.where.startswith("-:6") for one in done.refused)
    assert all("never fires" in one.message for one in done.refused)
    # What is listed as not accepted is not there.
    assert (api.get("cronjobs.batch", "default", "leap") is None) == bool(refusals)
    assert done.count == 1 - refusals


@pytest.mark.parametrize("named", [True, False], ids=["in the manifests", "missing there"])
def test_a_pod_finds_the_account_of_a_namespace_that_is_new_too(*, named: bool) -> None:
    # kubernetes plugin/pkg/admission/serviceaccount: without the account the pod is forbidden
    # ("error looking up service account shop/default").
    api = Api(Engine(VirtualClock(1_764_000_000 * SECOND)), "1.34")
    runner = Runner(api.engine, ServiceAccountLoop(api))
    runner.attach(api.store)
    bootstrap(api)
    space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n" if named else ""
    pod = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop}\n"
        "spec: {containers: [{name: c, image: nginx}]}\n"
    )

    done = _apply(api, space + pod)

    assert done.refused == []
    assert api.get("pods", "shop", "p")
