"""What is wrong with one field of an object, rendered as the API server renders it.

Source: kubernetes apimachinery pkg/util/validation/field/errors.go.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

REQUIRED = "FieldValueRequired"
INVALID = "FieldValueInvalid"
NOT_SUPPORTED = "FieldValueNotSupported"
FORBIDDEN = "FieldValueForbidden"
DUPLICATE = "FieldValueDuplicate"
TOO_LONG = "FieldValueTooLong"
TOO_MANY = "FieldValueTooMany"
NOT_FOUND = "FieldValueNotFound"
TYPE_INVALID = "FieldValueTypeInvalid"
INTERNAL = "InternalError"
MOST_ERRORS = 1000
"""Complaints about one object, after which no more are looked for; the real server tells all."""

_TEXT = {
    REQUIRED: "Required value",
    INVALID: "Invalid value",
    NOT_SUPPORTED: "Unsupported value",
    FORBIDDEN: "Forbidden",
    DUPLICATE: "Duplicate value",
    TOO_LONG: "Too long",
    TOO_MANY: "Too many",
    NOT_FOUND: "Not found",
    TYPE_INVALID: "Invalid value",
    INTERNAL: "Internal error",
}
_WITHOUT_VALUE = frozenset({REQUIRED, FORBIDDEN, TOO_LONG, INTERNAL})


@dataclass(frozen=True)
class Verbatim:
    """A value whose rendering is fixed, for what the server shows in its internal form."""

    text: str


def quoted(text: str) -> str:
    """A text in double quotes with Go's escapes."""
    return json.dumps(text, ensure_ascii=False)


def _rendered(value: Any) -> str:
    if isinstance(value, Verbatim):
        return value.text
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)


@dataclass(frozen=True)
class FieldError:
    """One complaint: its kind, the path of the field, the value found, and what would be right."""

    type: str
    field: str
    value: Any = None
    detail: str = ""

    def message(self) -> str:
        """The complaint without the path, as in the causes of a Status."""
        text = _TEXT[self.type]
        if self.type not in _WITHOUT_VALUE:
            text = f"{text}: {_rendered(self.value)}"
        return f"{text}: {self.detail}" if self.detail else text

    def __str__(self) -> str:
        return f"{self.field}: {self.message()}"


def required(field: str, detail: str = "") -> FieldError:
    """A field that must be set is not."""
    return FieldError(REQUIRED, field, None, detail)


def invalid(field: str, value: Any, detail: str) -> FieldError:
    """A value that is not allowed, and why."""
    return FieldError(INVALID, field, value, detail)


def not_supported(field: str, value: Any, supported: Sequence[str]) -> FieldError:
    """A value outside an enumeration."""
    listed = ", ".join(quoted(choice) for choice in supported)
    return FieldError(NOT_SUPPORTED, field, value, f"supported values: {listed}" if listed else "")


def forbidden(field: str, detail: str) -> FieldError:
    """A field that may not be set, or not be changed."""
    return FieldError(FORBIDDEN, field, None, detail)


def duplicate(field: str, value: Any) -> FieldError:
    """A value that must be unique occurs again."""
    return FieldError(DUPLICATE, field, value)


def too_long(field: str, limit: int) -> FieldError:
    """A value of more than ``limit`` bytes."""
    return FieldError(TOO_LONG, field, None, f"may not be more than {limit} bytes")


def too_many(field: str, count: int, limit: int) -> FieldError:
    """A list of more than ``limit`` items."""
    noun = "item" if limit == 1 else "items"
    return FieldError(TOO_MANY, field, count, f"must have at most {limit} {noun}")


def not_found(field: str, value: Any, detail: str = "") -> FieldError:
    """A name that refers to nothing."""
    return FieldError(NOT_FOUND, field, value, detail)


def type_invalid(field: str, value: Any, detail: str) -> FieldError:
    """A value of the wrong type (custom resources)."""
    return FieldError(TYPE_INVALID, field, value, detail)


def aggregate(errors: Iterable[FieldError]) -> str:
    """All complaints in one line; equal texts once; several in square brackets."""
    texts = list(dict.fromkeys(str(error) for error in errors))
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"
