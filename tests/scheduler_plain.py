"""A deliberately plain scheduler: node by node, pod by pod, no columns, nothing remembered.

It says the rules of kubernetes pkg/scheduler/framework/plugins a second time, as simply as can
be, to be compared with the one that is fast. Volumes and preemption are left out.
"""

import math
from typing import Any

from minieks.kube.kinds import pods as pod_kind

Json = dict[str, Any]
HOSTNAME = "kubernetes.io/hostname"
ZONE = "topology.kubernetes.io/zone"
MB = 1024 * 1024


class Plain:
    """Nodes with their pods; every question is answered by looking at all of them."""

    def __init__(self, nodes: list[Json], services: list[Json]) -> None:
        self.nodes = {node["metadata"]["name"]: node for node in nodes}
        self.services = services
        self.pods: list[tuple[Json, str]] = []

    def place(self, pod: Json, node: str) -> None:
        self.pods.append((pod, node))

    def on(self, node: str) -> list[Json]:
        return [pod for pod, place in self.pods if place == node]

    def feasible(self, pod: Json) -> list[str]:
        return [name for name in self.nodes if not self.reason(pod, name)]

    def reason(self, pod: Json, name: str) -> str:
        """The first plugin that rejects the node; empty if none does."""
        for plugin, rejects in (
            ("NodeUnschedulable", cordoned),
            ("TaintToleration", tainted),
            ("NodeAffinity", unwanted),
            ("NodePorts", self.port_taken),
            ("NodeResourcesFit", self.too_small),
            ("PodTopologySpread", self.too_skewed),
            ("InterPodAffinity", self.bad_company),
        ):
            if rejects(pod, self.nodes[name]):
                return plugin
        return ""

    # filters ------------------------------------------------------------------------------------

    def port_taken(self, pod: Json, node: Json) -> bool:
        name = node["metadata"]["name"]
        taken = [port for other in self.on(name) for port in pod_kind.host_ports(other)]
        return any(
            mine.protocol == theirs.protocol
            and mine.port == theirs.port
            and (mine.ip == theirs.ip or "0.0.0.0" in (mine.ip, theirs.ip))
            for mine in pod_kind.host_ports(pod)
            for theirs in taken
        )

    def too_small(self, pod: Json, node: Json) -> bool:
        there = self.on(node["metadata"]["name"])
        offered = node["status"]["allocatable"]
        if len(there) + 1 > int(offered["pods"]):
            return True
        return any(
            amount > 0
            and amount + sum(asked(other).get(name, 0) for other in there)
            > pod_kind_amount(node, name)
            for name, amount in asked(pod).items()
        )

    def too_skewed(self, pod: Json, node: Json) -> bool:
        hard = [c for c in spreads(pod) if c["whenUnsatisfiable"] == "DoNotSchedule"]
        for constraint in hard:
            key = constraint["topologyKey"]
            if key not in labels(node):
                return True
            counts = self.domains(pod, constraint, hard)
            least = min(counts.values(), default=0)
            if len(counts) < constraint.get("minDomains", 1):
                least = 0
            own = selects(constraint.get("labelSelector"), labels(pod))
            if counts.get(labels(node)[key], 0) + own - least > constraint["maxSkew"]:
                return True
        return False

    def domains(self, pod: Json, constraint: Json, beside: list[Json]) -> dict[str, int]:
        """Like pods for each value of the topology on nodes that count."""
        found: dict[str, int] = {}
        for name, node in self.nodes.items():
            if not all(other["topologyKey"] in labels(node) for other in beside):
                continue
            if counts_node(pod, constraint, node):
                value = labels(node)[constraint["topologyKey"]]
                found[value] = found.get(value, 0) + self.like(pod, constraint, name)
        return found

    def like(self, pod: Json, constraint: Json, node: str) -> int:
        """Pods of the namespace on a node that the constraint counts."""
        selector = constraint.get("labelSelector")
        if not selector:
            return 0
        return sum(
            selects(selector, labels(other))
            and "deletionTimestamp" not in other["metadata"]
            and space(other) == space(pod)
            for other in self.on(node)
        )

    def bad_company(self, pod: Json, node: Json) -> bool:
        required = terms(pod, "podAffinity")
        if required and not self.attracted(pod, node, required):
            return True
        for term in terms(pod, "podAntiAffinity"):
            if any(meant(pod, term, other) for other in self.near(node, term["topologyKey"])):
                return True
        for other, place in self.pods:
            for term in terms(other, "podAntiAffinity"):
                key = term["topologyKey"]
                same = labels(self.nodes[place]).get(key)
                if same is not None and same == labels(node).get(key) and meant(other, term, pod):
                    return True
        return False

    def attracted(self, pod: Json, node: Json, required: list[Json]) -> bool:
        if any(term["topologyKey"] not in labels(node) for term in required):
            return False
        friends = [
            (other, place)
            for other, place in self.pods
            if all(meant(pod, term, other) for term in required)
        ]
        placed = any(
            term["topologyKey"] in labels(self.nodes[place])
            for _, place in friends
            for term in required
        )
        if not placed and all(meant(pod, term, pod) for term in required):
            return True
        return all(
            any(
                labels(self.nodes[place]).get(term["topologyKey"])
                == labels(node)[term["topologyKey"]]
                for _, place in friends
            )
            for term in required
        )

    def near(self, node: Json, key: str) -> list[Json]:
        """The pods that share the node's topology."""
        value = labels(node).get(key)
        return [
            other
            for other, place in self.pods
            if value is not None and labels(self.nodes[place]).get(key) == value
        ]

    # scores -------------------------------------------------------------------------------------

    def totals(self, pod: Json, names: list[str]) -> dict[str, int]:
        """The weighted sum of all scores of each feasible node."""
        parts = [
            (3, reversed_share({n: self.shunned(pod, n) for n in names})),
            (2, share({n: self.preferred(pod, n) for n in names})),
            (1, {n: self.least_allocated(pod, n) for n in names}),
            (2, self.spread(pod, names)),
            (2, self.company(pod, names)),
            (1, {n: self.balanced(pod, n) for n in names}),
            (1, {n: self.images(pod, n) for n in names}),
        ]
        return {n: sum(weight * part[n] for weight, part in parts) for n in names}

    def shunned(self, pod: Json, name: str) -> int:
        able = [t for t in tolerations(pod) if t.get("effect", "") in ("", "PreferNoSchedule")]
        return sum(
            taint["effect"] == "PreferNoSchedule" and not any(tolerates(t, taint) for t in able)
            for taint in taints(self.nodes[name])
        )

    def preferred(self, pod: Json, name: str) -> int:
        affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
        return sum(
            item["weight"]
            for item in affinity.get("preferredDuringSchedulingIgnoredDuringExecution", [])
            if node_term(item["preference"], self.nodes[name])
        )

    def least_allocated(self, pod: Json, name: str) -> int:
        scores = []
        mine = pod_kind.nonzero_requests(pod)
        for resource in ("cpu", "memory"):
            most = pod_kind_amount(self.nodes[name], resource)
            others = (pod_kind.nonzero_requests(other)[resource] for other in self.on(name))
            used = mine[resource] + sum(others)
            scores.append(0 if used > most else (most - used) * 100 // most)
        return sum(scores) // 2

    def balanced(self, pod: Json, name: str) -> int:
        mine = asked(pod)
        if not mine.get("cpu") and not mine.get("memory"):
            return 0
        shares = []
        for resource in ("cpu", "memory"):
            used = sum(asked(other).get(resource, 0) for other in [pod, *self.on(name)])
            shares.append(min(used / pod_kind_amount(self.nodes[name], resource), 1.0))
        return int((1 - abs((shares[0] - shares[1]) / 2)) * 100)

    def images(self, pod: Json, name: str) -> int:
        total = 0
        containers = pod["spec"]["containers"]
        for container in containers:
            full = container["image"]
            full = full if ":" in full.rsplit("/", 1)[-1] else full + ":latest"
            having = [n for n, node in self.nodes.items() if full in image_sizes(node)]
            if name in having:
                size = image_sizes(self.nodes[having[0]])[full]
                total += int(size * (len(having) / len(self.nodes)))
        low, high = 23 * MB, 1000 * MB * len(containers)
        return 100 * (min(max(total, low), high) - low) // (high - low)

    def spread(self, pod: Json, names: list[str]) -> dict[str, int]:
        soft = [c for c in spreads(pod) if c["whenUnsatisfiable"] == "ScheduleAnyway"]
        own = bool(spreads(pod))
        if not own:
            soft = self.system_defaults(pod)
        if not soft:
            return dict.fromkeys(names, 0)
        keys = [c["topologyKey"] for c in soft]
        known = [n for n in names if not own or all(k in labels(self.nodes[n]) for k in keys)]
        raw = {n: self.spread_raw(pod, soft if own else [], soft, known, n) for n in known}
        if not raw:
            return dict.fromkeys(names, 0)
        most, least = max(raw.values()), min(raw.values())
        return {
            n: 0 if n not in raw else 100 if most == 0 else 100 * (most + least - raw[n]) // most
            for n in names
        }

    def spread_raw(
        self, pod: Json, beside: list[Json], soft: list[Json], known: list[str], name: str
    ) -> int:
        total = 0.0
        for constraint in soft:
            key = constraint["topologyKey"]
            value = labels(self.nodes[name]).get(key)
            if value is None:
                continue
            if key == HOSTNAME:
                size, count = len(known), self.like(pod, constraint, name)
            else:
                size = len({labels(self.nodes[n]).get(key, "") for n in known})
                count = self.domains(pod, constraint, beside or [constraint]).get(value, 0)
            total += count * math.log(size + 2) + (constraint["maxSkew"] - 1)
        return math.floor(total + 0.5)

    def system_defaults(self, pod: Json) -> list[Json]:
        merged: dict[str, str] = {}
        for service in self.services:
            wanted = service["spec"]["selector"]
            same = space(service) == space(pod)
            if same and all(labels(pod).get(k) == v for k, v in wanted.items()):
                merged.update(wanted)
        selector = {"matchLabels": merged}
        return [
            {"topologyKey": key, "maxSkew": skew, "labelSelector": selector}
            for key, skew in ((HOSTNAME, 3), (ZONE, 5))
            if merged
        ]

    def company(self, pod: Json, names: list[str]) -> dict[str, int]:
        raw = {n: self.company_raw(pod, self.nodes[n]) for n in names}
        most, least = max(raw.values()), min(raw.values())
        if most == least:
            return dict.fromkeys(names, 0)
        return {n: int(100.0 * ((raw[n] - least) / float(most - least))) for n in names}

    def company_raw(self, pod: Json, node: Json) -> int:
        total = 0
        for weight, term in preferences(pod):
            for other in self.near(node, term["topologyKey"]):
                total += weight * meant(pod, term, other)
        for other, place in self.pods:
            held = [*preferences(other), *((1, term) for term in terms(other, "podAffinity"))]
            for weight, term in held:
                key = term["topologyKey"]
                value = labels(self.nodes[place]).get(key)
                if value is not None and value == labels(node).get(key):
                    total += weight * meant(other, term, pod)
        return total


# words -----------------------------------------------------------------------------------------


def labels(obj: Json) -> dict[str, str]:
    return obj["metadata"].get("labels", {})  # type: ignore[no-any-return]  # JSON


def space(obj: Json) -> str:
    return str(obj["metadata"]["namespace"])


def asked(pod: Json) -> dict[str, int]:
    return dict(pod_kind.requests(pod))


def pod_kind_amount(node: Json, resource: str) -> int:
    """What the node offers; the clusters compared write it as plain numbers of units."""
    amount = int(node["status"]["allocatable"].get(resource, 0))
    return amount * 1000 if resource == "cpu" else amount


def image_sizes(node: Json) -> dict[str, int]:
    return {
        name: image["sizeBytes"]
        for image in node["status"].get("images", [])
        for name in image["names"]
    }


def taints(node: Json) -> list[Json]:
    return node.get("spec", {}).get("taints", [])  # type: ignore[no-any-return]  # JSON


def tolerations(pod: Json) -> list[Json]:
    return pod["spec"].get("tolerations", [])  # type: ignore[no-any-return]  # JSON


def spreads(pod: Json) -> list[Json]:
    return pod["spec"].get("topologySpreadConstraints", [])  # type: ignore[no-any-return]  # JSON


def tolerates(toleration: Json, taint: Json) -> bool:
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator") == "Exists":
        return True
    return bool(toleration.get("value", "") == taint.get("value", ""))


def cordoned(pod: Json, node: Json) -> bool:
    cordon = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    closed = node.get("spec", {}).get("unschedulable", False)
    return closed and not any(tolerates(t, cordon) for t in tolerations(pod))


def tainted(pod: Json, node: Json) -> bool:
    return any(
        taint["effect"] != "PreferNoSchedule"
        and not any(tolerates(t, taint) for t in tolerations(pod))
        for taint in taints(node)
    )


def unwanted(pod: Json, node: Json) -> bool:
    exact = pod["spec"].get("nodeSelector", {})
    if any(labels(node).get(key) != value for key, value in exact.items()):
        return True
    affinity = pod["spec"].get("affinity", {}).get("nodeAffinity", {})
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return False
    return not any(node_term(term, node) for term in required["nodeSelectorTerms"])


def node_term(term: Json, node: Json) -> bool:
    written = term.get("matchExpressions", [])
    return bool(written) and all(expression(item, labels(node)) for item in written)


def expression(item: Json, of: dict[str, str]) -> bool:
    found, values = of.get(item["key"]), item.get("values", [])
    if item["operator"] == "In":
        return found in values
    if item["operator"] == "NotIn":
        return found not in values
    if item["operator"] == "Exists":
        return found is not None
    if item["operator"] == "DoesNotExist":
        return found is None
    if found is None or not found.isdigit():
        return False
    bound = int(values[0])
    return int(found) > bound if item["operator"] == "Gt" else int(found) < bound


def selects(selector: Json | None, of: dict[str, str]) -> bool:
    if selector is None:
        return False
    exact = selector.get("matchLabels", {})
    return all(of.get(key) == value for key, value in exact.items()) and all(
        expression(item, of) for item in selector.get("matchExpressions", [])
    )


def counts_node(pod: Json, constraint: Json, node: Json) -> bool:
    if constraint.get("nodeAffinityPolicy", "Honor") == "Honor" and unwanted(pod, node):
        return False
    return constraint.get("nodeTaintsPolicy", "Ignore") != "Honor" or not tainted(pod, node)


def terms(pod: Json, kind: str) -> list[Json]:
    part = pod["spec"].get("affinity", {}).get(kind, {})
    return part.get("requiredDuringSchedulingIgnoredDuringExecution", [])  # type: ignore[no-any-return]  # JSON


def preferences(pod: Json) -> list[tuple[int, Json]]:
    affinity = pod["spec"].get("affinity", {})
    return [
        (sign * item["weight"], item["podAffinityTerm"])
        for kind, sign in (("podAffinity", 1), ("podAntiAffinity", -1))
        for item in affinity.get(kind, {}).get(
            "preferredDuringSchedulingIgnoredDuringExecution", []
        )
    ]


def meant(owner: Json, term: Json, other: Json) -> bool:
    """Whether a term of ``owner`` speaks of ``other``."""
    named, wanted = term.get("namespaces", []), term.get("namespaceSelector")
    if not named and wanted is None:
        named = [space(owner)]
    here = {"kubernetes.io/metadata.name": space(other)}
    inside = space(other) in named or selects(wanted, here)
    return inside and selects(term.get("labelSelector"), labels(other))


def share(raw: dict[str, int]) -> dict[str, int]:
    most = max(raw.values())
    return {name: 100 * score // most if most else 0 for name, score in raw.items()}


def reversed_share(raw: dict[str, int]) -> dict[str, int]:
    return {name: 100 - score for name, score in share(raw).items()}
