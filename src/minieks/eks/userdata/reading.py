"""User data in any of its forms: a MIME message of several parts, or one of them alone.

Source: cloud-init documentation, "User data formats"; AWS user guide for EKS, "Amazon EC2 user
data"; nodeadm ``internal/configprovider`` (the part ``application/node.eks.aws``).
"""

import base64
import binascii
import email
import zlib
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from minieks.eks.userdata import bottlerocket, nodeadm, scripts
from minieks.eks.userdata.settings import NOTHING, NodeSettings, UserDataError, merged

_GZIP: Final = b"\x1f\x8b"
_MESSAGE: Final = ("mime-version:", "content-type: multipart/")
_LARGEST: Final = 1024 * 1024
"""Bytes that are looked at; EC2 takes 16 KB before they are unpacked."""
_WITH_HEADER: Final = 31
"""How zlib is told that a header of gzip comes first."""

_Read: TypeAlias = Callable[[str], NodeSettings]


def read(encoded: str) -> NodeSettings:
    """The settings in user data, which is in base 64; UserDataError for what cannot be read."""
    text = _decoded(encoded)
    return merged(of_part(one) for one in _parts(text))


def _decoded(encoded: str) -> str:
    try:
        data = base64.b64decode(encoded, validate=False)
        if data.startswith(_GZIP):
            data = zlib.decompressobj(_WITH_HEADER).decompress(data, _LARGEST)
        return data.decode()
    except (binascii.Error, zlib.error, UnicodeDecodeError):
        raise UserDataError("it is no text in base 64") from None


def _parts(text: str) -> Iterator[str]:
    if not text.lstrip().lower().startswith(_MESSAGE):
        yield text
        return
    for part in email.message_from_string(text.lstrip()).walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload.decode(errors="replace")


def of_part(text: str) -> NodeSettings:
    """What a part is, it says itself: its type is often left out or wrong."""
    return _reader(text)(text)


def _reader(text: str) -> _Read:
    if text.lstrip().startswith("#!") or "<powershell>" in text:
        return scripts.read
    if nodeadm.GROUP in text:
        return nodeadm.read
    if "[settings" in text:
        return bottlerocket.read
    return scripts.read if "bootstrap" in text else _ignored


def _ignored(_: str) -> NodeSettings:
    """Whatever else cloud-init does with it, it is nothing to the kubelet."""
    return NOTHING
