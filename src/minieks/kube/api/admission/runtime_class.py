"""RuntimeClass: its overhead, node selector and tolerations become the pod's.

Source: kubernetes plugin/pkg/admission/runtimeclass/admission.go.
"""

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj


class RuntimeClass(AdmissionPlugin):
    """Applies a pod's runtime class."""

    name = "RuntimeClass"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come."""
        return operation == "CREATE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with its runtime class's overhead and scheduling."""
        if not attributes.is_create("pods"):
            return obj
        spec = obj["spec"]
        class_name = spec.get("runtimeClassName")
        if not class_name:
            return obj
        found = attributes.api.store.get("runtimeclasses.node.k8s.io", class_name)
        if found is None:
            raise attributes.forbidden(f'pod rejected: RuntimeClass "{class_name}" not found')
        changed = dict(spec)
        overhead = (found.get("overhead") or {}).get("podFixed")
        if overhead:
            if spec.get("overhead") and spec["overhead"] != overhead:
                raise attributes.forbidden(
                    "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"
                )
            changed["overhead"] = overhead
        self._schedule(changed, found.get("scheduling") or {}, attributes)
        return {**obj, "spec": changed}

    @staticmethod
    def _schedule(spec: Obj, scheduling: Obj, attributes: Attributes) -> None:
        """Merge the class's scheduling into a copy of the spec that is still ours."""
        wanted = scheduling.get("nodeSelector") or {}
        present = spec.get("nodeSelector") or {}
        for key, value in wanted.items():
            if present.get(key, value) != value:
                raise attributes.forbidden(
                    f"pod rejected: conflict: runtimeClass.scheduling.nodeSelector[{key}] = "
                    f"{value}; pod.spec.nodeSelector[{key}] = {present[key]}"
                )
        if wanted:
            spec["nodeSelector"] = {**present, **wanted}
        tolerations = spec.get("tolerations") or []
        added = [
            toleration
            for toleration in scheduling.get("tolerations") or ()
            if toleration not in tolerations
        ]
        if added:
            spec["tolerations"] = [*tolerations, *added]

    def validate(self, obj: Obj, attributes: Attributes) -> None:
        """Refuse overhead that no class defines."""
        if not attributes.is_create("pods") or not obj["spec"].get("overhead"):
            return
        class_name = obj["spec"].get("runtimeClassName")
        found = (
            attributes.api.store.get("runtimeclasses.node.k8s.io", class_name)
            if class_name
            else None
        )
        if found is None or not (found.get("overhead") or {}).get("podFixed"):
            raise attributes.forbidden(
                "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead"
            )
