"""Everything a run starts from: the cluster, the manifests and minieks' own settings.

CONFIG is an eksctl file, or a folder with ``cluster.yaml`` (or ``.yml``), and beside it, if wanted,
``manifests/`` and ``minieks.toml``.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

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

_CONFIG_NAMES = ("cluster.yaml", "cluster.yml")
_MANIFESTS = "manifests"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts, other than manifests, that inputs are made from."""

    config: Written
    settings: Written | None = None
    prices: Written | None = None


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


def read_inputs(
    config: str,
    manifests: Sequence[str] = (),
    stdin: BinaryIO | None = None,
    *,
    start: Micros | None = None,
) -> Inputs:
    """The inputs that the command line names; UserError with place and remedy if one is wrong.

    ``config`` is a file, a folder or ``-``; a folder's own manifests come before those named.
    ``start`` is when the run begins, if that is known; else the settings or a default say.
    """
    file, own_manifests, own = _located(config)
    if file == STANDARD_INPUT and STANDARD_INPUT in manifests:
        raise UserError(
            "both the config and the manifests are '-'",
            where=STANDARD_INPUT,
            hint="only one of them can be piped in; name the other's file",
        )
    text = read_standard_input(stdin) if file == STANDARD_INPUT else read_text(Path(file))
    prices = _settings(own).prices_file
    texts = Texts(Written(file, text), own, read_written(prices) if prices else None)
    return assemble(texts, start, lambda: read_manifests([*own_manifests, *manifests], stdin))


def assemble(
    texts: Texts, start: Micros | None, objects: Callable[[], Iterable[SourcedObject]]
) -> Inputs:
    """The inputs that the texts and the objects make; UserError if one of the texts is wrong.

    ``objects`` are asked for once the texts are found right.
    """
    settings = _settings(texts.settings)
    cluster, warnings = read_cluster_config(texts.config.text, texts.config.file, settings, start)
    check_nodes(cluster, texts.config.file)
    found = tuple(objects())
    check_pods(found)
    return Inputs(texts, cluster, found, settings, tuple(warnings))


def _settings(own: Written | None) -> Settings:
    return read_settings(own.text, own.file) if own else Settings()


def _located(config: str) -> tuple[str, list[str], Written | None]:
    """The eksctl file, the folder's own manifests and its settings file."""
    if config == STANDARD_INPUT or not os.path.isdir(config):
        return config, [], None
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
    settings = read_written(own) if os.path.isfile(own) else None
    return str(files[0]), [str(manifests)] if os.path.isdir(manifests) else [], settings
