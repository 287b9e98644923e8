"""successPolicy: when an indexed Job has succeeded before all its indexes have.

Source: kubernetes pkg/controller/job/success_policy.go.
"""

from collections.abc import Collection, Mapping
from typing import Any

from minieks.kube.controllers.job import intervals


def met(
    policy: Mapping[str, Any] | None, completions: int, succeeded: Collection[int]
) -> str | None:
    """What says that the Job has succeeded; None if no rule of the policy does yet."""
    for number, rule in enumerate((policy or {}).get("rules") or ()):
        if _is_met(rule, completions, succeeded):
            return f"Matched rules at index {number}"
    return None


def _is_met(rule: Mapping[str, Any], completions: int, succeeded: Collection[int]) -> bool:
    count = rule.get("succeededCount")
    if rule.get("succeededIndexes") is None:
        return count is not None and len(succeeded) >= count
    required = intervals.parse(rule["succeededIndexes"], completions)
    enough = len(required) if count is None else int(count)
    return len(required.intersection(succeeded)) >= enough
