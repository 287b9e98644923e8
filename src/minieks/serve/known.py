"""The clusters that are served as the AWS side knows them: by their issuers, and from inside."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from minieks.eks.identity.cluster import ClusterIdentity
from minieks.eks.identity.jwts import KeySet
from minieks.eks.identity.podidentity import Association
from minieks.kube.auth.authentication import TokenRefused, TokenUser
from minieks.serve.host import Host, inside_of


@dataclass(frozen=True, slots=True)
class InsideHost:
    """Fulfils `minieks.eks.identity.podidentity.Inside`."""

    host: Host
    identity: ClusterIdentity

    @property
    def arn(self) -> str:
        """The cluster's ARN."""
        return self.identity.arn

    def user_of(self, token: str, audience: str) -> TokenUser:
        """Whose a token is that is meant for the audience; raises TokenRefused."""
        found = self.host.tokens.user_of(token, (audience,))
        if found is None:
            raise TokenRefused("the token is of another issuer")
        return found

    def association(self, space: str, account: str) -> Association | None:
        """The association of a service account, or None."""
        return self.identity.association(space, account)

    def is_fargate(self, node: str) -> bool:
        """Whether the node of this name is Fargate's."""
        return self.identity.is_fargate(node)


class KnownClusters:
    """Fulfils `minieks.aws.front.Known`."""

    def __init__(self, hosts: Callable[[], Iterable[Host]]) -> None:
        self._hosts = hosts

    def urls(self) -> Iterator[str]:
        """The URL of each issuer."""
        return (host.issuer for host in self._hosts())

    def key_set(self, issuer: str) -> KeySet | None:
        """What an issuer publishes, or None if there is none of this URL."""
        found = next((host for host in self._hosts() if host.issuer == issuer), None)
        return None if found is None else found.tokens.key.key_set()

    def inside_of(self, issuer: str) -> InsideHost | None:
        """The cluster with the issuer of this URL, or None."""
        found = next((host for host in self._hosts() if host.issuer == issuer), None)
        return None if found is None else InsideHost(found, inside_of(found.opened))

    def inside(self, account: str, region: str, name: str) -> InsideHost | None:
        """The cluster of this name as Pod Identity sees it, or None."""
        for host in self._hosts():
            spec = host.opened.cluster.spec
            if (spec.account_id, spec.region, spec.name) == (account, region, name):
                return InsideHost(host, inside_of(host.opened))
        return None
