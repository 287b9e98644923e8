"""All of authentication and authorization of one cluster, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from minieks.engine.loop import Loop
from minieks.kube.api.options import UserInfo
from minieks.kube.api.server import Api
from minieks.kube.auth.admission import CertificateRequests, RbacEscalation
from minieks.kube.auth.asking import asking
from minieks.kube.auth.attributes import Authorizer
from minieks.kube.auth.authentication import (
    HEALTH_PATHS,
    Anonymous,
    Authenticator,
    BearerTokens,
    Chain,
    ClientCertificates,
    StaticTokens,
    TokenAuthenticator,
)
from minieks.kube.auth.authority import publish_authority
from minieks.kube.auth.authorization import Masters, Union
from minieks.kube.auth.certificates.loops import (
    CertificateApprovalLoop,
    CertificateCleanerLoop,
    CertificateSigningLoop,
    Signs,
)
from minieks.kube.auth.node.authorizer import NodeAuthorizer
from minieks.kube.auth.node.restriction import AFTER, NodeRestriction
from minieks.kube.auth.rbac.aggregation import ClusterRoleAggregationLoop
from minieks.kube.auth.rbac.authorizer import RbacAuthorizer
from minieks.kube.auth.rbac.defaults import write_defaults
from minieks.kube.auth.rbac.escalation import EscalationCheck
from minieks.kube.auth.reviews import Reviews
from minieks.kube.auth.running import start
from minieks.kube.auth.tokens import keys
from minieks.kube.auth.tokens.accounts import ServiceAccountTokens
from minieks.kube.auth.tokens.claims import Issuer
from minieks.kube.auth.tokens.secrets import TokenSecretsLoop


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """How a cluster knows its users.

    ``tokens`` are fixed bearer tokens and whose they are; ``others`` are further kinds of tokens,
    asked after those; ``authorizers`` are asked after RBAC; ``anonymous_paths`` is where unknown
    users may come in, None for everywhere.
    """

    issuer: Issuer = field(default_factory=Issuer)
    key: keys.Signs = field(default_factory=keys.SigningKey)
    tokens: Mapping[str, UserInfo] = field(default_factory=dict)
    others: Sequence[TokenAuthenticator] = ()
    authorizers: Sequence[Authorizer] = ()
    anonymous_paths: Sequence[str] | None = HEALTH_PATHS


class Auth:
    """Who asks and what he may, in one cluster: made once for each ``api``.

    RBAC objects and what tokens are bound to are read from it, and its writes are looked at.
    """

    def __init__(self, api: Api, settings: AuthSettings | None = None) -> None:
        chosen = settings or AuthSettings()
        self._api = api
        self.tokens = ServiceAccountTokens(api, chosen.key, chosen.issuer)
        bearer = BearerTokens([StaticTokens(chosen.tokens), self.tokens, *chosen.others])
        ways: list[Authenticator] = [ClientCertificates(), bearer]
        self.authenticator = Chain([*ways, Anonymous(chosen.anonymous_paths)])
        rbac = RbacAuthorizer(api.store)
        self.authorizer = Union([Masters(), NodeAuthorizer(api.store), rbac, *chosen.authorizers])
        api.may = asking(self.authorizer)
        escalation = EscalationCheck(self.authorizer, rbac.grants)
        api.admit_also(NodeRestriction(api, self.authorizer), after=AFTER)
        api.admit_also(RbacEscalation(api, escalation))
        api.admit_also(CertificateRequests(api, self.authorizer))
        self.reviews = Reviews(self.authorizer, bearer, api.engine.now)

    def start(self, bundle: str, signer: Signs) -> None:
        """Write what every served cluster has, and run the loops of users and rights.

        ``bundle`` is the PEM of the authority to trust, ``signer`` signs for it.
        """
        api = self._api
        write_defaults(api)
        publish_authority(api, bundle)
        loops: list[Loop] = [
            ClusterRoleAggregationLoop(api),
            TokenSecretsLoop(api, self.tokens.key, bundle),
            CertificateApprovalLoop(api, self.authorizer),
            CertificateSigningLoop(api, signer),
            CertificateCleanerLoop(api),
        ]
        for loop in loops:
            start(api.engine, api.store, loop)
