"""Tokens that others signed: their claims, checked against the keys that the issuer publishes.

Only RS256 counts, whatever a token says of itself; ``alg: none`` is no signature. The library is
loaded by the first token.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Claims: TypeAlias = Mapping[str, Any]
KeySet: TypeAlias = Mapping[str, Any]

_ALGORITHM: Final = "RS256"


class BadToken(Exception):
    """A text that is no token, or that the issuer has not signed; says why."""


def claimed(token: str) -> Claims:
    """What a token says, whoever has written it; raises BadToken."""
    import jwt  # noqa: PLC0415 - loads cryptography, 50 ms

    try:
        return dict(jwt.decode(token, options={"verify_signature": False}))
    except jwt.InvalidTokenError as error:
        raise BadToken(f"it is no JSON Web Token: {error}") from None


def check_signature(token: str, keys: KeySet) -> None:
    """Raises BadToken unless one of the issuer's keys has signed the token."""
    import jwt  # noqa: PLC0415

    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != _ALGORITHM:
            raise BadToken(f"its algorithm is {header.get('alg')!r}, not {_ALGORITHM}")
        key = _key(keys, header.get("kid"))
        jwt.decode(token, key, algorithms=[_ALGORITHM], options=_SIGNATURE_ONLY)
    except jwt.PyJWTError as error:
        raise BadToken(f"its signature is not that of the key it names: {error}") from None


def _key(keys: KeySet, key_id: Any) -> Any:
    import jwt  # noqa: PLC0415

    for one in keys.get("keys") or ():
        if one.get("kid") == key_id:
            return jwt.PyJWK(dict(one), algorithm=_ALGORITHM)
    raise BadToken(f"the issuer publishes no key {key_id!r}: another has signed it, or long ago")


_SIGNATURE_ONLY: Final[Any] = {
    "verify_signature": True,
    **dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False),
    **dict.fromkeys(("verify_iss", "verify_sub", "verify_jti"), False),
}
