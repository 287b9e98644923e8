"""Which kind an autoscaler's ``scaleTargetRef`` means.

Source: kubernetes pkg/controller/podautoscaler/horizontal.go reconcileAutoscaler, apimachinery
pkg/runtime/schema/group_version.go ParseGroupVersion, pkg/api/meta/errors.go NoKindMatchError.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from minieks.engine.errors import EngineError
from minieks.kube.kinds.registry import Kind


class NoTarget(EngineError):
    """A target's scale cannot be had; the message is the real controller's."""


def target_kind(reference: Mapping[str, Any], kinds: Iterable[Kind]) -> Kind:
    """The kind by group and name, whatever the version; raises NoTarget."""
    version = str(reference.get("apiVersion") or "")
    if version.count("/") > 1:
        raise NoTarget(f"unexpected GroupVersion string: {version}")
    group = version.rpartition("/")[0]
    for kind in kinds:
        if kind.group == group and kind.kind == reference["kind"]:
            return kind
    raise NoTarget(f'no matches for kind "{reference["kind"]}" in group "{group}"')
