"""What a kept cluster was made from, and in what the config that it goes on with differs.

A cluster is made from its config once. What is kept then holds, as in AWS a cluster does not follow
the file that eksctl was once given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from typing import Any, Final

import orjson

from minieks.eks.spec.cluster import ClusterSpec

_NOTHING: Final = "nothing"
_SHOWN: Final = 60


def written(spec: ClusterSpec) -> bytes:
    """The config of a new cluster, as it is kept."""
    return orjson.dumps(asdict(spec), default=str, option=orjson.OPT_NON_STR_KEYS)


def as_kept(spec: ClusterSpec, kept: bytes) -> ClusterSpec:
    """The config with the version and the other settings of the cluster itself that it has.

    Its groups, profiles, add-ons and identities are in what was kept of AWS.
    """
    before = orjson.loads(kept)
    plain = {
        field: before[field]
        for field, value in asdict(spec).items()
        if field in before and isinstance(value, (str, bool))
    }
    return replace(spec, **plain)


def differences(spec: ClusterSpec, kept: bytes) -> list[str]:
    """A line for each field in which the config differs from what was kept.

    What an older minieks did not keep cannot differ.
    """
    before, now = orjson.loads(kept), orjson.loads(written(spec))
    return [line for field in before for line in _differing(field, before[field], now.get(field))]


def _differing(path: str, kept: Any, now: Any) -> Iterator[str]:
    if kept == now:
        return
    before, after = _members(kept), _members(now)
    if before is None or after is None:
        yield f"{path}: {_shown(kept)} is kept, {_shown(now)} is in the config"
        return
    for name in dict.fromkeys((*before, *after)):
        yield from _differing(
            f"{path}.{name}", before.get(name, _NOTHING), after.get(name, _NOTHING)
        )


def _members(value: Any) -> Mapping[str, Any] | None:
    """The fields of a map, or the entries of a list by their names; None for anything else."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and all(isinstance(one, dict) and "name" in one for one in value):
        return {str(one["name"]): one for one in value}
    return None


def _shown(value: Any) -> str:
    if isinstance(value, dict) and "name" in value:
        return f"one called {value['name']}"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
