"""One service's REST-JSON: a request becomes an operation with parameters, a result an answer."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from botocore.model import OperationModel, ServiceModel, Shape

from minieks.aws.wire.constraints import failures
from minieks.aws.wire.models import load
from minieks.aws.wire.reading import read, read_text
from minieks.aws.wire.refusals import UNKNOWN_OPERATION, Refusal, serialization, validation
from minieks.aws.wire.routes import Routes
from minieks.aws.wire.writing import written
from minieks.kube.rest.http import Request, Response

_JSON = "application/json"


class Protocol:
    """The operations of a service; ``token`` makes an idempotency token where none was sent."""

    def __init__(self, service: str, token: Callable[[], str]) -> None:
        self.model: ServiceModel = load(service)
        self._token = token
        operations = [self.model.operation_model(name) for name in self.model.operation_names]
        self._routes = Routes(
            [(one.http["method"], one.http["requestUri"], one) for one in operations]
        )

    def operation(self, request: Request) -> tuple[OperationModel, dict[str, Any]]:
        """The operation that a request asks for, and its parameters; raises Refusal."""
        found = self._routes.find(request.method, request.path)
        if found is None:
            raise UNKNOWN_OPERATION
        operation, labels = found
        shape = operation.input_shape
        parameters = self._parameters(shape, request, labels) if shape else {}
        broken = list(failures(shape, parameters)) if shape else []
        if broken:
            raise validation(broken)
        return operation, parameters

    def _parameters(
        self, shape: Shape, request: Request, labels: Mapping[str, str]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        in_body = {name for name, one in shape.members.items() if not _location(one)}
        if in_body:
            body = read(shape, _json(request.body))
            found.update((name, value) for name, value in body.items() if name in in_body)
        for name, member in shape.members.items():
            value = _beside_body(name, member, request, labels)
            if value is not None:
                found[name] = value
            elif member.metadata.get("idempotencyToken") and name not in found:
                found[name] = self._token()
        return found


def answer(operation: OperationModel, result: Mapping[str, Any], request_id: str) -> Response:
    """The answer of an operation that succeeded."""
    shape = operation.output_shape
    body = orjson.dumps(written(shape, result) if shape else {})
    headers = (("Content-Type", _JSON), ("x-amzn-RequestId", request_id))
    return Response(operation.http.get("responseCode", 200), headers, body)


def refused(refusal: Refusal, request_id: str) -> Response:
    """The answer that tells an error."""
    body = orjson.dumps({**refusal.members, "message": refusal.message})
    headers = (
        ("Content-Type", _JSON),
        ("x-amzn-RequestId", request_id),
        ("x-amzn-ErrorType", refusal.code),
    )
    return Response(refusal.status, headers, body)


def _location(member: Shape) -> str:
    location: str = member.serialization.get("location", "")
    return location


def _beside_body(name: str, member: Shape, request: Request, labels: Mapping[str, str]) -> Any:
    """A member's value in the path, the query or a header; None if it is not there."""
    called = member.serialization.get("name", name)
    match _location(member):
        case "uri":
            return read_text(member, labels[called]) if called in labels else None
        case "querystring":
            return _queried(member, [value for key, value in request.query if key == called])
        case "header":
            text = request.headers.get(called.lower())
            return None if text is None else read_text(member, text)
    return None


def _queried(member: Shape, values: list[str]) -> Any:
    if not values:
        return None
    if member.type_name == "list":
        return [read_text(member.member, one) for one in values]
    return read_text(member, values[0])


def _json(body: bytes) -> Any:
    if not body.strip():
        return {}
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise serialization("The request body is no JSON document.") from None
