"""ARNs of IAM and STS: their parts, and the form under which an authenticator looks callers up.

Source: AWS IAM user guide, "IAM identifiers"; aws-iam-authenticator pkg/arn/arn.go.
"""

import re
from typing import Final, NamedTuple

PARTITIONS: Final = (
    "aws",
    "aws-cn",
    "aws-us-gov",
    "aws-iso",
    "aws-iso-b",
    "aws-iso-e",
    "aws-iso-f",
)
ROLE: Final = re.compile(r"arn:aws[a-z0-9-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)
"""What counts as the ARN of a role (amazon-eks-pod-identity-webhook pkg/cache/cache.go)."""


class BadArn(ValueError):
    """A text that is no ARN of an IAM identity; says why in the authenticator's words."""


class Arn(NamedTuple):
    """The parts of an ARN; ``resource`` is all that follows the account."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def kind(self) -> str:
        """What stands before the first slash: ``role``, ``user``, ``assumed-role``."""
        return self.resource.partition("/")[0]

    @property
    def last(self) -> str:
        """What stands after the last slash: the name, without its path."""
        return self.resource.rpartition("/")[2]

    def __str__(self) -> str:
        head = f"arn:{self.partition}:{self.service}:{self.region}:{self.account}"
        return f"{head}:{self.resource}"


def parsed(text: str) -> Arn:
    """The parts of an ARN; raises BadArn."""
    parts = text.split(":", 5)
    if parts[0] != "arn":
        raise BadArn(f"arn '{text}' is invalid: 'arn: invalid prefix'")
    if len(parts) < 6:
        raise BadArn(f"arn '{text}' is invalid: 'arn: not enough sections'")
    return Arn(*parts[1:])


def canonical(text: str) -> str:
    """The ARN of the role whose session it is, or the ARN itself; raises BadArn.

    The path of a role is not in the ARN of its sessions, and so is lost.
    """
    arn = parsed(text)
    if arn.partition not in PARTITIONS:
        raise BadArn(f"arn '{text}' does not have a recognized partition")
    if arn.service == "sts":
        return _of_session(arn)
    if arn.service != "iam":
        raise BadArn(f"service {arn.service} in arn {text} is not a valid service for identities")
    if arn.kind not in {"role", "user", "root"}:
        raise BadArn(f"unrecognized resource {arn.resource} for service iam")
    return text


def _of_session(arn: Arn) -> str:
    if arn.kind == "federated-user":
        return str(arn)
    if arn.kind != "assumed-role":
        raise BadArn(f"unrecognized resource {arn.resource} for service sts")
    parts = arn.resource.split("/")
    if len(parts) < 3:
        raise BadArn(f"assumed-role arn '{arn}' does not have a role")
    return str(Arn(arn.partition, "iam", "", arn.account, f"role/{'/'.join(parts[1:-1])}"))


def without_path(text: str) -> str:
    """The ARN of a role or user without its path, as a session's ARN shows the role."""
    try:
        arn = parsed(text)
    except BadArn:
        return text
    if arn.service != "iam" or "/" not in arn.resource:
        return text
    return str(arn._replace(resource=f"{arn.kind}/{arn.last}"))


def session(role: str, name: str) -> str:
    """The ARN of a session of a role, under the session's name."""
    arn = parsed(role)
    return str(Arn(arn.partition, "sts", "", arn.account, f"assumed-role/{arn.last}/{name}"))
