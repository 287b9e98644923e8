"""The flags of the cluster autoscaler, read as the program reads them.

Source: kubernetes/autoscaler cluster-autoscaler/config/flags/flags.go (1.34), spf13/pflag.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from minieks.autoscale.clusterautoscaler.durations import boolean, duration, integer, number
from minieks.data.nearest import did_you_mean
from minieks.engine.clock import SECOND
from minieks.engine.errors import UserError

Value: TypeAlias = Any
Read: TypeAlias = Callable[[str], Value]
"""Makes a value of a flag's text; ValueError in Go's words."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: how its value is read, and what it is without one."""

    read: Read
    default: Value
    repeated: bool = False


def _spans(**flags: int) -> dict[str, Flag]:
    return {_dashed(key): Flag(duration, seconds * SECOND) for key, seconds in flags.items()}


def _truths(**flags: bool) -> dict[str, Flag]:
    return {_dashed(key): Flag(boolean, value) for key, value in flags.items()}


def _dashed(text: str) -> str:
    return text.replace("_", "-")


SEE: Final = "see the cluster autoscaler's FAQ for its flags"
"""Where flags are explained."""
_MINUTES: Final = 60
FLAGS: Final[Mapping[str, Flag]] = {
    **_spans(
        scan_interval=10,
        scale_down_delay_after_add=10 * _MINUTES,
        scale_down_delay_after_delete=0,
        scale_down_delay_after_failure=3 * _MINUTES,
        scale_down_unneeded_time=10 * _MINUTES,
        scale_down_unready_time=20 * _MINUTES,
        max_node_provision_time=15 * _MINUTES,
        max_pod_eviction_time=2 * _MINUTES,
        unremovable_node_recheck_timeout=5 * _MINUTES,
        new_pod_scale_up_delay=0,
        initial_node_group_backoff_duration=5 * _MINUTES,
        max_node_group_backoff_duration=30 * _MINUTES,
        node_group_backoff_reset_timeout=180 * _MINUTES,
        node_delete_delay_after_taint=5,
        blocking_system_pod_distruption_timeout=60 * _MINUTES,
    ),
    **_truths(
        scale_down_enabled=True,
        scale_down_unready_enabled=True,
        scale_up_from_zero=True,
        balance_similar_node_groups=False,
        ignore_daemonsets_utilization=False,
        ignore_mirror_pods_utilization=False,
        write_status_configmap=True,
        enforce_node_group_min_size=False,
        cordon_node_before_terminating=True,
        daemonset_eviction_for_empty_nodes=False,
        daemonset_eviction_for_occupied_nodes=True,
        record_duplicated_events=False,
        skip_nodes_with_system_pods=True,
        skip_nodes_with_local_storage=True,
        skip_nodes_with_custom_controller_pods=True,
        force_delete_unregistered_nodes=False,
        force_delete_failed_nodes=False,
    ),
    "max-nodes-total": Flag(integer, 0),
    "max-nodes-per-scaleup": Flag(integer, 1000),
    "max-scale-down-parallelism": Flag(integer, 10),
    "max-drain-parallelism": Flag(integer, 1),
    "max-bulk-soft-taint-count": Flag(integer, 10),
    "max-graceful-termination-sec": Flag(integer, 600),
    "expendable-pods-priority-cutoff": Flag(integer, -10),
    "ok-total-unready-count": Flag(integer, 3),
    "min-replica-count": Flag(integer, 0),
    "max-total-unready-percentage": Flag(number, 45.0),
    "scale-down-utilization-threshold": Flag(number, 0.5),
    "scale-down-gpu-utilization-threshold": Flag(number, 0.5),
    "memory-difference-ratio": Flag(number, 0.015),
    "max-free-difference-ratio": Flag(number, 0.05),
    "max-allocatable-difference-ratio": Flag(number, 0.05),
    "expander": Flag(str, "least-waste"),
    "cores-total": Flag(str, "0:320000"),
    "memory-total": Flag(str, "0:6400000"),
    "namespace": Flag(str, "kube-system"),
    "status-config-map-name": Flag(str, "cluster-autoscaler-status"),
    "cluster-name": Flag(str, ""),
    "cloud-provider": Flag(str, "gce"),
    "estimator": Flag(str, "binpacking"),
    "nodes": Flag(str, (), repeated=True),
    "node-group-auto-discovery": Flag(str, (), repeated=True),
    "startup-taint": Flag(str, (), repeated=True),
    "status-taint": Flag(str, (), repeated=True),
    "ignore-taint": Flag(str, (), repeated=True),
    "balancing-ignore-label": Flag(str, (), repeated=True),
    "balancing-label": Flag(str, (), repeated=True),
}
"""The flags that are followed, with the program's own defaults."""

