"""One cluster put together: its API, its AWS side, and every control loop, in one ordered list."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from minieks.autoscale.clusterautoscaler.loop import ClusterAutoscalerLoop, Witness
from minieks.autoscale.vpa import registration
from minieks.autoscale.vpa.recommender import RecommenderLoop
from minieks.autoscale.vpa.registration import RegistrationLoop
from minieks.autoscale.vpa.updater import UpdaterLoop
from minieks.autoscale.vpa.webhook import VpaWebhook
from minieks.autoscale.workinghours.loop import WorkingHoursLoop
from minieks.data.prices import PriceList
from minieks.data.timings import Timings
from minieks.eks import addons, controlplane, desired
from minieks.eks.fargate import profiles
from minieks.eks.fargate.impaired import FargateHealthLoop
from minieks.eks.fargate.kubelet_check import fargate_check, fargate_resizable
from minieks.eks.fargate.matching import Match, NoMatch
from minieks.eks.fargate.patching import PatchingLoop
from minieks.eks.fargate.profile_loop import ProfileLoop
from minieks.eks.fargate.scheduler import FargateScheduler, Settings
from minieks.eks.fargate.sizing import FargateSize
from minieks.eks.fargate.verdict import Refused
from minieks.eks.fargate.webhook import FargateWebhook
from minieks.eks.identity import accounts, records
from minieks.eks.identity import webhook as podidentity
from minieks.eks.identity.webhook import PodIdentityWebhook
from minieks.eks.nodegroups.draining import DrainingLoop
from minieks.eks.nodegroups.impaired import ImpairedLoop
from minieks.eks.nodegroups.joining import JoiningLoop
from minieks.eks.nodegroups.machines import Instances
from minieks.eks.nodegroups.refreshing import RefreshingLoop
from minieks.eks.nodegroups.removing import RemovingLoop
from minieks.eks.nodegroups.repairing import RepairingLoop
from minieks.eks.nodegroups.scaling import ScalingLoop
from minieks.eks.nodegroups.spot import SpotLoop
from minieks.eks.nodegroups.updating import UpdatingLoop
from minieks.eks.nodegroups.world import World
from minieks.eks.spec import ClusterSpec
from minieks.eks.volumes import CsiRegistration, built_in, provisioners
from minieks.engine.clock import Micros
from minieks.engine.engine import Engine
from minieks.engine.loop import Loop, Runner
from minieks.engine.store import Store
from minieks.kube.api.bootstrap import bootstrap
from minieks.kube.api.server import Api
from minieks.kube.controllers import CONTROLLERS
from minieks.kube.controllers.volumes import VOLUME_CONTROLLERS, Provisioner
from minieks.kube.hpa.loop import HpaLoop
from minieks.kube.kubelet.kubelet import Kubelet
from minieks.kube.kubelet.nodeimages import NodeImages
from minieks.kube.kubelet.nodes import NodeAgent
from minieks.kube.kubelet.pressure import PressureLoop
from minieks.kube.scheduler.loop import DefaultScheduler
from minieks.kube.scheduler.podinfo import PodInfo
from minieks.kube.scheduler.schedule import Decision
from minieks.kube.scheduler.state import ClusterState
from minieks.kube.words.objects import Obj
from minieks.nodeprovider import MINDED, AwsProvider

if TYPE_CHECKING:
    from minieks.load.model import Load
    from minieks.load.spec import LoadSpec


class Observer(Protocol):
    """Hears of every decision about a pod when it is made; may change nothing."""

    def matched(self, pod: Obj, found: Match | NoMatch) -> None:
        """What the Fargate profiles made of a new pod."""

    def judged(self, at: Micros, pod: Obj, verdict: FargateSize | Refused) -> None:
        """What the fargate-scheduler's attempt to place a pod came to."""

    def scheduled(self, at: Micros, state: ClusterState, info: PodInfo, decision: Decision) -> None:
        """What default-scheduler decided about a pod, and from what."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What loops are made from."""

    spec: ClusterSpec
    api: Api
    aws: Store
    timings: Timings
    node_groups: World
    provisioners: Sequence[Provisioner]
    observer: Observer | None = None


MakeLoop: TypeAlias = Callable[[Parts], Loop]


def _of_api(make: Callable[[Api], Loop]) -> MakeLoop:
    return lambda parts: make(parts.api)


def _with_storage(make: Callable[[Api, Sequence[Provisioner]], Loop]) -> MakeLoop:
    return lambda parts: make(parts.api, parts.provisioners)


