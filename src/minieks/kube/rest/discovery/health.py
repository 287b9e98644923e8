"""/healthz, /livez and /readyz: the named checks, all of which hold once a server serves.

Source: kubernetes apiserver pkg/server/healthz/healthz.go.
"""

from collections.abc import Sequence
from typing import Final

_HOOKS: Final = (
    *("start-apiserver-admission-initializer", "generic-apiserver-start-informers"),
    *("max-in-flight-filter", "storage-object-count-tracker-hook"),
    *("start-apiextensions-informers", "start-apiextensions-controllers"),
    *("crd-informer-synced", "start-system-namespaces-controller"),
    "start-cluster-authentication-info-controller",
    "start-kube-apiserver-identity-lease-controller",
    "start-kube-apiserver-identity-lease-garbage-collector",
    *("start-legacy-token-tracking-controller", "start-service-ip-repair-controllers"),
    *("rbac/bootstrap-roles", "scheduling/bootstrap-system-priority-classes"),
    *("priority-and-fairness-config-producer", "bootstrap-controller"),
    *("start-kubernetes-service-cidr-controller", "start-kube-aggregator-informers"),
    "apiservice-status-local-available-controller",
    "apiservice-status-remote-available-controller",
    *("apiservice-registration-controller", "apiservice-wait-for-first-sync"),
    *("apiservice-discovery-controller", "kube-apiserver-autoregistration"),
    *("autoregister-completion", "apiservice-openapi-controller"),
    "apiservice-openapiv3-controller",
)
_CHECKS: Final = tuple(
    name if name == "autoregister-completion" else f"poststarthook/{name}" for name in _HOOKS
)
CHECKS: Final = {
    "healthz": ("ping", "log", "etcd", *_CHECKS),
    "livez": ("ping", "log", "etcd", *_CHECKS),
    "readyz": ("ping", "log", "informer-sync", *_CHECKS, "shutdown"),
}
"""The checks of each endpoint in the order in which they are told."""


def paths() -> list[str]:
    """The paths of the endpoints and of each of their checks."""
    found = [f"/{endpoint}" for endpoint in CHECKS]
    return found + [f"/{endpoint}/{name}" for endpoint in CHECKS for name in CHECKS[endpoint]]


def report(path: str, *, verbose: bool, excluded: Sequence[str]) -> str | None:
    """What an endpoint says, or one of its checks; None if there is no such check."""
    endpoint, _, check = path.strip("/").partition("/")
    checks = CHECKS.get(endpoint)
    if checks is None or (check and check not in checks):
        return None
    if check or not verbose:
        return "ok"
    lines = [f"[+]{name} excluded: ok" if name in excluded else f"[+]{name} ok" for name in checks]
    unknown = ",".join(f'"{name}"' for name in excluded if name not in checks)
    if unknown:
        lines.append(f"warn: some health checks cannot be excluded: no matches for {unknown}")
    return "\n".join([*lines, f"{endpoint} check passed\n"])
