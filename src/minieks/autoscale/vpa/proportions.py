"""A container's limit beside its request: the proportion between them is kept.

Source: kubernetes/autoscaler vertical-pod-autoscaler pkg/utils/vpa/limit_and_request_scaling.go.
"""

from collections.abc import Mapping
from typing import Any

from minieks.autoscale.vpa.amounts import Amounts
from minieks.autoscale.vpa.policies import amounts_of


def original(container: Mapping[str, Any], resource: str, default: Amounts) -> tuple[int, int]:
    """A container's own request and limit, or the ``default`` limit; 0 where there is none."""
    resources = container.get("resources") or {}
    request = amounts_of(resources.get("requests")).get(resource, 0)
    limit = amounts_of(resources.get("limits")).get(resource, 0)
    return request, limit or default.get(resource, 0)


def proportional_limit(request: int, limit: int, recommended: int) -> int | None:
    """The limit beside a new request; None where there was none."""
    if not limit or not recommended:
        return None
    if not request or request == limit:
        return recommended
    return min(limit * recommended // request, 2**63 - 1)


def proportional_request(request: int, limit: int, new_limit: int) -> int:
    """The request beside a new limit; 0 where there was no limit."""
    if not limit:
        return 0
    return request * new_limit // limit if request else new_limit
