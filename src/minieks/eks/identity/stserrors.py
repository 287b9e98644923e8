"""The refusals of STS, with its codes, texts and HTTP states.

Source: AWS STS API reference, AssumeRoleWithWebIdentity and AssumeRole (Errors); texts are those of
the real service's answers in public issues.
"""

from typing import Final

_STATUS: Final = {"AccessDenied": 403, "IDPRejectedClaim": 403, "RegionDisabledException": 403}
_NOT_VALIDATED: Final = "The web identity token provided could not be validated"
_NO_KEYS: Final = (
    "Couldn't retrieve verification key from your identity provider, please reference"
    " AssumeRoleWithWebIdentity documentation for requirements"
)


class StsRefused(Exception):
    """A request that STS refuses.

    ``why`` says more than the real service tells: the condition that failed, and what to do. It
    goes into a header of the answer and our log, never into the message.
    """

    def __init__(self, code: str, message: str, why: str = "") -> None:
        self.code = code
        self.message = message
        self.why = why
        self.status = _STATUS.get(code, 400)
        super().__init__(f"{code}: {message}")


def not_authorized(action: str, why: str) -> StsRefused:
    """The trust policy does not allow it, or there is no such role: STS does not say which."""
    return StsRefused("AccessDenied", f"Not authorized to perform {action}", why)


def not_validated(why: str) -> StsRefused:
    """The token is none, or its signature is wrong."""
    return StsRefused("InvalidIdentityToken", _NOT_VALIDATED, why)


def no_keys(why: str) -> StsRefused:
    """The issuer does not tell its keys."""
    return StsRefused("InvalidIdentityToken", _NO_KEYS, why)


def no_provider(issuer: str, why: str) -> StsRefused:
    """The account does not trust the issuer."""
    message = f"No OpenIDConnect provider found in your account for {issuer}"
    return StsRefused("InvalidIdentityToken", message, why)


def wrong_audience(why: str) -> StsRefused:
    """The provider has no such client id."""
    return StsRefused("InvalidIdentityToken", "Incorrect token audience", why)


def expired(now: int, expiration: int, why: str) -> StsRefused:
    """The token has expired; both times in seconds since the epoch."""
    message = (
        f"Token expired: current date/time {now} must be before the expiration"
        f" date/time{expiration}"
    )
    return StsRefused("ExpiredTokenException", message, why)


def too_long() -> StsRefused:
    """More seconds are wanted than the role's sessions may last."""
    message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    return StsRefused("ValidationError", message)


def too_long_chained() -> StsRefused:
    """More seconds are wanted than a session may last that another session has asked for."""
    message = (
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
        " chaining"
    )
    return StsRefused("ValidationError", message)


def invalid(value: str, member: str, constraint: str) -> StsRefused:
    """A parameter that is not as the API's model says."""
    message = (
        f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy"
        f" constraint: {constraint}"
    )
    return StsRefused("ValidationError", message)


def malformed_policy(why: str) -> StsRefused:
    """A session policy that is no policy."""
    return StsRefused(
        "MalformedPolicyDocument", f"The policy is not in the valid JSON format. {why}"
    )
