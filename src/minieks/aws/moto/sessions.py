"""Sessions of roles: the credentials that STS gives out, in moto's state."""

import json

from minieks.aws.moto import changes
from minieks.aws.moto.iam import account_of, partition_of
from minieks.aws.moto.keys import micros_of
from minieks.aws.moto.loaded import of_partition
from minieks.aws.scope import DEFAULT_REGION
from minieks.eks.identity.ports import Credentials, Session


class MotoSts:
    """Fulfils `minieks.eks.identity.ports.Sts`."""

    def issue(self, session: Session) -> Credentials:
        """New credentials of a session; they count for as long as the machine's clock says."""
        arn = session.role.arn
        changes.note()
        sts = of_partition("sts", account_of(arn), partition_of(arn))
        made = sts.assume_role(
            region_name=DEFAULT_REGION,
            role_session_name=session.name,
            role_arn=arn,
            policy=json.dumps(list(session.policies)) if session.policies else None,
            duration=session.seconds,
            external_id=None,
        )
        made.session_tags = dict(session.tags)
        return Credentials(
            made.access_key_id,
            made.secret_access_key,
            made.session_token,
            micros_of(made.expiration),
        )
