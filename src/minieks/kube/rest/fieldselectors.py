"""Field selectors: which fields of which kind can be asked for, and which objects they match.

Source: kubernetes apimachinery pkg/fields/selector.go, pkg/apis/*/v1/conversion.go and the
SelectableFields of pkg/registry.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from minieks.kube.api.errors import BadRequest
from minieks.kube.words.objects import Obj

_METADATA: Final = ("metadata.name", "metadata.namespace")
_EVENT: Final = (
    *("involvedObject.kind", "involvedObject.namespace", "involvedObject.name"),
    *("involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion"),
    *("involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"),
)
_EVENT_V1: Final[Mapping[str, str]] = {
    "reportingController": "reportingComponent",
    "type": "type",
    "reason": "reason",
    **{
        f"regarding.{part}": f"involvedObject.{part}"
        for part in (
            *("kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"),
        )
    },
}
# By API version and kind: the name in the selector, and the field of the stored object.
_FIELDS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("v1", "Pod"): {
        **{
            one: one
            for one in (
                *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName"),
                *("spec.serviceAccountName", "spec.hostNetwork", "status.phase"),
                *("status.podIP", "status.podIPs", "status.nominatedNodeName"),
            )
        },
        "spec.host": "spec.nodeName",
    },
    ("v1", "Node"): {"spec.unschedulable": "spec.unschedulable"},
    ("v1", "Event"): {one: one for one in _EVENT},
    ("events.k8s.io/v1", "Event"): _EVENT_V1,
    ("v1", "Namespace"): {"status.phase": "status.phase"},
    ("v1", "Secret"): {"type": "type"},
    ("v1", "Service"): {"spec.clusterIP": "spec.clusterIP", "spec.type": "spec.type"},
    ("v1", "ReplicationController"): {"status.replicas": "status.replicas"},
    ("batch/v1", "Job"): {"status.successful": "status.succeeded"},
    ("certificates.k8s.io/v1", "CertificateSigningRequest"): {"spec.signerName": "spec.signerName"},
    ("resource.k8s.io/v1", "ResourceSlice"): {
        "spec.nodeName": "spec.nodeName",
        "spec.driver": "spec.driver",
    },
}
_BOOLEANS: Final = frozenset({"spec.hostNetwork", "spec.unschedulable"})
_NUMBERS: Final = frozenset({"status.replicas", "status.succeeded"})
# What an object that has no value counts as.
_NEVER_SET: Final = frozenset({"status.podIPs"})


class Term(NamedTuple):
    """One condition: the field's path in the object, and whether it must equal the value."""

    path: str
    equal: bool
    value: str


class FieldSelector(NamedTuple):
    """Terms that must all hold."""

    terms: tuple[Term, ...] = ()

    def matches(self, obj: Obj) -> bool:
        """Whether the object meets all terms."""
        for term in self.terms:  # noqa: SIM110 - asked too often for a generator
            if (text_of(obj, term.path) == term.value) != term.equal:
                return False
        return True


EVERYTHING: Final = FieldSelector()


def parse(
    text: str, api_version: str, kind: str, selectable: tuple[str, ...] | None = None
) -> FieldSelector:
    """The matcher of a ``fieldSelector``; raises BadRequest.

    ``selectable`` are the paths that a custom resource adds; None for a built-in kind.
    """
    if not text:
        return EVERYTHING
    known: Mapping[str, str] | None = _FIELDS.get((api_version, kind))
    if selectable is not None:
        known = {path: path for path in selectable}
    found = []
    for name, equal, value in _terms(text):
        path = name if name in _METADATA else (known or {}).get(name)
        if path is None:
            raise BadRequest(_not_known(name, kind, known))
        found.append(Term(path, equal, value))
    return FieldSelector(tuple(found))


def _not_known(name: str, kind: str, known: Mapping[str, str] | None) -> str:
    if not known:
        quoted = ", ".join(f'"{one}"' for one in _METADATA)
        return f'"{name}" is not a known field selector: only {quoted}'
    if kind == "Job":
        return f'field label "{name}" not supported for Job'
    return f"field label not supported: {name}"


def _terms(text: str) -> Iterator[tuple[str, bool, str]]:
    for part in _split(text):
        if not part:
            continue
        name, sign, value = _divided(part)
        if not sign:
            raise BadRequest(f"invalid selector: '{text}'; can't understand '{part}'")
        yield name, sign != "!=", _unescaped(value)


def _split(text: str) -> Iterator[str]:
    """The parts between commas that no backslash escapes."""
    start = at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == ",":
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _divided(part: str) -> tuple[str, str, str]:
    for at in range(len(part)):
        for sign in ("!=", "==", "="):
            if part.startswith(sign, at):
                return part[:at], sign, part[at + len(sign) :]
    return part, "", ""


def _unescaped(value: str) -> str:
    found, at = "", 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
            if at >= len(value) or value[at] not in "\\,=":
                raise BadRequest(
                    f"invalid field selector: invalid escape sequence: {value[at - 1 :]}"
                )
        elif value[at] in ",=":
            raise BadRequest(f"invalid field selector: unescaped character in value: {value[at]}")
        found += value[at]
        at += 1
    return found


def text_of(obj: Obj, path: str) -> str:
    """The field as the text that selectors compare; empty if it is not set."""
    if path in _NEVER_SET:
        return ""
    if path == "source":
        found = (obj.get("source") or {}).get("component") or obj.get("reportingComponent")
        return str(found or "")
    value: Any = obj
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if path in _BOOLEANS or isinstance(value, bool):
        return "true" if value else "false"
    if path in _NUMBERS:
        return str(value or 0)
    return "" if value is None else str(value)
