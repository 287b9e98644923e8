"""Validation of ConfigMaps, Secrets and ServiceAccounts.

Source: kubernetes pkg/apis/core/validation/validation.go.
"""

from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from typing import Final

import orjson

from minieks.kube.api.fields import FieldError, forbidden, invalid, required, too_long
from minieks.kube.api.validation.checks import complaints
from minieks.kube.api.validation.meta import IMMUTABLE
from minieks.kube.words import names
from minieks.kube.words.objects import Obj, annotations

_LIMIT: Final = 1024 * 1024
_IMMUTABLE_SET: Final = "field is immutable when `immutable` is set"
_ACCOUNT: Final = "kubernetes.io/service-account.name"
_REDACTED: Final = "<secret contents redacted>"


def config_map(obj: Obj) -> Iterator[FieldError]:
    """A ConfigMap."""
    data, binary = obj.get("data") or {}, obj.get("binaryData") or {}
    size = 0
    for key, value in data.items():
        yield from complaints(f"data[{key}]", key, names.config_map_key)
        if key in binary:
            text = "duplicate of key present in binaryData"
            yield invalid(f"data[{key}]", key, text)
        size += len(value.encode())
    for key, value in binary.items():
        yield from complaints(f"binaryData[{key}]", key, names.config_map_key)
        size += len(b64decode(value))
    if size > _LIMIT:
        yield too_long("[]", _LIMIT)


def config_map_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """An immutable ConfigMap stays."""
    yield from _immutable(new, old, ("data", "binaryData"))
    yield from config_map(new)


def _immutable(new: Obj, old: Obj, keys: tuple[str, ...]) -> Iterator[FieldError]:
    if not old.get("immutable"):
        return
    if not new.get("immutable"):
        yield forbidden("immutable", _IMMUTABLE_SET)
    for key in keys:
        if (new.get(key) or {}) != (old.get(key) or {}):
            yield forbidden(key, _IMMUTABLE_SET)


def secret(obj: Obj) -> Iterator[FieldError]:
    """A Secret."""
    data = obj.get("data") or {}
    size = 0
    for key, value in data.items():
        yield from complaints(f"data[{key}]", key, names.config_map_key)
        size += len(b64decode(value))
    if size > _LIMIT:
        yield too_long("data", _LIMIT)
    check = _SECRET_TYPES.get(str(obj.get("type")))
    if check is not None:
        yield from check(obj, data)


def _token(obj: Obj, data: Mapping[str, str]) -> Iterator[FieldError]:
    if not annotations(obj).get(_ACCOUNT):
        yield required(f"metadata.annotations[{_ACCOUNT}]")


def _docker(key: str) -> Callable[[Obj, Mapping[str, str]], Iterator[FieldError]]:
    def check(obj: Obj, data: Mapping[str, str]) -> Iterator[FieldError]:
        if key not in data:
            yield required(f"data[{key}]")
            return
        complaint = _json_complaint(b64decode(data[key]))
        if complaint:
            yield invalid(f"data[{key}]", _REDACTED, complaint)

    return check


def _json_complaint(content: bytes) -> str:
    """What Go says about a text that is no JSON; "" if it is JSON."""
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        if not content:
            return "unexpected end of JSON input"
        first = content[:1].decode(errors="replace")
        return f"invalid character '{first}' looking for beginning of value"
    return ""


def _keys(*keys: str, all_of: bool = True) -> Callable[..., Iterator[FieldError]]:
    def check(obj: Obj, data: Mapping[str, str]) -> Iterator[FieldError]:
        missing = [key for key in keys if key not in data]
        if missing and (all_of or len(missing) == len(keys)):
            for key in missing:
                yield required(f"data[{key}]")

    return check


_SECRET_TYPES: Final[Mapping[str, Callable[..., Iterator[FieldError]]]] = {
    "kubernetes.io/service-account-token": _token,
    "kubernetes.io/dockercfg": _docker(".dockercfg"),
    "kubernetes.io/dockerconfigjson": _docker(".dockerconfigjson"),
    "kubernetes.io/basic-auth": _keys("username", "password", all_of=False),
    "kubernetes.io/ssh-auth": _keys("ssh-privatekey"),
    "kubernetes.io/tls": _keys("tls.crt", "tls.key"),
}


def secret_update(new: Obj, old: Obj) -> Iterator[FieldError]:
    """A Secret's type stays; an immutable Secret stays altogether."""
    if new.get("type") != old.get("type"):
        yield invalid("type", new.get("type"), IMMUTABLE)
    yield from _immutable(new, old, ("data",))
    yield from secret(new)
