"""Keeps what moto holds beside what EKS holds: IAM, EC2, Auto Scaling, S3 and all the others.

After a request that may have changed something the whole is written with the next commit, before
the answer goes out. It is read back when somebody first looks at it, for moto is slow to load.
What another version of moto or Python has written is not read.
"""

import hashlib
import logging
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import orjson

from minieks.aws.moto import changes
from minieks.aws.moto.loaded import is_in_memory, look_after, size
from minieks.eks.nodegroups.world import World
from minieks.eks.operations.ports import Running
from minieks.engine.errors import UserError
from minieks.engine.persistence import Journal

_FORMAT: Final = "1"
_STATE: Final = "moto"
_ABOUT: Final = "about moto"
_HINT: Final = "name another folder with --data-dir, or remove the file to begin anew"
_NOTHING: Final[dict[str, Any]] = {"places": []}
"""What is kept of a moto that has not been asked yet."""

log = logging.getLogger("minieks.serve")


class KeptMoto:
    """Fulfils `minieks.serve.turn.Keeper` for a journal and for moto's state in it.

    ``running`` are the clusters that run, by account, region and name.
    """

    def __init__(self, journal: Journal, running: Mapping[str, Running]) -> None:
        self._journal = journal
        self._running = running
        self._kept = _state()
        self.not_restored: list[str] = []
        """What was kept and cannot be read, as a line for each account and region."""

    def restore(self) -> None:
        """Let moto have what was kept before anybody looks; UserError for a damaged file."""
        about = orjson.loads(self._journal.fact(_ABOUT) or b"{}")
        data = self._journal.fact(_STATE)
        if not data or not about.get("places"):
            return
        if hashlib.sha256(data).hexdigest() != about.get("sha256"):
            text = "is damaged: what moto held is not as it was written"
            raise UserError(text, where=str(self._journal.path), hint=_HINT)
        if about["by"] != _versions():
            self.not_restored = _named(about["places"])
            return
        look_after(lambda: self._read(data))

    def _read(self, data: bytes) -> None:
        from minieks.aws.moto.kept import state  # noqa: PLC0415 - moto is slow to load

        try:
            state.read(data, self._worlds())
        except Exception:
            log.exception("what moto held cannot be read: roles, subnets and the like are gone")

    def unsaved(self) -> bool:
        """Whether there are changes that a commit would keep."""
        return self._kept != _state() or self._journal.unsaved()

    def commit(self) -> None:
        """Keep all changes so far."""
        if self._kept != _state():
            self._note()
            self._kept = _state()
        self._journal.commit()

    def _note(self) -> None:
        data, about = b"", _NOTHING
        if is_in_memory():
            from minieks.aws.moto.kept import state  # noqa: PLC0415 - moto is slow to load

            data, places = state.written(self._worlds())
            sha256 = hashlib.sha256(data).hexdigest()
            about = {"by": _versions(), "places": places, "sha256": sha256}
        self._journal.note(_STATE, data)
        self._journal.note(_ABOUT, orjson.dumps(about))

    def _worlds(self) -> dict[str, World]:
        return {key: running.cluster.node_groups for key, running in self._running.items()}

    def close(self) -> None:
        """Commit, and leave the file to others."""
        if self.unsaved():
            self.commit()
        self._journal.close()


def _state() -> tuple[int, int]:
    """Another one whenever moto may hold something else."""
    return changes.count(), size()


@cache
def _versions() -> dict[str, str]:
    """Who writes: another one may not be able to read it."""
    python = ".".join(str(one) for one in sys.version_info[:2])
    return {"format": _FORMAT, "moto": version("moto"), "python": python}


def _named(places: list[list[str]]) -> list[str]:
    """The services of each account and region, as a line each."""
    services: dict[str, list[str]] = {}
    for service, account, region in places:
        services.setdefault(f"account {account}, {region}", []).append(service)
    return [f"{where}: {', '.join(names)}" for where, names in services.items()]
