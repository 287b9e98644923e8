"""The certificate of who vouches for the AWS endpoint's HTTPS, for clients that want to check it.

curl -s $AWS_ENDPOINT_URL/_minieks/authority.pem > aws.pem
"""

from typing import Final

from minieks.kube.rest.http import Request, Response
from minieks.serve.asking import PREFIX

_PATH: Final = f"{PREFIX}authority.pem"
_HEADERS: Final = (("Content-Type", "application/x-pem-file"),)


class PublishedAuthority:
    """Answers with the certificate; None for any other request."""

    def __init__(self, certificate: bytes) -> None:
        self._answer = Response(200, _HEADERS, certificate)

    def __call__(self, request: Request) -> Response | None:
        """The answer to a request."""
        return self._answer if request.path == _PATH and request.method == "GET" else None
