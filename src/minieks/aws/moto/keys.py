"""Access keys that IAM and STS have given out, and whose they are."""

from datetime import UTC, datetime
from itertools import chain
from typing import Any

from minieks.aws.moto.loaded import in_use
from minieks.eks.identity.ports import AccessKey, CallerIdentity
from minieks.engine.clock import SECOND, Micros


def find(key_id: str) -> AccessKey | None:
    """The key of this id, or None if neither a user nor a session has it."""
    sessions = (_session(sts, key_id) for sts in in_use("sts"))
    users = (_user(iam, key_id) for iam in in_use("iam"))
    return next((one for one in chain(sessions, users) if one is not None), None)


def _session(sts: Any, key_id: str) -> AccessKey | None:
    found = sts.get_assumed_role_from_access_key(key_id)
    if found is None:
        return None
    caller = CallerIdentity(found.arn, found.account_id, found.user_id, key_id)
    expires = micros_of(found.expiration)
    return AccessKey(caller, found.secret_access_key, found.session_token, expires)


def _user(iam: Any, key_id: str) -> AccessKey | None:
    key: Any = iam.access_keys.get(key_id)
    user: Any = iam.users.get(key.user_name) if key is not None else None
    if user is None or key.status != "Active":
        return None
    caller = CallerIdentity(user.arn, iam.account_id, user.id, key_id)
    return AccessKey(caller, key.secret_access_key)


def micros_of(moment: datetime) -> Micros:
    """moto's moments have no zone, and are of UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * SECOND)
