"""Tags of whatever has an ARN in EKS.

Source: Amazon EKS API reference, TagResource, UntagResource, ListTagsForResource.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

from minieks.eks.operations import collections
from minieks.eks.operations.errors import EksError
from minieks.eks.operations.regional import OneCluster, Regional
from minieks.eks.operations.registry import Answer, Asked, Operation
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj

MOST: Final = 50
"""Tags of one resource."""
_IN_CLUSTERS: Final[Mapping[str, tuple[str, str]]] = {
    "nodegroup": (collections.NODE_GROUPS, "nodegroupArn"),
    "fargateprofile": (collections.FARGATE_PROFILES, "fargateProfileArn"),
    "addon": (collections.ADDONS, "addonArn"),
    "access-entry": (collections.ACCESS_ENTRIES, "accessEntryArn"),
    "podidentityassociation": (collections.POD_IDENTITY_ASSOCIATIONS, "associationArn"),
    "identityproviderconfig": (
        collections.IDENTITY_PROVIDER_CONFIGS,
        "identityProviderConfigArn",
    ),
    "capability": (collections.CAPABILITIES, "arn"),
}
"""By the kind that an ARN names: where its records are, and the member that holds the ARN."""


class Tagged(NamedTuple):
    """A resource, and how it is written with other tags."""

    record: Obj
    write: Callable[[dict[str, str]], object]


def tag(at: Regional, asked: Asked) -> Answer:
    """Add tags to a resource, or change them."""
    found = _find(at, asked["resourceArn"])
    tags = {**(found.record.get("tags") or {}), **asked["tags"]}
    if len(tags) > MOST:
        raise EksError("BadRequestException", f"A resource can have at most {MOST} tags")
    found.write(tags)
    return {}


def check_keys(operation: str, tags: Iterable[str]) -> None:
    """Refuse tags of AWS' own, on whatever is tagged: nobody else gives or changes them."""
    if any(key.lower().startswith("aws:") for key in tags):
        is_tagging = operation == "TagResource"
        code = "BadRequestException" if is_tagging else "InvalidParameterException"
        raise EksError(code, "Tag keys must not begin with aws:")


def untag(at: Regional, asked: Asked) -> Answer:
    """Take tags from a resource; those that it has not are no error."""
    found = _find(at, asked["resourceArn"])
    before = found.record.get("tags") or {}
    found.write({key: value for key, value in before.items() if key not in asked["tagKeys"]})
    return {}


def list_(at: Regional, asked: Asked) -> Answer:
    """Show the tags of a resource."""
    return {"tags": dict(_find(at, asked["resourceArn"]).record.get("tags") or {})}


def is_there(at: Regional, arn: str) -> bool:
    """Whether there is a resource of this ARN in the account and region."""
    return next(_matching(at, arn), None) is not None


def _find(at: Regional, arn: str) -> Tagged:
    found = next(_matching(at, arn), None)
    if found is None:
        raise EksError("NotFoundException", "Resource was not found")
    return found


def _matching(at: Regional, arn: str) -> Iterator[Tagged]:
    kind, _, rest = arn.split(":", 5)[-1].partition("/")
    if kind in _IN_CLUSTERS:
        yield from _in_cluster(at, arn, kind, rest.partition("/")[0])
    for collection in (
        collections.CLUSTERS,
        collections.REGISTRATIONS,
        collections.SUBSCRIPTIONS,
    ):
        for record in at.values(collection):
            if record["arn"] == arn:
                yield Tagged(record, partial(_write_top, at, collection, record))


def _in_cluster(at: Regional, arn: str, kind: str, name: str) -> Iterator[Tagged]:
    if at.get(collections.CLUSTERS, name) is None:
        return
    cluster = OneCluster(at, name)
    collection, member = _IN_CLUSTERS[kind]
    for key in cluster.aws.keys(collection) if cluster.running else ():
        record = cluster.aws.get(collection, key)
        if record is not None and record.get(member) == arn:
            yield Tagged(record, partial(_write, cluster.aws, collection, key, record))


def _write(store: Store, collection: str, key: str, record: Obj, tags: dict[str, str]) -> None:
    store.replace(collection, key, {**record, "tags": tags})


def _write_top(at: Regional, collection: str, record: Obj, tags: dict[str, str]) -> None:
    if collection == collections.CLUSTERS:
        OneCluster(at, record["name"]).change(tags=tags)
        return
    key = at.key(record["id" if collection == collections.SUBSCRIPTIONS else "name"])
    _write(at.services.store, collection, key, record, tags)


OPERATIONS: Final = (
    Operation("TagResource", tag),
    Operation("UntagResource", untag),
    Operation("ListTagsForResource", list_),
)
