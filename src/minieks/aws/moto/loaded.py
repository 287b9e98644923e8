"""moto's state of one service in one account, loaded when somebody first looks at it.

Who only looks at what there is need not load anything: before a service is loaded, nothing has been
made in it.
"""

import sys
from functools import cache
from importlib import import_module
from typing import Any


def is_loaded(service: str) -> bool:
    """Whether anything can have been made in a service yet."""
    return f"moto.{service}.models" in sys.modules


@cache
def backends(service: str) -> Any:
    """The backends of a service, by accounts, then by regions."""
    from minieks.aws.moto.light import finish_ec2, lightly  # noqa: PLC0415 - moto is slow to load

    had_ec2 = is_loaded("ec2")
    with lightly():
        found = import_module("moto.backends").get_backend(service)
    if is_loaded("ec2") and not had_ec2:
        finish_ec2()
    if service == "iam":
        import_module("minieks.aws.moto.policies").read_once()
    return found


def regional(service: str, account: str, region: str) -> Any:
    """The backend of a service in an account and region."""
    return backends(service)[account][region]


def of_partition(service: str, account: str, partition: str = "aws") -> Any:
    """The backend of a service that knows no regions: IAM, STS."""
    return backends(service)[account][partition]


def accounts(service: str) -> list[str]:
    """The accounts in which something has been made or looked at."""
    return list(backends(service)) if is_loaded(service) else []


def partitions(service: str, account: str) -> list[str]:
    """The partitions of an account in which something has been made or looked at."""
    return list(backends(service)[account])


def reset() -> None:
    """Forget all that was made, in every account and region."""
    if "moto.core" in sys.modules:
        import_module("moto.moto_api._internal.models").moto_api_backend.reset()
