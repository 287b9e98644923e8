"""Service account tokens (kubernetes pkg/serviceaccount, registry/core/serviceaccount/storage)."""

from collections.abc import Callable
from typing import Any

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.errors import ApiError
from minieks.kube.api.server import Api
from minieks.kube.auth.authentication import TokenRefused
from minieks.kube.auth.tokens import request
from minieks.kube.auth.tokens.accounts import ServiceAccountTokens
from minieks.kube.auth.tokens.claims import PRIVATE, Issuer
from minieks.kube.auth.tokens.keys import SigningKey
from minieks.kube.words.objects import Obj, uid

HERE = ("default", "robot")


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey()


class World:
    """A cluster with a service account, a pod of it, and one that hands out tokens."""

    def __init__(self, key: SigningKey) -> None:
        self.api = Api(Engine(), "1.34")
        bootstrap(self.api)
        self.tokens = ServiceAccountTokens(self.api, key, Issuer())
        self.account = self.put("ServiceAccount", "robot")
        spec = {
            "serviceAccountName": "robot",
            "automountServiceAccountToken": False,
            "containers": [{"name": "c", "image": "i"}],
        }
        self.pod = self.put("Pod", "p", spec=spec)

    def put(self, kind: str, name: str, **more: Any) -> Obj:
        meta = {"name": name, "namespace": "default"}
        return self.api.create({"apiVersion": "v1", "kind": kind, "metadata": meta, **more})

    def ask(self, spec: Obj | None = None, **meta: str) -> Obj:
        asked = request.defaulted({"metadata": meta, "spec": spec or {}})
        return request.answered(self.api, self.tokens, HERE, asked)

    def token(self, spec: Obj | None = None) -> str:
        return str(self.ask(spec)["status"]["token"])

    def bound(self, kind: str = "Pod", name: str = "p") -> str:
        return self.token({"boundObjectRef": {"kind": kind, "apiVersion": "v1", "name": name}})


@pytest.fixture
def world(key: SigningKey) -> World:
    return World(key)


def test_a_token_is_its_accounts(world: World) -> None:
    found = world.tokens.user_of(world.token())
    assert found is not None
    assert found.user.name == "system:serviceaccount:default:robot"
    assert found.user.uid == uid(world.account)
    assert found.user.groups == ("system:serviceaccounts", "system:serviceaccounts:default")
    assert dict(found.user.extra)["authentication.kubernetes.io/credential-id"][0][:4] == "JTI="
    assert found.audiences == ("https://kubernetes.default.svc",)


def test_a_request_is_answered_with_what_was_filled_in(world: World) -> None:
    answer = world.ask()
    assert answer["spec"] == {
        "audiences": ["https://kubernetes.default.svc"],
        "expirationSeconds": 3600,
        "boundObjectRef": None,
    }
    assert answer["metadata"]["name"] == "robot"
    assert set(answer["status"]) == {"token", "expirationTimestamp"}


def test_a_pods_token_tells_of_pod_and_node(world: World) -> None:
    node = world.api.create({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}})
    world.api.bind("default", "p", "n")
    found = world.tokens.user_of(world.bound())
    assert found is not None
    extra = dict(found.user.extra)
    assert extra["authentication.kubernetes.io/pod-name"] == ("p",)
    assert extra["authentication.kubernetes.io/pod-uid"] == (uid(world.pod),)
    assert extra["authentication.kubernetes.io/node-name"] == ("n",)
    assert extra["authentication.kubernetes.io/node-uid"] == (uid(node),)


def test_a_pods_usual_token_is_extended_to_a_year_and_warned_of_before(world: World) -> None:
    claims = world.tokens.key.verified(world.token({"expirationSeconds": 3607}))
    assert claims["exp"] - claims["iat"] == 365 * 24 * 3600
    assert claims[PRIVATE]["warnafter"] - claims["iat"] == 3607


def _expire(world: World) -> None:
    world.api.engine.run(world.api.engine.now() + 3700 * SECOND)


def _delete_account(world: World) -> None:
    world.api.delete("serviceaccounts", *HERE)


