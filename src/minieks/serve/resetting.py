"""``POST /_minieks/reset``, and moto's own path: the AWS side is as at the beginning.

Clusters that were made there end, and whatever else was made in any account and region is gone. The
clusters that ``minieks up`` was given stay.
"""

from collections.abc import Callable
from typing import Final

from minieks.aws.moto.loaded import reset
from minieks.eks.operations.collections import CLUSTERS
from minieks.eks.operations.regional import Services
from minieks.kube.rest.http import Request, Response

_PATHS: Final = ("/_minieks/reset", "/moto-api/reset")
_DONE: Final = Response(200, (("Content-Type", "application/json"),), b'{"status": "ok"}')
_NOT_SO: Final = Response(
    405, (("Content-Type", "application/json"), ("Allow", "POST")), b'{"error": "use POST"}'
)


class Resetting:
    """Answers the paths that empty everything; None for any other request."""

    def __init__(self, services: Services, reset_moto: Callable[[], None] = reset) -> None:
        self._services = services
        self._reset_moto = reset_moto

    def __call__(self, request: Request) -> Response | None:
        """The answer to a request: when it is there, everything is gone."""
        if request.path not in _PATHS:
            return None
        if request.method != "POST":
            return _NOT_SO
        self._stop_clusters()
        self._empty_store()
        self._reset_moto()
        return _DONE

    def _stop_clusters(self) -> None:
        for key, running in list(self._services.running.items()):
            if not self._is_brought(key):
                del self._services.running[key]
                self._services.clusters.stop(running)

    def _is_brought(self, key: str) -> bool:
        record = self._services.store.get(CLUSTERS, key)
        return record is not None and bool(record.get("brought"))

    def _empty_store(self) -> None:
        store = self._services.store
        for collection in store.collections():
            for key in list(store.keys(collection)):
                if collection != CLUSTERS or not self._is_brought(key):
                    store.remove(collection, key)
