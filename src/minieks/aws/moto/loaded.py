"""moto's state of one service in one account, loaded when somebody first looks at it.

Who only looks at what there is need not load anything: before a service is loaded, nothing has been
made in it.
"""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from threading import RLock
from typing import Any, Final

from minieks.aws.moto import changes

_USUAL: Final = ("iam", "sts", "ec2", "autoscaling")
"""What whoever makes clusters needs next."""
_FINISHED: Final = ("ec2", "iam")
"""What is full of data of AWS, and loaded along with others."""
_held: dict[str, Any] = {}
alone: Final = RLock()
"""Held by who loads or asks moto: of two threads that import it at once one gets half of it."""


class _Before:
    """What is to be done before anybody looks at what there is, once."""

    def __init__(self) -> None:
        self._todo: Callable[[], None] | None = None
        self._is_open = False

    def set(self, todo: Callable[[], None] | None) -> None:
        """Do this before the next look; None for nothing."""
        self._todo, self._is_open = todo, todo is not None

    def __call__(self) -> None:
        """Do it, unless it is done or being done by this thread."""
        if not self._is_open:
            return
        with alone:
            todo, self._todo = self._todo, None
            if todo is not None:
                todo()
                self._is_open = False


_before: Final = _Before()


def look_after(restore: Callable[[], None]) -> None:
    """Let moto's state be restored before anybody looks at it."""
    _before.set(restore)


def is_in_memory() -> bool:
    """Whether anything of moto is."""
    return "moto.core" in sys.modules


def size() -> int:
    """How many backends there are: who only looks at a region makes its default VPC, too."""
    if not is_in_memory():
        return 0
    everything = list(sys.modules["moto.core.base_backend"].BackendDict._instances)
    return sum(len(account) for one in everything for account in list(one.values()))


def is_loaded(service: str) -> bool:
    """Whether anything can have been made in a service yet."""
    _before()
    return f"moto.{service}.models" in sys.modules


def backends(service: str) -> Any:
    """The backends of a service, by accounts, then by regions."""
    _before()
    if service not in _held:
        with alone:
            if service not in _held:
                _held[service] = _loaded(service)
    return _held[service]


def load_for_showing() -> None:
    """Load what shows clusters; to be done before a module is imported that builds on it.

    Such a module would load all of moto's EC2, and not lightly.
    """
    backends("autoscaling")


def load_usual() -> None:
    """Load what is asked for soon; it takes a second, and may do so in a thread of its own."""
    for service in _USUAL:
        backends(service)
        import_module("moto.core.utils").get_service_model(service)
    import_module("minieks.aws.moto.policies").of_partition("aws")


def _loaded(service: str) -> Any:
    from minieks.aws.moto.light import finish, lightly  # noqa: PLC0415 - moto is slow to load

    missing = [one for one in _FINISHED if not is_loaded(one)]
    with lightly():
        found = import_module("moto.backends").get_backend(service)
    for one in missing:
        if is_loaded(one):
            finish(one)
    return found


def regional(service: str, account: str, region: str) -> Any:
    """The backend of a service in an account and region."""
    return backends(service)[account][region]


def of_partition(service: str, account: str, partition: str = "aws") -> Any:
    """The backend of a service that knows no regions: IAM, STS."""
    return backends(service)[account][partition]


def in_use(service: str, account: str | None = None) -> Iterator[Any]:
    """The backends of a service in which anything can have been made, of one account or of all.

    Who asks moto for another one makes it: each of IAM holds all policies of AWS.
    """
    if is_loaded(service):
        for name, held in list(backends(service).items()):
            if account in (None, name):
                yield from list(held.values())


def reset() -> None:
    """Forget all that was made, in every account and region."""
    _before.set(None)
    changes.note()
    if is_in_memory():
        import_module("minieks.aws.moto.forgetting").forget()
