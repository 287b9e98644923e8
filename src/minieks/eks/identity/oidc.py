"""The OIDC issuer of a cluster: its URL, and what it publishes so that others can verify tokens.

Source: Amazon EKS user guide, "Fetch signing keys to validate OIDC tokens" and "IAM roles for
service accounts"; OpenID Connect Discovery 1.0, section 3. Discovery and keys are public, under
``<issuer>/.well-known/openid-configuration`` and ``<issuer>/keys``.
"""

import hashlib
import re
from typing import Any, Final

from minieks.data.regions import find_region
from minieks.kube.auth.tokens.claims import Issuer

AUDIENCE: Final = "https://kubernetes.default.svc"
"""The audience of tokens for the cluster's own API."""
DISCOVERY: Final = "/.well-known/openid-configuration"
KEYS: Final = "/keys"
EXTENDED: Final = 90 * 24 * 3600
"""Seconds: how long EKS lets a pod's own token live beyond its hour, for old clients."""
_HOST: Final = re.compile(r"oidc\.eks\.[a-z0-9-]+\.amazonaws\.com(\.cn)?")
_ID_LENGTH: Final = 32


def issuer_url(region: str, cluster_id: str) -> str:
    """The issuer of a cluster, by the 32 hexadecimal digits of its id."""
    return f"https://{host_in(region)}/id/{cluster_id}"


def host_in(region: str) -> str:
    """The host of the issuers of a region."""
    suffix = ".cn" if find_region(region).partition == "aws-cn" else ""
    return f"oidc.eks.{region}.amazonaws.com{suffix}"


def issuer(region: str, cluster_id: str) -> Issuer:
    """The issuer as service account tokens name it."""
    return Issuer(issuer_url(region, cluster_id), (AUDIENCE,), EXTENDED)


def id_of(seed: bytes) -> str:
    """A cluster's id made of something that the cluster has for life, such as its authority."""
    return hashlib.sha256(seed).hexdigest()[:_ID_LENGTH].upper()


def host_of(url: str) -> str:
    """The URL as IAM names a provider: without ``https://``."""
    return url.removeprefix("https://")


def is_host(host: str) -> bool:
    """Whether issuers of EKS are at this host, in some region."""
    return _HOST.fullmatch(host) is not None


def provider_arn(partition: str, account: str, url: str) -> str:
    """The ARN of an account's IAM OIDC provider for an issuer."""
    return f"arn:{partition}:iam::{account}:oidc-provider/{host_of(url)}"


def discovery(url: str) -> dict[str, Any]:
    """The discovery document of an issuer."""
    return {
        "issuer": url,
        "jwks_uri": f"{url}{KEYS}",
        "authorization_endpoint": "urn:kubernetes:programmatic_authorization",
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "claims_supported": ["sub", "iss"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }
