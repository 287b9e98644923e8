"""What was shown of clusters that are gone since."""

from collections.abc import Iterable
from typing import Any

from minieks.aws.moto.kept.initial import service_of
from minieks.aws.moto.shown.groups import groups_in
from minieks.aws.moto.shown.machines import machines_in


def forget_lost(backends: Iterable[Any]) -> None:
    """Forget machines and groups whose clusters do not run."""
    for backend in backends:
        service = service_of(backend)
        if service == "autoscaling":
            _forget_groups(backend)
        elif service == "ec2":
            _forget_machines(backend)


def _forget_groups(scaling: Any) -> None:
    for group in groups_in(scaling):
        if group.world is None:
            group.vanish()


def _forget_machines(ec2: Any) -> None:
    for machine in machines_in(ec2):
        if machine.world is None:
            machine.vanish()
