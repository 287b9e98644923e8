"""What needs a running program in a pod, a node or a service, and cannot be had with models.

The checks before that are the API server's own. Source: kubernetes
pkg/registry/core/pod/rest/subresources.go and pkg/registry/core/pod/strategy.go.
"""

from collections.abc import Iterable
from typing import Final

from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.rest import listing
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Answer
from minieks.kube.words.objects import Obj, name

_LISTS: Final = ("containers", "initContainers", "ephemeralContainers")


def exec_(backend: Backend, call: Call) -> Answer:
    """Running a command in a container."""
    _check_container(listing.existing(backend, call), call.request.asked("container"))
    raise _not_modelled("exec", "containers are modelled and run no commands")


def attach(backend: Backend, call: Call) -> Answer:
    """Connecting to the main process of a container."""
    _check_container(listing.existing(backend, call), call.request.asked("container"))
    raise _not_modelled("attach", "containers are modelled and have no process to attach to")


def port_forward(backend: Backend, call: Call) -> Answer:
    """Connecting to a port of a pod."""
    _check_host(listing.existing(backend, call))
    raise _not_modelled("port-forward", "containers are modelled and listen on no ports")


def proxy(backend: Backend, call: Call) -> Answer:
    """Sending a request to a pod, a service or a node."""
    listing.existing(backend, call)
    raise _not_modelled("proxy", "containers and nodes are modelled and serve no requests")


def container_of(pod: Obj, asked: str) -> str:
    """The container that is meant: the one asked for, or the only one; raises BadRequest."""
    spec = pod["spec"]
    if asked:
        if asked in set(_names(spec, _LISTS)):
            return asked
        raise BadRequest(f"container {asked} is not valid for pod {name(pod)}")
    containers = list(_names(spec, ("containers",)))
    if len(containers) == 1:
        return containers[0]
    text = f"a container name must be specified for pod {name(pod)}, choose one of: "
    text += f"[{' '.join(containers)}]"
    init = list(_names(spec, ("initContainers",)))
    if init:
        text += f" or one of the init containers: [{' '.join(init)}]"
    raise BadRequest(text)


def _names(spec: Obj, lists: Iterable[str]) -> Iterable[str]:
    return (one["name"] for key in lists for one in spec.get(key) or ())


def _check_container(pod: Obj, asked: str) -> None:
    container_of(pod, asked)
    _check_host(pod)


def _check_host(pod: Obj) -> None:
    if not pod["spec"].get("nodeName"):
        raise BadRequest(f"pod {name(pod)} does not have a host assigned")


def _not_modelled(what: str, why: str) -> ApiError:
    return ApiError(501, "NotImplemented", f"{what} is not possible in minieks: {why}")
