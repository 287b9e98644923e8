"""Admission plugins; their words are compared with recordings elsewhere."""

from typing import Any

import pytest

from minieks.engine.engine import Engine
from minieks.kube.api.admission import PLUGINS, Attributes, Operation
from minieks.kube.api.errors import ApiError, Forbidden, NotFound
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj


@pytest.fixture
def api() -> Api:
    made = Api(Engine(), "1.35")
    made.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    made.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    return made


def _pod(name: str = "p", **spec: Any) -> Obj:
    container = {"name": "c", "image": "x", **spec.pop("container", {})}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": [container], **spec},
    }


def test_the_plugins_stand_in_the_order_of_the_real_server() -> None:
    # Source: kubernetes pkg/kubeapiserver/options/plugins.go AllOrderedPlugins.
    assert [plugin.name for plugin in PLUGINS] == [
        "NamespaceLifecycle",
        "LimitRanger",
        "ServiceAccount",
        "TaintNodesByCondition",
        "PodSecurity",
        "Priority",
        "DefaultTolerationSeconds",
        "DefaultStorageClass",
        "StorageObjectInUseProtection",
        "PersistentVolumeClaimResize",
        "RuntimeClass",
        "DefaultIngressClass",
        "PodTopologyLabels",
        "MutatingAdmissionPolicy",
        "ValidatingAdmissionPolicy",
        "AdmissionWebhooks",
        "ResourceQuota",
    ]


def test_nothing_is_created_in_a_namespace_that_is_not_there(api: Api) -> None:
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": "no"}}
    with pytest.raises(NotFound, match='namespaces "no" not found'):
        api.create(config)


def test_the_default_namespace_stays(api: Api) -> None:
    with pytest.raises(Forbidden, match="this namespace may not be deleted"):
        api.delete("namespaces", "", "default")


def test_each_pod_has_a_token_volume_of_its_own_name(api: Api) -> None:
    first, second = (api.create(_pod(name))["spec"]["volumes"][0]["name"] for name in "ab")
    assert first.startswith("kube-api-access-")
    assert first != second


def test_no_token_is_mounted_where_the_account_says_so(api: Api) -> None:
    account = {"name": "quiet"}
    api.create(
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": account,
            "automountServiceAccountToken": False,
            "imagePullSecrets": [{"name": "pull"}],
        }
    )
    spec = api.create(_pod(serviceAccountName="quiet"))["spec"]
    assert "volumes" not in spec
    assert spec["imagePullSecrets"] == [{"name": "pull"}]


def test_a_priority_class_gives_its_value_to_the_pod(api: Api) -> None:
    api.create(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "high"},
            "value": 100,
            "preemptionPolicy": "Never",
        }
    )
    spec = api.create(_pod(priorityClassName="high"))["spec"]
    assert (spec["priority"], spec["preemptionPolicy"]) == (100, "Never")
    system = api.create(_pod("s", priorityClassName="system-node-critical"))["spec"]
    assert system["priority"] == 2_000_001_000


def test_the_global_default_class_counts_for_pods_without_one(api: Api) -> None:
    api.create(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "usual"},
            "value": 7,
            "globalDefault": True,
        }
    )
    spec = api.create(_pod())["spec"]
    assert (spec["priorityClassName"], spec["priority"]) == ("usual", 7)


def test_a_toleration_of_all_needs_no_defaults(api: Api) -> None:
    spec = api.create(_pod(tolerations=[{"operator": "Exists"}]))["spec"]
    assert spec["tolerations"] == [{"operator": "Exists"}]


def test_the_newest_default_storage_class_is_taken(api: Api) -> None:
    for name in ("old", "new"):
        api.create(
            {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {
                    "name": name,
                    "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
                },
                "provisioner": "ebs.csi.aws.com",
            }
        )
        api.engine.run(api.engine.now() + 5_000_000)
    claim = api.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "c"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
    )
    assert claim["spec"]["storageClassName"] == "new"
    assert claim["metadata"]["finalizers"] == ["kubernetes.io/pvc-protection"]


def test_a_new_node_is_tainted_until_it_is_ready(api: Api) -> None:
    node = api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}})
    assert node["spec"]["taints"] == [
        {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
    ]


def test_a_pod_made_for_a_node_knows_its_zone(api: Api) -> None:
    zone = {"topology.kubernetes.io/zone": "eu-central-1a", "other": "x"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": zone}}
    api.create(node)
    made = api.create(_pod(nodeName="n"))
    assert made["metadata"]["labels"] == {"topology.kubernetes.io/zone": "eu-central-1a"}


def _quota(**hard: str) -> Obj:
    names = {key.replace("_", "."): value for key, value in hard.items()}
    meta = {"name": "q", "namespace": "default"}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta, "spec": {"hard": names}}


def test_a_quota_is_charged_by_each_pod_and_then_refuses(api: Api) -> None:
    api.create(_quota(requests_cpu="250m", pods="5"))
    asks = {"resources": {"requests": {"cpu": "100m"}}}
    api.create(_pod("a", container=asks))
    api.create(_pod("b", container=asks))
    quota = api.get("resourcequotas", "default", "q")
    assert quota is not None
    assert quota["status"]["used"] == {"requests.cpu": "200m", "pods": "2"}
    with pytest.raises(Forbidden) as refused:
        api.create(_pod("c", container=asks))
    assert refused.value.message == (
        'pods "c" is forbidden: exceeded quota: q, requested: requests.cpu=100m, '
        "used: requests.cpu=200m, limited: requests.cpu=250m"
    )


def test_a_pod_must_say_what_a_quota_limits(api: Api) -> None:
    api.create(_quota(requests_cpu="1", limits_memory="1Gi"))
    with pytest.raises(Forbidden) as refused:
        api.create(_pod())
    assert refused.value.message.endswith(
        "failed quota: q: must specify limits.memory for: c; requests.cpu for: c"
    )


def test_a_webhook_is_called_before_the_quota() -> None:
    seen: list[str] = []

    class Label:
        name = "label"

        def concerns(self, operation: Operation, collection: str) -> bool:
            return collection != "configmaps"

        def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
            seen.append(attributes.collection)
            return obj

        def validate(self, obj: Obj, attributes: Attributes) -> None:
            """Allows everything."""

    api = Api(Engine(), "1.34", webhooks=[Label()])
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}})
    api.create(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "y", "namespace": "x"}}
    )
    assert seen == ["namespaces"]


def test_pod_security_warns_about_templates_and_refuses_pods(api: Api) -> None:
    labels = {f"pod-security.kubernetes.io/{mode}": "baseline" for mode in ("enforce", "warn")}
    api.create(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "safe", "labels": labels}}
    )
    meta = {"name": "default", "namespace": "safe"}
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
    pod = _pod(hostNetwork=True)
    warnings: list[str] = []
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod["spec"]}
    api.create(
        {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": "d", "namespace": "safe"},
            "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
        },
        warnings=warnings,
    )
    why = 'violate PodSecurity "baseline:latest": host namespaces (hostNetwork=true)'
    assert warnings == [f"would {why}"]
    with pytest.raises(ApiError, match="host namespaces"):
        api.create({**pod, "metadata": {"name": "p", "namespace": "safe"}})


def test_a_pod_learns_its_zone_as_it_is_bound(api: Api) -> None:
    zone = {"topology.kubernetes.io/zone": "eu-central-1a"}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n", "labels": zone}}
    api.create(node)
    api.create(_pod())
    assert api.bind("default", "p", "n")["metadata"]["labels"] == zone
