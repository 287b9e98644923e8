"""One running cluster as identity sees it: its entries and associations, its nodes, its aws-auth.

    inside = ClusterIdentity(spec, api, aws)
    AuthSettings(..., others=[IamTokens(inside.entrance(), keys, now)],
                 authorizers=[AccessPolicies(aws)])

``aws`` is the cluster's own AWS store; everything is read from it and from the API when asked.
"""

from minieks.data.regions import find_region
from minieks.eks.controlplane import CLUSTERS
from minieks.eks.identity import awsauth, records
from minieks.eks.identity.authenticator import Entrance
from minieks.eks.identity.awsauth import NO_CONFIG_MAP, AwsAuth
from minieks.eks.identity.podidentity import Association
from minieks.eks.identity.tokens import is_local
from minieks.eks.identity.users import Access
from minieks.eks.labels import is_fargate_node
from minieks.eks.nodegroups.world import INSTANCES
from minieks.eks.spec import ClusterSpec
from minieks.engine.store import Store
from minieks.kube.api.server import Api
from minieks.kube.words.objects import Obj


class ClusterIdentity:
    """Reads what says who is who in a cluster."""

    def __init__(self, spec: ClusterSpec, api: Api, aws: Store) -> None:
        self._spec = spec
        self._api = api
        self._aws = aws
        self._config_map: Obj | None = None
        self._read: AwsAuth = NO_CONFIG_MAP

    @property
    def partition(self) -> str:
        """The partition of AWS that the cluster is in."""
        return find_region(self._spec.region).partition

    @property
    def arn(self) -> str:
        """The cluster's ARN."""
        spec = self._spec
        return f"arn:{self.partition}:eks:{spec.region}:{spec.account_id}:cluster/{spec.name}"

    def entrance(self) -> Entrance:
        """What the authenticator asks about the cluster."""
        return Entrance(self._spec.name, self.partition, self.access, self.name_of, is_local)

    def access(self) -> Access:
        """All that says who somebody is, as it is now."""
        record = self._aws.get(CLUSTERS, self._spec.name) or {}
        admin = (record.get("accessConfig") or {}).get("bootstrapClusterCreatorAdminPermissions")
        return Access(
            records.mode(self._aws),
            records.entries(self._aws),
            self._aws_auth(),
            str(record.get("creator") or "") if admin is not False else "",
        )

    def _aws_auth(self) -> AwsAuth:
        """The ConfigMap, read anew when it has changed."""
        found = self._api.get("configmaps", "kube-system", "aws-auth")
        if found is not self._config_map:
            self._config_map, self._read = found, awsauth.of_config_map(found)
        return self._read

    def name_of(self, instance_id: str) -> str | None:
        """The private DNS name of one of the cluster's instances."""
        found = self._aws.get(INSTANCES, instance_id)
        return None if found is None else str(found["privateDnsName"])

    def association(self, space: str, account: str) -> Association | None:
        """The Pod Identity association of a service account, or None."""
        return records.association_of(self._aws, space, account)

    def is_fargate(self, node: str) -> bool:
        """Whether the node of this name is Fargate's."""
        found = self._api.get("nodes", "", node)
        return found is not None and is_fargate_node(found)
