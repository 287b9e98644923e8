"""Scripts that start a node: ``/etc/eks/bootstrap.sh`` of Amazon Linux 2 and Windows' own.

What a script does beside calling them, such as setting variables, is not known here. Source:
awslabs/amazon-eks-ami, branch al2, ``templates/al2/runtime/bootstrap.sh``; AWS user guide for EKS,
"Bootstrap script configuration parameters" (Windows).
"""

import re
import shlex
from collections.abc import Iterator
from typing import Final

from minieks.eks.userdata import flags
from minieks.eks.userdata.settings import NodeSettings, UserDataError, merged

_LINE_GOES_ON: Final = re.compile(r"[\\`]\r?\n\s*")
_LINUX: Final = "bootstrap.sh"
_EXTRA: Final = "--kubelet-extra-args"
_WINDOWS: Final = re.compile(
    r"-KubeletExtraArgs\s+(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')", re.IGNORECASE
)


def read(text: str) -> NodeSettings:
    """The settings that a script hands to the kubelet."""
    joined = _LINE_GOES_ON.sub(" ", text)
    windows = (one["double"] or one["single"] or "" for one in _WINDOWS.finditer(joined))
    return merged(flags.of_text(one) for one in (*_extra_args(joined), *windows))


def _extra_args(text: str) -> Iterator[str]:
    """What the calls of bootstrap.sh have in ``--kubelet-extra-args``."""
    for line in text.splitlines():
        words = _words(line) if _LINUX in line and not line.lstrip().startswith("#") else []
        called = [one.endswith(f"/{_LINUX}") or one == _LINUX for one in words]
        if any(called):
            yield _value_of(_EXTRA, words[called.index(True) + 1 :])


def _value_of(flag: str, words: list[str]) -> str:
    """The word behind a flag, which may begin with dashes itself, or what follows its ``=``."""
    found = ""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == flag:
            found = value if equals else following
    return found


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError as error:
        raise UserDataError(f"the call of {_LINUX} cannot be read: {error}") from None
