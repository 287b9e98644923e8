"""Who calls an operation, and where: the account and region that the signature names."""

from dataclasses import dataclass

from minieks.data.regions import find_region


@dataclass(frozen=True, slots=True)
class Caller:
    """An IAM principal, as ``sts:GetCallerIdentity`` describes it."""

    arn: str
    """``arn:aws:iam::…:user/…``, or ``arn:aws:sts::…:assumed-role/<role>/<session>``."""
    account: str
    user_id: str = ""
    """``AIDA…`` of a user, ``AROA…:<session>`` of a session of a role."""
    session_name: str = ""
    """Empty unless it is a session of a role."""

    @property
    def principal_arn(self) -> str:
        """The IAM principal behind a session: the role without its path; else the caller."""
        head, found, rest = self.arn.partition(":assumed-role/")
        if not found:
            return self.arn
        return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"


@dataclass(frozen=True, slots=True)
class Call:
    """Where an operation is called, and by whom."""

    account: str
    """Twelve digits."""
    region: str
    caller: Caller

    @property
    def partition(self) -> str:
        """The first part of an ARN after ``arn:``; UserError for a region that EKS is not in."""
        return find_region(self.region).partition
