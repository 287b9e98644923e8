"""GET of ComponentStatuses: what runs the cluster, all of which is well as long as it answers.

Source: kubernetes pkg/registry/core/componentstatus/rest.go.
"""

from typing import Final

from minieks.kube.api import errors
from minieks.kube.kinds.resources import Resource
from minieks.kube.rest import presenting
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.words.objects import Obj

_NAMES: Final = ("controller-manager", "scheduler", "etcd-0")
_DEPRECATED: Final = "v1 ComponentStatus is deprecated in v1.19+"


def is_one(resource: Resource) -> bool:
    """Whether the resource is answered here."""
    return resource.kind == "ComponentStatus" and not resource.collection


def get(backend: Backend, call: Call) -> Response:
    """One of them, or all; raises NotFound."""
    call.warnings.append(_DEPRECATED)
    if not call.info.name:
        return presenting.many(backend, call, [_status(name) for name in _NAMES], {})
    if call.info.name not in _NAMES:
        raise errors.NotFound("componentstatuses", call.info.name)
    return presenting.one(backend, call, _status(call.info.name))


def _status(name: str) -> Obj:
    condition = {"type": "Healthy", "status": "True", "message": "ok"}
    return {
        "apiVersion": "v1",
        "kind": "ComponentStatus",
        "metadata": {"name": name},
        "conditions": [condition],
    }
