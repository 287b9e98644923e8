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

from minieks.aws.moto.loaded import alone
from minieks.aws.moto.ondemand import fill_on_demand


def load_when_asked() -> None:
    """Let every account's IAM have the policies when it is asked, without reading them anew."""
    fill_on_demand(models.IAMBackend, ("aws_managed_policies", "managed_policies"), _fill)
    models.IAMBackend._init_aws_policies = lambda _: []
    models.IAMBackend._init_managed_policies = lambda _: {}


def _fill(iam: Any) -> None:
    """Give an account the policies, as its own objects: they count who has them."""
    found = [_own(one, iam.account_id) for one in of_partition(iam.partition)]
    iam.aws_managed_policies.extend(found)
    iam.managed_policies.update({one.arn: one for one in found})


def _own(policy: Any, account: str) -> Any:
    mine = copy(policy)
    mine.account_id, mine.versions = account, list(policy.versions)
    return mine


def of_partition(partition: str) -> list[Any]:
    """The policies of a partition, to be copied for each account."""
    with alone:
        return _of_partition(partition)


@cache
def _of_partition(partition: str) -> list[Any]:
    return [_made(name, data, partition) for name, data in _read().items()]


@cache
def _read() -> dict[str, Any]:
    """The policies as moto has them; their text is given up."""
    found: dict[str, Any] = orjson.loads(aws_managed_policies.aws_managed_policies_data)
    aws_managed_policies.aws_managed_policies_data = models.aws_managed_policies_data = "{}"
    for data in found.values():
        data["Document"] = orjson.dumps(data["Document"]).decode()
    return found


def _made(name: str, data: dict[str, Any], partition: str) -> Any:
    return models.AWSManagedPolicy(
        name,
        account_id="",
        region=partition,
        default_version_id=data.get("DefaultVersionId"),
        path=data.get("Path"),
        document=data["Document"],
        create_date=datetime.fromisoformat(data["CreateDate"]),
        update_date=datetime.fromisoformat(data["UpdateDate"]),
    )
