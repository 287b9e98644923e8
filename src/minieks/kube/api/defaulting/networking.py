"""Defaults of Services and what carries traffic to pods.

Source: kubernetes pkg/apis/core/v1/defaults.go, pkg/apis/networking/v1/defaults.go,
pkg/apis/discovery/v1/defaults.go.
"""

from minieks.kube.api.defaulting.fill import each, filled, through, within
from minieks.kube.words.objects import Obj


def service(obj: Obj) -> Obj:
    """A Service; the address of a load balancer is a virtual one unless it says otherwise."""
    found = within(filled(obj, {"spec": {}}), "spec", _service_spec)
    return through(found, ("status", "loadBalancer"), lambda one: each(one, "ingress", _ingress))


def _ingress(point: Obj) -> Obj:
    return filled(point, {"ipMode": "VIP"}) if point.get("ip") else point


def _service_spec(spec: Obj) -> Obj:
    found = filled(spec, {"sessionAffinity": "None", "type": "ClusterIP"})
    found = each(found, "ports", _service_port)
    found = _affinity(found)
    if found["type"] != "ExternalName":
        found = filled(found, {"internalTrafficPolicy": "Cluster"})
    if _externally_reachable(found):
        found = filled(found, {"externalTrafficPolicy": "Cluster"})
    if found["type"] == "LoadBalancer":
        found = filled(found, {"allocateLoadBalancerNodePorts": True})
    return found


def _externally_reachable(spec: Obj) -> bool:
    if spec["type"] in ("NodePort", "LoadBalancer"):
        return True
    return spec["type"] == "ClusterIP" and bool(spec.get("externalIPs"))


def _service_port(port: Obj) -> Obj:
    found = filled(port, {"protocol": "TCP"})
    if found.get("targetPort") in (None, 0, "") and "port" in found:
        return {**found, "targetPort": found["port"]}
    return found


def _affinity(spec: Obj) -> Obj:
    if spec["sessionAffinity"] != "ClientIP":
        return {key: value for key, value in spec.items() if key != "sessionAffinityConfig"}
    config = spec.get("sessionAffinityConfig") or {}
    client = filled(config.get("clientIP") or {}, {"timeoutSeconds": 10800})
    return {**spec, "sessionAffinityConfig": {**config, "clientIP": client}}


def endpoints(obj: Obj) -> Obj:
    """An Endpoints object."""
    return each(obj, "subsets", lambda subset: each(subset, "ports", _protocol))


def endpoint_slice(obj: Obj) -> Obj:
    """An EndpointSlice."""
    found = each(obj, "endpoints", lambda endpoint: filled(endpoint, {"conditions": {}}))
    found = each(found, "ports", lambda port: filled(port, {"name": "", "protocol": "TCP"}))
    return filled(found, {"endpoints": None, "ports": None})


def _protocol(port: Obj) -> Obj:
    return filled(port, {"protocol": "TCP"})


def network_policy(obj: Obj) -> Obj:
    """A NetworkPolicy: it concerns ingress, and egress if it speaks of it."""
    return within(filled(obj, {"spec": {}}), "spec", _policy_spec)


def _policy_spec(spec: Obj) -> Obj:
    types = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]
    found = filled(spec, {"podSelector": {}, "policyTypes": types})
    for key in ("ingress", "egress"):
        found = each(found, key, lambda rule: each(rule, "ports", _protocol))
    return found


def ingress_class(obj: Obj) -> Obj:
    """An IngressClass."""
    return within(
        obj,
        "spec",
        lambda spec: within(
            spec, "parameters", lambda parameters: filled(parameters, {"scope": "Cluster"})
        ),
    )
