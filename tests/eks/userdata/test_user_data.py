"""User data in all its forms says labels, taints, most pods and reservations.

Sources: AWS user guide for EKS, "Customize managed nodes with launch templates"; awslabs/
amazon-eks-ami, doc/examples.md of nodeadm; Bottlerocket documentation, settings.kubernetes.
"""

import base64
import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.spec import KubeletSpec, Taint
from minieks.eks.userdata import NodeSettings, UserDataError, read

SPOT = Taint("spot", "yes", "NoSchedule")
EXPECTED = NodeSettings(KubeletSpec(labels={"tier": "web", "x": ""}, taints=(SPOT,)), 58)
FLAGS = "--node-labels=tier=web,x --register-with-taints=spot=yes:NoSchedule --max-pods=58"
SCRIPT = f"""#!/bin/bash
set -ex
# /etc/eks/bootstrap.sh other --kubelet-extra-args '--max-pods=1'
/etc/eks/bootstrap.sh shop --use-max-pods false \\
  --kubelet-extra-args '{FLAGS}'
"""
NODEADM = """---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  cluster: {name: shop}
  kubelet:
    config:
      maxPods: 58
      registerWithTaints:
        - {key: spot, value: "yes", effect: NoSchedule}
    flags:
      - --node-labels=tier=web,x
"""
BOTTLEROCKET = """[settings.kubernetes]
max-pods = 58
[settings.kubernetes.node-labels]
tier = "web"
x = ""
[settings.kubernetes.node-taints]
spot = ["yes:NoSchedule"]
"""
WINDOWS = f"""<powershell>
[string]$EKSBootstrapScriptFile = "$env:ProgramFiles\\Amazon\\EKS\\Start-EKSBootstrap.ps1"
& $EKSBootstrapScriptFile -EKSClusterName "shop" -KubeletExtraArgs "{FLAGS}"
</powershell>
"""
MIME = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="//"

--//
Content-Type: {type}

{part}
--//
Content-Type: text/cloud-config

#cloud-config
packages: [htop]
--//--
"""


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SCRIPT, id="script"),
        pytest.param(NODEADM, id="NodeConfig"),
        pytest.param(BOTTLEROCKET, id="Bottlerocket"),
        pytest.param(WINDOWS, id="Windows"),
        pytest.param(MIME.format(type="text/x-shellscript", part=SCRIPT), id="script in MIME"),
        pytest.param(
            MIME.format(type="application/node.eks.aws", part=NODEADM), id="NodeConfig in MIME"
        ),
    ],
)
def test_labels_taints_and_most_pods_are_read(text: str) -> None:
    assert read(encoded(text)) == EXPECTED


def test_user_data_may_be_compressed() -> None:
    assert read(base64.b64encode(gzip.compress(SCRIPT.encode())).decode()) == EXPECTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "#!/bin/sh\n/etc/eks/bootstrap.sh c --kubelet-extra-args="
            "'--kube-reserved cpu=200m,memory=1Gi --eviction-hard=memory.available<5%'",
            KubeletSpec({"cpu": "200m", "memory": "1Gi"}, {}, {"memory.available": "5%"}),
            id="flags",
        ),
        pytest.param(
            "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec: {kubelet: {config: "
            "{systemReserved: {memory: 1Gi}, evictionHard: {memory.available: 200Mi}}}}",
            KubeletSpec({}, {"memory": "1Gi"}, {"memory.available": "200Mi"}),
            id="NodeConfig",
        ),
        pytest.param(
            '[settings.kubernetes.kube-reserved]\ncpu = "1"',
            KubeletSpec({"cpu": "1"}),
            id="Bottlerocket",
        ),
    ],
)
def test_reservations_and_thresholds_are_read(text: str, expected: KubeletSpec) -> None:
    assert read(encoded(text)) == NodeSettings(expected)


def test_what_a_shell_would_put_in_is_left_out() -> None:
    # eksctl pkg/nodebootstrap/assets/scripts/bootstrap.helper.sh sets these variables
    text = (
        "#!/bin/bash\n/etc/eks/bootstrap.sh ${CLUSTER_NAME} --kubelet-extra-args "
        '"--node-labels=${NODE_LABELS},tier=web --register-with-taints=${TAINTS} '
        '--max-pods=$MAX_PODS"'
    )
    assert read(encoded(text)) == NodeSettings(KubeletSpec(labels={"tier": "web"}))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="none"),
        pytest.param("#!/bin/bash\nyum install -y htop\n", id="a script without bootstrap"),
        pytest.param("#cloud-config\npackages: [htop]\n", id="cloud-init"),
        pytest.param("[settings.host-containers.admin]\nenabled = true\n", id="other settings"),
    ],
)
def test_other_user_data_says_nothing_to_the_kubelet(text: str) -> None:
    assert read(encoded(text)) == NodeSettings()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(
            SCRIPT.replace("NoSchedule", "Never"), "'Never' is no effect", id="taint's effect"
        ),
        pytest.param(SCRIPT.replace("spot=yes:", ""), "is no taint", id="taint"),
        pytest.param(SCRIPT.replace("=58'", "=many'"), "no number of pods", id="most pods"),
        pytest.param(SCRIPT.replace("=58'", "=58"), "cannot be read", id="open quote"),
        pytest.param(NODEADM.replace("spec:", "spec"), "no YAML", id="YAML"),
        pytest.param(
            "apiVersion: node.eks.aws/v1alpha1\nkind: Config", "kind NodeConfig", id="kind"
        ),
        pytest.param(BOTTLEROCKET.replace("= 58", "="), "no TOML", id="TOML"),
        pytest.param(
            '[settings.kubernetes.kube-reserved]\ncpu = "much"', "no quantity of cpu", id="quantity"
        ),
    ],
)
def test_what_no_node_could_start_with_is_told(text: str, why: str) -> None:
    with pytest.raises(UserDataError, match=why):
        read(encoded(text))


def test_what_is_no_text_is_told() -> None:
    with pytest.raises(UserDataError, match="no text in base 64"):
        read(base64.b64encode(b"\xff\xfe\x00").decode())


@given(
    st.text(max_size=200), st.sampled_from(["", "#!", "[settings.kubernetes]\n", "node.eks.aws/"])
)
def test_any_text_is_read_or_refused(text: str, start: str) -> None:
    with suppress(UserDataError):
        assert isinstance(read(encoded(start + text)), NodeSettings)
