"""What a backend of moto has from the beginning, which would be the most of what is written.

IAM has 1,300 policies of AWS, EC2 some 800 images of Amazon with a snapshot each. Here, too, no
service is loaded that nobody has asked for: what is what is told by the names of its classes.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any, Final, TypeAlias

from minieks.aws.moto.loaded import backends
from minieks.aws.moto.ondemand import held_by

State: TypeAlias = dict[str, Any]


def service_of(backend: Any) -> str:
    """The name that moto has for a backend's service."""
    return str(type(backend).__module__.split(".")[1])


def is_aws_own(policy: Any) -> bool:
    """Whether a policy is one of AWS."""
    return type(policy).__name__ == "AWSManagedPolicy"


def is_amazons(image: Any) -> bool:
    """Whether an image is one of those that are there from the beginning."""
    return type(image).__name__ == "Ami" and image.owner_alias == "amazon"


def own_state(backend: Any) -> State:
    """What a backend has beyond what it had from the beginning."""
    state = held_by(backend)
    reduce = _OWN.get(service_of(backend))
    return state if reduce is None else state | reduce(state)


def put(backend: Any, state: Mapping[str, Any]) -> None:
    """Let a backend that is as it was at its beginning have a state of its own."""
    complete = _COMPLETE.get(service_of(backend))
    vars(backend).update(state if complete is None else {**state, **complete(backend, state)})
    finish = _FINISH.get(service_of(backend))
    if finish is not None:
        finish(backend)


# --- IAM ---


def _own_of_iam(iam: State) -> State:
    own = {arn: one for arn, one in iam["managed_policies"].items() if not is_aws_own(one)}
    return {"managed_policies": own, "aws_managed_policies": []}


def _complete_iam(iam: Any, state: Mapping[str, Any]) -> State:
    policies = {**iam.managed_policies, **state["managed_policies"]}
    return {"managed_policies": policies, "aws_managed_policies": iam.aws_managed_policies}


def _count_holders(iam: Any) -> None:
    """Policies of AWS count who has them."""
    holders = chain(iam.roles.values(), iam.users.values(), iam.groups.values())
    counts = Counter(arn for one in holders for arn in one.managed_policies)
    for arn, policy in iam.managed_policies.items():
        if is_aws_own(policy):
            policy.attachment_count = counts[arn]


# --- EC2 ---


def _own_of_ec2(ec2: State) -> State:
    first = {one.ebs_snapshot.id for one in ec2["amis"].values() if is_amazons(one)}
    return {
        "amis": {key: one for key, one in ec2["amis"].items() if not is_amazons(one)},
        "snapshots": {key: one for key, one in ec2["snapshots"].items() if key not in first},
    }


def _complete_ec2(ec2: Any, state: Mapping[str, Any]) -> State:
    return {one: {**getattr(ec2, one), **state[one]} for one in ("amis", "snapshots")}


# --- S3 ---


def _name_owner(s3: Any) -> None:
    """The names of buckets are everybody's: all accounts are told whose they are."""
    owner = (s3.partition, s3.account_id)
    backends("s3").bucket_accounts.update(dict.fromkeys(s3.buckets, owner))


_OWN: Final[Mapping[str, Callable[[State], State]]] = {"iam": _own_of_iam, "ec2": _own_of_ec2}
_COMPLETE: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], State]]] = {
    "iam": _complete_iam,
    "ec2": _complete_ec2,
}
_FINISH: Final[Mapping[str, Callable[[Any], None]]] = {"iam": _count_holders, "s3": _name_owner}
