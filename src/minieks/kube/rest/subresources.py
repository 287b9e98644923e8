"""The parts of resources that have paths of their own."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from minieks.kube.kinds.resources import Subresource
from minieks.kube.rest import logs, objectparts, podactions, remote, reviewing, scaling
from minieks.kube.rest.call import Backend, Call, not_served
from minieks.kube.rest.http import Answer

Part: TypeAlias = Callable[[Backend, Call], Answer]

_PARTS: Final[Mapping[str, Part]] = {
    "approval": objectparts.approval,
    "attach": remote.attach,
    "binding": podactions.bind,
    "ephemeralcontainers": objectparts.ephemeral_containers,
    "eviction": podactions.evict,
    "exec": remote.exec_,
    "finalize": objectparts.finalize,
    "log": logs.read,
    "portforward": remote.port_forward,
    "proxy": remote.proxy,
    "resize": objectparts.resize,
    "scale": scaling.answer,
    "status": objectparts.status,
    "token": reviewing.token,
}


def answer(backend: Backend, call: Call, part: Subresource) -> Answer:
    """The answer of a subresource."""
    found = _PARTS.get(part.name)
    if found is None:
        raise not_served()
    return found(backend, call)
