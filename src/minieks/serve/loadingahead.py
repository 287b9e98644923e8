"""Loads what clients of AWS ask for next, while they think.

moto takes a second to load. Who has asked one service makes clusters next, as a rule, and needs IAM
and EC2 for it; who never asks one has none of it in memory.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from minieks.aws.moto.loaded import load_usual
from minieks.kube.rest.http import Request, Response
from minieks.serve.memory import trim

if TYPE_CHECKING:
    from minieks.aws.front import Front

_TRIMMED_AFTER = (0.0, 5.0, 30.0)
"""Seconds after which memory is given back."""

log = logging.getLogger("minieks.serve")


class LoadingAhead:
    """Hands requests on to the front; after the first for a service of AWS it begins to load."""

    def __init__(self, loop: asyncio.AbstractEventLoop, front: "Callable[[], Front]") -> None:
        self._loop = loop
        self._front = front
        self._begun = False

    def handle(self, request: Request) -> Response:
        """The front's answer."""
        front = self._front()
        answer = front.handle(request)
        if front.is_used and not self._begun:
            self._begun = True
            loading = self._loop.run_in_executor(None, load_usual)
            loading.add_done_callback(self._loaded)
        return answer

    def _loaded(self, loading: "asyncio.Future[None]") -> None:
        """What was read to load it is needed no more, nor what the first answers needed."""
        if not loading.cancelled() and loading.exception() is not None:
            log.error("moto cannot be loaded", exc_info=loading.exception())
        for seconds in _TRIMMED_AFTER:
            self._loop.call_later(seconds, trim)
