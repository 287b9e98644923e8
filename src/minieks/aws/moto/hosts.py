"""The host at AWS that stands for a signed service: moto knows its backends by their hosts.

Most services are signed by the name that their host begins with; the table has the others. Source:
botocore's models, ``signingName`` and ``endpointPrefix``.
"""

import re
from typing import Final

from minieks.aws.scope import Scope
from minieks.kube.rest.http import Request

_PREFIXES: Final = {
    "eventbridge": "events",
    "execute-api": "iot",
    "iotdata": "data-ats.iot",
    "memorydb": "memory-db",
    "mobiletargeting": "pinpoint",
    "payment-cryptography": "controlplane.payment-cryptography",
    "sagemaker": "api.sagemaker",
    "timestream": "ingest.timestream",
}
_WITHOUT_REGION: Final = frozenset({"budgets", "cloudfront", "motoapi"})
_API_AWS: Final = frozenset({"aidevops", "dsql", "s3vectors"})
_LOCAL_BUCKET: Final = re.compile(
    r"^(?P<bucket>.+?)(?:\.s3)?\.(?:localhost|127\.0\.0\.1\.nip\.io)(?::\d+)?$"
)


def host_of(request: Request, scope: Scope) -> str:
    """The host that the request would have gone to at AWS."""
    service, region = scope.service, scope.region
    if service == "s3":
        return _of_s3(request, region)
    if service in _WITHOUT_REGION:
        return f"{service}.amazonaws.com"
    if service in _API_AWS:
        return f"{service}.{region}.api.aws"
    prefix = _of_target(request, service) or _PREFIXES.get(service, service)
    return f"{prefix}.{region}.amazonaws.com"


def _of_target(request: Request, service: str) -> str:
    """The services of one signing name that are told apart by what they are asked."""
    target = request.headers.get("x-amz-target", "")
    if service == "dynamodb" and target.startswith("DynamoDBStreams"):
        return "streams.dynamodb"
    if service == "timestream" and target.endswith("Query"):
        return "query.timestream"
    if service == "sagemaker" and request.path.endswith("/invocations"):
        return "runtime.sagemaker"
    return ""


def _of_s3(request: Request, region: str) -> str:
    if request.path.startswith("/v20180820/"):
        return f"{request.headers.get('x-amz-account-id', '')}.s3-control.{region}.amazonaws.com"
    bucket = bucket_of(request)
    within = f"{bucket}." if bucket else ""
    return f"{within}s3.{region}.amazonaws.com"


def bucket_of(request: Request) -> str:
    """The bucket that a host of ours names; empty if the path does."""
    found = _LOCAL_BUCKET.match(request.headers.get("host", ""))
    return found["bucket"] if found else ""
