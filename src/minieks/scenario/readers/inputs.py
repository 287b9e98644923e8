"""Everything a run starts from: the cluster, the manifests and minieks' own settings.

CONFIG is an eksctl file, or a folder with ``cluster.yaml`` (or ``.yml``), and beside it, if wanted,
``manifests/``, ``load.yaml`` and ``minieks.toml``.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.scenario.readers.bounds import check_nodes, check_pods
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.manifests import SourcedObject, read_manifests
from minieks.scenario.readers.places import InputWarning
from minieks.scenario.readers.settings import Settings
from minieks.scenario.readers.settingsfile import FILE_NAME, read_settings
from minieks.scenario.readers.sources import (
    STANDARD_INPUT,
    Written,
    read_standard_input,
    read_text,
    read_written,
    readable_folder,
)

if TYPE_CHECKING:
    from minieks.load.spec import LoadSpec

_CONFIG_NAMES = ("cluster.yaml", "cluster.yml")
_MANIFESTS = "manifests"
_LOAD = "load.yaml"


class Place(NamedTuple):
    """Where the parts of a CONFIG are: the eksctl file, and what a folder has beside it."""

    config: str
    manifests: tuple[str, ...] = ()
    settings: Written | None = None
    load: Path | None = None


class Period(NamedTuple):
    """The time of which a load file has to say something; it may have no end."""

    begins: Micros
    ends: Micros | None


@dataclass(frozen=True, slots=True)
class LoadFile:
    """A load file, and the run that it is for.

    ``length`` is None if the settings or a default say it; what is served is ``endless`` from a
    moment on.
    """

    path: Path
    length: Micros | None = None
    endless: Micros | None = None

    def period(self, settings: Settings, start: Micros | None) -> Period:
        """The time of the run."""
        if self.endless is not None:
            return Period(self.endless, None)
        begins = settings.start_or(start)
        return Period(begins, begins + settings.duration_or(self.length))


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts, other than manifests, that inputs are made from."""

    config: Written
    settings: Written | None = None
    prices: Written | None = None
    load: Written | None = None
    series: tuple[tuple[str, Written], ...] = ()
    """The files that the load file names, by the names that it gives them."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user brought, read and checked."""

    texts: Texts

    cluster: ClusterSpec
    objects: tuple[SourcedObject, ...]
    settings: Settings
    warnings: tuple[InputWarning, ...]
    extras: tuple[str, ...] = ()
    """Programs that the command line asked for, beside what the ClusterConfig has."""
    load: "LoadSpec | None" = None


def read_inputs(
    config: str,
    manifests: Sequence[str] = (),
    stdin: BinaryIO | None = None,
    *,
    start: Micros | None = None,
    load: LoadFile | None = None,
) -> Inputs:
    """The inputs that the command line names; UserError with place and remedy if one is wrong.

    ``config`` is a file, a folder or ``-``; a folder's own manifests come before those named.
    ``start`` is when the run begins, if that is known; else the settings or a default say.
    """
    file, own_manifests, own, _ = located(config)
    if file == STANDARD_INPUT and STANDARD_INPUT in manifests:
        raise UserError(
            "both the config and the manifests are '-'",
            where=STANDARD_INPUT,
            hint="only one of them can be piped in; name the other's file",
        )
    text = read_standard_input(stdin) if file == STANDARD_INPUT else read_text(Path(file))
    settings = _settings(own)
    texts = Texts(
        Written(file, text),
        own,
        read_written(settings.prices_file) if settings.prices_file else None,
        read_written(load.path) if load else None,
    )
    period = load.period(settings, start) if load else None
    every = [*own_manifests, *manifests]
    return assemble(texts, start, lambda: read_manifests(every, stdin), period)


def assemble(
    texts: Texts,
    start: Micros | None,
    objects: Callable[[], Iterable[SourcedObject]],
    period: Period | None = None,
    settings: Settings | None = None,
) -> Inputs:
    """The inputs that the texts and the objects make; UserError if one of the texts is wrong.

    ``objects`` are asked for once the texts are found right. ``period`` is needed for a load
    file. ``settings`` take the place of those in the texts.
    """
    settings = settings or _settings(texts.settings)
    config = texts.config
    cluster, warnings = read_cluster_config(config.text, config.file, settings, start)
    check_nodes(cluster, config.file)
    found = tuple(objects())
    check_pods(found)
    inputs = Inputs(texts, cluster, found, settings, tuple(warnings), settings.extras)
    if texts.load is None or period is None:
        return inputs
    return loaded(inputs, texts.load, period)


def loaded(
    inputs: Inputs, written: Written, period: Period, later: Iterable[SourcedObject] = ()
) -> Inputs:
    """The inputs with what the load file says, and with the files that it names.

    It may be about the inputs' objects and those that come ``later``; where there is no end, about
    any workload.
    """
    known = None if period.ends is None else [one.obj for one in (*inputs.objects, *later)]
    files = _Beside(written, dict(inputs.texts.series))
    from minieks.scenario.readers.load import read_load  # noqa: PLC0415 - most have none

    load = read_load(written, known, period, files.read)
    texts = replace(inputs.texts, load=written, series=tuple(files.known.items()))
    return replace(inputs, texts=texts, load=load)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The files beside another one; those that are ``known`` are not read again."""

    written: Written
    known: dict[str, Written]

    def read(self, named: str) -> Written:
        """A file by the name that the other one gives it; UserError if it cannot be read."""
        if named not in self.known:
            self.known[named] = read_written(Path(self.written.file).parent / named)
        return self.known[named]


def _settings(own: Written | None) -> Settings:
    return read_settings(own.text, own.file) if own else Settings()


def own_load(config: str) -> Path | None:
    """The load file that a folder has; None if it has none, or is none."""
    file = Path(config) / _LOAD
    return file if config != STANDARD_INPUT and file.is_file() else None


def served_load(config: str, at: Micros, named: Path | None = None) -> LoadFile | None:
    """The load on a cluster that is served from a moment on: what was named, else its folder's."""
    path = named or own_load(config)
    return LoadFile(path, endless=at) if path else None


def located(config: str) -> Place:
    """Where the parts of a CONFIG are; UserError for a folder without a cluster."""
    if config == STANDARD_INPUT or not os.path.isdir(config):
        return Place(config)
    folder = readable_folder(config)
    files = [folder / name for name in _CONFIG_NAMES if os.path.isfile(folder / name)]
    if not files:
        raise UserError(
            f"the folder has no {_CONFIG_NAMES[0]}",
            where=config,
            hint="put the eksctl ClusterConfig there under that name, or name the file itself",
        )
    if len(files) > 1:
        raise UserError(
            f"the folder has both {' and '.join(_CONFIG_NAMES)}", where=config, hint="remove one"
        )
    manifests = folder / _MANIFESTS
    own = folder / FILE_NAME
    return Place(
        str(files[0]),
        (str(manifests),) if os.path.isdir(manifests) else (),
        read_written(own) if os.path.isfile(own) else None,
        own_load(config),
    )
