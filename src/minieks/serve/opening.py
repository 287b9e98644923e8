"""A cluster ready to be served: a new one that has settled, or the one that a folder holds."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from minieks.cluster import Cluster
from minieks.data.kubernetes_versions import find_version
from minieks.engine.clock import SECOND, Micros, VirtualClock
from minieks.engine.engine import Engine
from minieks.engine.errors import UserError
from minieks.engine.persistence import Journal
from minieks.kube.auth.tokens.keys import SigningKey
from minieks.scenario.apply import Applied, apply
from minieks.scenario.readers.inputs import Inputs
from minieks.scenario.simulation import SETUP, price_list
from minieks.serve.authority import Authority, KeyPair

_AUTHORITY = "authority"
_SIGNING_KEY = "service account signing key"
_SUFFIX = ".sqlite3"


@dataclass(slots=True)
class Opened:
    """A cluster that stands still until it is served; ``journal`` is None if nothing is kept."""

    cluster: Cluster
    authority: Authority
    journal: Journal | None
    signing_key: SigningKey = field(default_factory=SigningKey)
    applied: Applied = field(default_factory=Applied)
    resumed: bool = False

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


def open_cluster(
    inputs: Inputs, now: datetime, data_dir: Path | None = None, seed: int | None = None
) -> Opened:
    """The cluster with its manifests applied, at ``now`` or, if its own time is later, then.

    Without ``seed`` chance is different each time. With ``data_dir`` the cluster is the one that
    was kept there, if there is one, and is kept from now on.
    """
    at = int(now.timestamp() * SECOND)
    if data_dir is None:
        opened = Opened(_new(inputs, at, seed), Authority.create(machine_time()), None)
    else:
        opened = _kept(inputs, at, now, Journal(data_dir / f"{inputs.cluster.name}{_SUFFIX}"))
    if inputs.objects:
        opened.applied = apply(opened.cluster.api, inputs.objects)
    if opened.journal is not None:
        opened.journal.commit()
    return opened


def _new(inputs: Inputs, at: Micros, seed: int | None) -> Cluster:
    cluster = _cluster(inputs, at - SETUP, seed)
    cluster.create()
    cluster.engine.run(at)
    return cluster


def _kept(inputs: Inputs, at: Micros, now: datetime, journal: Journal) -> Opened:
    moment = journal.moment()
    if moment is None:
        authority = Authority.create(now)
        key = SigningKey()
        journal.note(_AUTHORITY, orjson.dumps(_texts(authority.pair)))
        journal.note(_SIGNING_KEY, key.pem())
        cluster = _cluster(inputs, at - SETUP)
        _follow(journal, cluster)
        cluster.create()
        cluster.engine.run(at)
        return Opened(cluster, authority, journal, key)
    cluster = _cluster(inputs, max(at, moment))
    cluster.resume(journal.restore)
    _follow(journal, cluster)
    key = SigningKey(journal.fact(_SIGNING_KEY))
    return Opened(cluster, _authority(journal), journal, key, resumed=True)


def _cluster(inputs: Inputs, at: Micros, seed: int | None = None) -> Cluster:
    # No two clusters, and no two lives of one, draw the same names and uids.
    engine = Engine(VirtualClock(at), secrets.randbits(62) if seed is None else seed)
    return Cluster(engine, inputs.cluster, inputs.settings.timings, price_list(inputs))


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
        hint = "name another folder with --data-dir, or remove the file to begin anew"
        raise UserError(f"is damaged: no {error}", where=str(journal.path), hint=hint) from None


def machine_time() -> datetime:
    """What time it is for the machine."""
    return datetime.now(UTC)  # noqa: TID251 - a served cluster begins at the machine's time
