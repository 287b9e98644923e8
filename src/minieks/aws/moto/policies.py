"""AWS' own managed policies, read once for all accounts.

As it comes, moto reads some 1,300 policies from four megabytes of text for each account that is
looked at: a tenth of a second each time, and their texts once more in memory.
"""

from copy import copy
from datetime import datetime
from functools import cache
from typing import Any

import orjson
from moto.iam import aws_managed_policies, models


def read_once() -> None:
    """Let every account's IAM have the policies without reading them anew."""
    models.IAMBackend._init_aws_policies = _policies_of


def _policies_of(iam: Any) -> list[Any]:
    """The policies, as an account's own objects: they count who has them."""
    return [_own(one, iam.account_id) for one in of_partition(iam.region_name)]


def _own(policy: Any, account: str) -> Any:
    mine = copy(policy)
    mine.account_id, mine.versions = account, list(policy.versions)
    return mine


@cache
def of_partition(region: str) -> list[Any]:
    """The policies of the partition that a region is in, to be copied for each account."""
    return [_made(name, data, region) for name, data in _read().items()]


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(aws_managed_policies.aws_managed_policies_data)
    aws_managed_policies.aws_managed_policies_data = models.aws_managed_policies_data = "{}"
    for data in found.values():
        data["Document"] = orjson.dumps(data["Document"]).decode()
    return found


def _made(name: str, data: dict[str, Any], region: str) -> Any:
    return models.AWSManagedPolicy(
        name,
        account_id="",
        region=region,
        default_version_id=data.get("DefaultVersionId"),
        path=data.get("Path"),
        document=data["Document"],
        create_date=datetime.fromisoformat(data["CreateDate"]),
        update_date=datetime.fromisoformat(data["UpdateDate"]),
    )
