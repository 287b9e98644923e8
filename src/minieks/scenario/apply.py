"""Applies what a user brought to a cluster, document by document, as ``kubectl apply`` would.

A document that the API refuses is noted with its place, and the rest goes on; nothing of a
refused document is kept. A new namespace gets what its controllers give it (the ServiceAccount
``default``) before the next document: between two requests of kubectl there is time for that.
"""

import re
from collections import Counter
from collections.abc import Iterable

from minieks.autoscale import programs
from minieks.autoscale.vpa import recommender
from minieks.kube.api.errors import ApiError, BadRequest
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj, metadata, name, namespace
from minieks.scenario.applied import Applied, Refusal
from minieks.scenario.checks import Finding, cautions, findings
from minieks.scenario.hints import hint
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.references import dangling


def apply(api: Api, sources: Iterable[SourcedObject]) -> Applied:
    """Create or update every object; a missing namespace is created, with a warning."""
    done = Applied()
    taken: dict[str, tuple[SourcedObject, Obj]] = {}
    for source in sources:
        warnings: list[str] = []
        try:
            _ensure_namespace(api, source, done)
            decoded = api.decode(source.obj, warnings)
            wrong = findings(decoded)
            done.refused += [_finding(source, found) for found in wrong]
            if not wrong:
                _take(done, source, _apply_one(api, decoded, warnings), taken)
        except ApiError as error:
            done.refused.append(_refusal(api, source, error))
        done.warnings += [_placed(source, warning) for warning in warnings]
    done.warnings += dangling(api, taken.values())
    return done


def _take(
    done: Applied, source: SourcedObject, obj: Obj, taken: dict[str, tuple[SourcedObject, Obj]]
) -> None:
    """Note an object that the API took, and what to say of it."""
    done.objects.append(obj)
    done.count += 1
    done.warnings += _twice(source, obj, taken)
    done.warnings += [
        f"{source.where_field(found.field)}: {found.message}" for found in cautions(obj)
    ]


_UNKNOWN_FIELD = re.compile(r'unknown field "([^"]+)"')


def _placed(source: SourcedObject, warning: str) -> str:
    """The warning with its place: the line of the field that it names, if it names one."""
    unknown = _UNKNOWN_FIELD.fullmatch(warning)
    return f"{source.where_field(unknown[1]) if unknown else source.where()}: {warning}"


def _twice(
    source: SourcedObject, obj: Obj, taken: dict[str, tuple[SourcedObject, Obj]]
) -> list[str]:
    """Notes the object; a warning if the manifests have it already."""
    about = f"{obj['kind']}/{name(obj)}"
    known = f"{obj['apiVersion']} {namespace(obj)} {about}"
    before = taken.get(known)
    taken[known] = (source, obj)
    if before is None:
        return []
    return [
        f"{source.where()}: {about} is in {before[0].where()} too; this one, the later, takes its"
        " place (remove one of them, or rename it)"
    ]


def unattended(api: Api, objects: Iterable[Obj]) -> list[str]:
    """A warning per custom API group whose objects were taken: no operator acts on them here."""
    counts: dict[str, Counter[str]] = {}
    for obj in objects:
        kind = api.kinds.kind_of(obj)
        if kind is not None and kind.custom and not _is_attended(api, kind.group):
            counts.setdefault(kind.group, Counter())[kind.kind] += 1
    return [
        f"{', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))} ({group}) are"
        " stored and validated; their operator's containers do not run here, so nothing acts on"
        " them"
        for group, kinds in sorted(counts.items())
    ]


# Operators that are known by their image, and what they do is done here.
_OPERATORS = {"autoscaling.k8s.io": recommender.IMAGES}


def _is_attended(api: Api, group: str) -> bool:
    return programs.is_ready(api, _OPERATORS.get(group, ()))


def _apply_one(api: Api, obj: Obj, warnings: list[str]) -> Obj:
    kind = api.kinds.kind_of(obj)
    assert kind is not None, "decode refuses kinds that are not served"
    space = (namespace(obj) or "default") if kind.namespaced else ""
    present = api.get(kind.collection, space, name(obj)) if name(obj) else None
    if present is not None:
        return api.update(_merged(obj, present), warnings=warnings)
    created = api.create(obj, warnings=warnings)
    if kind.collection == "namespaces":
        api.engine.settle()
    return created


def _merged(obj: Obj, present: Obj) -> Obj:
    """The user's version of an object that is there: its labels and annotations are added."""
    meta = dict(metadata(present))
    for part in ("labels", "annotations"):
        both = {**(meta.get(part) or {}), **(metadata(obj).get(part) or {})}
        if both:
            meta[part] = both
    meta.pop("resourceVersion", None)
    return {**present, **obj, "metadata": meta}


def _ensure_namespace(api: Api, source: SourcedObject, done: Applied) -> None:
    kind = api.kinds.kind_of(source.obj)
    space = namespace(source.obj)
    if kind is None or not kind.namespaced or not space or api.get("namespaces", "", space):
        return
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    api.engine.settle()
    done.warnings.append(
        f"{source.where()}: namespace {space} is not in the manifests; it was created"
    )


def _finding(source: SourcedObject, found: Finding) -> Refusal:
    about = f"{source.obj['kind']}/{name(source.obj)}"
    return Refusal(source.where_field(found.field), about, found.message, found.hint)


def _refusal(api: Api, source: SourcedObject, error: ApiError) -> Refusal:
    """The error with the line of the field that it names first."""
    obj = source.obj
    about = f"{obj.get('kind')}/{name(obj) or metadata(obj).get('generateName', '?')}"
    fields = [cause["field"] for cause in error.details.get("causes", ()) if cause.get("field")]
    if isinstance(error, BadRequest) and error.field:
        fields.append(error.field)
    where = source.where_field(fields[0]) if fields else source.where()
    return Refusal(where, about, error.message, hint(api, obj, error))