# Every control loop. At one moment they run in the order in which they were woken, whatever
# their order here; the order here is only that in which a change wakes them.
LOOPS: tuple[MakeLoop, ...] = (
    *(_of_api(make) for make in CONTROLLERS),
    *(_with_storage(make) for make in VOLUME_CONTROLLERS),
    _of_api(HpaLoop),
    lambda parts: DefaultScheduler(parts.api, parts.observer.scheduled if parts.observer else None),
    lambda parts: FargateScheduler(
        parts.api,
        parts.aws,
        parts.spec.region,
        Settings(parts.timings),
        parts.observer.judged if parts.observer else None,
    ),
    lambda parts: ProfileLoop(parts.api, parts.aws, parts.timings),
    lambda parts: ScalingLoop(parts.node_groups),
    lambda parts: JoiningLoop(parts.node_groups),
    lambda parts: DrainingLoop(parts.node_groups),
    lambda parts: UpdatingLoop(parts.node_groups),
    lambda parts: RemovingLoop(parts.node_groups),
    lambda parts: RefreshingLoop(parts.node_groups),
    lambda parts: RepairingLoop(parts.node_groups),
    lambda parts: ImpairedLoop(parts.node_groups),
    lambda parts: SpotLoop(parts.node_groups),
    lambda parts: FargateHealthLoop(parts.api, parts.aws),
    lambda parts: PatchingLoop(parts.api, parts.aws),
    _of_api(CsiRegistration),
    lambda parts: NodeAgent(parts.api, parts.timings, drivers=built_in),
    lambda parts: NodeImages(parts.api, parts.timings),
    _of_api(PressureLoop),
    lambda parts: Kubelet(
        parts.api,
        parts.timings,
        machines=Instances(parts.aws),
        handlers=[fargate_check(parts.api)],
        resizable=fargate_resizable,
    ),
    _of_api(RecommenderLoop),
    _of_api(UpdaterLoop),
    _of_api(RegistrationLoop),
    _of_api(WorkingHoursLoop),
    lambda parts: ClusterAutoscalerLoop(parts.api, partial(AwsProvider, parts.node_groups), MINDED),
)

_FEW = 8
"""Pods that are scheduled in some 4 ms."""


class Cluster:
    """One EKS cluster on an engine. Nothing runs in it before `create`.

    ``leave_out`` names loops that do not run in it.
    """

    def __init__(
        self,
        engine: Engine,
        spec: ClusterSpec,
        timings: Timings,
        prices: PriceList,
        observer: Observer | None = None,
        leave_out: Collection[str] = (),
    ) -> None:
        self.spec = spec
        self.engine = engine
        self.timings = timings
        self.aws = Store()
        webhook = FargateWebhook(self.profiles, observer.matched if observer else None)
        ipv6 = spec.network.ip_family.lower() == "ipv6"
        pod_identity = PodIdentityWebhook(self.aws, spec.region, ipv6=ipv6)
        self.api = Api(engine, spec.version, [webhook, pod_identity, VpaWebhook()])
        self.api.services.use(spec.network.service_cidr)
        self.api.webhooks.answered_here += (podidentity.is_own, registration.is_own)
        self.node_groups = World(
            api=self.api,
            aws=self.aws,
            cluster=spec.name,
            region=spec.region,
            specs={group.name: group for group in spec.node_groups},
            timings=timings,
            spot_price=lambda name: prices.spot_hour(spec.region, name).amount,
            networking=addons.networking(spec),
        )
        drivers = provisioners(self.api, self.aws, timings)
        parts = Parts(spec, self.api, self.aws, timings, self.node_groups, drivers, observer)
        self.load: Load | None = None
        loops = [make(parts) for make in LOOPS]
        self._runners = [self._start(loop) for loop in loops if loop.name not in leave_out]

    def put_under(self, load: "LoadSpec") -> None:
        """Have its workloads asked for something; to be said before `create` or `resume`."""
        from minieks.load.model import Load  # noqa: PLC0415 - most clusters are under none

        self.load = Load(self.api, load)
        self.api.usage.demand = self.api.usage.custom = self.load
        self._runners.append(self._start(self.load))

    def tell_of_scale_down(self, witness: Witness) -> None:
        """Have somebody hear why the cluster autoscaler keeps nodes, after each of its rounds."""
        for runner in self._runners:
            if isinstance(runner.loop, ClusterAutoscalerLoop):
                runner.loop.witness = witness

    def create(self) -> None:
        """Create the cluster's objects on both sides: the loops do the rest as time passes."""
        bootstrap(self.api)
        controlplane.write(self.spec, self.aws, self.engine.now())
        desired.write(self.spec, self.aws, self.engine.random("aws"), self.engine.now())
        addons.install(self.api, self.spec)
        podidentity.install(self.api)
        accounts.install(self.api, self.spec)
        records.write(self.spec, self.aws, self.engine.random("identity"), self.engine.now())

    def resume(self, restore: Callable[[str, Store], None]) -> None:
        """Go on as the cluster that was: ``restore`` fills the stores ``aws`` and ``kubernetes``.

        Each loop hears of every object as if it came now, as after a restart of the real ones.
        """
        restore("aws", self.aws)
        kept = self.aws.get(controlplane.CLUSTERS, self.spec.name)
        self.api.services.use(controlplane.service_range(kept, self.spec))
        restore("kubernetes", self.api.store)
        self.api.resume()

    def share_time(self) -> None:
        """Let the scheduler take few pods at a time: clients wait for their turn meanwhile."""
        for runner in self._runners:
            if isinstance(runner.loop, DefaultScheduler):
                runner.loop.at_once = _FEW

    def profiles(self) -> list[profiles.Profile]:
        """The Fargate profiles as they are now."""
        return [profiles.from_object(one) for one in self.aws.values(profiles.COLLECTION)]

    def _start(self, loop: Loop) -> Runner:
        runner = Runner(self.engine, loop)
        runner.attach(self.api.store)
        runner.attach(self.aws)
        runner.attach(self.api.usage.changes)
        return runner
