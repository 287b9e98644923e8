"""Priority: names of priority classes become numbers.

Source: kubernetes plugin/pkg/admission/priority/admission.go, pkg/apis/scheduling/v1/helpers.go.
"""

from typing import Any, Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj, is_deleting, name

SYSTEM_CLASSES: Final[dict[str, int]] = {
    "system-node-critical": 2_000_001_000,
    "system-cluster-critical": 2_000_000_000,
}
"""The classes that every cluster has, and their values."""

_PREEMPT: Final = "PreemptLowerPriority"


def system_priority_classes() -> list[Obj]:
    """The PriorityClass objects that the API server makes when it starts."""
    about = {
        "system-node-critical": (
            "Used for system critical pods that must not be moved from their current node."
        ),
        "system-cluster-critical": (
            "Used for system critical pods that must run in the cluster, but can be moved to "
            "another node if necessary."
        ),
    }
    return [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": class_name},
            "value": value,
            "description": about[class_name],
            "preemptionPolicy": _PREEMPT,
        }
        for class_name, value in SYSTEM_CLASSES.items()
    ]


class Priority(AdmissionPlugin):
    """Resolves priorityClassName; keeps one default class at most."""

    name = "Priority"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come, and priority classes."""
        return collection == "priorityclasses.scheduling.k8s.io" or (
            operation == "CREATE" and collection == "pods"
        )

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with priority and preemptionPolicy."""
        if not attributes.is_create("pods"):
            return obj
        spec = obj["spec"]
        found = self._resolved(spec, attributes)
        given = spec.get("priority")
        if given is not None and given != found["priority"]:
            raise attributes.forbidden(
                f"the integer value of priority ({given}) must not be provided in pod spec; "
                f"priority admission controller computed {found['priority']} from the given "
                "PriorityClass name"
            )
        policy = spec.get("preemptionPolicy")
        if policy is not None and policy != found["preemptionPolicy"]:
            raise attributes.forbidden(
                f"the string value of PreemptionPolicy ({policy}) must not be provided in pod "
                f"spec; priority admission controller computed {found['preemptionPolicy']} from "
                "the given PriorityClass name"
            )
        return {**obj, "spec": {**spec, **found}}

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Refuse a second default class."""
        if attributes.collection != "priorityclasses.scheduling.k8s.io":
            return
        if attributes.operation == "DELETE" or not obj.get("globalDefault"):
            return
        default = self._default(attributes)
        if default is not None and name(default) != name(obj):
            raise attributes.forbidden(
                f"PriorityClass {name(default)} is already marked as default. "
                "Only one default can exist"
            )

    def _resolved(self, spec: Obj, attributes: Attributes) -> dict[str, Any]:
        class_name = spec.get("priorityClassName")
        if class_name:
            return _fields(class_name, self._class(class_name, attributes))
        default = self._default(attributes)
        if default is None:
            return {"priority": 0, "preemptionPolicy": _PREEMPT}
        return _fields(name(default), default)

    @staticmethod
    def _class(class_name: str, attributes: Attributes) -> Obj:
        found = attributes.api.store.get("priorityclasses.scheduling.k8s.io", class_name)
        if found is not None:
            return found
        if class_name in SYSTEM_CLASSES:
            return {"value": SYSTEM_CLASSES[class_name]}
        raise attributes.forbidden(f"no PriorityClass with name {class_name} was found")

    @staticmethod
    def _default(attributes: Attributes) -> Obj | None:
        """The class marked globalDefault; of several, the one of lowest value."""
        marked = [
            found
            for found in attributes.api.store.values("priorityclasses.scheduling.k8s.io")
            if found.get("globalDefault") and not is_deleting(found)
        ]
        return min(marked, key=lambda found: int(found["value"]), default=None)


def _fields(class_name: str, found: Obj) -> dict[str, Any]:
    return {
        "priorityClassName": class_name,
        "priority": found["value"],
        "preemptionPolicy": found.get("preemptionPolicy") or _PREEMPT,
    }
