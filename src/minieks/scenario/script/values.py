"""The values that a scenario file has: texts, numbers, times, and names of what is there."""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from minieks.data import instance_types
from minieks.data.kubernetes_versions import find_version
from minieks.data.nearest import did_you_mean
from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import SECOND, Micros
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj, name, namespace
from minieks.scenario.readers.manifests import SourcedObject, objects_in, read_manifests
from minieks.scenario.readers.places import Document, FieldPath
from minieks.scenario.readers.span import read_length, read_moment

SYSTEM: Final = "kube-system"
COUNTED_KINDS: Final = ("Deployment", "StatefulSet", "DaemonSet")
_COUNTED_HINT: Final = f"name a {', '.join(COUNTED_KINDS[:-1])} or {COUNTED_KINDS[-1]}"
_PERCENT: Final = re.compile(r"(\d+(?:\.\d+)?)%", re.ASCII)


class ObjectName(NamedTuple):
    """An object by kind, namespace (empty for cluster-scoped kinds) and name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        space = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind}/{space}{self.name}"

    @property
    def about(self) -> str:
        """As the timeline of a run writes it."""
        space = f"{self.namespace}/" if self.namespace else ""
        return f"{space}{self.kind}/{self.name}"


def name_of(obj: Obj) -> ObjectName:
    """An object's name; without a namespace it is in ``default``, or in none."""
    return ObjectName(str(obj.get("kind")), namespace(obj) or "default", name(obj))


