"""The EKS service of one account in one region, as an operation works with it."""

from dataclasses import dataclass, field
from random import Random

from minieks.data.regions import find_region
from minieks.data.timings import Timings
from minieks.eks.operations.call import Call, Caller
from minieks.eks.operations.collections import CLUSTERS
from minieks.eks.operations.errors import cluster_not_found, invalid_request
from minieks.eks.operations.ports import Clusters, Ec2, Iam, Running, RunningCluster
from minieks.engine import ids
from minieks.engine.clock import Micros, micros
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj


@dataclass(frozen=True, slots=True)
class Services:
    """What all accounts and regions share. ``running`` are the clusters that run, by their keys.

    ``lenient``: nothing outside of EKS need exist, no quota holds, and states are final at once.
    """

    engine: Engine
    store: Store
    iam: Iam
    ec2: Ec2
    clusters: Clusters
    timings: Timings = field(default_factory=Timings)
    lenient: bool = False
    running: dict[str, Running] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Regional:
    """One account in one region; ``caller`` is None for what happens by itself."""

    services: Services
    account: str
    region: str
    caller: Caller | None = None

    @classmethod
    def of_call(cls, services: Services, call: Call) -> "Regional":
        """Where a call is made."""
        return cls(services, call.account, call.region, call.caller)

    @classmethod
    def of_key(cls, services: Services, key: str) -> tuple["Regional", str]:
        """Where a record of the store of all accounts belongs, and its name there."""
        account, region, name = key.split("/", 2)
        return cls(services, account, region), name

    @property
    def scope(self) -> str:
        """The first part of the keys of this account and region."""
        return f"{self.account}/{self.region}"

    @property
    def partition(self) -> str:
        """The first part of an ARN after ``arn:``."""
        return find_region(self.region).partition

    @property
    def lenient(self) -> bool:
        """Whether only EKS' own state is checked."""
        return self.services.lenient

    @property
    def chance(self) -> Random:
        """Where ids come from."""
        return self.services.engine.random("eks")

    def key(self, name: str) -> str:
        """The key of a record in the store of all accounts."""
        return f"{self.scope}/{name}"

    def now(self) -> Micros:
        """The engine's time."""
        return self.services.engine.now()

    def due(self, timing: str) -> Micros:
        """When something is over that begins now and takes as long as the timing says."""
        if self.lenient:
            return self.now()
        return self.now() + micros(self.services.timings.of(timing).median)

    def new_id(self) -> str:
        """A UUID."""
        return ids.uid(self.chance)

    def arn(self, resource: str) -> str:
        """An ARN of EKS in this account and region."""
        return f"arn:{self.partition}:eks:{self.region}:{self.account}:{resource}"

    def get(self, collection: str, name: str) -> Obj | None:
        """A record of this account and region, or None."""
        return self.services.store.get(collection, self.key(name))

    def values(self, collection: str) -> list[Obj]:
        """The records of this account and region, the oldest first."""
        return self.services.store.values(collection, self.scope)

    def cluster(self, name: str) -> "OneCluster":
        """The cluster of this name; ResourceNotFoundException if there is none."""
        if self.get(CLUSTERS, name) is None:
            raise cluster_not_found(name)
        return OneCluster(self, name)

    def active_cluster(self, name: str) -> "OneCluster":
        """The cluster of this name, running; InvalidRequestException if it is not ACTIVE.

        A cluster that is being updated is as good: its API goes on meanwhile.
        """
        found = self.cluster(name)
        if found.record["status"] not in ("ACTIVE", "UPDATING") or found.running is None:
            text = f"Cluster '{name}' is not in ACTIVE status"
            raise invalid_request(text, clusterName=name)
        return found


@dataclass(frozen=True, slots=True)
class OneCluster:
    """One cluster of an account and region."""

    at: Regional
    name: str

    @property
    def key(self) -> str:
        """Its key in the store of all accounts."""
        return self.at.key(self.name)

    @property
    def record(self) -> Obj:
        """Its record; it must be there."""
        found = self.at.services.store.get(CLUSTERS, self.key)
        assert found is not None, f"cluster {self.key} was there when the operation began"
        return found

    @property
    def running(self) -> Running | None:
        """How it is reached; None while it is not there yet, and when it is gone."""
        return self.at.services.running.get(self.key)

    @property
    def inside(self) -> RunningCluster:
        """The running cluster; it must be active."""
        found = self.running
        assert found is not None, f"cluster {self.key} is active"
        return found.cluster

    @property
    def aws(self) -> Store:
        """What belongs to it; it must be active."""
        return self.inside.aws

    def child(self, collection: str, name: str) -> Obj | None:
        """A record of what belongs to the cluster, or None."""
        return self.inside.aws.get(collection, name) if self.running else None

    def children(self, collection: str) -> list[Obj]:
        """The records of what belongs to the cluster, the oldest first."""
        return self.inside.aws.values(collection) if self.running else []

    def arn(self, kind: str, *parts: str) -> str:
        """The ARN of something that belongs to the cluster."""
        return self.at.arn("/".join((f"{kind}/{self.name}", *parts)))

    def change(self, **fields: object) -> Obj:
        """Store the cluster with some fields changed; whoever watches inside sees it too."""
        changed = {**self.record, **fields}
        self.at.services.store.replace(CLUSTERS, self.key, changed)
        self.publish()
        return changed

    def publish(self) -> None:
        """Let the cluster's own store hold its record, where its loops and the meter read it."""
        running = self.running
        if running is None:
            return
        aws = running.cluster.aws
        write = aws.create if aws.get(CLUSTERS, self.name) is None else aws.replace
        write(CLUSTERS, self.name, self.record)
