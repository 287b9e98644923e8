"""The durations of Go in queries.

Source: time.ParseDuration of Go, kubernetes apiserver pkg/endpoints/filters/request_deadline.go.
"""

import re
from typing import Final

from minieks.kube.api.errors import BadRequest

_UNITS: Final = "ns|us|µs|μs|ms|s|m|h"
_DURATION: Final = re.compile(rf"[+-]?(0|((\d+(\.\d*)?|\.\d+)({_UNITS}))+)")


def check(timeout: str) -> None:
    """Raises BadRequest if the timeout of a request is no duration; empty is none."""
    if timeout and not _DURATION.fullmatch(timeout):
        raise BadRequest(
            f'invalid timeout specified in the request URL - time: invalid duration "{timeout}"'
        )