@dataclass(frozen=True, slots=True)
class Reading:
    """One scenario file that is being read, its run, and what it may name."""

    document: Document
    cluster: ClusterSpec
    begins: Micros
    ends: Micros
    sources: dict[str, tuple[SourcedObject, ...]] = field(default_factory=dict)
    """The manifests of files that were read, by the paths that it gives them."""
    objects: dict[ObjectName, None] = field(default_factory=dict)
    """Objects that are applied at some time."""

    @property
    def folder(self) -> Path:
        """Where files that it names are."""
        return Path(self.document.file).parent

    def note(self, sources: Iterable[SourcedObject]) -> None:
        """Take note of objects that are applied."""
        self.objects.update(dict.fromkeys(name_of(one.obj) for one in sources))

    def zones(self) -> list[str]:
        """The zones of the cluster's subnets."""
        return list(dict.fromkeys(one.zone for one in self.cluster.network.subnets))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a scenario file."""

    reading: Reading
    path: FieldPath

    def below(self, *parts: str | int) -> "Spot":
        """A field of what stands here."""
        return Spot(self.reading, (*self.path, *parts))

    def error(self, message: str, hint: str = "") -> UserError:
        """A UserError about this place, to be raised."""
        return self.reading.document.error(self.path, message, hint)

    def one_of(self, value: Any, known: Iterable[str], what: str) -> str:
        """The value, if it is one of the known ones; UserError offers the nearest."""
        names = list(known)
        if value in names:
            return str(value)
        listed = f"it has {', '.join(names[:8])}" if names else "it has none"
        raise self.error(f"there is no {what} {value!r}", did_you_mean(str(value), names, listed))


class Value(NamedTuple):
    """A kind of value: how the reference calls it, and how it is read."""

    words: str
    read: Callable[[Spot, Any], Any]


def _text(spot: Spot, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise spot.error(f"expected text, got {_shown(value)}", "put it in double quotes")
    return value


def _whole(spot: Spot, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise spot.error(f"expected a whole number of zero or more, got {_shown(value)}")
    return value


def _number(spot: Spot, value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value < 0:
        raise spot.error(f"expected a number of zero or more, got {_shown(value)}")
    return float(value)


def _boolean(spot: Spot, value: Any) -> bool:
    if not isinstance(value, bool):
        raise spot.error(f"expected true or false, got {_shown(value)}")
    return value


def _length(spot: Spot, value: Any) -> Micros:
    try:
        return read_length(str(value))
    except UserError as error:
        raise spot.error(error.message, error.hint) from None


def _moment(spot: Spot, value: Any) -> Micros:
    found = _read_moment(spot, value)
    reading = spot.reading
    if not reading.begins <= found <= reading.ends:
        raise spot.error(
            f"{value} is not within the run",
            "the run begins at start and lasts as long as for says",
        )
    return found


def _read_moment(spot: Spot, value: Any) -> Micros:
    if isinstance(value, date):
        return moment_of(value)
    if value in (0, "0", "0s"):
        return spot.reading.begins
    text = str(value)
    try:
        if text[:4].isdecimal() and text[4:5] == "-":
            return read_moment(text)
        return spot.reading.begins + read_length(text)
    except UserError as error:
        raise spot.error(error.message, error.hint) from None


def moment_of(value: date) -> Micros:
    """A TOML date or date-time; without an offset it is in UTC."""
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return round(aware.timestamp()) * SECOND


def _part(spot: Spot, value: Any) -> float:
    found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
    if found is None or float(found[1]) > 100:
        raise spot.error(f"{_shown(value)} is no percentage", 'write it like "1%"')
    return float(found[1]) / 100


def _named(spot: Spot, value: Any) -> ObjectName:
    """Kind/namespace/name; an object that nothing applies is only known in kube-system."""
    parts = _text(spot, value).split("/")
    if len(parts) == 2:
        parts.insert(1, "default")
    if len(parts) != 3 or not all(parts):
        raise spot.error(f"{value!r} names no object", "write it as Deployment/namespace/name")
    found = ObjectName(*parts)
    if found.namespace != SYSTEM and found not in spot.reading.objects:
        spot.one_of(str(found), map(str, spot.reading.objects), "object")
    return found


def _names(spot: Spot, value: Any) -> tuple[ObjectName, ...]:
    given = value if isinstance(value, list) else [value]
    return tuple(_named(spot, one) for one in given)


def _counted(spot: Spot, value: Any) -> ObjectName:
    """A workload whose status counts its pods."""
    found = _named(spot, value)
    if found.kind not in COUNTED_KINDS:
        raise spot.error(f"the pods of a {found.kind} are not counted", _COUNTED_HINT)
    return found


def _zone(spot: Spot, value: Any) -> str:
    return spot.one_of(value, spot.reading.zones(), "zone in the cluster")


def _group(spot: Spot, value: Any) -> str:
    return spot.one_of(value, (one.name for one in spot.reading.cluster.node_groups), "node group")


def _profile(spot: Spot, value: Any) -> str:
    known = (one.name for one in spot.reading.cluster.fargate_profiles)
    return spot.one_of(value, known, "Fargate profile")


def _instance_type(spot: Spot, value: Any) -> str:
    try:
        return instance_types.find(_text(spot, value)).name
    except UserError as error:
        raise spot.error(error.message, error.hint) from None


def _version(spot: Spot, value: Any) -> str:
    try:
        return find_version(_text(spot, value)).version
    except UserError as error:
        raise spot.error(error.message, error.hint) from None


def _lifecycle(spot: Spot, value: Any) -> str:
    return spot.one_of(value, ("on-demand", "spot"), "lifecycle")


def read_sources(spot: Spot, value: Any) -> tuple[SourcedObject, ...]:
    """Manifests: a path beside the scenario file, YAML itself, or a list of such."""
    texts = value if isinstance(value, list) else [value]
    found = [one for each in texts for one in _sources(spot, _text(spot, each))]
    spot.reading.note(found)
    return tuple(found)


def _sources(spot: Spot, text: str) -> Iterable[SourcedObject]:
    reading = spot.reading
    if "\n" in text:
        return objects_in(text, f"{reading.document.file} [{spot.path[0]}]")
    if text not in reading.sources:
        reading.sources[text] = tuple(read_manifests([str(reading.folder / text)]))
    return reading.sources[text]


def _shown(value: Any) -> str:
    return repr(value)[:60]


TEXT = Value("text", _text)
WHOLE = Value("a whole number", _whole)
NUMBER = Value("a number", _number)
BOOLEAN = Value("true or false", _boolean)
LENGTH = Value("a duration: `90s`, `1h30m`", _length)
MOMENT = Value("a time: since the start, `10m`, or RFC 3339", _moment)
PART = Value("a percentage: `1%`", _part)
NAMED = Value("an object: `Deployment/namespace/name`", _named)
NAMES = Value("an object, or a list of them", _names)
WORKLOAD = Value("a Deployment, StatefulSet or DaemonSet: `Deployment/namespace/name`", _counted)
ZONE = Value("a zone of the cluster", _zone)
GROUP = Value("a node group", _group)
PROFILE = Value("a Fargate profile", _profile)
INSTANCE_TYPE = Value("an instance type", _instance_type)
VERSION = Value("a version of Kubernetes", _version)
LIFECYCLE = Value("`on-demand` or `spot`", _lifecycle)
MANIFESTS = Value("manifests: a path, YAML, or a list of such", read_sources)
