"""What of a request's members breaks the constraints of the model, in the words of AWS's servers.

Source: Smithy, "Constraint traits"; botocore's models write them as ``required``, ``min``, ``max``,
``pattern`` and ``enum``.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from botocore.model import Shape


def failures(shape: Shape, value: Any, place: str = "") -> Iterator[str]:
    """Each broken constraint; ``place`` is the member's path, empty for the request itself."""
    if shape.type_name == "structure":
        yield from _of_structure(shape, value, place)
        return
    yield from _of_size(shape, value, place)
    if shape.type_name == "string":
        yield from _of_text(shape, value, place)
    elif shape.type_name == "list":
        for number, one in enumerate(value, 1):
            yield from failures(shape.member, one, f"{place}.{number}.member")
    elif shape.type_name == "map":
        for key, one in value.items():
            yield from failures(shape.key, key, f"{place}.{key}.key")
            yield from failures(shape.value, one, f"{place}.{key}.value")


def _of_structure(shape: Shape, value: Mapping[str, Any], place: str) -> Iterator[str]:
    within = f"{place}." if place else ""
    for name in shape.required_members:
        if name not in value:
            yield _failure(None, within + name, "Member must not be null")
    for name, given in value.items():
        yield from failures(shape.members[name], given, within + name)


def _of_size(shape: Shape, value: Any, place: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = isinstance(value, int | float)
    what = "value" if is_number else "length"
    size = value if is_number else len(value) if isinstance(value, str | list | dict) else None
    if size is None:
        return
    if least is not None and size < least:
        yield _failure(value, place, f"Member must have {what} greater than or equal to {least}")
    if most is not None and size > most:
        yield _failure(value, place, f"Member must have {what} less than or equal to {most}")


def _of_text(shape: Shape, value: str, place: str) -> Iterator[str]:
    pattern = shape.metadata.get("pattern")
    if pattern and not _compiled(pattern).fullmatch(value):
        rule = f"Member must satisfy regular expression pattern: {pattern}"
        yield _failure(value, place, rule)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        rule = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        yield _failure(value, place, rule)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _failure(value: Any, place: str, rule: str) -> str:
    given = "null" if value is None else f"'{_shown(value)}'"
    return f"Value {given} at '{place}' failed to satisfy constraint: {rule}"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}={_shown(one)}' for key, one in value.items())}}}"
    return str(value)
