"""STS behind the AWS endpoint: what identity decides is answered here, the rest by moto.

Source: AWS STS API reference, GetCallerIdentity.
"""

from xml.sax.saxutils import escape

import orjson

from minieks.aws.asked import Asked
from minieks.eks.identity.ports import CallerIdentity
from minieks.kube.rest.http import Response

_NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def caller_identity(asked: Asked, request_id: str) -> Response:
    """Who asks: as JSON if that is wanted, as kubectl's token webhooks do, else as XML."""
    assert asked.caller is not None, "nobody asks without a signature"
    said = _members(asked.caller)
    if "json" in asked.request.headers.get("accept", ""):
        whole = {"GetCallerIdentityResult": said, "ResponseMetadata": {"RequestId": request_id}}
        body = orjson.dumps({"GetCallerIdentityResponse": whole})
        return _response("application/json", body, request_id)
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items())
    text = (
        f'<GetCallerIdentityResponse xmlns="{_NAMESPACE}">'
        f"<GetCallerIdentityResult>{inner}</GetCallerIdentityResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</GetCallerIdentityResponse>"
    )
    return _response("text/xml", text.encode(), request_id)


def _members(caller: CallerIdentity) -> dict[str, str]:
    return {"Arn": caller.arn, "UserId": caller.user_id, "Account": caller.account}


def _response(kind: str, body: bytes, request_id: str) -> Response:
    return Response(200, (("Content-Type", kind), ("x-amzn-RequestId", request_id)), body)
