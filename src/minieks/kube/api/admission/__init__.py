"""Admission: the plugins that every write passes, in the real server's order.

Source of the order: kubernetes pkg/kubeapiserver/options/plugins.go.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from minieks.kube.api.admission.base import (
    AdmissionPlugin,
    Attributes,
    Operation,
    PartAdmission,
    Plugin,
    does_nothing,
)
from minieks.kube.api.admission.default_tolerations import DefaultTolerationSeconds
from minieks.kube.api.admission.ingress_class import DefaultIngressClass
from minieks.kube.api.admission.limit_ranger import LimitRanger
from minieks.kube.api.admission.namespace_lifecycle import NamespaceLifecycle
from minieks.kube.api.admission.pod_security import PodSecurity
from minieks.kube.api.admission.policies import (
    MutatingAdmissionPolicies,
    ValidatingAdmissionPolicies,
)
from minieks.kube.api.admission.priority import Priority, system_priority_classes
from minieks.kube.api.admission.resource_quota import ResourceQuota
from minieks.kube.api.admission.runtime_class import RuntimeClass
from minieks.kube.api.admission.service_account import ServiceAccount
from minieks.kube.api.admission.storage import (
    DefaultStorageClass,
    PersistentVolumeClaimResize,
    StorageObjectInUseProtection,
)
from minieks.kube.api.admission.taint_nodes import TaintNodesByCondition
from minieks.kube.api.admission.topology_labels import PodTopologyLabels
from minieks.kube.api.admission.webhooks import AdmissionWebhooks
from minieks.kube.words.objects import Obj

if TYPE_CHECKING:
    from minieks.kube.api.server import Api

__all__ = [
    "AFTER_WEBHOOKS",
    "BEFORE_WEBHOOKS",
    "PLUGINS",
    "Admission",
    "AdmissionPlugin",
    "Attributes",
    "Operation",
    "PartAdmission",
    "Plugin",
    "Steps",
    "chain",
    "system_priority_classes",
]

BEFORE_WEBHOOKS: Final[tuple[type[AdmissionPlugin], ...]] = (
    NamespaceLifecycle,
    LimitRanger,
    ServiceAccount,
    TaintNodesByCondition,
    PodSecurity,
    Priority,
    DefaultTolerationSeconds,
    DefaultStorageClass,
    StorageObjectInUseProtection,
    PersistentVolumeClaimResize,
    RuntimeClass,
    DefaultIngressClass,
    PodTopologyLabels,
)
AFTER_WEBHOOKS: Final[tuple[type[AdmissionPlugin], ...]] = (
    MutatingAdmissionPolicies,
    ValidatingAdmissionPolicies,
    AdmissionWebhooks,
    ResourceQuota,
)
PLUGINS: Final = BEFORE_WEBHOOKS + AFTER_WEBHOOKS


def chain(api: "Api", webhooks: Sequence[Plugin] = ()) -> list[Plugin]:
    """The plugins of one Api; webhooks stand where the real server calls them."""
    return [
        *(plugin(api) for plugin in BEFORE_WEBHOOKS),
        *webhooks,
        *(plugin(api) for plugin in AFTER_WEBHOOKS),
    ]


class Steps(NamedTuple):
    """What is called for requests of one operation on one collection, in this order."""

    mutating: tuple[Plugin, ...]
    validating: tuple[Plugin, ...]


_NO_STEPS: Final = Steps((), ())


class Admission:
    """All plugins of one Api, and for each sort of request those that it concerns."""

    def __init__(self, plugins: Sequence[Plugin]) -> None:
        self._plugins = list(plugins)
        self._steps: dict[tuple[Operation, str], Steps] = {}

    def add(self, plugin: Plugin, after: str = "") -> None:
        """One more plugin, after the one of this name, or after all that are there already."""
        names = [one.name for one in self._plugins]
        self._plugins.insert(names.index(after) + 1 if after else len(names), plugin)
        self._steps.clear()

    def forget(self) -> None:
        """Ask all plugins again what concerns them: one of them has changed its mind."""
        self._steps.clear()

    def steps_of(self, attributes: Attributes) -> Steps:
        """The plugins that this request concerns: none where it has been admitted already."""
        if attributes.admitted:
            return _NO_STEPS
        return self.steps(attributes.operation, attributes.collection)

    def steps(self, operation: Operation, collection: str) -> Steps:
        """The plugins that such requests concern."""
        known = self._steps.get((operation, collection))
        if known is not None:
            return known
        asked = [one for one in self._plugins if one.concerns(operation, collection)]
        steps = self._steps[operation, collection] = Steps(
            tuple(one for one in asked if not does_nothing(one.mutate)),
            tuple(one for one in asked if not does_nothing(one.validate)),
        )
        return steps

    def admitted(self, obj: Obj, attributes: Attributes) -> Obj:
        """What admission makes of a part of an object, such as a Scale; raises ApiError."""
        steps = self.steps_of(attributes)
        for plugin in steps.mutating:
            if isinstance(plugin, PartAdmission):
                obj = plugin.mutate(obj, attributes)
        for plugin in steps.validating:
            if isinstance(plugin, PartAdmission):
                plugin.validate(obj, attributes)
        return obj
