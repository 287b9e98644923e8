"""One cluster on one port: what answers for it, and keeps what it holds."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from minieks.aws.callers import Callers
from minieks.eks.identity import oidc
from minieks.eks.identity.accesspolicies import AccessPolicies
from minieks.eks.identity.authenticator import IamTokens
from minieks.eks.identity.cluster import ClusterIdentity
from minieks.eks.nodestatus import kubelet_version
from minieks.kube.auth.certificates.x509 import Signer
from minieks.kube.auth.services import Auth, AuthSettings
from minieks.kube.rest.assembly import assembled, with_flow_control
from minieks.kube.rest.discovery.version import Build
from minieks.kube.rest.handler import Handler
from minieks.serve.clock import machine_micros, machine_time
from minieks.serve.kubeconfig import Context
from minieks.serve.listener import Listener, local_url
from minieks.serve.opening import Opened
from minieks.serve.runtime import Runtime
from minieks.serve.tls import server_context
from minieks.serve.webhooks import WebhookCaller

ADMIN = "kubernetes-admin"
MASTERS = ("system:masters",)
"""The group that may do everything, as the creator of an EKS cluster."""
_IN_CLUSTER = (
    *("kubernetes", "kubernetes.default", "kubernetes.default.svc"),
    "kubernetes.default.svc.cluster.local",
)
_LOCAL = ("localhost", "127.0.0.1", "::1")


def _settings(opened: Opened) -> AuthSettings:
    """Who may enter: besides those with certificates and service accounts, callers of AWS."""
    cluster = opened.cluster
    inside = inside_of(opened)
    return AuthSettings(
        issuer=oidc.issuer(cluster.spec.region, oidc.id_of(opened.authority.pair.certificate)),
        key=opened.signing_keys,
        others=[IamTokens(inside.entrance(), Callers(), machine_micros)],
        authorizers=[AccessPolicies(cluster.aws)],
    )


def inside_of(opened: Opened) -> ClusterIdentity:
    """The cluster as identity sees it."""
    cluster = opened.cluster
    return ClusterIdentity(cluster.spec, cluster.api, cluster.aws)


class LoopTimers:
    """Time as clients feel it: that of the machine."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def after(self, seconds: float, action: Callable[[], Any]) -> Callable[[], None]:
        """Do ``action`` when the seconds have gone by; returns how to cancel it."""
        return self._loop.call_later(seconds, action).cancel


class Host:
    """Serves one cluster beside all the others of a process."""

    def __init__(self, opened: Opened, sock: socket.socket, runtime: Runtime) -> None:
        self.opened = opened
        self._sock = sock
        self._runtime = runtime
        self._unfollow = runtime.follow(opened.cluster.api.store, opened.cluster.aws)
        loop, pump = runtime.loop, runtime.pump
        opened.cluster.share_time()
        api = opened.cluster.api
        pair = opened.authority.pair
        auth = Auth(api, _settings(opened))
        self.tokens = auth.tokens
        self.issuer = auth.tokens.issuer.url
        auth.start(pair.certificate.decode("ascii"), Signer(pair.certificate, pair.key))
        self._auth = auth
        handler = self._assembled()
        self._webhooks = WebhookCaller(loop, api, pump.catch_up)
        self._listener = Listener(loop, handler, pump, runtime.turn, self._webhooks)
        self.context = self._context()

    @property
    def url(self) -> str:
        """Where clients find it."""
        return local_url(self._sock, "https")

    def _assembled(self) -> Handler:
        """What answers for the cluster as its version is now."""
        api = self.opened.cluster.api
        handler = assembled(
            api,
            auth=self._auth,
            timers=LoopTimers(self._runtime.loop),
            build=Build(kubelet_version(api.version)),
            server=self.url.removeprefix("https://"),
            metrics=True,
        )
        with_flow_control(handler)
        return handler

    def upgrade(self, version: str) -> None:
        """Serve another minor version of Kubernetes from now on; connections stay."""
        self.opened.cluster.api.upgrade(version)
        self._listener.answer_by(self._assembled())

    def _context(self) -> Context:
        authority = self.opened.authority
        admin = authority.for_client(ADMIN, MASTERS, machine_time())
        return Context(
            name=f"minieks-{self.opened.name}",
            server=self.url,
            authority=authority.pair.certificate,
            certificate=admin.certificate,
            key=admin.key,
        )

    async def start(self) -> None:
        """Serve from now on."""
        if self.opened.journal is not None:
            self._runtime.turn.keep(self.opened.journal)
        address = self._sock.getsockname()[0]
        authority = self.opened.authority
        inside = self.opened.cluster.api.services.first
        hosts = dict.fromkeys((*_LOCAL, address, *_IN_CLUSTER, inside))
        pair = authority.for_server(hosts, machine_time())
        context = server_context(pair, authority.pair.certificate)
        await self._listener.start(self._sock, context)

    async def stop(self) -> None:
        """Stop serving; the cluster ends, and all of it is kept that is to be."""
        self._unfollow()
        self._webhooks.stop()
        await self._listener.stop()
        self.opened.part.close()
        if self.opened.journal is not None:
            self._runtime.turn.forget(self.opened.journal)
            self.opened.journal.close()
