"""Images: their full names, their ids, and the texts about pulling them.

Source: kubernetes pkg/kubelet/images/image_manager.go; distribution reference grammar; containerd.
"""

import re
from functools import lru_cache
from hashlib import sha256

from minieks.kube.words import durations

_REPOSITORY = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_DOMAIN = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?"
_HOST = rf"{_DOMAIN}(?:\.{_DOMAIN})*(?::[0-9]+)?"
_REFERENCE = re.compile(
    rf"(?:{_HOST}/)?{_REPOSITORY}(?:/{_REPOSITORY})*"
    r"(?::[\w][\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_MIB = 1024 * 1024


@lru_cache(maxsize=4096)
def full_name(image: str) -> str:
    """The name with registry and tag, as containerd has it: ``docker.io/library/nginx:latest``."""
    first, slash, _ = image.partition("/")
    if not slash:
        image = f"docker.io/library/{image}"
    elif not ("." in first or ":" in first or first == "localhost"):
        image = f"docker.io/{image}"
    tagged = "@" in image or ":" in image.rpartition("/")[2]
    return image if tagged else f"{image}:latest"


@lru_cache(maxsize=4096)
def image_id(image: str) -> str:
    """Repository and digest; the digest is made up from the name unless the name has one."""
    name = full_name(image)
    if "@" in name:
        repository, _, digest = name.partition("@")
        return f"{_untagged(repository)}@{digest}"
    return f"{_untagged(name)}@sha256:{sha256(name.encode()).hexdigest()}"


def _untagged(name: str) -> str:
    head, slash, last = name.rpartition("/")
    return head + slash + last.partition(":")[0]


def invalid_name(image: str) -> str:
    """What the kubelet says of a name that is no image reference; empty if it is one."""
    if _REFERENCE.fullmatch(image):
        return ""
    why = "invalid reference format"
    if _REFERENCE.fullmatch(image.lower()):
        repository = image.partition(":")[0]
        why += f": repository name ({repository if '/' in image else 'library/' + repository})"
        why += " must be lowercase"
    return (
        f'Failed to apply default image tag "{image}": couldn\'t parse image name "{image}": {why}'
    )


def pulled(image: str, seconds: float, mebibytes: float, version: tuple[int, int]) -> str:
    """The message of the Pulled event; the size is told from 1.30 on."""
    took = durations.go_text(seconds)
    text = f'Successfully pulled image "{image}" in {took} ({took} including waiting)'
    size = f". Image size: {round(mebibytes * _MIB)} bytes." if version >= (1, 30) else ""
    return text + size


def present(image: str, version: tuple[int, int]) -> str:
    """The message of the Pulled event for an image that is on the node.

    From 1.35 on the kubelet checks that the pod may use it (KubeletEnsureSecretPulledImages).
    """
    text = f'Container image "{image}" already present on machine'
    return f"{text} and can be accessed by the pod" if version >= (1, 35) else text


def pull_error(image: str, why: str) -> str:
    """The container runtime's error for a pull that failed because of ``why``."""
    name = full_name(image)
    code = "NotFound" if why == "not found" else "Unknown"
    return (
        f'rpc error: code = {code} desc = failed to pull and unpack image "{name}": '
        f'failed to resolve reference "{name}": {name}: {why}'
    )


def backing_off(image: str, error: str, version: tuple[int, int]) -> str:
    """The waiting message in ImagePullBackOff; from 1.32 on it repeats the error."""
    text = f'Back-off pulling image "{image}"'
    return f"{text}: ErrImagePull: {error}" if version >= (1, 32) else text
