"""The default plugins: the one list that names them, in the order in which they run.

Source: kubernetes pkg/scheduler/apis/config/v1/default_plugins.go. To add a plugin, write its
file and its line here.
"""

from typing import Final

from minieks.kube.scheduler.framework import FilterPlugin, ScorePlugin
from minieks.kube.scheduler.plugins.balancedallocation import NodeResourcesBalancedAllocation
from minieks.kube.scheduler.plugins.imagelocality import ImageLocality
from minieks.kube.scheduler.plugins.interpodaffinity import InterPodAffinity
from minieks.kube.scheduler.plugins.nodeaffinity import NodeAffinity
from minieks.kube.scheduler.plugins.nodename import NodeName
from minieks.kube.scheduler.plugins.nodeports import NodePorts
from minieks.kube.scheduler.plugins.noderesourcesfit import NodeResourcesFit
from minieks.kube.scheduler.plugins.nodeunschedulable import NodeUnschedulable
from minieks.kube.scheduler.plugins.nodevolumelimits import NodeVolumeLimits
from minieks.kube.scheduler.plugins.podtopologyspread import PodTopologySpread
from minieks.kube.scheduler.plugins.tainttoleration import TaintToleration
from minieks.kube.scheduler.plugins.volumebinding import VolumeBinding
from minieks.kube.scheduler.plugins.volumerestrictions import VolumeRestrictions
from minieks.kube.scheduler.plugins.volumezone import VolumeZone

_TAINTS: Final = TaintToleration()
_AFFINITY: Final = NodeAffinity()
_FIT: Final = NodeResourcesFit()
_SPREAD: Final = PodTopologySpread()
_PODS: Final = InterPodAffinity()

FILTERS: Final[tuple[FilterPlugin, ...]] = (
    NodeUnschedulable(),
    NodeName(),
    _TAINTS,
    _AFFINITY,
    NodePorts(),
    _FIT,
    VolumeRestrictions(),
    NodeVolumeLimits(),
    VolumeBinding(),
    VolumeZone(),
    _SPREAD,
    _PODS,
)

SCORES: Final[tuple[ScorePlugin, ...]] = (
    _TAINTS,
    _AFFINITY,
    _FIT,
    _SPREAD,
    _PODS,
    NodeResourcesBalancedAllocation(),
    ImageLocality(),
)
