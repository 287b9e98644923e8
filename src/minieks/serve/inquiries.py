"""What ``minieks whoami`` and ``minieks access`` ask a process that serves clusters.

They ask at the AWS endpoint, under ``/_minieks/``: ``whoami`` for the chain of a pod, ``access``
for all that says who may enter. The answers are JSON; a mistake is answered with ``error`` and
``hint``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

import orjson

from minieks.aws.moto.trusted import MotoTrusted
from minieks.eks.identity.chain import follow
from minieks.eks.identity.records import ACCESS_ENTRIES
from minieks.eks.identity.scene import ClusterScene
from minieks.engine.errors import UserError
from minieks.kube.rest.http import Request, Response
from minieks.serve.asking import PREFIX
from minieks.serve.host import Host, inside_of

_HEADERS: Final = (("Content-Type", "application/json"),)


class Inquiries:
    """Answers about the clusters that are served; None for any other request."""

    def __init__(self, hosts: Callable[[], Iterable[Host]]) -> None:
        self._hosts = hosts
        self._answers = {f"{PREFIX}whoami": _whoami, f"{PREFIX}access": _access}

    def __call__(self, request: Request) -> Response | None:
        """The answer to a request."""
        answer = self._answers.get(request.path)
        if answer is None or request.method != "GET":
            return None
        try:
            return _json(200, answer(self._host(request.asked("cluster")), request))
        except UserError as error:
            return _json(404, {"error": error.message, "hint": error.hint})

    def _host(self, named: str) -> Host:
        """The cluster of this name or ARN, or the only one there is; raises UserError."""
        hosts = {inside_of(one.opened).arn: one for one in self._hosts()}
        found = [one for arn, one in hosts.items() if named in ("", arn, one.opened.name)]
        if len(found) == 1:
            return found[0]
        names = _told_apart(hosts)
        if not found:
            raise UserError(f"no cluster {named} is served", hint=f"served: {names}")
        raise UserError("more than one cluster is served", hint=f"choose with --cluster: {names}")


def _told_apart(hosts: Mapping[str, Host]) -> str:
    """The names of clusters; their ARNs if those of several regions or accounts share a name."""
    names = [one.opened.name for one in hosts.values()]
    return ", ".join(names if len(set(names)) == len(names) else hosts) or "none"


def _whoami(host: Host, request: Request) -> dict[str, Any]:
    cluster = host.opened.cluster
    scene = ClusterScene(inside_of(host.opened), cluster.api, host.issuer, MotoTrusted())
    chain = follow(request.asked("namespace"), request.asked("pod"), scene)
    return {"cluster": host.opened.name, **asdict(chain), "holds": chain.holds}


def _access(host: Host, request: Request) -> dict[str, Any]:
    cluster = host.opened.cluster
    access = inside_of(host.opened).access()
    config_map = cluster.api.get("configmaps", "kube-system", "aws-auth")
    return {
        "cluster": host.opened.name,
        "mode": access.mode,
        "creator": access.creator,
        "entries": list(cluster.aws.values(ACCESS_ENTRIES)),
        "awsAuth": None if config_map is None else config_map.get("data") or {},
    }


def _json(status: int, value: Any) -> Response:
    return Response(status, _HEADERS, orjson.dumps(value))
