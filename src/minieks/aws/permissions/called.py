"""Which operation a request calls, and with what: as far as it can be told without its service.

Source: Smithy, "AWS protocols": the query protocols name the ``Action``, the JSON protocols have it
in ``X-Amz-Target``, and REST protocols in method and path, by botocore's models.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import orjson
from botocore.exceptions import BotoCoreError

from minieks.aws.asked import Asked
from minieks.aws.permissions import objects
from minieks.aws.query import parameters as query_parameters
from minieks.aws.scope import action_of
from minieks.aws.wire.models import load
from minieks.aws.wire.protocol import Protocol
from minieks.aws.wire.refusals import Refusal
from minieks.kube.rest.http import Request

_PREFIXES: Final = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}
"""Services whose actions have another prefix than the service has in signatures."""
_NAMES: Final = {"lambda:Invoke": "lambda:InvokeFunction"}
"""Operations whose permission has another name."""


@dataclass(frozen=True, slots=True)
class Called:
    """An action as policies name it, such as ``eks:DescribeCluster``, and its parameters.

    An operation that cannot be told is ``*``: only who may do everything with the service may.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The action."""
        name = f"{_PREFIXES.get(self.service, self.service)}:{self.operation}"
        return _NAMES.get(name, name)


def called(asked: Asked) -> Called | None:
    """What a request calls; None for one that is so wrong that its service refuses it anyway."""
    request, service = asked.request, asked.scope.service
    if service == "s3":
        return Called(service, objects.action(request), objects.parameters(request))
    if service == "apigateway":
        return Called(service, request.method, {"path": request.path})
    action = action_of(request)
    if action:
        return Called(service, action, query_parameters(request))
    target = request.headers.get("x-amz-target", "")
    if target:
        return Called(service, target.rpartition(".")[2], _json(request))
    return _by_model(service, request)


def _json(request: Request) -> Mapping[str, Any]:
    try:
        found = orjson.loads(request.body or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _by_model(service: str, request: Request) -> Called | None:
    protocol = _protocol(service)
    if protocol is None:
        return Called(service, "*")
    try:
        operation, parameters = protocol.operation(request)
    except Refusal:
        return None if service in ("eks", "eks-auth") else Called(service, "*")
    return Called(service, operation.name, parameters)


@cache
def _protocol(service: str) -> Protocol | None:
    """How a service is asked whose protocol is REST-JSON; None for others."""
    try:
        speaks = load(service).metadata.get("protocol")
    except BotoCoreError:
        return None
    return Protocol(service, str) if speaks == "rest-json" else None
