"""Whether what is served answers."""

import http.client
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from minieks.serve.running import Running, ServedCluster

_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class ClusterState:
    """A cluster that is served, and whether it says that it is ready."""

    name: str
    ready: bool
    kubernetes_version: str
    server: str
    context: str
    kubeconfig: str
    speed: float | Literal["max"]
    pid: int
    started: str
    log: str
    data_dir: str
    aws_endpoint: str


def states(processes: Sequence[Running]) -> list[ClusterState]:
    """Each cluster of these processes."""
    return [_state(one, cluster) for one in processes for cluster in one.clusters]


def _state(process: Running, cluster: ServedCluster) -> ClusterState:
    return ClusterState(
        name=cluster.name,
        ready=_is_ready(cluster),
        kubernetes_version=cluster.kubernetes_version,
        server=cluster.server,
        context=cluster.context,
        kubeconfig=process.kubeconfig,
        speed=process.speed,
        pid=process.pid,
        started=process.started,
        log=process.log,
        data_dir=process.data_dir,
        aws_endpoint=process.aws_endpoint,
    )


def _is_ready(cluster: ServedCluster) -> bool:
    """Ask ``/readyz``, which answers everybody."""
    address = urlsplit(cluster.server)
    context = ssl.create_default_context(cadata=cluster.authority)
    asking = http.client.HTTPSConnection(
        address.hostname or "", address.port, timeout=_PATIENCE, context=context
    )
    try:
        asking.request("GET", "/readyz")
        return asking.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asking.close()
