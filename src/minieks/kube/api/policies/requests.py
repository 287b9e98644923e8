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
    """What is asked: ``new`` is the object as it shall be (None to delete), ``old`` as it is.

    ``requested`` is the version of the request where the objects are told in another one.
    """

    attributes: "Attributes"
    kind: "Kind"
    new: Obj | None
    old: Obj | None
    requested: str = ""

    @property
    def version(self) -> str:
        """The version that the objects are in; of a part of one, the stored version of it."""
        told = self.new if self.new is not None else self.old
        if not self.kind.custom or told is None or self.attributes.part is not None:
            return self.kind.versions[0]
        return str(told["apiVersion"]).rpartition("/")[2]

    def told_in(self, version: str) -> "AdmissionRequest":
        """The request about a custom resource in another version; raises WebhookNeeded."""
        if version == self.version or self.attributes.part is not None:
            return self
        new, old = (self._converted(one, version) for one in (self.new, self.old))
        return AdmissionRequest(self.attributes, self.kind, new, old, self.version)

    def as_requested(self, obj: Obj) -> Obj:
        """What was made of ``new``, in the version of the request."""
        found = self._converted(obj, self.requested) if self.requested else obj
        assert found is not None, "there is an object"
        return found

    def _converted(self, obj: Obj | None, version: str) -> Obj | None:
        if obj is None:
            return None
        return self.attributes.api.custom.converted(obj, self.kind.qualified(version))

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
        version, asked = self.version, self.requested or self.version
        found: Obj = {
            "kind": self._kind_in(version),
            "resource": {"group": kind.group, "version": version, "resource": kind.plural},
            "requestKind": self._kind_in(asked),
            "requestResource": {"group": kind.group, "version": asked, "resource": kind.plural},
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

    def _kind_in(self, version: str) -> Obj:
        part = self.attributes.part
        if part is not None:
            return {"group": part.group, "version": part.versions[0], "kind": part.kind}
        return {"group": self.kind.group, "version": version, "kind": self.kind.kind}

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
