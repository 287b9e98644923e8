"""NamespaceLifecycle: nothing is created in a namespace that is not there or is going away.

Source: kubernetes apiserver pkg/admission/plugin/namespace/lifecycle.
"""

from typing import Final

from minieks.kube.api.admission.base import Attributes, Operation, PartAdmission
from minieks.kube.api.errors import Forbidden, NotFound
from minieks.kube.words.objects import Obj, is_deleting

_IMMORTAL: Final = frozenset({"default", "kube-system", "kube-public"})


class NamespaceLifecycle(PartAdmission):
    """Keeps namespaces and what is in them consistent."""

    name = "NamespaceLifecycle"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """What comes, and namespaces that go."""
        return operation == "CREATE" or (operation == "DELETE" and collection == "namespaces")

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """Refuse creation in a missing or terminating namespace."""
        if attributes.operation == "CREATE" and attributes.namespace:
            self._check(attributes)
        return obj

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Refuse to delete the namespaces that every cluster has."""
        if attributes.operation != "DELETE" or attributes.collection != "namespaces":
            return
        if attributes.name in _IMMORTAL:
            raise attributes.forbidden("this namespace may not be deleted")

    def _check(self, attributes: Attributes) -> None:
        namespace = attributes.api.store.get("namespaces", attributes.namespace)
        if namespace is None:
            raise NotFound("namespaces", attributes.namespace)
        if not is_deleting(namespace):
            return
        why = (
            f"unable to create new content in namespace {attributes.namespace} "
            "because it is being terminated"
        )
        refusal = attributes.forbidden(why)
        refusal.details["causes"] = [_cause(attributes.namespace)]
        raise refusal


def _cause(namespace: str) -> dict[str, str]:
    return {
        "reason": "NamespaceTerminating",
        "message": f"namespace {namespace} is being terminated",
        "field": "metadata.namespace",
    }


def is_terminating_refusal(refusal: Forbidden) -> bool:
    """Whether a refusal came because the namespace is going away: no use to try again."""
    causes = refusal.details.get("causes") or ()
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)
