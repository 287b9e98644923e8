"""Secrets that hold a token (kubernetes tokens_controller.go, pkg/serviceaccount/legacy.go)."""

from base64 import b64decode

import pytest

from minieks.engine.clock import SECOND
from minieks.engine.engine import Engine
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.auth.authentication import TokenRefused
from minieks.kube.auth.running import start
from minieks.kube.auth.tokens.accounts import ServiceAccountTokens
from minieks.kube.auth.tokens.keys import SigningKey
from minieks.kube.auth.tokens.secrets import TokenSecretsLoop
from minieks.kube.words.objects import annotations, uid


class World:
    """A cluster with an account and a Secret for its token."""

    def __init__(self) -> None:
        self.api = Api(Engine(), "1.34")
        bootstrap(self.api)
        key = SigningKey()
        self.tokens = ServiceAccountTokens(self.api, key)
        meta = {"name": "robot", "namespace": "default"}
        self.account = self.api.create(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta}
        )
        noted = {"kubernetes.io/service-account.name": "robot"}
        self.api.create(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "s", "namespace": "default", "annotations": noted},
                "type": "kubernetes.io/service-account-token",
            }
        )
        start(self.api.engine, self.api.store, TokenSecretsLoop(self.api, key, "BUNDLE"))
        self.run()

    def run(self) -> None:
        self.api.engine.run(self.api.engine.now() + SECOND)

    def data(self) -> dict[str, str]:
        secret = self.api.get("secrets", "default", "s")
        assert secret is not None
        return {key: b64decode(value).decode() for key, value in secret["data"].items()}


@pytest.fixture(scope="module")
def made() -> World:
    return World()


def test_the_secret_is_filled_and_its_token_is_the_accounts(made: World) -> None:
    data = made.data()
    assert (data["namespace"], data["ca.crt"]) == ("default", "BUNDLE")
    secret = made.api.get("secrets", "default", "s")
    assert secret is not None
    assert annotations(secret)["kubernetes.io/service-account.uid"] == uid(made.account)
    found = made.tokens.user_of(data["token"])
    assert found is not None
    assert found.user.name == "system:serviceaccount:default:robot"


def test_the_token_goes_with_the_secret_and_the_secret_with_the_account() -> None:
    world = World()
    token = world.data()["token"]
    world.api.delete("serviceaccounts", "default", "robot")
    world.run()
    assert world.api.get("secrets", "default", "s") is None
    with pytest.raises(TokenRefused, match="Token has been invalidated"):
        world.tokens.user_of(token)
