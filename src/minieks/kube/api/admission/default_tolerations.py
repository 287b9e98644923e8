"""DefaultTolerationSeconds: a pod bears a node that is gone for five minutes.

Source: kubernetes plugin/pkg/admission/defaulttolerationseconds/admission.go.
"""

from typing import Any, Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj

_SECONDS: Final = 300
_DEFAULTS: Final[tuple[dict[str, Any], ...]] = tuple(
    {
        "key": key,
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": _SECONDS,
    }
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
)
_BOTH: Final = list(_DEFAULTS)


class DefaultTolerationSeconds(AdmissionPlugin):
    """Adds the tolerations for nodes that are not ready or unreachable."""

    name = "DefaultTolerationSeconds"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Pods that come or change."""
        return operation != "DELETE" and collection == "pods"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The pod with the default tolerations that it lacks."""
        if attributes.collection != "pods" or attributes.operation == "DELETE":
            return obj
        present = obj["spec"].get("tolerations")
        if not present:
            return {**obj, "spec": {**obj["spec"], "tolerations": _BOTH}}
        added = [default for default in _DEFAULTS if not _covered(default["key"], present)]
        if not added:
            return obj
        return {**obj, "spec": {**obj["spec"], "tolerations": [*present, *added]}}


def _covered(key: str, tolerations: list[Obj]) -> bool:
    return any(
        toleration.get("key", "") in (key, "") and toleration.get("effect", "") in ("NoExecute", "")
        for toleration in tolerations
    )
