"""What others need to verify the cluster's service account tokens (OpenID Connect discovery).

    Issuing(url, server, key_set)(request, info) -> Response | None

Source: kubernetes pkg/serviceaccount/openidmetadata.go, OpenID Connect Discovery 1.0 section 3.
"""

from collections.abc import Callable
from typing import Any, Final

import orjson

from minieks.kube.api.errors import ApiError
from minieks.kube.rest import media
from minieks.kube.rest.http import Request, Response
from minieks.kube.rest.requestinfo import RequestInfo

CONFIGURATION: Final = "/.well-known/openid-configuration"
KEYS: Final = "/openid/v1/jwks"
_KEY_SET: Final = "application/jwk-set+json"
_CACHED: Final = ("Cache-Control", "public, max-age=3600")


class Issuing:
    """Answers the two paths of the issuer of tokens; None for any other.

    ``url`` is the issuer, ``server`` the host and port of the API, ``key_set`` its public keys.
    """

    def __init__(self, url: str, server: str, key_set: Callable[[], dict[str, Any]]) -> None:
        self._url = url
        self._server = server
        self._key_set = key_set

    def __call__(self, request: Request, info: RequestInfo) -> Response | None:
        """The answer to a request; raises the 406 of a form that cannot be had."""
        if request.method != "GET":
            return None
        if info.path == CONFIGURATION:
            headers = (_CACHED, ("Content-Type", media.JSON))
            return Response(200, headers, orjson.dumps(self._configuration()))
        if info.path != KEYS:
            return None
        accepted = media.parse_accept(request.headers.get("accept", ""))
        if accepted and not any(media.chosen(one, (_KEY_SET,)) for one in accepted):
            offered = f"406: Not Acceptable\n\nAvailable representations: {_KEY_SET}"
            raise ApiError(406, "NotAcceptable", offered)
        return Response(200, (_CACHED, ("Content-Type", _KEY_SET)), orjson.dumps(self._key_set()))

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self._url,
            "jwks_uri": f"https://{self._server}{KEYS}",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
