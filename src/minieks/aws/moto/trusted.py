"""IAM as identity asks it: roles with what they trust and allow, and OIDC providers."""

from collections.abc import Iterator, Mapping
from typing import Any

from minieks.aws.moto.iam import document, role_of
from minieks.aws.moto.loaded import in_use
from minieks.eks.identity.ports import OidcProvider, Role


class MotoTrusted:
    """Fulfils `minieks.eks.identity.ports.Iam` from moto's state."""

    def role(self, account: str, arn: str) -> Role | None:
        """The role of this ARN with all its policies, or None."""
        found = role_of(account, arn)
        if found is None:
            return None
        boundary = found.permissions_boundary_arn
        return Role(
            arn=found.arn,
            name=found.name,
            role_id=found.id,
            trust=document(found.assume_role_policy_document),
            max_session=int(found.max_session_duration or 3600),
            policies=tuple(policies_of(found)),
            boundary=managed(account, boundary) if boundary else None,
        )

    def oidc_provider(self, account: str, host: str) -> OidcProvider | None:
        """The account's provider for an issuer, or None; ``host`` is without ``https://``."""
        for iam in in_use("iam", account):
            for one in iam.open_id_providers.values():
                if one.url == host:
                    ids, prints = tuple(one.client_id_list), tuple(one.thumbprint_list)
                    return OidcProvider(one.arn, host, ids, prints)
        return None


def policies_of(holder: Any) -> Iterator[Mapping[str, Any]]:
    """The documents of the inline and attached policies of a role, a user or a group."""
    yield from (document(text) for text in holder.policies.values())
    yield from (_document(one) for one in holder.managed_policies.values())


def managed(account: str, arn: str) -> Mapping[str, Any]:
    """The document of a managed policy; one that allows nothing if it is not there."""
    for iam in in_use("iam", account):
        found = iam.managed_policies.get(arn)
        if found is not None:
            return _document(found)
    return {}


def _document(policy: Any) -> Mapping[str, Any]:
    """The document of a managed policy's default version."""
    found = (one.document for one in policy.versions if one.is_default)
    return document(next(found, None))
