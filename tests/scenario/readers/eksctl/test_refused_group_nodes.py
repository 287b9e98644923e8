"""Images, kubelets, labels, taints and volumes of nodes: what eksctl refuses.

Rules and words: eksctl-io/eksctl pkg/apis/eksctl.io/v1alpha5/validation.go and its neighbours; what
only the service refuses, as Amazon EKS answers.
"""

import pytest

from cluster_configs import Case, check_refused, managed, own

CASES: list[Case] = [
    ("AMI family", managed("amiFamily: AmazonLinux2022"), 6, "is not supported", "AmazonLinux2023"),
    (
        "AL2 on 1.34",
        managed("amiFamily: AmazonLinux2"),
        6,
        "AmazonLinux2 is not supported for Kubernetes version 1.34",
        "AmazonLinux2023",
    ),
    (
        "AMI without family",
        own("ami: ami-1"),
        6,
        "amiFamily needs to be explicitly set",
        "amiFamily",
    ),
    (
        "bad AMI",
        own("ami: my-image\namiFamily: AmazonLinux2023"),
        6,
        "invalid AMI 'my-image'",
        "ami-",
    ),
    (
        "Bottlerocket script",
        own("amiFamily: Bottlerocket\npreBootstrapCommands: [a]"),
        7,
        "is not supported for Bottlerocket nodegroups",
        "remove",
    ),
    (
        "Windows kubelet",
        own("amiFamily: WindowsServer2022CoreContainer\nkubeletExtraConfig: {}"),
        7,
        "is not supported for Windows",
        "remove",
    ),
    (
        "override without AMI",
        managed("amiFamily: Ubuntu2404\noverrideBootstrapCommand: a"),
        7,
        "can only be set when a custom AMI",
        "ami",
    ),
    (
        "forbidden kubelet field",
        own("kubeletExtraConfig: {clusterDomain: a}"),
        6,
        'cannot override "clusterDomain"',
        "remove",
    ),
    (
        "kubelet quantity",
        own("kubeletExtraConfig: {kubeReserved: {cpu: lots}}"),
        6,
        "kubeletExtraConfig.kubeReserved.cpu: 'lots' is no quantity",
        "300m",
    ),
    ("negative pods", own("maxPodsPerNode: -1"), 6, "cannot be negative", ""),
    (
        "taint effect",
        managed("taints:\n- {key: a, value: b, effect: Never}"),
        7,
        "managedNodeGroups[0].taints[0]: invalid taint effect: 'Never'",
        "NoSchedule",
    ),
    (
        "taint without effect",
        managed("taints:\n- {key: a}"),
        7,
        "invalid taint effect",
        "NoExecute",
    ),
    (
        "taint key",
        managed("taints:\n- {key: 'a b', effect: NoSchedule}"),
        7,
        "invalid taint key",
        "",
    ),
    (
        "no taint key",
        managed("taints:\n- {effect: NoSchedule}"),
        7,
        "taint key must be non-empty",
        "",
    ),
    (
        "taint value",
        managed("taints:\n- {key: a, value: 'b c', effect: NoSchedule}"),
        7,
        "invalid taint value",
        "",
    ),
    (
        "taint map",
        own("taints:\n  a: b:c:NoSchedule"),
        7,
        "nodeGroups[0].taints.a: invalid taint",
        "",
    ),
    ("taint map on managed", managed("taints: {a: 'b:NoSchedule'}"), 6, "expected a list", ""),
    ("label key", managed("labels: {'a b': c}"), 6, "label 'a b' is invalid", ""),
    ("label value", managed("labels: {a: 'b c'}"), 6, "label 'a' has invalid value 'b c'", ""),
    ("label as number", managed("labels: {a: 1}"), 6, "labels.a: expected text, got 1", '"1"'),
    (
        "reserved label",
        managed("labels: {node-role.kubernetes.io/db: 'true'}"),
        6,
        "reserved prefixes [kubernetes.io/, k8s.io/]",
        "prefix of your own",
    ),
    ("volume type", managed("volumeType: ssd"), 6, "'ssd' is not supported", "gp3"),
    (
        "IOPS of gp2",
        managed("volumeType: gp2\nvolumeIOPS: 3000"),
        7,
        "only supported for gp3, io1",
        "",
    ),
    ("IOPS range", managed("volumeIOPS: 100"), 6, "100 is out of range", "3000-16000"),
    ("throughput range", managed("volumeThroughput: 2000"), 6, "2000 is out of range", "125-1000"),
    (
        "throughput of io1",
        managed("volumeType: io1\nvolumeThroughput: 200"),
        7,
        "only supported for gp3",
        "",
    ),
    ("no volume", managed("volumeSize: 0"), 6, "0 GiB is no size", "1 or more"),
    (
        "key of a plain volume",
        managed("volumeSize: 9\nvolumeKmsKeyID: k"),
        7,
        "volumeEncrypted enabled",
        "",
    ),
    ("encryption without size", managed("volumeEncrypted: true"), 6, "without volumeSize", "80"),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_it_is_refused_with_place_reason_and_remedy(case: Case) -> None:
    check_refused(case)
