"""The meter: follows what changes in two stores and keeps what was used. It decides nothing."""

from typing import Final

from minieks.cost.cluster_meter import ClusterMeter
from minieks.cost.instance_meter import InstanceMeter
from minieks.cost.pod_meter import PodMeter
from minieks.cost.usage import Usage
from minieks.cost.volume_meter import VolumeMeter
from minieks.engine.engine import Engine
from minieks.engine.store import Store
from minieks.kube.api import aspects

_CHARGED: Final = aspects.LIFE | aspects.SPEC | aspects.PHASE | aspects.STARTED
"""What of a pod decides whether it costs something: its node, its start, its end."""


class Meter:
    """Meters one cluster from now on: what is in the stores already is not seen.

    ``store`` has the Kubernetes objects, ``aws`` the records of clusters, instances and machines.
    """

    def __init__(self, engine: Engine, store: Store, aws: Store) -> None:
        self._clusters = ClusterMeter(engine.now)
        self._instances = InstanceMeter(engine.now)
        self._pods = PodMeter(store, aws, engine.now, self._instances.instance_of)
        self._volumes = VolumeMeter(store, engine.now)
        aws.subscribe("clusters.eks", self._clusters.on_cluster)
        aws.subscribe("instances.ec2", self._instances.on_instance)
        store.subscribe("nodes", self._instances.on_node)
        store.subscribe("pods", self._pods.on_pod, _CHARGED)
        store.subscribe("pods", self._volumes.on_pod, aspects.CAME)
        store.subscribe("persistentvolumes", self._volumes.on_volume)

    def usages(self) -> list[Usage]:
        """Every use so far, ended or going on, in an order that only depends on the run."""
        return [
            *self._clusters.usages(),
            *self._instances.usages(),
            *self._pods.usages(),
            *self._volumes.usages(),
        ]