def _renew_account(world: World) -> None:
    _delete_account(world)
    world.put("ServiceAccount", "robot")


def _delete_pod(world: World) -> None:
    world.api.delete("pods", "default", "p", grace_seconds=0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        pytest.param(_expire, "service account token has expired", id="expired"),
        pytest.param(_delete_account, 'serviceaccounts "robot" not found', id="no-account"),
        pytest.param(_renew_account, "service account UID", id="another-account"),
        pytest.param(_delete_pod, "service account token has been invalidated", id="no-pod"),
    ],
)
def test_a_token_ends_with_its_time_and_what_it_is_bound_to(
    world: World, change: Callable[[World], None], why: str
) -> None:
    token = world.bound()
    assert world.tokens.user_of(token) is not None
    change(world)
    with pytest.raises(TokenRefused, match=why):
        world.tokens.user_of(token)


def test_a_token_for_others_is_refused(world: World) -> None:
    token = world.token({"audiences": ["x"]})
    with pytest.raises(TokenRefused) as caught:
        world.tokens.user_of(token)
    assert str(caught.value) == (
        'token audiences ["x"] is invalid for the target audiences'
        ' ["https://kubernetes.default.svc"]'
    )
    found = world.tokens.user_of(token, ["x", "y"])
    assert found is not None
    assert found.audiences == ("x",)


def test_a_token_that_somebody_else_signed_is_refused(world: World) -> None:
    other = ServiceAccountTokens(world.api, SigningKey(), Issuer())
    with pytest.raises(TokenRefused, match="cryptographic primitive"):
        other.user_of(world.token())


@pytest.mark.parametrize("token", ["nope", "a.b.c", ""])
def test_what_is_no_token_of_the_cluster_is_left_to_others(world: World, token: str) -> None:
    assert world.tokens.user_of(token) is None


def test_a_kept_key_knows_its_tokens_again(world: World, key: SigningKey) -> None:
    again = SigningKey(key.pem())
    assert again.verified(world.token())["sub"] == "system:serviceaccount:default:robot"
    assert again.key_set() == world.tokens.key.key_set()


def _reference(**more: str) -> Obj:
    return {"boundObjectRef": {"kind": "Pod", "apiVersion": "v1", "name": "p", **more}}


@pytest.mark.parametrize(
    ("spec", "code", "message"),
    [
        (
            {"expirationSeconds": 599},
            422,
            'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid'
            " value: 599: may not specify a duration less than 10 minutes",
        ),
        (
            {"expirationSeconds": 1 << 33},
            422,
            'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid'
            " value: 8589934592: may not specify a duration larger than 2^32 seconds",
        ),
        (_reference(name="nope"), 404, 'pods "nope" not found'),
        (
            _reference(uid="zz"),
            409,
            'Operation cannot be fulfilled on Pod "p": the UID in the bound object reference (zz)'
            " does not match the UID in record. The object might have been deleted and then"
            " recreated",
        ),
        (
            _reference(kind="ConfigMap"),
            400,
            "cannot bind token to object of type /v1, Kind=ConfigMap",
        ),
        (
            _reference(name="other"),
            400,
            'cannot bind token for serviceaccount "robot" to pod running with different'
            " serviceaccount name.",
        ),
    ],
)
def test_a_bad_request_for_a_token_is_refused(
    world: World, spec: Obj, code: int, message: str
) -> None:
    world.put("ServiceAccount", "default")
    containers = [{"name": "c", "image": "i"}]
    world.put("Pod", "other", spec={"containers": containers})
    with pytest.raises(ApiError) as caught:
        world.ask(spec)
    assert (caught.value.code, caught.value.message) == (code, message)


def test_a_request_for_another_account_than_the_path_names_is_refused(world: World) -> None:
    with pytest.raises(ApiError) as caught:
        world.ask(name="other")
    assert caught.value.message == (
        'TokenRequest.authentication.k8s.io "robot" is invalid: metadata.name: Invalid value:'
        ' "other": must match the service account name if specified'
    )
