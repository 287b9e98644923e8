"""S3 as policies see it: its requests have permissions of other names than its operations.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote

from minieks.aws.moto.hosts import bucket_of
from minieks.kube.rest.http import Request

_BUCKET: Final = {"HEAD": "ListBucket", "GET": "ListBucket", "PUT": "CreateBucket"} | {
    "DELETE": "DeleteBucket",
    "POST": "DeleteObject",
}
_KEY: Final = {"HEAD": "GetObject", "GET": "GetObject", "PUT": "PutObject"} | {
    "DELETE": "DeleteObject",
    "POST": "PutObject",
}
_SUBRESOURCES: Final = {
    "acl": "Acl",
    "cors": "CORS",
    "location": "Location",
    "logging": "Logging",
    "notification": "Notification",
    "policy": "Policy",
    "tagging": "Tagging",
    "versioning": "Versioning",
    "website": "Website",
}
_WRITTEN: Final = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "DELETE": "Put"}


def parameters(request: Request) -> Mapping[str, str]:
    """The bucket and the key that a request is about; empty for none."""
    bucket, path = bucket_of(request), unquote(request.path).lstrip("/")
    if not bucket:
        bucket, _, path = path.partition("/")
    return {"Bucket": bucket, "Key": path}


def action(request: Request) -> str:
    """The permission that a request needs."""
    about = parameters(request)
    if not about["Bucket"]:
        return "ListAllMyBuckets"
    part = next((name for name, _ in request.query if name in _SUBRESOURCES), "")
    if part and request.method in _WRITTEN:
        what = "Object" if about["Key"] else "Bucket"
        return f"{_WRITTEN[request.method]}{what}{_SUBRESOURCES[part]}"
    return (_KEY if about["Key"] else _BUCKET).get(request.method, "*")
