"""Service quotas of EKS, each per region.

Source: AWS General Reference, "Amazon EKS endpoints and quotas" (2025). The service's words for
what exceeds one are documented for none of them.
"""

from collections.abc import Sized
from typing import Final

from minieks.eks.operations.errors import limit_exceeded
from minieks.eks.operations.regional import Regional

CLUSTERS: Final = 100
NODE_GROUPS: Final = 30
NODES_PER_GROUP: Final = 450
FARGATE_PROFILES: Final = 10
SELECTORS: Final = 5
LABELS_PER_SELECTOR: Final = 5
SECURITY_GROUPS: Final = 4
PUBLIC_CIDRS: Final = 40
REGISTRATIONS: Final = 10
SUBSCRIPTIONS: Final = 10
ACCESS_ENTRIES: Final = 3000
POLICIES_PER_ENTRY: Final = 20
POD_IDENTITY_ASSOCIATIONS: Final = 5000
IDENTITY_PROVIDERS: Final = 1
"""OIDC identity providers of one cluster (AWS user guide for EKS, "Grant users access with an
external OIDC provider")."""


def check(at: Regional, present: Sized, most: int, what: str, **about: object) -> None:
    """ResourceLimitExceededException if there is no room for one more."""
    if not at.lenient and len(present) >= most:
        raise limit_exceeded(f"{what} limit exceeded: the quota is {most}.", **about)
