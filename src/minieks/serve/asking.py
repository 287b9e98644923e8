"""Asks the processes that serve clusters; see `minieks.serve.inquiries`."""

import http.client
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson

from minieks.engine.errors import UserError
from minieks.serve.running import Running

PREFIX: Final = "/_minieks/"
"""Where the AWS endpoint is asked about minieks itself."""
_PATIENCE: Final = 30.0


def ask(processes: Sequence[Running], what: str, **parameters: str) -> dict[str, Any]:
    """The answer of the first process that has one; UserError with what the last one says."""
    refusal = UserError("nothing is served", hint="start a cluster: minieks up")
    for process in processes:
        status, answer = _asked(process, what, parameters)
        if status == 200:
            return answer
        refusal = UserError(answer["error"], hint=answer.get("hint") or "")
    raise refusal


def _asked(
    process: Running, what: str, parameters: Mapping[str, str]
) -> tuple[int, dict[str, Any]]:
    place = urlsplit(process.aws_endpoint)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=_PATIENCE)
    try:
        connection.request("GET", f"{PREFIX}{what}?{urlencode(parameters)}")
        response = connection.getresponse()
        answer = orjson.loads(response.read())
        if response.status != 200 and "error" not in answer:
            raise ValueError(f"HTTP {response.status}")
        return response.status, answer
    except (OSError, http.client.HTTPException, ValueError) as error:
        hint = "see minieks status"
        raise UserError(
            f"does not answer: {error}", where=process.aws_endpoint, hint=hint
        ) from None
    finally:
        connection.close()
