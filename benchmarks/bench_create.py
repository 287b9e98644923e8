"""How long the API takes to create a pod of a known template: defaults, admission, validation."""

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


COUNT = 20_000
LIMIT = 150.0
"""Microseconds a pod."""


def main() -> int:
    """Create the pods and print the microseconds that each took; 1 if over the limit."""
    api = Api(Engine(), "1.34")
    api.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}})
    api.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}})
    spec = {"selector": {"matchLabels": {"app": "web"}}, "template": _TEMPLATE}
    meta = {"name": "web"}
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
    template = api.create(api.decode(made))["spec"]["template"]
    began = perf_counter()
    for _ in range(COUNT):
        labelled = {"generateName": "web-", "labels": template["metadata"]["labels"]}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": labelled, "spec": template["spec"]}
        api.create(pod)
    each = (perf_counter() - began) / COUNT * 1e6
    print(f"{COUNT} pods created from one template: {each:.0f} µs each (limit {LIMIT:g} µs)")
    return int(each > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
