"""All that moto holds, as bytes: of every account, region and service that has been asked.

What one service holds refers to what others hold, so it is one whole. A service with something
that cannot be written, such as a thread at work, is left out, and the log says so.
"""

import io
import logging
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from moto.backends import get_backend
from moto.core.base_backend import BackendDict

from minieks.aws.moto.kept.initial import own_state, put, service_of
from minieks.aws.moto.kept.pickles import Reader, Worlds, Writer
from minieks.aws.moto.loaded import alone, backends, is_loaded, load_for_showing

log = logging.getLogger("minieks.aws")
_left_out: Final[dict[str, None]] = {}


Place: TypeAlias = tuple[str, str, str]
"""A service, an account and a region."""


def written(worlds: Worlds) -> tuple[bytes, list[Place]]:
    """The state, to be read by the same versions of moto and Python, and of what it is."""
    with alone:
        while True:
            file, everything = io.BytesIO(), list(_backends())
            places = [_place(one) for one in everything]
            failed = _write(Writer(file, worlds), places, everything)
            if failed is None:
                return file.getvalue(), places
            _left_out[failed] = None


def _write(writer: Writer, places: list[Place], everything: list[Any]) -> str | None:
    """Write everything; the service that cannot be written, or None."""
    writer.dump(places)
    for backend in everything:
        try:
            writer.dump(own_state(backend))
        except Exception as error:
            service = service_of(backend)
            log.warning("%s of moto cannot be kept: %s", service, error)
            return service
    return None


def read(data: bytes, worlds: Worlds) -> None:
    """Let moto, which is as at its beginning, hold what was written."""
    with alone:
        reader = Reader(io.BytesIO(data), worlds)
        for service, account, region in reader.load():
            put(backends(service)[account][region], reader.load())
        if is_loaded("ec2"):
            _forget_lost()


def _forget_lost() -> None:
    load_for_showing()
    from minieks.aws.moto.shown.lost import forget_lost  # noqa: PLC0415 - not before EC2 is loaded

    forget_lost(_backends())


def _backends() -> Iterator[Any]:
    for services in list(BackendDict._instances):
        for account in list(services.values()):
            yield from (one for one in list(account.values()) if _is_kept(one, services))


def _is_kept(backend: Any, services: Any) -> bool:
    name = service_of(backend)
    return name not in _left_out and name != "moto_api" and get_backend(name) is services


def _place(backend: Any) -> Place:
    return service_of(backend), backend.account_id, backend.region_name
