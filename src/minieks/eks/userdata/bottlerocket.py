"""The settings of Bottlerocket, in TOML.

Source: Bottlerocket documentation, "settings.kubernetes": ``max-pods``, ``node-labels``,
``node-taints``, ``kube-reserved``, ``system-reserved``, ``eviction-hard``.
"""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from minieks.eks.spec import KubeletSpec, Taint
from minieks.eks.userdata.settings import NodeSettings, UserDataError, amounts, pods, taint


def read(text: str) -> NodeSettings:
    """The settings of the kubelet; UserDataError for what is no TOML."""
    try:
        whole = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UserDataError(f"the settings are no TOML: {error}") from None
    found = _map(_map(whole, "settings"), "kubernetes")
    most = found.get("max-pods")
    names = ("kube-reserved", "system-reserved", "eviction-hard")
    reserved, system, eviction = (amounts(_map(found, one)) for one in names)
    labels = {key: str(value) for key, value in _map(found, "node-labels").items()}
    taints = tuple(_taints(_map(found, "node-taints")))
    kubelet = KubeletSpec(reserved, system, eviction, labels, taints)
    return NodeSettings(kubelet, None if most is None else pods(most))


def _map(of: Mapping[str, Any], field: str) -> Mapping[str, Any]:
    found = of.get(field) or {}
    if not isinstance(found, Mapping):
        raise UserDataError(f"{field} of the settings is no table")
    return found


def _taints(found: Mapping[str, Any]) -> Iterator[Taint]:
    """Each key has one ``value:Effect`` or a list of them."""
    for key, values in found.items():
        for value in values if isinstance(values, list) else (values,):
            yield taint(f"{key}={value}")
