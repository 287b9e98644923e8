"""Several signing keys (kube-apiserver --service-account-key-file; EKS rotates every 7 days)."""

import re

import orjson
import pytest

from minieks.engine.clock import SECOND
from minieks.kube.auth.tokens.keyring import KeyRing
from minieks.kube.auth.tokens.keys import BadSignature, SigningKey

DAY = 24 * 3600 * SECOND


class Clock:
    """A time that the test sets."""

    def __init__(self) -> None:
        self.at = 0
        self.kept: list[bytes] = []

    def now(self) -> int:
        return self.at

    def ring(self, dumped: bytes | None = None) -> KeyRing:
        return KeyRing(self.now, dumped, self.kept.append)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def ids(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.key_set()["keys"]]


def test_new_key_signs_after_seven_days_and_old_tokens_count(clock: Clock) -> None:
    ring = clock.ring()
    old = ring.sign({"n": 1})
    clock.at = 7 * DAY - 1
    ring.sign({"n": 1})
    assert len(ids(ring)) == 1
    assert clock.kept == []
    clock.at = 7 * DAY
    new = ring.sign({"n": 2})
    assert len(ids(ring)) == 2
    assert all(re.fullmatch("[0-9a-f]{40}", one) for one in ids(ring))
    assert ring.verified(old) == {"n": 1}
    assert ring.verified(new) == {"n": 2}
    assert clock.kept == [ring.dumped()]


def test_old_key_is_published_until_its_tokens_are_over_and_counts_longer(clock: Clock) -> None:
    ring = clock.ring()
    old = ring.sign({})
    clock.at = 8 * DAY
    ring.sign({})
    clock.at += 90 * DAY - 1
    assert len(ids(ring)) == 2
    clock.at += 1
    assert len(ids(ring)) == 1
    assert ring.verified(old) == {}


def test_ring_goes_on_with_the_keys_it_had(clock: Clock) -> None:
    ring = clock.ring()
    token = ring.sign({"n": 1})
    later = clock.ring(ring.dumped())
    assert later.verified(token) == {"n": 1}
    assert ids(later) == ids(ring)
    assert orjson.loads(later.dumped())[0]["since"] == 0


def test_single_key_of_an_earlier_version_goes_on(clock: Clock) -> None:
    before = SigningKey()
    assert clock.ring(before.pem()).verified(before.sign({"n": 1})) == {"n": 1}


def test_token_of_another_is_refused(clock: Clock) -> None:
    with pytest.raises(BadSignature):
        clock.ring().verified(SigningKey().sign({}))
