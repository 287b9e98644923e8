"""Answers checked against the output shapes of botocore's model of EKS."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


@cache
def model() -> ServiceModel:
    """The model of the service."""
    return botocore.session.get_session().get_service_model("eks")


def operation_names() -> list[str]:
    """Every operation, sorted."""
    return sorted(model().operation_names)


def wrong_in(operation: str, answer: dict[str, Any]) -> list[str]:
    """What in an answer its shape does not allow: members, types, lengths, enums."""
    shape = model().operation_model(operation).output_shape
    if shape is None:
        return []
    report = ParamValidator().validate(answer, shape).generate_report()
    return [*([report] if report else []), *_wrong_enums(shape, answer, operation)]


def wrong_asked(operation: str, parameters: dict[str, Any]) -> str:
    """What in parameters an operation's input shape does not allow; empty if they are right."""
    shape = model().operation_model(operation).input_shape
    return str(ParamValidator().validate(parameters, shape).generate_report())


def _wrong_enums(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for member, inner in shape.members.items():
            if isinstance(value, dict) and member in value:
                yield from _wrong_enums(inner, value[member], f"{path}.{member}")
    elif shape.type_name == "list":
        for one in value:
            yield from _wrong_enums(shape.member, one, f"{path}[]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: {value} is none of {shape.enum}"
