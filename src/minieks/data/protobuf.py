"""The layout of Kubernetes' messages in protobuf; see ``protobuf_fields.csv``."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

from minieks.data.files import read_rows

How: TypeAlias = Literal["", "repeated", "inline"]


class Field(NamedTuple):
    """A field of a message: its name in JSON and its type, a scalar's or a message's name.

    ``is_map`` says that it is a map from texts to that type.
    """

    name: str
    type: str
    how: str
    is_map: bool


Message: TypeAlias = Mapping[int, Field]


@cache
def messages() -> Mapping[str, Message]:
    """Every message by its name, such as ``apps.v1.Deployment``: its fields by their numbers."""
    found: dict[str, dict[int, Field]] = {}
    for row in read_rows("protobuf_fields.csv"):
        type_ = row["type"].removeprefix("map ")
        is_map = row["type"].startswith("map ")
        field = Field(row["field"], type_, row["how"], is_map)
        found.setdefault(row["message"], {})[int(row["number"])] = field
    return found
