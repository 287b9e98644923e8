"""Tells the user's tools what is served: a note for minieks itself, contexts for all the others."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from minieks.engine.errors import UserError
from minieks.serve import kubeconfig, running
from minieks.serve.asked import check_names
from minieks.serve.clock import machine_time
from minieks.serve.host import Host
from minieks.serve.premises import Premises
from minieks.serve.running import Note, Running, ServedCluster
from minieks.serve.runtime import MAX

LOG_VARIABLE = "MINIEKS_LOG"
"""Where a process in the background writes what it has to say."""


class Announcement:
    """Made when clusters are served, withdrawn when they are no longer."""

    def __init__(
        self, target: Path, environment: Mapping[str, str], data_dir: Path | None, speed: float
    ) -> None:
        self._target = target
        self._folder = running.folder(environment)
        self._log = environment.get(LOG_VARIABLE, "")
        self._data_dir = "" if data_dir is None else str(data_dir.absolute())
        self._speed = speed
        self._note = Note(self._folder)
        self._made: Running | None = None

    def check(self, names: Sequence[str]) -> None:
        """UserError if a cluster of one of these names is served already, or two have one."""
        check_names(names)
        for one in running.serving(self._folder, names):
            name = next(each.name for each in one.clusters if each.name in names)
            raise UserError(
                f"the cluster {name} is served already, by process {one.pid}",
                hint=f"minieks down {name}, or give this one another metadata.name",
            )

    def make(self, premises: Premises) -> Running:
        """Add the contexts and leave the note."""
        hosts = premises.hosts
        previous = kubeconfig.add(self._target, [host.context for host in hosts])
        self._made = Running(
            pid=os.getpid(),
            started=machine_time().strftime("%Y-%m-%dT%H:%M:%SZ"),
            speed="max" if self._speed == MAX else self._speed,
            kubeconfig=str(self._target),
            previous=previous,
            log=self._log,
            data_dir=self._data_dir,
            aws_endpoint=premises.aws.url,
            clusters=tuple(_served(host) for host in hosts),
        )
        self._note.write(self._made)
        return self._made

    def withdraw(self) -> None:
        """Take the contexts out and the note away, if they were made."""
        if self._made is None:
            return
        names = [one.context for one in self._made.clusters]
        try:
            kubeconfig.remove(self._target, names, self._made.previous)
        finally:
            self._note.remove()


def _served(host: Host) -> ServedCluster:
    return ServedCluster(
        name=host.opened.name,
        context=host.context.name,
        server=host.url,
        kubernetes_version=host.opened.cluster.spec.version,
        authority=host.context.authority.decode("ascii"),
    )
