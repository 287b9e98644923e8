"""The meter: follows the store's changes and keeps what was used. It never writes or decides."""

from collections.abc import Callable
from decimal import Decimal

from minieks.cost.cluster_meter import ClusterMeter
from minieks.cost.instance_meter import InstanceMeter
from minieks.cost.pod_meter import PodMeter, requested_storage_gib
from minieks.cost.usage import Usage
from minieks.cost.volume_meter import VolumeMeter
from minieks.engine.clock import Micros
from minieks.engine.store import Store
from minieks.kube.words.objects import Obj


class Meter:
    """Meters one cluster from now on: what is in the store already is not seen.

    ``storage_gib`` says how much ephemeral storage Fargate provisions for a pod, in GiB.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], Micros],
        storage_gib: Callable[[Obj], Decimal] = requested_storage_gib,
    ) -> None:
        self._clusters = ClusterMeter(now)
        self._instances = InstanceMeter(now)
        self._pods = PodMeter(store, now, self._instances.instance_of, storage_gib)
        self._volumes = VolumeMeter(store, now)
        store.subscribe("clusters.eks", self._clusters.on_cluster)
        store.subscribe("instances.ec2", self._instances.on_instance)
        store.subscribe("nodes", self._instances.on_node)
        store.subscribe("pods", self._pods.on_pod)
        store.subscribe("pods", self._volumes.on_pod)
        store.subscribe("persistentvolumes", self._volumes.on_volume)

    def usages(self) -> list[Usage]:
        """Every use so far, ended or going on, in an order that only depends on the run."""
        return [
            *self._clusters.usages(),
            *self._instances.usages(),
            *self._pods.usages(),
            *self._volumes.usages(),
        ]
