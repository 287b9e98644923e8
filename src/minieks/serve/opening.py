"""A cluster ready to be served: a new one that has settled, or the one that a folder holds."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from minieks.cluster import Cluster
from minieks.data.kubernetes_versions import find_version
from minieks.data.prices import PriceList
from minieks.data.timings import Timings
from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.errors import UserError
from minieks.engine.part import Part
from minieks.engine.persistence import Journal
from minieks.kube.auth.tokens.keyring import KeyRing
from minieks.scenario.applied import Applied
from minieks.scenario.beginning import SETUP, price_list
from minieks.scenario.readers.inputs import Inputs
from minieks.serve import keptconfig
from minieks.serve.authority import Authority, KeyPair
from minieks.serve.clock import machine_time

if TYPE_CHECKING:
    from minieks.load.spec import LoadSpec

_AUTHORITY = "authority"
_CONFIG = "config"
_SIGNING_KEYS = "service account signing key"
_SUFFIX = ".sqlite3"


@dataclass(slots=True)
class Opened:
    """A cluster that stands still until it is served; ``journal`` is None if nothing is kept."""

    cluster: Cluster
    authority: Authority
    journal: Journal | None
    part: Part
    """What of the engine is the cluster's."""
    signing_keys: KeyRing
    applied: Applied = field(default_factory=Applied)
    resumed: bool = False
    differing: list[str] = field(default_factory=list)
    """In what the config differs from that of the kept cluster, which holds."""

    @property
    def name(self) -> str:
        """The cluster's name."""
        return self.cluster.spec.name


def with_version(inputs: Inputs, version: str | None) -> Inputs:
    """The same with another Kubernetes version, if one is given; UserError for an unknown one."""
    if version is None:
        return inputs
    known = find_version(version).version
    return replace(inputs, cluster=replace(inputs.cluster, version=known))


def open_clusters(
    wanted: Sequence[Inputs], now: datetime, data_dir: Path | None = None, seed: int | None = None
) -> list[Opened]:
    """The clusters with their manifests applied, all on one engine.

    It is ``now`` for them or, if the time of a kept one is later, then. Without ``seed`` chance is
    different each time. With ``data_dir`` the clusters are those that were kept there, as far as
    they are, and are kept from now on.
    """
    journals = [_journal(one, data_dir) for one in wanted]
    moments = [moment for one in journals if one and (moment := one.moment()) is not None]
    at = max([int(now.timestamp() * SECOND), *moments])
    engine = new_engine(at - SETUP, seed)
    opened: dict[str, Opened] = {}
    # New ones settle before the kept ones go on, whose time must not go back.
    for inputs, journal in sorted(
        zip(wanted, journals, strict=True), key=lambda one: _is_kept(one[1])
    ):
        if _is_kept(journal):
            engine.run(at)
        timings, prices = inputs.settings.timings, price_list(inputs)
        spec, differing = _agreed(inputs.cluster, journal)
        one = opened[spec.name] = begin(engine, spec, timings, prices, journal, inputs.load)
        one.differing = differing
    engine.run(at)
    for inputs in wanted:
        _apply(inputs, opened[inputs.cluster.name])
    return [opened[inputs.cluster.name] for inputs in wanted]


def open_cluster(inputs: Inputs, now: datetime, seed: int | None = None) -> Opened:
    """One cluster that is not kept, on an engine of its own; as `open_clusters`."""
    return open_clusters([inputs], now, seed=seed)[0]


def new_engine(at: Micros, seed: int | None = None) -> Engine:
    """An engine at a moment; without a seed no two of them draw the same names and uids."""
    return Engine(VirtualClock(at), secrets.randbits(62) if seed is None else seed)


def begin(
    engine: Engine,
    spec: ClusterSpec,
    timings: Timings,
    prices: PriceList,
    journal: Journal | None = None,
    load: "LoadSpec | None" = None,
) -> Opened:
    """A new cluster at the engine's present, or the one that the journal holds, as it was."""
    part = Part(engine)
    cluster = Cluster(part, spec, timings, prices)
    if load is not None:
        cluster.put_under(load)
    if journal is None:
        cluster.create()
        return Opened(cluster, Authority.create(machine_time()), None, part, KeyRing(part.now))
    if _is_kept(journal):
        cluster.resume(journal.restore)
        _follow(journal, cluster)
        keys = _keys(part, journal)
        return Opened(cluster, _authority(journal), journal, part, keys, resumed=True)
    opened = Opened(cluster, Authority.create(machine_time()), journal, part, _keys(part, journal))
    journal.note(_AUTHORITY, orjson.dumps(_texts(opened.authority.pair)))
    journal.note(_SIGNING_KEYS, opened.signing_keys.dumped())
    _follow(journal, cluster)
    cluster.create()
    return opened


def _keys(part: Part, journal: Journal) -> KeyRing:
    return KeyRing(part.now, journal.fact(_SIGNING_KEYS), partial(journal.note, _SIGNING_KEYS))


def _agreed(spec: ClusterSpec, journal: Journal | None) -> tuple[ClusterSpec, list[str]]:
    """The config that holds, and in what the one that was brought differs from it."""
    if journal is None:
        return spec, []
    kept = journal.fact(_CONFIG)
    if kept is None:
        journal.note(_CONFIG, keptconfig.written(spec))
        return spec, []
    try:
        return keptconfig.as_kept(spec, kept), keptconfig.differences(spec, kept)
    except (ValueError, TypeError) as error:
        raise _damaged(journal, str(error)) from None


def _damaged(journal: Journal, why: str) -> UserError:
    hint = "name another folder with --data-dir, or remove the file to begin anew"
    return UserError(f"is damaged: {why}", where=str(journal.path), hint=hint)


def _journal(inputs: Inputs, data_dir: Path | None) -> Journal | None:
    return None if data_dir is None else Journal(data_dir / f"{inputs.cluster.name}{_SUFFIX}")


def _is_kept(journal: Journal | None) -> bool:
    return journal is not None and journal.moment() is not None


def _apply(inputs: Inputs, opened: Opened) -> None:
    if inputs.objects:
        from minieks.scenario.apply import apply  # noqa: PLC0415 - most bring no manifests

        opened.applied = apply(opened.cluster.api, inputs.objects)
    if opened.journal is not None:
        opened.journal.commit()


def _follow(journal: Journal, cluster: Cluster) -> None:
    journal.now = cluster.engine.now
    journal.follow("aws", cluster.aws)
    journal.follow("kubernetes", cluster.api.store)


def _texts(pair: KeyPair) -> dict[str, str]:
    return {"certificate": pair.certificate.decode(), "key": pair.key.decode()}


def _authority(journal: Journal) -> Authority:
    try:
        kept = orjson.loads(journal.fact(_AUTHORITY) or b"{}")
        return Authority(KeyPair(kept["certificate"].encode(), kept["key"].encode()))
    except (ValueError, LookupError) as error:
        raise _damaged(journal, f"no {error}") from None
