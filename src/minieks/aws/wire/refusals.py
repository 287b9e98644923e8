"""What AWS's front door refuses before the service sees a request.

Source: AWS General Reference, "Common Errors"; Smithy, "AWS restJson1 protocol", for their form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """An error as the client gets it: its code, its HTTP status, its text and further members."""

    code: str
    status: int
    message: str
    members: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


UNKNOWN_OPERATION: Final = Refusal("UnknownOperationException", 404, "")


def serialization(message: str) -> Refusal:
    """The request cannot be read as what its shape says."""
    return Refusal("SerializationException", 400, message)


def validation(failures: Sequence[str]) -> Refusal:
    """Members break constraints of the model; all of them are told at once."""
    count = len(failures)
    errors = "error" if count == 1 else "errors"
    text = f"{count} validation {errors} detected: {'; '.join(failures)}"
    return Refusal("ValidationException", 400, text)
