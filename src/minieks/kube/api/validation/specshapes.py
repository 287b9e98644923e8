"""The shape of a PodSpec: its text, whatever the name that its token's volume was given.

Each pod is given such a volume by admission, under a name of its own; else the specs of a
template's pods are the same, and so is what is wrong with them.
"""

import re
from typing import Final

import orjson

from minieks.kube.words.objects import Obj

_TOKEN: Final = re.compile("kube-api-access-[a-z0-9]{5}")
"""A name as admission makes it up (kubernetes plugin/pkg/admission/serviceaccount)."""
_LONGEST: Final = 16 * 1024


def shape(spec: Obj) -> bytes | None:
    """What specs that are equal but for that name share; None for one that is unusually long."""
    try:
        text = orjson.dumps(spec)
    except TypeError:  # Such as a number beyond 64 bits.
        return None
    if len(text) > _LONGEST:
        return None
    volumes = spec.get("volumes")
    name = volumes[-1].get("name") if volumes else None
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        return text
    return text.replace(name.encode(), b"*")
