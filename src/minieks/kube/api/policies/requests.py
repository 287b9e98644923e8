"""A request as expressions and webhooks see it.

Source: kubernetes apiserver pkg/admission/plugin/cel/condition.go CreateAdmissionRequest,
pkg/admission/plugin/webhook/request/admissionreview.go.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.admission.base import Attributes
    from minieks.kube.kinds.registry import Kind

_OPTIONS: Final = {
    "CREATE": "CreateOptions",
    "UPDATE": "UpdateOptions",
    "DELETE": "DeleteOptions",
    "CONNECT": "",
}


@dataclass(frozen=True)
class AdmissionRequest:
    """What is asked: ``new`` is the object as it shall be (None to delete), ``old`` as it is."""

    attributes: "Attributes"
    kind: "Kind"
    new: Obj | None
    old: Obj | None

    @cached_property
    def namespace_object(self) -> Obj | None:
        """The namespace that the request is in; None if it is in none."""
        space = self.attributes.namespace
        if not space or not self.kind.namespaced:
            return None
        return self.attributes.api.get("namespaces", "", space)

    @cached_property
    def told(self) -> Obj:
        """The request without its objects, as ``request`` is in expressions."""
        attributes, kind = self.attributes, self.kind
        version = kind.versions[0]
        group_kind = {"group": kind.group, "version": version, "kind": kind.kind}
        resource = {"group": kind.group, "version": version, "resource": kind.plural}
        found: Obj = {
            "kind": group_kind,
            "resource": resource,
            "requestKind": group_kind,
            "requestResource": resource,
            "name": attributes.name,
            "namespace": attributes.namespace if kind.namespaced else "",
            "operation": attributes.operation,
            "userInfo": self._user,
            "dryRun": attributes.dry_run,
            "options": self._options,
        }
        if attributes.subresource:
            found["subResource"] = attributes.subresource
            found["requestSubResource"] = attributes.subresource
        return found

    @property
    def _user(self) -> Obj:
        user = self.attributes.user
        found: dict[str, Any] = {"username": user.name, "groups": list(user.groups)}
        if user.uid:
            found["uid"] = user.uid
        if user.extra:
            found["extra"] = {key: list(values) for key, values in user.extra}
        return found

    @property
    def _options(self) -> Obj:
        kind = _OPTIONS[self.attributes.operation]
        found: Obj = {"kind": kind, "apiVersion": "meta.k8s.io/v1"}
        return {**found, "dryRun": ["All"]} if self.attributes.dry_run else found


def request_of(obj: Obj, attributes: "Attributes") -> AdmissionRequest:
    """The request about an object; of a deletion ``obj`` is what shall go."""
    kind = attributes.api.kinds.of_collection(attributes.collection)
    new = None if attributes.operation == "DELETE" else obj
    return AdmissionRequest(attributes, kind, new, attributes.old)
