"""EKS' access policies: what each of them allows, as RBAC rules."""

from functools import cache
from typing import Any, TypeAlias

from minieks.data.files import read_toml
from minieks.data.rbac_defaults import rules_of

Rules: TypeAlias = tuple[dict[str, list[str]], ...]


@cache
def rules(policy: str) -> Rules:
    """The rules of the policy of this name; none if it is one of EKS' own components."""
    data = read_toml("access_policies.toml")
    return _rules(policy, data)


def _rules(policy: str, data: dict[str, Any]) -> Rules:
    said = data["policies"].get(policy, {})
    included = [rule for one in said.get("includes", ()) for rule in _rules(one, data)]
    return (*included, *rules_of(said.get("rules", ()), data["verbs"]))
