"""The errors of the EKS API: their codes, HTTP statuses and what they carry beside the message.

Source: botocore's model of the service, eks/2017-11-01 (``exception`` shapes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from minieks.engine.errors import MinieksError

_MOST: Final = ("clusterName", "nodegroupName", "addonName", "subscriptionId")


@dataclass(frozen=True, slots=True)
class Shape:
    """One exception of the model: its HTTP status, and its members beside ``message``."""

    status: int
    members: tuple[str, ...] = ()


SHAPES: Final[Mapping[str, Shape]] = {
    "AccessDeniedException": Shape(403),
    "BadRequestException": Shape(400),
    "ClientException": Shape(400, _MOST),
    "InvalidParameterException": Shape(400, (*_MOST, "fargateProfileName")),
    "InvalidRequestException": Shape(400, _MOST),
    "InvalidStateException": Shape(400, ("clusterName",)),
    "NotFoundException": Shape(404),
    "ResourceInUseException": Shape(409, ("clusterName", "nodegroupName", "addonName")),
    "ResourceLimitExceededException": Shape(
        400, ("clusterName", "nodegroupName", "subscriptionId")
    ),
    "ResourceNotFoundException": Shape(404, (*_MOST, "fargateProfileName")),
    "ResourcePropagationDelayException": Shape(428),
    "ServerException": Shape(500, _MOST),
    "ServiceUnavailableException": Shape(503),
    "ThrottlingException": Shape(429, ("clusterName",)),
    "UnsupportedAvailabilityZoneException": Shape(
        400, ("clusterName", "nodegroupName", "validZones")
    ),
}
"""Every exception by its code."""


class EksError(MinieksError):
    """A refusal by the EKS API; ``members`` are those of its shape that it says."""

    def __init__(self, code: str, message: str, **members: object) -> None:
        super().__init__(message)
        shape = SHAPES[code]
        self.code = code
        self.status = shape.status
        self.message = message
        self.members = {
            key: value
            for key, value in members.items()
            if value is not None and key in shape.members
        }

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def invalid_parameter(message: str, **about: object) -> EksError:
    """What was asked for cannot be, whatever the state."""
    return EksError("InvalidParameterException", message, **about)


def invalid_request(message: str, **about: object) -> EksError:
    """What was asked for cannot be in the present state."""
    return EksError("InvalidRequestException", message, **about)


def in_use(message: str, **about: object) -> EksError:
    """The name is taken, or something else works on the resource."""
    return EksError("ResourceInUseException", message, **about)


def not_found(message: str, **about: object) -> EksError:
    """There is no such resource."""
    return EksError("ResourceNotFoundException", message, **about)


def limit_exceeded(message: str, **about: object) -> EksError:
    """A service quota is used up."""
    return EksError("ResourceLimitExceededException", message, **about)


def cluster_not_found(name: str) -> EksError:
    """There is no cluster of this name in the account and region."""
    return not_found(f"No cluster found for name: {name}.", clusterName=name)
