"""DefaultIngressClass: an Ingress without a class gets the default one.

Source: kubernetes plugin/pkg/admission/network/defaultingressclass/admission.go.
"""

from typing import Final

from minieks.kube.api.admission.base import AdmissionPlugin, Attributes, Operation
from minieks.kube.words.objects import Obj, annotations, metadata, name

_MARK: Final = "ingressclass.kubernetes.io/is-default-class"
_OLD: Final = "kubernetes.io/ingress.class"


class DefaultIngressClass(AdmissionPlugin):
    """Names the default class in Ingresses that name none."""

    name = "DefaultIngressClass"

    def concerns(self, operation: Operation, collection: str) -> bool:
        """Ingresses that come."""
        return operation == "CREATE" and collection == "ingresses.networking.k8s.io"

    def mutate(self, obj: Obj, attributes: Attributes) -> Obj:
        """The Ingress with an ingressClassName, if there is a default class."""
        if not attributes.is_create("ingresses.networking.k8s.io"):
            return obj
        spec = obj.get("spec") or {}
        if "ingressClassName" in spec or _OLD in annotations(obj):
            return obj
        classes = attributes.api.store.values("ingressclasses.networking.k8s.io")
        marked = [found for found in classes if annotations(found).get(_MARK) == "true"]
        if not marked:
            return obj
        newest = max(metadata(found).get("creationTimestamp") or "" for found in marked)
        chosen = min(
            name(found)
            for found in marked
            if (metadata(found).get("creationTimestamp") or "") == newest
        )
        return {**obj, "spec": {**spec, "ingressClassName": chosen}}
