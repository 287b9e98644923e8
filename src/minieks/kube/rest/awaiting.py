"""Reads of a revision that is still to come: they wait a little for it.

Source: kubernetes apiserver pkg/storage/cacher/watch_cache.go (waitUntilFreshAndBlock),
pkg/storage/errors.go (NewTooLargeResourceVersionError).
"""

from collections.abc import Callable
from typing import Final

from minieks.kube.api.errors import ApiError
from minieks.kube.rest.call import Timers
from minieks.kube.rest.history import Histories
from minieks.kube.rest.http import Answer

_LONGEST: Final = 3.0
"""Seconds that a read waits."""


class FutureRevision(ApiError):
    """The 504 of a revision that has not been reached."""

    def __init__(self, revision: int, present: int) -> None:
        cause = {"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}
        super().__init__(
            504,
            "Timeout",
            f"Timeout: Too large resource version: {revision}, current: {present}",
            {"causes": [cause], "retryAfterSeconds": 1},
        )
        self.revision = revision


class Awaiting:
    """An answer that is not known yet: what ``read`` gives when the revision is there, or the time
    is over."""

    def __init__(
        self, histories: Histories, timers: Timers, revision: int, read: Callable[[], Answer]
    ) -> None:
        self._histories = histories
        self._timers = timers
        self._revision = revision
        self._read = read

    def wait(self, tell: Callable[[Answer], None]) -> None:
        """Call ``tell`` once, with what can be read by then."""

        def over() -> None:
            forget()
            tell(self._read())

        def arrived() -> None:
            # What is told leads to more; the writer of the revision is to be done before.
            cancel()
            self._timers.after(0, over)

        cancel = self._timers.after(_LONGEST, over)
        forget = self._histories.when(self._revision, arrived)
