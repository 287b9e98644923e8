"""A load file as a whole; see the reference of load files for its fields."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from minieks.data.nearest import did_you_mean
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj, name, namespace
from minieks.load.curves import Curve
from minieks.load.spec import (
    DERIVED,
    Derived,
    ExternalMetric,
    LoadSpec,
    ObjectMetric,
    Requests,
    Subject,
    WorkloadLoad,
)
from minieks.scenario.readers.load.context import Reading
from minieks.scenario.readers.load.curves import read_curve
from minieks.scenario.readers.places import FieldPath
from minieks.scenario.readers.shapes import ANYTHING, TEXT, TEXT_MAP, Fields, ListOf, MapOf, conform
from minieks.scenario.readers.sources import Written
from minieks.scenario.readers.yamltext import load_documents

_REQUESTS: Final = Fields(dict.fromkeys(("rate", "cpu", "memory", "latency", "queue"), ANYTHING))
_WORKLOAD: Final = Fields(
    {
        "workload": TEXT,
        "selector": Fields({"namespace": TEXT, "matchLabels": TEXT_MAP}),
        "container": TEXT,
        "cpu": ANYTHING,
        "memory": ANYTHING,
        "requests": _REQUESTS,
        "metrics": MapOf(ANYTHING),
    }
)
_EXTERNAL: Final = Fields(
    {"name": TEXT, "labels": TEXT_MAP, "value": ANYTHING, "of": TEXT, "is": TEXT}
)
_OBJECT: Final = Fields({"name": TEXT, "object": TEXT, "value": ANYTHING})
_FILE: Final = Fields(
    {
        "zone": TEXT,
        "workloads": ListOf(_WORKLOAD),
        "external": ListOf(_EXTERNAL),
        "objects": ListOf(_OBJECT),
    }
)
_KINDS: Final = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")


def read_load(
    written: Written,
    objects: Iterable[Obj] | None,
    span: tuple[Micros, Micros | None],
    files: Callable[[str], Written],
) -> LoadSpec:
    """What a load file says; UserError with place and remedy if something is wrong in it.

    ``objects`` are those whose load it may be, None if that is not known yet; ``span`` is the
    run's beginning and, if it has one, its end; ``files`` reads the files that it names.
    """
    documents = load_documents(written.text, written.file)
    if len(documents) != 1:
        hint = "a load file is one YAML document"
        raise UserError(f"has {len(documents)} documents", where=written.file, hint=hint)
    document = documents[0]
    given = conform(document, _FILE)
    reading = Reading(document, *span, files)
    if "zone" in given:
        zone = reading.time_zone(("zone",), given["zone"])
        reading = Reading(document, *span, files, zone)
    return _File(reading, None if objects is None else list(objects)).read(given)


class _File:
    """A file that is being read, with the objects that it may be about."""

    def __init__(self, reading: Reading, objects: list[Obj] | None) -> None:
        self._reading = reading
        self._objects = objects

    def read(self, given: Mapping[str, Any]) -> LoadSpec:
        workloads = [
            self._workload(("workloads", index), one)
            for index, one in enumerate(given.get("workloads") or ())
        ]
        self._check_once(workloads)
        known = {str(one.subject): one for one in workloads}
        return LoadSpec(
            tuple(workloads),
            tuple(
                self._external(("external", index), one, known)
                for index, one in enumerate(given.get("external") or ())
            ),
            tuple(
                self._object(("objects", index), one)
                for index, one in enumerate(given.get("objects") or ())
            ),
            self._reading.start,
        )

    def _check_once(self, workloads: list[WorkloadLoad]) -> None:
        seen: dict[str, int] = {}
        for index, one in enumerate(workloads):
            first = seen.setdefault(str(one.subject), index)
            if first != index:
                text = f"{one.subject} has a load already, workloads[{first}]"
                raise self._reading.error(("workloads", index), text, "keep one of the two")

    def _workload(self, path: FieldPath, given: Mapping[str, Any]) -> WorkloadLoad:
        subject, found = self._subject(path, given)
        self._check_container(path, given.get("container", ""), found)
        if not given.keys() & {"cpu", "memory", "requests", "metrics"}:
            hint = "say cpu, memory, requests or metrics"
            raise self._reading.error(path, "says nothing of its load", hint)
        metrics = {
            key: self._metric((*path, "metrics", key), one)
            for key, one in (given.get("metrics") or {}).items()
        }
        return WorkloadLoad(
            subject,
            given.get("container", ""),
            self._curve(path, given, "cpu"),
            self._curve(path, given, "memory"),
            self._requests((*path, "requests"), given.get("requests")),
            metrics,
        )

    def _curve(self, path: FieldPath, given: Mapping[str, Any], field: str) -> Curve | None:
        if field not in given:
            return None
        return read_curve(self._reading, (*path, field), given[field])

    def _metric(self, path: FieldPath, value: Any) -> Curve | Derived:
        for known in DERIVED:
            if value == known:
                return known
        return read_curve(self._reading, path, value)

    def _requests(self, path: FieldPath, given: Mapping[str, Any] | None) -> Requests | None:
        if given is None:
            return None
        for field in ("rate", "cpu"):
            if field not in given:
                hint = "requests have a rate (per second) and a cpu cost, such as 5m"
                raise self._reading.error((*path, field), "must be set", hint)
        number = self._reading.number
        return Requests(
            read_curve(self._reading, (*path, "rate"), given["rate"]),
            number((*path, "cpu"), given["cpu"]),
            number((*path, "memory"), given.get("memory", 0)),
            number((*path, "latency"), given.get("latency", 0.05)),
            number((*path, "queue"), given.get("queue", 0)),
        )

    # --- whose load it is ---

    def _subject(self, path: FieldPath, given: Mapping[str, Any]) -> tuple[Subject, list[Obj]]:
        """Who it is about, and the objects that this is."""
        if ("workload" in given) == ("selector" in given):
            hint = "write workload: Deployment/namespace/name, or a selector"
            raise self._reading.error(path, "needs either workload or selector", hint)
        if "workload" in given:
            return self._named((*path, "workload"), given["workload"])
        selector = given["selector"]
        own = selector.get("matchLabels") or {}
        if not own:
            where = (*path, "selector", "matchLabels")
            raise self._reading.error(where, "must be set", "the labels of the pods")
        subject = Subject(selector.get("namespace", "default"), labels=own)
        return subject, self._selected((*path, "selector", "matchLabels"), subject)

    def _selected(self, path: FieldPath, subject: Subject) -> list[Obj]:
        """The objects whose pods are meant; UserError if it is known that there are none."""
        if self._objects is None:
            return []
        there = [one for one in self._objects if _place(one)[1] == subject.namespace]
        found = [one for one in there if subject.labels.items() <= _labels_of_pods(one).items()]
        if not found:
            known = [f"{k}: {v}" for one in there for k, v in _labels_of_pods(one).items()]
            wanted = ", ".join(f"{k}: {v}" for k, v in subject.labels.items())
            hint = did_you_mean(wanted, known, _listed(known))
            raise self._reading.error(path, f"no pods of {subject.namespace} have {wanted}", hint)
        return found

    def _named(self, path: FieldPath, text: str) -> tuple[Subject, list[Obj]]:
        parts = text.split("/")
        if len(parts) == 2:
            parts.insert(1, "default")
        if len(parts) != 3 or not all(parts):
            hint = "write it as Deployment/namespace/name"
            raise self._reading.error(path, f"{text!r} names no workload", hint)
        kind, space, own = parts
        if self._objects is None:
            return Subject(space, kind, own), []
        found = [one for one in self._objects if _place(one) == (kind, space, own)]
        if not found:
            known = ["/".join(_place(one)) for one in self._objects if one.get("kind") in _KINDS]
            near = did_you_mean("/".join(parts), known, _listed(known))
            raise self._reading.error(path, f"there is no {kind} {space}/{own}", near)
        return Subject(space, kind, own), found

    def _check_container(self, path: FieldPath, container: str, found: list[Obj]) -> None:
        for one in found if container else ():
            containers = (_template(one).get("spec") or {}).get("containers") or ()
            names = [each["name"] for each in containers]
            if container not in names:
                hint = did_you_mean(container, names, f"it has {', '.join(names)}")
                text = f"{one['kind']} {name(one)} has no container {container!r}"
                raise self._reading.error((*path, "container"), text, hint)

    # --- metrics that belong to no pod ---

    def _external(
        self, path: FieldPath, given: Mapping[str, Any], known: Mapping[str, WorkloadLoad]
    ) -> ExternalMetric:
        own = self._required(path, given, "name")
        if ("value" in given) == ("of" in given):
            hint = "give it a value, or say of which workload's requests it is"
            raise self._reading.error(path, "needs either value or of", hint)
        marks = given.get("labels") or {}
        if "value" in given:
            return ExternalMetric(own, marks, self._curve(path, given, "value"))
        subject, _ = self._named((*path, "of"), given["of"])
        load = known.get(str(subject))
        if load is None or load.requests is None:
            text = f"{subject} has no requests in this file"
            raise self._reading.error((*path, "of"), text, "give it requests under workloads")
        what = given.get("is", "queue")
        found = next((one for one in DERIVED if one == what), None)
        if found is None:
            hint = did_you_mean(what, DERIVED, f"use one of: {', '.join(DERIVED)}")
            raise self._reading.error((*path, "is"), f"{what!r} is not known", hint)
        return ExternalMetric(own, marks, None, subject, found)

    def _object(self, path: FieldPath, given: Mapping[str, Any]) -> ObjectMetric:
        own, about = self._required(path, given, "name"), self._required(path, given, "object")
        kind, _, key = about.partition("/")
        if not key:
            hint = "write it as Ingress/namespace/name"
            raise self._reading.error((*path, "object"), f"{about!r} names no object", hint)
        value = read_curve(self._reading, (*path, "value"), given.get("value"))
        return ObjectMetric(own, kind, key, value)

    def _required(self, path: FieldPath, given: Mapping[str, Any], field: str) -> str:
        if not given.get(field):
            raise self._reading.error((*path, field), "must be set", "")
        return str(given[field])


def _place(obj: Obj) -> tuple[str, str, str]:
    return str(obj.get("kind")), namespace(obj) or "default", name(obj)


def _labels_of_pods(obj: Obj) -> Mapping[str, str]:
    """The labels of an object's pods; none if it has no pods."""
    found: Mapping[str, str] = (_template(obj).get("metadata") or {}).get("labels") or {}
    return found


def _template(obj: Obj) -> Obj:
    """What the pods of a workload are made from, or a pod itself; empty for what has none."""
    if obj.get("kind") == "Pod":
        return obj
    spec = obj.get("spec") or {}
    if obj.get("kind") == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template: Obj = spec.get("template") or {}
    return template


def _listed(known: list[str]) -> str:
    return f"the manifests have {', '.join(known[:8])}" if known else "the manifests have none"
