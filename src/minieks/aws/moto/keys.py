"""Access keys that IAM and STS have given out, and whose they are."""

from datetime import UTC, datetime
from typing import Any

from minieks.aws.moto.loaded import accounts, of_partition, partitions
from minieks.eks.identity.ports import AccessKey, CallerIdentity
from minieks.engine.clock import SECOND, Micros


def find(key_id: str) -> AccessKey | None:
    """The key of this id, or None if neither a user nor a session has it."""
    for account in accounts("sts"):
        for partition in partitions("sts", account):
            session = _session(account, partition, key_id)
            if session is not None:
                return session
    for account in accounts("iam"):
        for partition in partitions("iam", account):
            user = _user(account, partition, key_id)
            if user is not None:
                return user
    return None


def _session(account: str, partition: str, key_id: str) -> AccessKey | None:
    found = of_partition("sts", account, partition).get_assumed_role_from_access_key(key_id)
    if found is None:
        return None
    caller = CallerIdentity(found.arn, found.account_id, found.user_id, key_id)
    expires = micros_of(found.expiration)
    return AccessKey(caller, found.secret_access_key, found.session_token, expires)


def _user(account: str, partition: str, key_id: str) -> AccessKey | None:
    iam = of_partition("iam", account, partition)
    key: Any = iam.access_keys.get(key_id)
    user: Any = iam.users.get(key.user_name) if key is not None else None
    if user is None or key.status != "Active":
        return None
    caller = CallerIdentity(user.arn, account, user.id, key_id)
    return AccessKey(caller, key.secret_access_key)


def micros_of(moment: datetime) -> Micros:
    """moto's moments have no zone, and are of UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * SECOND)
