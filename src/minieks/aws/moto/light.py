"""moto loaded lightly: what is large and seldom asked for is read when somebody asks.

As it comes, moto reads botocore's list of all endpoints and its models again for each service, and
the instance types that each zone of each region offers: most of its time to load, a third of its
memory.
"""

import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import boto3
import botocore.session
import moto.core.base_backend
import moto.core.utils
import moto.utilities.utils
import orjson

from minieks.aws.wire.models import Models, models

_SETTINGS: Final = {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"}
"""Policies of AWS are there, as node roles need them."""
_OFFERINGS: Final = "ec2/resources/instance_type_offerings"
_LOCATIONS: Final = ("region", "availability-zone", "availability-zone-id")


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
    return any(path.is_file() for path in _paths(name))


def _paths(resource: str) -> tuple[Path, Path]:
    """Where a resource of moto may be: compressed or not."""
    path = Path(moto.__file__).parent / resource
    return path.with_name(f"{path.name}.gz"), path


def _load_resource(resource: str) -> Any:
    """A resource of moto, as its own function reads it, in a quarter of the time."""
    compressed, plain = _paths(resource)
    if compressed.is_file():
        return orjson.loads(gzip.decompress(compressed.read_bytes()))
    return orjson.loads(plain.read_bytes())


@contextmanager
def lightly() -> Iterator[None]:
    """Within this, what is loaded of moto is loaded lightly."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with (
        _replaced(moto.utilities.utils, "load_resource", _unless_offerings),
        _replaced(boto3, "Session", _session_of),
    ):
        yield


@contextmanager
def _replaced(module: ModuleType, name: str, by: Any) -> Iterator[None]:
    own = getattr(module, name)
    setattr(module, name, by)
    try:
        yield
    finally:
        setattr(module, name, own)


@cache
def session() -> boto3.Session:
    """What moto asks for the regions that a service is in; one for all, with our models."""
    found = botocore.session.Session()
    found.register_component("data_loader", models())
    return boto3.session.Session(botocore_session=found)


def _session_of(*given: Any, **settings: Any) -> boto3.Session:
    """moto gives no settings; who gives some is another thread, and gets a session of its own."""
    return boto3.session.Session(*given, **settings) if given or settings else session()


def _the_models(_: str | None = None) -> Models:
    return models()


def _unless_offerings(resource: str) -> Any:
    return [] if resource.startswith(_OFFERINGS) else _load_resource(resource)


def finish(service: str) -> None:
    """Have what a service holds from the beginning be read when it is asked for."""
    match service:
        case "ec2":
            _offer_when_asked()
            import_module("minieks.aws.moto.images").load_when_asked()
        case "iam":
            import_module("minieks.aws.moto.policies").load_when_asked()


def _offer_when_asked() -> None:
    offerings = import_module("moto.ec2.models.instance_types").INSTANCE_TYPE_OFFERINGS
    for location in _LOCATIONS:
        offerings[location] = Offerings(location)


moto.core.base_backend.Session = session
moto.core.utils.create_loader = _the_models
