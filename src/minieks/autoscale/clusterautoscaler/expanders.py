"""Which of several node groups grows. Each expander keeps the best; chance decides the rest.

Source: kubernetes/autoscaler cluster-autoscaler/expander.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias

import yaml

from minieks.autoscale.clusterautoscaler.estimating import requested
from minieks.autoscale.clusterautoscaler.provider import NodeGroup
from minieks.kube.kinds import nodes
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.words.objects import Obj

PRIORITY_CONFIG: Final = "cluster-autoscaler-priority-expander"
_KEY: Final = "priorities"


@dataclass(frozen=True, slots=True)
class Option:
    """One group, how many nodes it would get, and the pods that these nodes would take."""

    group: NodeGroup
    node_count: int
    pods: Sequence[PodInfo]
    template: Obj


@dataclass(slots=True)
class Priorities:
    """What the ConfigMap of the expander ``priority`` says, and what was wrong with it."""

    config: Obj | None
    """The ConfigMap ``cluster-autoscaler-priority-expander``; None without one."""
    warnings: list[tuple[str, str]] = field(default_factory=list)
    """Reason and message of events about it."""


Filter: TypeAlias = Callable[[Sequence[Option], Priorities], Sequence[Option]]


def best_option(
    chain: Sequence[str], options: Sequence[Option], priorities: Priorities, chance: Random
) -> Option | None:
    """The option to take; None if an expander wants none of them."""
    left: Sequence[Option] = options
    for name in chain:
        left = EXPANDERS[name](left, priorities)
        if len(left) == 1:
            return left[0]
    return left[chance.randrange(len(left))] if left else None


def most_pods(options: Sequence[Option], _: Priorities) -> Sequence[Option]:
    """Those that take the most pods."""
    most = max((len(one.pods) for one in options), default=0)
    return [one for one in options if len(one.pods) == most]


def least_nodes(options: Sequence[Option], _: Priorities) -> Sequence[Option]:
    """Those that need the fewest nodes."""
    least = min((one.node_count for one in options), default=0)
    return [one for one in options if one.node_count == least]


def least_waste(options: Sequence[Option], _: Priorities) -> Sequence[Option]:
    """Those that leave the smallest shares of cpu and memory unused, added."""
    scores = [waste(one) for one in options]
    least = min(scores, default=0.0)
    return [one for one, score in zip(options, scores, strict=True) if score == least]


def waste(option: Option) -> float:
    """The unused share of cpu plus that of memory, of the capacity of all nodes of an option."""
    has = nodes.capacity(option.template)
    asked = [requested(info) for info in option.pods]
    shares = []
    for resource in ("cpu", "memory"):
        there = has.get(resource, 0) * option.node_count
        taken = sum(one[resource] for one in asked)
        shares.append((there - taken) / there if there else 0.0)
    return shares[0] + shares[1]


def chance_only(options: Sequence[Option], _: Priorities) -> Sequence[Option]:
    """All: whoever is asked last decides by chance."""
    return options


def priority(options: Sequence[Option], priorities: Priorities) -> Sequence[Option]:
    """Those whose name is matched by a rule of the highest priority that matches any.

    Without a ConfigMap that can be read no option is taken; if no rule matches, all stay.
    """
    rules = _rules(priorities)
    if rules is None:
        return []
    best: list[Option] = []
    highest = -1
    for option in options:
        found = [p for p, patterns in rules.items() if _matches(patterns, option.group.id)]
        high = [one for one in found if one >= highest]
        if high:
            if max(high) > highest:
                highest, best = max(high), []
            best.append(option)
        elif all(one >= highest for one in rules):
            text = f"Priority expander: node group {option.group.id} not found in priority "
            text += "expander configuration. The group won't be used."
            priorities.warnings.append(("PriorityConfigMapNotMatchedGroup", text))
    if best:
        return best
    text = "Priority expander: no priorities info found for any of the expansion options. "
    text += "No options filtered."
    priorities.warnings.append(("PriorityConfigMapNoGroupMatched", text))
    return options


def _matches(patterns: Sequence[re.Pattern[str]], name: str) -> bool:
    return any(one.search(name) for one in patterns)


def _rules(priorities: Priorities) -> Mapping[int, Sequence[re.Pattern[str]]] | None:
    """Patterns by priority; None if there is no ConfigMap, or a wrong one, of which it warns."""
    if priorities.config is None:
        return None
    text = (priorities.config.get("data") or {}).get(_KEY)
    if text is None:
        said = f"Wrong configmap for priority expander, doesn't contain {_KEY} key. Ignoring"
        priorities.warnings.append(("PriorityConfigMapInvalid", f"{said} update."))
        return None
    try:
        return _parsed(text)
    except (yaml.YAMLError, ValueError, TypeError, re.error) as error:
        said = f"Wrong configuration for priority expander: {error}. Ignoring update."
        priorities.warnings.append(("PriorityConfigMapInvalid", said))
        return None


def _parsed(text: str) -> Mapping[int, Sequence[re.Pattern[str]]]:
    """Raises ValueError and others with what is wrong."""
    if not text:
        raise ValueError(
            f"priority configuration in {PRIORITY_CONFIG} configmap is empty; "
            "please provide valid configuration"
        )
    found: Any = yaml.safe_load(text)
    if not isinstance(found, dict) or not all(isinstance(key, int) for key in found):
        raise ValueError("Can't parse YAML with priorities in the configmap")
    return {key: [re.compile(one) for one in patterns or ()] for key, patterns in found.items()}


EXPANDERS: Final[Mapping[str, Filter]] = {
    "random": chance_only,
    "most-pods": most_pods,
    "least-nodes": least_nodes,
    "least-waste": least_waste,
    "priority": priority,
}
"""What ``--expander`` may name. ``price`` needs prices that AWS' provider does not give."""
