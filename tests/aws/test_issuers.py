"""What an issuer publishes changes with its keys."""

import json
from dataclasses import dataclass, field
from typing import Any

import jwt

from minieks.aws.issuers import Publishing
from minieks.engine.clock import SECOND, VirtualClock
from minieks.engine.engine import Engine
from minieks.kube.auth.tokens.keyring import KeyRing
from minieks.kube.rest.http import Request

DAY = 24 * 3600 * SECOND
PATH = "/id/" + "0A" * 16


@dataclass
class OneIssuer:
    """An issuer whose keys follow an engine's time."""

    engine: Engine = field(default_factory=lambda: Engine(VirtualClock(0)))

    def __post_init__(self) -> None:
        self.ring = KeyRing(self.engine.now)

    def urls(self) -> list[str]:
        return [f"https://oidc.eks.eu-west-1.amazonaws.com{PATH}"]

    def key_set(self, issuer: str) -> dict[str, Any]:
        return self.ring.key_set()


# Amazon EKS user guide, "Fetch signing keys to validate OIDC tokens"
def test_after_seven_days_another_key_signs_and_both_are_published() -> None:
    issuer = OneIssuer()
    published = Publishing(issuer)

    def keys() -> list[str]:
        found = published(Request("GET", f"{PATH}/keys", headers={"host": "127.0.0.1:4566"}))
        assert found is not None
        return [one["kid"] for one in json.loads(found.body)["keys"]]

    def signer() -> str:
        return str(jwt.get_unverified_header(issuer.ring.sign({"sub": "x"}))["kid"])

    first = signer()
    issuer.engine.run(7 * DAY - SECOND)
    assert signer() == first
    issuer.engine.run(7 * DAY)
    second = signer()

    assert second != first
    assert keys() == [first, second]
    issuer.engine.run(98 * DAY)
    assert keys() == [second]
