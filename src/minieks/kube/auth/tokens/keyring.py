"""Several keys for service account tokens: the newest signs, and what an older one signed counts.

A key signs for some days and then gives way to a new one, which is made when the next token needs
it. Source: kubernetes kube-apiserver flags --service-account-key-file (repeated) and
--service-account-signing-key-file; Amazon EKS user guide, "Fetch signing keys" (seven days).
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from minieks.engine.clock import SECOND, Micros
from minieks.kube.auth.tokens.keys import BadSignature, Claims, SigningKey

_DAY: Final = 24 * 3600 * SECOND
SIGNS_FOR: Final = 7 * _DAY
SHOWN_FOR: Final = 90 * _DAY
"""How long after its last token a key is published: as long as a token may live."""

Keep: TypeAlias = Callable[[bytes], None]


class _Held(NamedTuple):
    since: Micros
    key: SigningKey


def keep_nothing(dumped: bytes) -> None:
    """The keys end with the process."""


class KeyRing:
    """The keys of one cluster; ``dumped`` are those that were kept, None begins with a new one.

    ``keep`` is told of all keys, private ones, whenever one is added.
    """

    def __init__(
        self, now: Callable[[], Micros], dumped: bytes | None = None, keep: Keep = keep_nothing
    ) -> None:
        self._now = now
        self._keep = keep
        self._held = [_Held(now(), _new())] if dumped is None else _loaded(dumped)

    def sign(self, claims: Claims) -> str:
        """The token of these claims, by the newest key."""
        if self._now() >= self._held[-1].since + SIGNS_FOR:
            self._held.append(_Held(self._now(), _new()))
            self._keep(self.dumped())
        return self._held[-1].key.sign(claims)

    def verified(self, token: str) -> Claims:
        """The claims of a token that one of the keys has signed; raises BadSignature."""
        for held in reversed(self._held):
            try:
                return held.key.verified(token)
            except BadSignature:
                continue
        raise BadSignature

    def claimed(self, token: str) -> Claims | None:
        """What a token claims, whoever signed it; None if it is no signed token."""
        return self._held[-1].key.claimed(token)

    def key_set(self) -> dict[str, Any]:
        """The public keys whose tokens may still be in use, as a JSON Web Key Set."""
        now = self._now()
        ends = [held.since + SHOWN_FOR for held in self._held[1:]]
        shown = [held for held, end in zip(self._held, [*ends, now + 1], strict=True) if end > now]
        return {"keys": [key for held in shown for key in held.key.key_set()["keys"]]}

    def dumped(self) -> bytes:
        """All keys, private ones, to go on with later."""
        rows = [{"since": held.since, "pem": held.key.pem().decode()} for held in self._held]
        return orjson.dumps(rows)


def _new(pem: bytes | None = None) -> SigningKey:
    return SigningKey(pem, hexadecimal=True)


def _loaded(dumped: bytes) -> list[_Held]:
    """The keys of `dumped`; a file of an earlier version holds one PEM alone."""
    if dumped.startswith(b"-----BEGIN"):
        return [_Held(0, _new(dumped))]
    return [_Held(row["since"], _new(row["pem"].encode())) for row in orjson.loads(dumped)]
