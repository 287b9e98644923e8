"""Where the records of EKS are: names of collections.

Clusters, registrations, subscriptions and request tokens are in the store of all accounts, under
``<account>/<region>/<name>``. What belongs to a cluster is in the running cluster's own store
``aws``, under its name or id; an access entry's key is its principal's ARN.
"""

from typing import Final

from minieks.eks.controlplane import CLUSTERS
from minieks.eks.fargate.profiles import COLLECTION as FARGATE_PROFILES
from minieks.eks.nodegroups.world import NODE_GROUPS
from minieks.eks.updates import UPDATES

REGISTRATIONS: Final = "registrations.eks"
SUBSCRIPTIONS: Final = "subscriptions.eks"
REQUEST_TOKENS: Final = "requesttokens.eks"

ACCESS_ENTRIES: Final = "accessentries.eks"
"""Records as DescribeAccessEntry shows them, with ``associatedAccessPolicies`` beside, as
ListAssociatedAccessPolicies shows them, and ``principalId``: the role's id back then."""
POD_IDENTITY_ASSOCIATIONS: Final = "podidentityassociations.eks"
"""Records as DescribePodIdentityAssociation shows them; by associationId."""
IDENTITY_PROVIDER_CONFIGS: Final = "identityproviderconfigs.eks"
"""Records as the ``oidc`` of DescribeIdentityProviderConfig; by name."""
ADDONS: Final = "addons.eks"
CAPABILITIES: Final = "capabilities.eks"
CERTIFICATE_AUTHORITIES: Final = "certificateauthorities.eks"
INSIGHT_REFRESHES: Final = "insightrefreshes.eks"

__all__ = [
    "ACCESS_ENTRIES",
    "ADDONS",
    "CAPABILITIES",
    "CERTIFICATE_AUTHORITIES",
    "CLUSTERS",
    "FARGATE_PROFILES",
    "IDENTITY_PROVIDER_CONFIGS",
    "INSIGHT_REFRESHES",
    "NODE_GROUPS",
    "POD_IDENTITY_ASSOCIATIONS",
    "REGISTRATIONS",
    "REQUEST_TOKENS",
    "SUBSCRIPTIONS",
    "UPDATES",
]
