"""Node groups as the rounds see them: who belongs where, and what the next node will be.

Source: kubernetes/autoscaler cluster-autoscaler/processors/nodeinfosprovider/
mixed_nodeinfos_processor.go.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from minieks.autoscale.clusterautoscaler.mirror import Mirror, NodeFacts
from minieks.autoscale.clusterautoscaler.nodetemplates import (
    NodeTemplate,
    from_group,
    from_node,
    is_starting,
)
from minieks.autoscale.clusterautoscaler.options import Options, group_rules
from minieks.autoscale.clusterautoscaler.provider import NodeGroup, Provider
from minieks.autoscale.clusterautoscaler.unneeded import GroupRules
from minieks.engine.clock import MINUTE, Micros
from minieks.kube.api.server import Api
from minieks.kube.words.objects import name

SETTLED: Final = MINUTE
"""So long a node must have been ready before it stands for its group."""


class Groups:
    """All groups; brought up to date by ``refresh``."""

    def __init__(self, api: Api, provider: Provider, mirror: Mirror, options: Options) -> None:
        self._api = api
        self._provider = provider
        self._mirror = mirror
        self._options = options
        self._of: dict[str, tuple[str, str | None]] = {}
        self._seen: dict[str, NodeTemplate] = {}
        self.all: dict[str, NodeGroup] = {}
        startup = (*options["startup-taint"], *options["ignore-taint"])
        self._startup = frozenset(startup)
        self._ignored = {*startup, *options["status-taint"]}

    def refresh(self) -> None:
        """Ask the cloud for the groups."""
        self.all = {one.id: one for one in self._provider.groups()}
        self._of = {key: one for key, one in self._of.items() if key in self._mirror.nodes}

    def of(self, facts: NodeFacts) -> str | None:
        """The group of a node; None if it has none that is there."""
        known = self._of.get(facts.name)
        if known is None or known[0] != facts.uid or known[1] is None:
            known = self._of[facts.name] = (facts.uid, self._provider.group_of(facts.node))
        return known[1] if known[1] in self.all else None

    def rules(self, group: str) -> GroupRules:
        """The settings of a group."""
        return group_rules(self._options.group, self.all[group].options)

    def is_ready(self, facts: NodeFacts) -> bool:
        """Whether a node counts as ready and takes pods."""
        open_to_all = facts.ready and not facts.cordoned
        keys = facts.taint_keys
        return open_to_all and not (keys and is_starting(keys, self._startup))

    # Templates -------------------------------------------------------------------------------

    def templates(self, now: Micros) -> Mapping[str, NodeTemplate]:
        """The template of each group: of a node that has been ready for a minute, else its own."""
        self.remember(self._mirror.nodes.values(), now)
        found = {}
        for group in self.all:
            template = self._seen.get(group) or self._described(group)
            if template is not None:
                found[group] = template
        return found

    def remember(self, nodes: Iterable[NodeFacts], now: Micros) -> None:
        """Let nodes that are good for it stand for their groups, also when they are gone."""
        done: set[str] = set()
        for facts in nodes:
            if facts.ready_since + SETTLED >= now or not self.is_ready(facts):
                continue
            group = self.of(facts)
            if group is not None and group not in done:
                done.add(group)
                self._seen[group] = self._like(group, facts)
                if len(done) == len(self.all):
                    return

    def _like(self, group: str, facts: NodeFacts) -> NodeTemplate:
        members = self._mirror.snapshot.state.pods_on(name(facts.node))
        return from_node(group, facts.node, [info.pod for info in members], self._ignored)

    def _described(self, group: str) -> NodeTemplate | None:
        described = self._provider.template(group)
        if described is None:
            return None
        daemons = self._api.list("daemonsets.apps")
        return from_group(group, described.node, described.pods, daemons, self._ignored)
