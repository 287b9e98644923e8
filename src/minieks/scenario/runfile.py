"""A saved run: what a simulation was made from, so that it can be made again and asked about.

A run is deterministic: its inputs, what happens in it, its start, its seed and the version of
minieks that ran it are all there is to know. Beside them stand the pods that it had, to find one by
its name.

The file is gzipped JSON. It holds the manifests with their Secrets, so only its owner may read it.
"""

import gzip
import os
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from minieks import __version__
from minieks.engine.errors import UserError
from minieks.kube.words.objects import Obj
from minieks.scenario.observe.attempts import PodNote
from minieks.scenario.readers.extras import with_extras
from minieks.scenario.readers.inputs import Period, Texts, assemble
from minieks.scenario.readers.manifests import SourcedObject
from minieks.scenario.readers.places import Document
from minieks.scenario.readers.sources import Written
from minieks.scenario.script.file import RunPlan, read_again
from minieks.scenario.script.spec import Origin, Script

SCHEMA = "minieks.dev/run/v2"
_SIMULATE = "simulate first: minieks simulate CONFIG"
_AGAIN = "simulate again: minieks simulate CONFIG"
_LEVEL = 5  # of gzip: nearly as small as 9 in a third of the time


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation that was made, and the pods that it had."""

    script: Script
    pods: tuple[PodNote, ...]


def default_path(environment: Mapping[str, str]) -> Path:
    """Where the last run is kept.

    Source: XDG Base Directory Specification; a relative ``$XDG_STATE_HOME`` does not count.
    """
    state = Path(environment.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        state = Path(environment.get("HOME") or "~").expanduser() / ".local" / "state"
    return state / "minieks" / "last-run.json.gz"


def save(run: Run, path: Path) -> None:
    """Write the run whole or not at all, readable only by its owner; UserError if that fails."""
    try:
        if path.exists() and not path.is_file():
            raise UserError("is no regular file", where=str(path), hint="name another one")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, gzip.compress(orjson.dumps(_document(run)), _LEVEL, mtime=0))
    except (OSError, TypeError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise UserError(reason, where=str(path), hint="name another file with --save") from error


def load(path: Path) -> Run:
    """The run in a file; UserError if there is none, or if another version of minieks saved it."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise UserError("no run is saved there", where=str(path), hint=_SIMULATE) from None
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise UserError(reason, where=str(path), hint=_SIMULATE) from None
    try:
        document = orjson.loads(gzip.decompress(data))
        _check_version(document, path)
        return _run(document)
    except (OSError, EOFError, zlib.error, ValueError, LookupError, TypeError):
        raise UserError("is no run that minieks saved", where=str(path), hint=_AGAIN) from None


def _check_version(document: Mapping[str, Any], path: Path) -> None:
    saved_by = document["minieks"]
    if saved_by != __version__ or document["schema"] != SCHEMA:
        raise UserError(
            f"was saved by minieks {saved_by}, and this is {__version__}: it may decide otherwise",
            where=str(path),
            hint=_AGAIN,
        )


def _write(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


# --- to JSON and back ---


def _document(run: Run) -> Obj:
    script = run.script
    inputs, texts = script.inputs, script.inputs.texts
    return {
        "schema": SCHEMA,
        "minieks": __version__,
        "start": script.start,
        "length": script.length,
        "seed": script.seed,
        "scenario": _origin(script.origin) if script.origin else None,
        "config": asdict(texts.config),
        "settings": asdict(texts.settings) if texts.settings else None,
        "prices": asdict(texts.prices) if texts.prices else None,
        "with": list(inputs.extras),
        "load": asdict(texts.load) if texts.load else None,
        "series": {named: asdict(one) for named, one in texts.series},
        "objects": _objects(inputs.objects),
        "pods": [asdict(one) for one in run.pods],
    }


def _origin(origin: Origin) -> Obj:
    sources = {path: _objects(those) for path, those in origin.sources.items()}
    return {"written": asdict(origin.written), "sources": sources}


def _objects(those: Iterable[SourcedObject]) -> list[Obj]:
    return [_object(one) for one in those]


def _object(sourced: SourcedObject) -> Obj:
    return {
        "object": sourced.obj,
        "file": sourced.file,
        "document": sourced.document,
        "line": sourced.line,
        "path": sourced.path,
    }


def _run(document: Mapping[str, Any]) -> Run:
    texts = Texts(
        Written(**document["config"]),
        Written(**document["settings"]) if document["settings"] else None,
        Written(**document["prices"]) if document["prices"] else None,
        Written(**document["load"]) if document["load"] else None,
        tuple((named, Written(**one)) for named, one in document["series"].items()),
    )
    plan = RunPlan(document["start"], document["length"], document["seed"])
    objects, scenario = _sourced_all(document["objects"]), document["scenario"]
    if scenario is None:
        script = _plain(texts, objects, plan)
    else:
        sources = {path: _sourced_all(those) for path, those in scenario["sources"].items()}
        script = read_again(Origin(Written(**scenario["written"]), sources), texts, objects, plan)
    script = replace(script, inputs=with_extras(script.inputs, document["with"]))
    return Run(script, tuple(PodNote(**one) for one in document["pods"]))


def _plain(texts: Texts, objects: Iterable[SourcedObject], plan: RunPlan) -> Script:
    """A run that no scenario file describes."""
    period = Period(plan.start, plan.start + plan.length)
    inputs = assemble(texts, plan.start, lambda: objects, period)
    return Script(inputs.cluster.name, "", texts.config.file, inputs, *plan)


def _sourced_all(those: Iterable[Obj]) -> tuple[SourcedObject, ...]:
    return tuple(map(_sourced, those))


def _sourced(one: Mapping[str, Any]) -> SourcedObject:
    obj: Obj = one["object"]
    source = Document(obj, one["file"], one["document"], one["line"])
    return SourcedObject(obj, source, tuple(one["path"]))
