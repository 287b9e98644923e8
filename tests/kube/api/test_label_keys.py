"""matchLabelKeys put a pod's own labels into its selectors."""

from minieks.kube.api.labelkeys import with_label_keys
from minieks.kube.words.objects import Obj


def _pod(**spec: object) -> Obj:
    return {"metadata": {"labels": {"hash": "1", "app": "a"}}, "spec": spec}


def test_a_spread_constraint_counts_pods_of_the_same_revision() -> None:
    constraint = {"labelSelector": {"matchLabels": {"app": "a"}}, "matchLabelKeys": ["hash", "no"]}
    found = with_label_keys(_pod(topologySpreadConstraints=[constraint]))
    selector = found["spec"]["topologySpreadConstraints"][0]["labelSelector"]
    assert selector["matchExpressions"] == [{"key": "hash", "operator": "In", "values": ["1"]}]


def test_mismatch_label_keys_choose_other_pods() -> None:
    term = {"labelSelector": {}, "topologyKey": "z", "mismatchLabelKeys": ["hash"]}
    rules = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    found = with_label_keys(_pod(affinity={"podAntiAffinity": rules}))
    terms = found["spec"]["affinity"]["podAntiAffinity"]
    selector = terms["requiredDuringSchedulingIgnoredDuringExecution"][0]["labelSelector"]
    assert selector["matchExpressions"] == [{"key": "hash", "operator": "NotIn", "values": ["1"]}]


def test_a_pod_without_such_keys_is_the_same_object() -> None:
    pod = _pod(topologySpreadConstraints=[{"labelSelector": {}}])
    assert with_label_keys(pod) is pod