_TRUTHS_WITHOUT_EFFECT: Final = frozenset(
    _dashed(one)
    for one in (
        *("logtostderr", "alsologtostderr", "one_output", "skip_headers", "skip_log_headers"),
        *("leader_elect", "profiling", "regional", "parallel_scale_up", "frequent_loops_enabled"),
        *("emit_per_nodegroup_metrics", "debugging_snapshot_enabled", "add_dir_header"),
        *("aws_use_static_instance_list", "scale_from_unschedulable", "async_node_groups"),
        *("enable_provisioning_requests", "enable_proactive_scaleup", "force_ds"),
        *("enable_dynamic_resource_allocation", "enable_csi_node_aware_scheduling"),
        *("dynamic_node_delete_delay_after_taint_enabled", "scale_down_delay_type_local"),
        *("capacity_buffer_controller_enabled", "capacity_buffer_pod_injection_enabled"),
        *("check_capacity_batch_processing", "bulk_mig_instances_listing_enabled"),
        *("clusterapi_cloud_config_authoritative", "help", "version"),
    )
)
_WITHOUT_EFFECT: Final = frozenset(
    (
        *("v", "vmodule", "stderrthreshold", "log-dir", "log-file", "log-file-max-size"),
        *("log-backtrace-at", "logging-format", "log-flush-frequency", "log-text-split-stream"),
        *("address", "kubernetes", "kubeconfig", "kube-api-content-type", "kube-client-burst"),
        *(
            "kube-client-qps",
            "cloud-config",
            "user-agent",
            "feature-gates",
            "scheduler-config-file",
        ),
        *(
            "leader-elect-lease-duration",
            "leader-elect-renew-deadline",
            "leader-elect-retry-period",
        ),
        *("leader-elect-resource-lock", "leader-elect-resource-name"),
        *("leader-elect-resource-namespace", "max-inactivity", "max-failing-time"),
        *("max-binpacking-time", "max-nodegroup-binpacking-duration", "gpu-total"),
        *("max-bulk-soft-taint-time", "scale-down-non-empty-candidates-count"),
        *("scale-down-candidates-pool-ratio", "scale-down-candidates-pool-min-count"),
        *("node-deletion-delay-timeout", "node-deletion-batcher-interval"),
        *("scale-down-simulation-timeout", "node-info-cache-expire-time", "grpc-expander-cert"),
        *("grpc-expander-url", "max-empty-bulk-delete", "gce-concurrent-refreshes"),
        *("gce-mig-instances-min-refresh-wait-time", "drain-priority-config"),
        *("bypassed-scheduler-names", "pod-injection-limit", "predicate-parallelism"),
        *("cluster-snapshot-parallelism", "node-deletion-candidate-ttl"),
        *("provisioning-request-initial-backoff-time", "provisioning-request-max-backoff-time"),
        *("provisioning-request-max-backoff-cache-size", "check-capacity-processor-instance"),
        *("check-capacity-provisioning-request-max-batch-size",),
        *("check-capacity-provisioning-request-batch-timebox",),
    )
)
"""Flags that the program takes and that change nothing here."""


def default_values() -> dict[str, Value]:
    """Every flag that is followed, with its value if it is not given."""
    return {key: flag.default for key, flag in FLAGS.items()}


def read_flags(words: Sequence[str]) -> Mapping[str, Value]:
    """The value of every flag, given a container's arguments; UserError in pflag's words."""
    flags = default_values()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        key, text = _split(word, rest)
        if key not in FLAGS:
            continue
        flag = FLAGS[key]
        try:
            value = flag.read(text)
        except ValueError as error:
            raise refusal(f'invalid argument "{text}" for "--{key}" flag: {error}') from None
        flags[key] = (*flags[key], value) if flag.repeated else value
    return flags


def _split(word: str, rest: list[str]) -> tuple[str, str]:
    """A flag and its value, which may be the next word; raises UserError."""
    if not word.startswith("-") or word.strip("-") == "":
        raise refusal(f"unexpected argument {word!r}")
    key, equals, text = word.lstrip("-").partition("=")
    key = _dashed(key)
    known = key in FLAGS or key in _WITHOUT_EFFECT or key in _TRUTHS_WITHOUT_EFFECT
    if not known:
        raise refusal(f"unknown flag: --{key}", did_you_mean(key, FLAGS, SEE))
    is_truth = key in _TRUTHS_WITHOUT_EFFECT or (key in FLAGS and FLAGS[key].read is boolean)
    if equals:
        return key, text
    if is_truth:
        return key, "true"
    if not rest:
        raise refusal(f"flag needs an argument: --{key}")
    return key, rest.pop(0)


def refusal(message: str, hint: str = SEE) -> UserError:
    """What the program says before it ends."""
    return UserError(message, where="cluster-autoscaler", hint=hint)
