"""What an API server makes by itself when it starts.

Source: kubernetes pkg/controlplane (system namespaces, the kubernetes Service) and
plugin/pkg/admission/priority.
"""

from minieks.kube.api.admission import system_priority_classes
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")


def bootstrap(api: Api) -> None:
    """Create the system's namespaces, priority classes, and the Service of the API itself."""
    for space in SYSTEM_NAMESPACES:
        api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}})
    for priority_class in system_priority_classes():
        api.create(priority_class)
    api.create(_kubernetes_service(api.services.first))


def _kubernetes_service(address: str) -> Obj:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "type": "ClusterIP",
            "clusterIP": address,
            "ports": [{"name": "https", "port": 443, "targetPort": 443, "protocol": "TCP"}],
        },
    }
