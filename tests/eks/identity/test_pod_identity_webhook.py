"""The pod identity webhook (amazon-eks-pod-identity-webhook pkg/handler/handler_test.go)."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minieks.eks.identity import podmutation, records, webhook
from minieks.eks.identity.podmutation import container_credentials, for_pod, mutated, web_identity
from minieks.eks.identity.webhook import PodIdentityWebhook
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, labels

ROLE = "arn:aws:iam::111122223333:role/s3-reader"
FILE = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"
MOUNT = {
    "name": "aws-iam-token",
    "readOnly": True,
    "mountPath": "/var/run/secrets/eks.amazonaws.com/serviceaccount",
}


def account(**annotations: str) -> Obj:
    noted = {f"eks.amazonaws.com/{key.replace('_', '-')}": v for key, v in annotations.items()}
    return {"metadata": {"name": "api", "namespace": "shop", "annotations": noted}}


def pod(**spec: Any) -> Obj:
    containers = [{"name": "app", "image": "i"}]
    return {"metadata": {"name": "p"}, "spec": {"containers": containers, **spec}}


def noted(key: str, value: str, **spec: Any) -> Obj:
    return {**pod(**spec), "metadata": {"annotations": {f"eks.amazonaws.com/{key}": value}}}


def changed(obj: Obj, **annotations: str) -> Obj:
    plan = web_identity(account(role_arn=ROLE, **annotations))
    assert plan is not None
    return mutated(obj, for_pod(plan, obj, Random(1)), "eu-central-1")


def env(obj: Obj, index: int = 0) -> list[tuple[str, str]]:
    return [(one["name"], one["value"]) for one in obj["spec"]["containers"][index].get("env", [])]


FULL = [
    ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
    ("AWS_DEFAULT_REGION", "eu-central-1"),
    ("AWS_REGION", "eu-central-1"),
    ("AWS_ROLE_ARN", ROLE),
    ("AWS_WEB_IDENTITY_TOKEN_FILE", FILE),
]


def test_container_gets_variables_in_their_order_and_a_mount() -> None:
    found = changed(pod())
    assert env(found) == FULL
    assert found["spec"]["containers"][0]["volumeMounts"] == [MOUNT]
    assert found["spec"]["volumes"] == [
        {
            "name": "aws-iam-token",
            "projected": {
                "sources": [
                    {
                        "serviceAccountToken": {
                            "audience": "sts.amazonaws.com",
                            "expirationSeconds": 86400,
                            "path": "token",
                        }
                    }
                ],
                "defaultMode": 420,
            },
        }
    ]


@pytest.mark.parametrize(
    ("own", "added"),
    [
        (["X"], FULL),
        (["AWS_REGION"], [FULL[0], *FULL[3:]]),
        (["AWS_DEFAULT_REGION"], [FULL[0], *FULL[3:]]),
        (["AWS_ROLE_ARN"], FULL[:3]),
        (["AWS_WEB_IDENTITY_TOKEN_FILE"], FULL[:3]),
        (["AWS_STS_REGIONAL_ENDPOINTS"], FULL[1:]),
    ],
)
def test_variables_of_the_container_stay_and_those_it_has_are_not_added(
    own: list[str], added: list[tuple[str, str]]
) -> None:
    mine = [{"name": name, "value": "mine"} for name in own]
    found = changed(pod(containers=[{"name": "app", "env": mine}]))
    assert env(found) == [*((name, "mine") for name in own), *added]


def test_container_that_has_all_of_it_gets_no_mount() -> None:
    own = [{"name": name, "value": "x"} for name in ("AWS_ROLE_ARN", "AWS_REGION", FULL[0][0])]
    found = changed(pod(containers=[{"name": "app", "env": own}]))
    assert found["spec"]["containers"] == [{"name": "app", "env": own}]


def test_skipped_containers_are_left_alone_init_containers_too() -> None:
    spec = {
        "containers": [{"name": "app"}, {"name": "side,car"}],
        "initContainers": [{"name": "init"}, {"name": "other"}],
    }
    found = changed(noted("skip-containers", 'init,"side,car"', **spec))
    assert "env" in found["spec"]["containers"][0]
    assert "env" in found["spec"]["initContainers"][1]
    assert found["spec"]["containers"][1] == {"name": "side,car"}
    assert found["spec"]["initContainers"][0] == {"name": "init"}


@pytest.mark.parametrize("label", ["kubernetes.io/os", "beta.kubernetes.io/os"])
def test_windows_pod_gets_a_windows_path(label: str) -> None:
    found = changed(pod(nodeSelector={label: "windows"}))
    path = r"C:\var\run\secrets\eks.amazonaws.com\serviceaccount\token"
    assert env(found)[-1] == ("AWS_WEB_IDENTITY_TOKEN_FILE", path)
    assert found["spec"]["containers"][0]["volumeMounts"] == [MOUNT]


def test_volume_comes_first_and_only_once() -> None:
    found = changed(pod(volumes=[{"name": "data"}]))
    assert [one["name"] for one in found["spec"]["volumes"]] == ["aws-iam-token", "data"]
    assert changed(found) == found


def seconds_of(obj: Obj) -> int:
    source = obj["spec"]["volumes"][0]["projected"]["sources"][0]
    return int(source["serviceAccountToken"]["expirationSeconds"])


@pytest.mark.parametrize(
    ("of_account", "of_pod", "seconds"),
    [
        (None, None, 86400),
        ("1000", None, 1000),
        ("1000", "2000", 2000),
        ("10", None, 600),
        ("86400", "5", 600),
        ("soon", None, 86400),
        ("1000", "soon", 1000),
    ],
)
def test_expiration_of_the_pod_counts_before_the_accounts(
    of_account: str | None, of_pod: str | None, seconds: int
) -> None:
    told = {} if of_account is None else {"token_expiration": of_account}
    asked = pod() if of_pod is None else noted("token-expiration", of_pod)
    assert seconds_of(changed(asked, **told)) == seconds


@pytest.mark.parametrize(
    ("said", "regional"), [("true", True), ("false", False), ("0", False), ("maybe", True)]
)
def test_regional_endpoints_are_on_unless_the_account_says_no(said: str, *, regional: bool) -> None:
    found = env(changed(pod(), sts_regional_endpoints=said))
    assert (("AWS_STS_REGIONAL_ENDPOINTS", "regional") in found) == regional


def test_audience_of_the_account_is_the_tokens() -> None:
    found = changed(pod(), audience="vault")
    token = found["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    assert token["audience"] == "vault"


def test_account_without_a_role_changes_nothing() -> None:
    assert web_identity(account()) is None
    assert web_identity(account(role_arn="")) is None


@pytest.mark.parametrize(
    ("ipv6", "uri"),
    [
        (False, "http://169.254.170.23/v1/credentials"),
        (True, "http://[fd00:ec2::23]/v1/credentials"),
    ],
)
def test_association_gives_the_agents_address(uri: str, *, ipv6: bool) -> None:
    plan = container_credentials(None, ipv6=ipv6)
    found = mutated(pod(), for_pod(plan, pod(), Random(1)), "eu-central-1")
    folder = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
    assert env(found) == [
        *FULL[:3],
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", f"{folder}/eks-pod-identity-token"),
    ]
    assert labels(found) == {"eks.amazonaws.com/pod-identity": "enabled"}
    token = found["spec"]["volumes"][0]["projected"]["sources"][0]["serviceAccountToken"]
    assert (token["audience"], token["path"]) == (
        "pods.eks.amazonaws.com",
        "eks-pod-identity-token",
    )


@given(st.integers())
def test_life_of_a_pod_identity_token_is_22_to_24_hours_by_chance(seed: int) -> None:
    plan = for_pod(container_credentials(None, ipv6=False), pod(), Random(seed))
    assert 79200 <= plan.seconds <= 86400


def test_life_that_somebody_asked_for_is_not_changed() -> None:
    plan = container_credentials(account(token_expiration="5000"), ipv6=False)
    assert for_pod(plan, pod(), Random(1)).seconds == 5000


@given(st.text(max_size=40))
def test_any_annotation_is_taken_somehow(text: str) -> None:
    for key in ("skip-containers", "token-expiration"):
        mutated(noted(key, text), podmutation.container_credentials(None, ipv6=False), "")
    changed(noted("token-expiration", text), token_expiration=text, sts_regional_endpoints=text)


# in a cluster


class World:
    """A cluster with the webhook, an account with a role and one with an association."""

    def __init__(self) -> None:
        self.aws = Store()
        self.api = Api(Engine(), "1.34", [PodIdentityWebhook(self.aws, "eu-central-1")])
        bootstrap(self.api)
        webhook.install(self.api)
        for name, annotations in (
            ("irsa", {"eks.amazonaws.com/role-arn": ROLE}),
            ("pi", {}),
            ("plain", {}),
        ):
            meta = {"name": name, "namespace": "default", "annotations": annotations}
            self.api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta})
        about = {"namespace": "default", "serviceAccount": "pi", "roleArn": ROLE}
        self.aws.create(
            records.ASSOCIATIONS, "a-1", {**about, "associationId": "a-1", "associationArn": "arn"}
        )

    def run(self, account: str, **meta: Any) -> Obj:
        spec = {"serviceAccountName": account, "containers": [{"name": "app", "image": "i"}]}
        meta = {"name": "p", "namespace": "default", **meta}
        return self.api.create({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec})


@pytest.fixture
def world() -> World:
    return World()


def test_pod_of_an_account_with_a_role_is_changed(world: World) -> None:
    found = world.run("irsa")
    assert env(found) == FULL
    names = [one["name"] for one in found["spec"]["volumes"]]
    assert names[0] == "aws-iam-token"
    assert names[1].startswith("kube-api-access-")


def test_association_counts_before_the_annotation(world: World) -> None:
    accounts = world.api.get("serviceaccounts", "default", "pi")
    assert accounts is not None
    meta = {**accounts["metadata"], "annotations": {"eks.amazonaws.com/role-arn": ROLE}}
    world.api.update({**accounts, "metadata": meta})
    names = [name for name, _ in env(world.run("pi"))]
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI" in names
    assert "AWS_ROLE_ARN" not in names


def test_pod_with_the_skip_label_and_other_accounts_are_not_changed(world: World) -> None:
    skipped = world.run("irsa", labels={"eks.amazonaws.com/skip-pod-identity-webhook": "true"})
    assert env(skipped) == []
    assert env(world.run("plain", name="other")) == []


def test_without_the_configuration_nothing_is_changed(world: World) -> None:
    collection = "mutatingwebhookconfigurations.admissionregistration.k8s.io"
    assert world.api.get(collection, "", "pod-identity-webhook") is not None
    world.api.delete(collection, "", "pod-identity-webhook")
    assert env(world.run("irsa")) == []
