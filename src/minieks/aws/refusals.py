"""Errors in the form that a service's own protocol has for them.

Source: AWS General Reference, "Common Errors"; Smithy, "AWS protocols": query, ec2, rest-xml, JSON.
"""

from xml.sax.saxutils import escape

import orjson

from minieks.aws.query import NAMESPACE
from minieks.aws.scope import Scope, action_of
from minieks.kube.rest.http import Request, Response

_NOT_THERE = "NotImplemented"
_JSON_CODES = {
    "MissingAuthenticationToken": "MissingAuthenticationTokenException",
    "InvalidClientTokenId": "UnrecognizedClientException",
    "ExpiredToken": "ExpiredTokenException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "IncompleteSignature": "IncompleteSignatureException",
}
"""Common errors as services call them that speak JSON."""
_OWN = {
    ("ec2", "InvalidClientTokenId"): (
        *(401, "AuthFailure"),
        "AWS was not able to validate the provided access credentials",
    ),
    ("ec2", "SignatureDoesNotMatch"): (
        *(401, "AuthFailure"),
        "AWS was not able to validate the provided access credentials",
    ),
    ("s3", "InvalidClientTokenId"): (
        *(403, "InvalidAccessKeyId"),
        "The AWS Access Key Id you provided does not exist in our records.",
    ),
}
"""Common errors that services have in a way of their own (EC2 and S3 API references)."""
_XML = (("Content-Type", "text/xml"),)


def missing(request: Request, scope: Scope, message: str) -> Response:
    """Says that something is not emulated: 501, so that no client takes it for a passing fault."""
    return refused(request, scope, (501, _NOT_THERE, message))


def refused(
    request: Request, scope: Scope, error: tuple[int, str, str], request_id: str = ""
) -> Response:
    """An error as (status, code, text), such that the service's clients can read it."""
    status, code, message = _OWN.get((scope.service, error[1]), error)
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    if scope.service == "ec2":
        body = f"<Response><Errors><Error>{inner}</Error></Errors></Response>"
    elif scope.service == "s3":
        body = f"<Error>{inner}</Error>"
    elif action_of(request) or scope.service in ("route53", "cloudfront"):
        space = f' xmlns="{NAMESPACE}"' if scope.service == "sts" else ""
        told = f"<Error><Type>Sender</Type>{inner}</Error><RequestId>{request_id}</RequestId>"
        body = f"<ErrorResponse{space}>{told}</ErrorResponse>"
    else:
        return _json(status, code, message)
    return Response(status, _XML, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode())


def _json(status: int, code: str, message: str) -> Response:
    code = _JSON_CODES.get(code, code)
    headers = (("Content-Type", "application/json"), ("x-amzn-ErrorType", code))
    return Response(status, headers, orjson.dumps({"__type": code, "message": message}))
