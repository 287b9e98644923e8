"""The NodeConfig of nodeadm, which Amazon Linux 2023 starts with.

Source: awslabs/amazon-eks-ami nodeadm ``api/v1alpha1/nodeconfig_types.go`` and
``doc/api.md``; Kubernetes ``KubeletConfiguration`` v1beta1.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from minieks.eks.spec import KubeletSpec, Taint
from minieks.eks.userdata import flags
from minieks.eks.userdata.settings import (
    NodeSettings,
    UserDataError,
    amounts,
    checked,
    merged,
    pods,
)

GROUP: Final = "node.eks.aws/"
_MAPS: Final = ("kubeReserved", "systemReserved", "evictionHard")


def read(text: str) -> NodeSettings:
    """The settings of all NodeConfigs in a text; UserDataError for one that cannot be."""
    try:
        documents = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, RecursionError) as error:
        raise UserDataError(f"the NodeConfig is no YAML: {error}") from None
    return merged(_of_document(one) for one in documents if one is not None)


def _of_document(document: Any) -> NodeSettings:
    if not isinstance(document, Mapping) or document.get("kind") != "NodeConfig":
        raise UserDataError("expected a document of the kind NodeConfig")
    kubelet = _map(_map(document, "spec"), "kubelet")
    own = [str(one) for one in kubelet.get("flags") or ()]
    return flags.of_words(own).over(_of_config(_map(kubelet, "config")))


def _map(of: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = of.get(field) or {}
    if not isinstance(found, Mapping):
        raise UserDataError(f"{field} of the NodeConfig is no map")
    return found


def _of_config(config: Mapping[str, Any]) -> NodeSettings:
    reserved, system, eviction = (amounts(_map(config, one)) for one in _MAPS)
    kubelet = KubeletSpec(reserved, system, eviction, taints=tuple(_taints(config)))
    most = config.get("maxPods")
    return NodeSettings(kubelet, None if most is None else pods(most))


def _taints(config: Mapping[str, Any]) -> Iterator[Taint]:
    for one in config.get("registerWithTaints") or ():
        if not isinstance(one, Mapping) or "key" not in one:
            raise UserDataError("a taint of registerWithTaints has no key")
        value = one.get("value")
        text = "" if value is None else str(value)
        yield checked(Taint(str(one["key"]), text, str(one.get("effect"))))
