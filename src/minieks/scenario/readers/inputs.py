"""Everything a run starts from: the cluster, the manifests and minieks' own settings.

CONFIG is an eksctl file, or a folder with ``cluster.yaml`` (or ``.yml``), and beside it, if wanted,
``manifests/`` and ``minieks.toml``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minieks.eks.spec import ClusterSpec
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.scenario.readers.eksctl import read_cluster_config
from minieks.scenario.readers.manifests import SourcedObject, read_manifests
from minieks.scenario.readers.places import InputWarning
from minieks.scenario.readers.settings import Settings
from minieks.scenario.readers.settingsfile import FILE_NAME, read_settings
from minieks.scenario.readers.sources import STANDARD_INPUT, read_standard_input, read_text

_CONFIG_NAMES = ("cluster.yaml", "cluster.yml")
_MANIFESTS = "manifests"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the user brought, read and checked."""

    cluster: ClusterSpec
    objects: tuple[SourcedObject, ...]
    settings: Settings
    warnings: tuple[InputWarning, ...]


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
    file, own_manifests, settings = _located(config)
    if file == STANDARD_INPUT and STANDARD_INPUT in manifests:
        raise UserError(
            "both the config and the manifests are '-'",
            where=STANDARD_INPUT,
            hint="only one of them can be piped in; name the other's file",
        )
    text = read_standard_input(stdin) if file == STANDARD_INPUT else read_text(Path(file))
    cluster, warnings = read_cluster_config(text, file, settings, start)
    objects = read_manifests([*own_manifests, *manifests], stdin)
    return Inputs(cluster, tuple(objects), settings, tuple(warnings))


def _located(config: str) -> tuple[str, list[str], Settings]:
    """The eksctl file, the folder's own manifests and its settings."""
    if config == STANDARD_INPUT or not Path(config).is_dir():
        return config, [], Settings()
    folder = Path(config)
    files = [folder / name for name in _CONFIG_NAMES if (folder / name).is_file()]
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
    settings = read_settings(read_text(own), str(own)) if own.is_file() else Settings()
    return str(files[0]), [str(manifests)] if manifests.is_dir() else [], settings
