"""Writes a cluster's own objects and its add-ons through the API.

Source: AWS user guide for EKS, "Amazon EKS add-ons".
"""

from collections.abc import Iterator
from ipaddress import IPv4Network

from minieks.data.kubernetes_versions import find_version
from minieks.data.manifests import manifest_names, read_manifests
from minieks.eks.addons.aws_auth import aws_auth
from minieks.eks.addons.configure import configured
from minieks.eks.spec import AddonSpec, ClusterSpec
from minieks.kube.api.server import Api
from minieks.kube.kinds.storage import DEFAULT_CLASS
from minieks.kube.words.objects import Obj, key, with_metadata

CLUSTER = "cluster"
GP2_IS_DEFAULT_UP_TO = 29
"""The last minor version on which new clusters have gp2 as the default storage class."""


def install(api: Api, spec: ClusterSpec) -> None:
    """Create what every EKS cluster has, and the objects of the cluster's add-ons."""
    for obj in cluster_objects(spec):
        _create(api, obj)
    for addon in spec.addons:
        for obj in addon_objects(addon, spec):
            _create(api, obj)


def _create(api: Api, obj: Obj) -> None:
    """Create an object, unless there is one of this name already."""
    kind = api.kinds.kind_of(obj)
    if kind is None or api.store.get(kind.collection, key(obj)) is None:
        api.create(obj)


def unmodelled(spec: ClusterSpec) -> tuple[str, ...]:
    """The names of add-ons whose pods are not known here; the cluster is as if without them."""
    return tuple(one.name for one in spec.addons if one.name not in modelled())


def modelled() -> tuple[str, ...]:
    """The names of the add-ons whose pods are known."""
    return tuple(name for name in manifest_names() if name != CLUSTER)


def addon_objects(addon: AddonSpec, spec: ClusterSpec) -> Iterator[Obj]:
    """The objects of one add-on on a cluster; none if it is not modelled."""
    if addon.name in modelled():
        yield from configured(addon, read_manifests(addon.name, _values(spec)))


def cluster_objects(spec: ClusterSpec) -> Iterator[Obj]:
    """What a cluster has without any add-on."""
    for obj in read_manifests(CLUSTER, _values(spec)):
        is_default = find_version(spec.version).minor <= GP2_IS_DEFAULT_UP_TO
        if obj["kind"] == "StorageClass" and is_default:
            yield with_metadata(obj, annotations={DEFAULT_CLASS: "true"})
        else:
            yield obj
    auth = aws_auth(spec)
    if spec.authentication_mode != "API" and auth["data"]:
        yield auth


def _values(spec: ClusterSpec) -> dict[str, str]:
    services = IPv4Network(spec.network.service_cidr)
    return {
        "region": spec.region,
        "cluster": spec.name,
        "minor": spec.version,
        "kubernetes": find_version(spec.version).full,
        "dns": str(services[10]),
    }
