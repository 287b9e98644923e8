"""Objects and lists as answers, in the form that the client asked for."""

from collections.abc import Sequence
from typing import Final

import orjson

from minieks.kube.rest.answers import formed
from minieks.kube.rest.call import Backend, Call
from minieks.kube.rest.http import Response
from minieks.kube.rest.negotiation import not_acceptable
from minieks.kube.words.objects import Obj

META: Final = "meta.k8s.io/"


def one(backend: Backend, call: Call, obj: Obj, status: int = 200) -> Response:
    """One object of the call's resource."""
    form = call.form
    if form.as_kind:
        obj = backend.versions.shown([obj], call.resource)[0]
        return _written(call, status, orjson.dumps(transformed(backend, call, [obj], obj)))
    body = encoded(backend, call, obj)
    return _written(call, status, body)


def encoded(backend: Backend, call: Call, obj: Obj) -> bytes:
    """The object in the version of the call's resource."""
    found = backend.versions.read(obj, call.resource)
    return backend.encoder.document(found, call.resource.group_version, call.resource.kind)


def value(call: Call, obj: Obj, status: int = 200) -> Response:
    """A document that is no object of the resource: a Status, a Scale."""
    return _written(call, status, orjson.dumps(obj))


def scale(backend: Backend, call: Call, obj: Obj) -> Response:
    """A Scale, which has columns of its own."""
    if call.form.as_kind == "Table":
        return _written(call, 200, orjson.dumps(table(backend, call, [obj], obj)))
    return value(call, obj)


def many(backend: Backend, call: Call, objects: Sequence[Obj], meta: Obj) -> Response:
    """A list of objects of the call's resource."""
    form = call.form
    if form.as_kind:
        listed: Obj = {"metadata": meta}
        return _written(call, 200, orjson.dumps(transformed(backend, call, objects, listed)))
    resource = call.resource
    read = backend.versions.read_all(objects, resource)
    if backend.is_custom(resource):
        version, kind = resource.group_version, resource.kind
        items = [backend.encoder.document(obj, version, kind) for obj in read]
    else:
        items = backend.encoder.items(read)
    head = {
        "kind": resource.list_kind or f"{resource.kind}List",
        "apiVersion": resource.group_version,
        "metadata": meta,
    }
    return _written(call, 200, _list_of(orjson.dumps(head), items))


def _list_of(head: bytes, items: list[bytes]) -> bytes:
    """A list in one piece: all of a large one is copied just once. ``items`` are used up."""
    begin = head[:-1] + b',"items":['
    if not items:
        return begin + b"]}"
    items[0] = begin + items[0]
    items[-1] += b"]}"
    return b",".join(items)


def transformed(backend: Backend, call: Call, objects: Sequence[Obj], about: Obj) -> Obj:
    """The objects as a Table or as metadata only; ``about`` is the list, or the one object."""
    form = call.form
    is_list = about is not objects[0] if objects else True
    if form.as_kind == "Table":
        return table(backend, call, objects, about)
    partial = [_partial(obj, form.as_version) for obj in objects]
    if is_list != form.as_kind.endswith("List"):
        raise not_acceptable(known=True)
    if not is_list:
        return partial[0]
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": META + form.as_version,
        "metadata": about["metadata"],
        "items": partial,
    }


def table(
    backend: Backend, call: Call, objects: Sequence[Obj], about: Obj, *, described: bool = True
) -> Obj:
    """The objects as rows."""
    include = call.request.asked("includeObject") or "Metadata"
    meta = about.get("metadata") or {}
    kept = {
        field: meta[field]
        for field in ("resourceVersion", "continue", "remainingItemCount")
        if meta.get(field)
    }
    made = backend.tables(call, objects, include)
    found = {
        "kind": "Table",
        "apiVersion": META + call.form.as_version,
        "metadata": kept,
        "columnDefinitions": made["columnDefinitions"] if described else None,
        "rows": made["rows"],
    }
    return found


def _partial(obj: Obj, version: str) -> Obj:
    return {
        "kind": "PartialObjectMetadata",
        "apiVersion": META + version,
        "metadata": obj["metadata"],
    }


def _written(call: Call, status: int, body: bytes) -> Response:
    return formed(status, body, call.form, call.warnings)
