"""What real clients do with a served cluster, verb by verb: one table for the tests and the docs.

A check is a function of a served cluster that raises if the client does not get what it should.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from minieks.testing import Cluster

Check: TypeAlias = Callable[[Cluster], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that a client does."""

    client: str
    name: str
    check: Check
    result: str
    """What has to come of it, in words for the docs."""
    versions: tuple[str, ...]
    """Other versions of the client that the same is asked of, each by a check of its own."""


WORKS = "works"
_FOUND: list[Verb] = []


def verb(
    client: str, name: str, result: str = WORKS, versions: tuple[str, ...] = ()
) -> Callable[[Check], Check]:
    """Register a check under a client and a verb."""

    def registered(check: Check) -> Check:
        _FOUND.append(Verb(client, name, check, result, versions))
        return check

    return registered


def verbs() -> Iterator[Verb]:
    """All of them, the clients in the order in which they are imported here."""
    from clients import (  # noqa: F401 - they register what they can
        kopf_operator,
        kopf_webhook,
        kr8s_verbs,
        kubectl_apps,
        kubectl_cluster,
        kubectl_objects,
        kubectl_versions,
        kubectl_workloads,
        kubernetes_asyncio_verbs,
        kubernetes_verbs,
        lightkube_verbs,
    )

    order = {name: place for place, name in enumerate(CLIENTS)}
    yield from sorted(_FOUND, key=lambda one: order[one.client.partition(" ")[0]])


CLIENTS = ("kubectl", "kubernetes", "kubernetes_asyncio", "kr8s", "lightkube", "kopf")
