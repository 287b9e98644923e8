"""How the cluster autoscaler was started: what its flags say, sorted by who follows it.

Source: kubernetes/autoscaler cluster-autoscaler/config/autoscaling_options.go (1.34).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from minieks.autoscale.clusterautoscaler.balancing import Likeness
from minieks.autoscale.clusterautoscaler.drainability import DrainRules
from minieks.autoscale.clusterautoscaler.durations import boolean, duration, number
from minieks.autoscale.clusterautoscaler.expanders import EXPANDERS
from minieks.autoscale.clusterautoscaler.flags import (
    SEE,
    Read,
    Value,
    default_values,
    read_flags,
    refusal,
)
from minieks.autoscale.clusterautoscaler.limits import GIB, Limits
from minieks.autoscale.clusterautoscaler.registry import RegistryRules
from minieks.autoscale.clusterautoscaler.scalingup import Rules
from minieks.autoscale.clusterautoscaler.unneeded import DownRules, GroupRules
from minieks.data.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Options:
    """The program's settings, sorted by who follows them. Spans are microseconds."""

    up: Rules = field(default_factory=Rules)
    down: DownRules = field(default_factory=DownRules)
    group: GroupRules = field(default_factory=GroupRules)
    drain: DrainRules = field(default_factory=DrainRules)
    registry: RegistryRules = field(default_factory=RegistryRules)
    flags: Mapping[str, Value] = field(default_factory=default_values)
    """Every flag's value by its name."""

    def __getitem__(self, flag: str) -> Value:
        return self.flags[flag]


def read_options(words: Sequence[str]) -> Options:
    """The settings in a container's arguments; UserError in pflag's words."""
    return options_of(read_flags(words))


def options_of(flags: Mapping[str, Value]) -> Options:
    """The settings of these flags; raises UserError for values that do not go together."""
    return Options(
        up=_up(flags),
        down=_down(flags),
        group=_group(flags),
        drain=_drain(flags),
        registry=_registry(flags),
        flags=flags,
    )


def _up(flags: Mapping[str, Value]) -> Rules:
    names = tuple(flags["expander"].split(","))
    for one in names:
        if one not in EXPANDERS:
            raise refusal(f"expander {one} not supported", did_you_mean(one, EXPANDERS, SEE))
    likeness = Likeness(
        memory_capacity=flags["memory-difference-ratio"],
        allocatable=flags["max-allocatable-difference-ratio"],
        free=flags["max-free-difference-ratio"],
        ignored=frozenset(flags["balancing-ignore-label"]),
        only=flags["balancing-label"],
    )
    return Rules(
        expanders=names,
        balance=flags["balance-similar-node-groups"],
        likeness=likeness,
        max_nodes_total=flags["max-nodes-total"],
        max_nodes_per_scale_up=flags["max-nodes-per-scaleup"],
        resources=_limits(flags),
    )


def _down(flags: Mapping[str, Value]) -> DownRules:
    return DownRules(
        parallelism=flags["max-scale-down-parallelism"],
        drain_parallelism=flags["max-drain-parallelism"],
        recheck_timeout=flags["unremovable-node-recheck-timeout"],
        resources=_limits(flags),
        unready_too=flags["scale-down-unready-enabled"],
        unneeded_time=flags["scale-down-unneeded-time"],
    )


def _group(flags: Mapping[str, Value]) -> GroupRules:
    return GroupRules(
        threshold=flags["scale-down-utilization-threshold"],
        gpu_threshold=flags["scale-down-gpu-utilization-threshold"],
        unneeded_time=flags["scale-down-unneeded-time"],
        unready_time=flags["scale-down-unready-time"],
        ignore_daemons=flags["ignore-daemonsets-utilization"],
    )


def _drain(flags: Mapping[str, Value]) -> DrainRules:
    return DrainRules(
        skip_system_pods=flags["skip-nodes-with-system-pods"],
        skip_local_storage=flags["skip-nodes-with-local-storage"],
        skip_custom_controllers=flags["skip-nodes-with-custom-controller-pods"],
        min_replica_count=flags["min-replica-count"],
        system_pods_block_for=flags["blocking-system-pod-distruption-timeout"],
    )


def _registry(flags: Mapping[str, Value]) -> RegistryRules:
    return RegistryRules(
        max_unready_percentage=flags["max-total-unready-percentage"],
        ok_unready_count=flags["ok-total-unready-count"],
        provision_time=flags["max-node-provision-time"],
        initial_backoff=flags["initial-node-group-backoff-duration"],
        max_backoff=flags["max-node-group-backoff-duration"],
        backoff_reset=flags["node-group-backoff-reset-timeout"],
    )


def _limits(flags: Mapping[str, Value]) -> Limits:
    cores = _bounds(flags["cores-total"], "cores-total")
    memory = _bounds(flags["memory-total"], "memory-total")
    return Limits(
        {"cpu": cores[0], "memory": memory[0] * GIB}, {"cpu": cores[1], "memory": memory[1] * GIB}
    )


def _bounds(text: str, flag: str) -> tuple[int, int]:
    parts = text.split(":", 1)
    if len(parts) != 2:
        raise refusal(f"--{flag}: wrong nodes configuration: {text}")
    try:
        least, most = (int(one) for one in parts)
    except ValueError:
        raise refusal(f"--{flag}: {text} is not <min>:<max>") from None
    if least < 0:
        raise refusal(f"--{flag}: min size must be greater or equal to 0")
    if most < least:
        raise refusal(f"--{flag}: max size must be greater or equal to min size")
    return least, most


_OF_GROUP: Final[Mapping[str, tuple[str, Read]]] = {
    "scaledownutilizationthreshold": ("threshold", number),
    "scaledowngpuutilizationthreshold": ("gpu_threshold", number),
    "scaledownunneededtime": ("unneeded_time", duration),
    "scaledownunreadytime": ("unready_time", duration),
    "ignoredaemonsetsutilization": ("ignore_daemons", boolean),
}


def group_rules(defaults: GroupRules, own: Mapping[str, str]) -> GroupRules:
    """The rules of a group: its own settings win; one that cannot be read does not count."""
    if not own:
        return defaults
    found: dict[str, Value] = {}
    for key, text in own.items():
        if key in _OF_GROUP:
            field_name, read = _OF_GROUP[key]
            try:
                found[field_name] = read(text)
            except ValueError:
                continue
    return replace(defaults, **found)
