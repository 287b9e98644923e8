"""Results written as JSON by the shapes of the model.

Source: Smithy, "AWS restJson1 protocol": a timestamp in a body is the seconds since the epoch.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from botocore.model import Shape


def written(shape: Shape, value: Any) -> Any:
    """A value as JSON; what the shape does not know and what is None is left out."""
    if shape.type_name == "structure":
        return _structure(shape, value)
    if shape.type_name == "list":
        return [written(shape.member, one) for one in value]
    if shape.type_name == "map":
        return {key: written(shape.value, one) for key, one in value.items()}
    if isinstance(value, datetime):
        return value.timestamp()
    return value


def _structure(shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        member.serialization.get("name", name): written(member, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }
