"""How moto's objects are written and read, and what is left out because it is there anyway.

Named instead of written are moto's backends, the node groups of running clusters, AWS' own policies
and Amazon's images. Locks are new ones when they are read. Source: Python library reference,
"pickle", "Persistence of External Objects" and "Custom Reduction for Types, Functions, and Other
Objects".
"""

import io
import marshal
import pickle
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from importlib import import_module
from types import FunctionType
from typing import Any, Final, TypeAlias
from weakref import WeakValueDictionary

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.core.base_backend import BaseBackend

from minieks.aws.moto.kept.initial import is_amazons, is_aws_own, service_of
from minieks.aws.moto.loaded import backends
from minieks.eks.nodegroups.world import World

Worlds: TypeAlias = Mapping[str, World]
"""The node groups of the clusters that run, by account, region and name."""
_PROTOCOL: Final = 5
_LOCKS: Final = {type(one()): one for one in (threading.Lock, threading.RLock)}
_PRIVATE: Final = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey)
_PEM: Final = serialization.Encoding.PEM


class Writer(pickle.Pickler):
    """Writes objects of moto to ``file``."""

    def __init__(self, file: io.BytesIO, worlds: Worlds) -> None:
        super().__init__(file, _PROTOCOL)
        self._worlds = {id(world): key for key, world in worlds.items()}

    def persistent_id(self, obj: Any) -> tuple[str, ...] | None:
        """How something is named that is not written; None for what is."""
        if isinstance(obj, BaseBackend):
            return "backend", service_of(obj), obj.account_id, obj.region_name
        if isinstance(obj, World):
            return "world", self._worlds.get(id(obj), "")
        if is_aws_own(obj):
            return "policy", obj.account_id, obj.partition, obj.arn
        if is_amazons(obj):
            backend = obj.ec2_backend
            return "image", backend.account_id, backend.region_name, obj.id
        return None

    def reducer_override(self, obj: Any) -> Any:
        """How something is written that Python does not write by itself."""
        if type(obj) in _LOCKS:
            return _LOCKS[type(obj)], ()
        if isinstance(obj, FunctionType) and "<locals>" in obj.__qualname__:
            return _function, (obj.__module__, marshal.dumps(obj.__code__))
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            return type(obj).__new__, (type(obj),), vars(obj), None, iter(obj.items())
        if isinstance(obj, WeakValueDictionary):
            return WeakValueDictionary, (dict(obj),)
        if isinstance(obj, _PRIVATE):
            return _private_key, (_text_of(obj),)
        if isinstance(obj, x509.Certificate):
            return _certificate, (obj.public_bytes(_PEM),)
        return NotImplemented


def _text_of(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain)


def _private_key(text: bytes) -> Any:
    return serialization.load_pem_private_key(text, None)


def _certificate(text: bytes) -> x509.Certificate:
    return x509.load_pem_x509_certificate(text)


def _function(module: str, code: bytes) -> FunctionType:
    """A function of moto's without a name of its own, such as a default of a `defaultdict`."""
    return FunctionType(marshal.loads(code), vars(import_module(module)))


class Reader(pickle.Unpickler):
    """Reads what a `Writer` wrote; a cluster that runs no more has no node groups: None."""

    def __init__(self, file: io.BytesIO, worlds: Worlds) -> None:
        super().__init__(file)
        self._worlds = worlds

    def persistent_load(self, pid: tuple[str, ...]) -> Any:
        """What a name stands for; raises KeyError for what is not there any more."""
        kind, *rest = pid
        return self._worlds.get(rest[0]) if kind == "world" else _NAMED[kind](*rest)


def _backend(service: str, account: str, region: str) -> Any:
    return backends(service)[account][region]


def _policy(account: str, partition: str, arn: str) -> Any:
    return _backend("iam", account, partition).managed_policies[arn]


def _image(account: str, region: str, image: str) -> Any:
    return _backend("ec2", account, region).amis[image]


_NAMED: Final[dict[str, Callable[..., Any]]] = {
    "backend": _backend,
    "policy": _policy,
    "image": _image,
}
