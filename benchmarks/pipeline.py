"""How long the API takes to create a pod of a known template: defaults, admission, validation.

Run: ``python benchmarks/pipeline.py [pods]``.
"""

import sys
from time import perf_counter

from minieks.engine.engine import Engine
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj

_TEMPLATE: Obj = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {
        "containers": [
            {
                "name": "web",
                "image": "nginx:1.27",
                "ports": [{"containerPort": 80, "name": "http"}],
                "env": [{"name": "MODE", "value": "fast"}],
                "resources": {
                    "requests": {"cpu": "100m", "memory": "1Gi"},
                    "limits": {"cpu": "1", "memory": "2Gi"},
                },
                "livenessProbe": {"httpGet": {"port": "http"}},
            }
        ],
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "topology.kubernetes.io/zone",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": {"app": "web"}},
            }
        ],
    },
}


def main(count: int) -> None:
    """Create ``count`` pods and print the microseconds that each took."""
    api = Api(Engine(), "1.34")
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": _TEMPLATE}
    meta = {"name": "web"}
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
    template = api.create(api.decode(made))["spec"]["template"]
    began = perf_counter()
    for _ in range(count):
        labelled = {"generateName": "web-", "labels": template["metadata"]["labels"]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": labelled, "spec": template["spec"]}
        api.create(pod)
    each = (perf_counter() - began) / count * 1e6
    print(f"{count} pods, {each:.1f} µs each")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
