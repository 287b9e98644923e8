"""moto loaded lightly: what is large and seldom asked for is read when somebody asks.

As it comes, moto reads botocore's list of all endpoints again for each service, and the instance
types that each zone of each region offers: half of its time to load, a third of its memory.
"""

import gzip
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import moto.utilities.utils
import orjson
from botocore.loaders import JSONFileLoader, Loader

_SETTINGS: Final = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
"""Policies of AWS are there, as node roles need them."""
_OFFERINGS: Final = "ec2/resources/instance_type_offerings"
_LOCATIONS: Final = ("region", "availability-zone", "availability-zone-id")
_SUFFIXES: Final = (".json", ".json.gz")
_PROSE: Final = re.compile(rb'"documentation":"(?:[^"\\]|\\.)*"')
_NOTHING: Final[dict[str, Any]] = {}


class ModelFiles(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads botocore's files as it does itself, in a third of the time, and leaves out prose."""

    def load_file(self, file_path: str) -> Any:
        """What is in a file, named without its suffix; None if there is none."""
        if file_path.endswith("endpoints"):
            return _endpoints(file_path)
        data = _text(file_path)
        return None if data is None else orjson.loads(_PROSE.sub(b'"documentation":""', data))


def _text(file_path: str) -> bytes | None:
    for suffix in _SUFFIXES:
        path = Path(file_path + suffix)
        if path.is_file():
            data = path.read_bytes()
            return gzip.decompress(data) if suffix.endswith(".gz") else data
    return None


@cache
def _endpoints(file_path: str) -> Any:
    """The list of all endpoints, without what they are like: moto only asks which there are."""
    data = _text(file_path)
    found = None if data is None else orjson.loads(data)
    for partition in found["partitions"] if found else ():
        for service in partition["services"].values():
            service["endpoints"] = dict.fromkeys(service["endpoints"], _NOTHING)
    return found


class Offerings(dict[str, list[dict[str, str]]]):
    """The instance types that are offered at the places of one kind, by region."""

    def __init__(self, location: str) -> None:
        super().__init__()
        self._location = location

    def __missing__(self, region: str) -> list[dict[str, str]]:
        """Read those of a region."""
        found: list[dict[str, str]] = []
        name = f"{_OFFERINGS}/{self._location}/{region}.json"
        if _is_there(name):
            found = _load_resource(name)
        for one in found:
            one["LocationType"] = self._location
        self[region] = found
        return found

    def get(self, region: str, default: Any = None) -> Any:
        """As ``[]``: there is always an answer."""
        return self[region] or default


def _is_there(name: str) -> bool:
    folder = Path(moto.__file__).parent
    return any((folder / f"{name}{suffix}").is_file() for suffix in ("", ".gz"))


_load_resource = moto.utilities.utils.load_resource


@contextmanager
def lightly() -> Iterator[None]:
    """Within this, what is loaded of moto is loaded lightly."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    Loader.FILE_LOADER_CLASS = ModelFiles
    moto.utilities.utils.load_resource = _unless_offerings
    try:
        yield
    finally:
        moto.utilities.utils.load_resource = _load_resource


def _unless_offerings(resource: str) -> Any:
    return [] if resource.startswith(_OFFERINGS) else _load_resource(resource)


def finish_ec2() -> None:
    """Give EC2 the offerings, to be read when they are asked for."""
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS  # noqa: PLC0415 - now

    for location in _LOCATIONS:
        INSTANCE_TYPE_OFFERINGS[location] = Offerings(location)
