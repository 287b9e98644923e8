"""The parts that objects have: status, ephemeral containers, resources, approval, finalizers."""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.kube.api import statuses
from minieks.kube.api.fields import FieldError
from minieks.kube.api.podparts import (
    check_ephemeral,
    check_resize,
    with_ephemeral,
    with_resources,
)
from minieks.kube.api.statusshapes import shaped
from minieks.kube.api.validation.statuses import finalizers, status_update
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.rest.parts import Part, answer
from minieks.kube.words.objects import Obj

_CONDITIONS: Final = "conditions"


def status(backend: Backend, call: Call) -> Response:
    """The status of an object, and the rest of it to look at."""
    kind = backend.api.kinds.of_collection(call.collection)

    def merge(sent: Obj, old: Obj) -> Obj:
        return statuses.with_status(kind, sent, old)

    def prepare(sent: Obj) -> Obj:
        return sent if kind.custom else shaped(kind.collection, sent)

    def check(new: Obj, old: Obj) -> Iterable[FieldError]:
        if kind.custom:
            return backend.api.custom.validate(new, old, [])
        return status_update(kind.collection, new, old)

    return answer(backend, call, Part("status", merge, check, prepare))


def ephemeral_containers(backend: Backend, call: Call) -> Response:
    """The containers that debug a pod."""
    return answer(backend, call, Part("ephemeralcontainers", with_ephemeral, check_ephemeral))


def resize(backend: Backend, call: Call) -> Response:
    """The resources of a pod's containers."""
    return answer(backend, call, Part("resize", with_resources, check_resize))


def approval(backend: Backend, call: Call) -> Response:
    """The conditions that say whether a certificate may be signed."""
    return answer(backend, call, Part("approval", _with_conditions, _nothing))


def finalize(backend: Backend, call: Call) -> Response:
    """The finalizers in the spec of a namespace."""
    return answer(backend, call, Part("finalize", _with_finalizers, lambda new, _: finalizers(new)))


def _with_conditions(sent: Obj, old: Obj) -> Obj:
    found = (sent.get("status") or {}).get(_CONDITIONS)
    before = {
        field: value for field, value in (old.get("status") or {}).items() if field != _CONDITIONS
    }
    meta = statuses.kept_metadata(sent, old)
    return {
        **old,
        "metadata": meta,
        "status": {**before, **({"conditions": found} if found else {})},
    }


def _with_finalizers(sent: Obj, old: Obj) -> Obj:
    spec: Mapping[str, object] = sent.get("spec") or {}
    finalizers = spec.get("finalizers")
    rest = {field: value for field, value in old["spec"].items() if field != "finalizers"}
    wanted = {**rest, **({"finalizers": finalizers} if finalizers else {})}
    return {**old, "metadata": statuses.kept_metadata(sent, old), "spec": wanted}


def _nothing(new: Obj, old: Obj) -> Iterable[FieldError]:
    return ()
