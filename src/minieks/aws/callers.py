"""Who stands behind an access key, and in which account.

A key that IAM or STS has given out is that user's or session's. One that they could have given out
and have not, or no more, is nobody's: every ``ASIA…``, and an ``AKIA…`` whose id says that it is of
an account that has been used here. Any other one, such as ``test``, is the root user of an account:
of the account that it names if it is twelve digits, as other emulators have it, else of
123456789012. Its secret is not known, so whatever it signs is taken for right.
"""

from minieks.aws.keyids import account_in, is_temporary
from minieks.aws.moto import keys
from minieks.aws.moto.loaded import in_use
from minieks.eks.identity.ports import AccessKey, CallerIdentity

DEFAULT_ACCOUNT = "123456789012"


class Callers:
    """Fulfils `minieks.eks.identity.ports.AccessKeys`."""

    def access_key(self, key_id: str) -> AccessKey | None:
        """The key of this id; None for one that is nobody's."""
        found = keys.find(key_id)
        if found is not None or is_temporary(key_id) or _is_ours(key_id):
            return found
        return AccessKey(root_of(account_named(key_id), key_id), None)


def _is_ours(key_id: str) -> bool:
    account = account_in(key_id)
    return bool(account) and next(in_use("iam", account), None) is not None


def account_named(key_id: str) -> str:
    """The account that an unknown key is of."""
    return key_id if len(key_id) == 12 and key_id.isdecimal() else DEFAULT_ACCOUNT


def root_of(account: str, key_id: str = "") -> CallerIdentity:
    """The root user of an account (AWS IAM user guide, "IAM identifiers")."""
    return CallerIdentity(f"arn:aws:iam::{account}:root", account, account, key_id)
