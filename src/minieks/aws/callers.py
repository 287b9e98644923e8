"""Who stands behind an access key, and in which account.

A key that IAM or STS has given out is that user's or session's. Any other one, such as ``test``, is
the root user of an account: of the account that it names if it is twelve digits, as other emulators
have it, else of 123456789012. Its secret is not known, so whatever it signs is taken for right.
"""

from minieks.aws.moto import keys
from minieks.eks.identity.ports import AccessKey, CallerIdentity

DEFAULT_ACCOUNT = "123456789012"


class Callers:
    """Fulfils `minieks.eks.identity.ports.AccessKeys`: every key is somebody's."""

    def access_key(self, key_id: str) -> AccessKey:
        """The key of this id."""
        return keys.find(key_id) or AccessKey(root_of(account_named(key_id), key_id), None)


def account_named(key_id: str) -> str:
    """The account that an unknown key is of."""
    return key_id if len(key_id) == 12 and key_id.isdecimal() else DEFAULT_ACCOUNT


def root_of(account: str, key_id: str = "") -> CallerIdentity:
    """The root user of an account (AWS IAM user guide, "IAM identifiers")."""
    return CallerIdentity(f"arn:aws:iam::{account}:root", account, account, key_id)
