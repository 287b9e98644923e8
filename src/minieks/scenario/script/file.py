"""A scenario file as a whole; see the reference of scenario files for its fields."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from minieks.engine.clock import Micros
from minieks.scenario.readers.eksctl.schema import API_VERSION, KIND
from minieks.scenario.readers.extras import EXTRAS, with_extras
from minieks.scenario.readers.inputs import Inputs, Period, Texts, assemble, loaded, located
from minieks.scenario.readers.manifests import SourcedObject, read_manifests
from minieks.scenario.readers.places import Document
from minieks.scenario.readers.settings import Settings
from minieks.scenario.readers.settingsfile import (
    parse_toml,
    read_settings,
    read_start,
    settings_of,
)
from minieks.scenario.readers.sources import Written, read_written
from minieks.scenario.script.expectations import read_expectations
from minieks.scenario.script.spec import Origin, Script
from minieks.scenario.script.steps import applied_by, read_steps
from minieks.scenario.script.tables import Field, read_fields
from minieks.scenario.script.values import (
    LENGTH,
    MANIFESTS,
    TEXT,
    Reading,
    Spot,
    Value,
)

_CLUSTER_DEFAULTS: Final[Mapping[str, Any]] = {
    "apiVersion": API_VERSION,
    "kind": KIND,
    "metadata": {"name": "test", "region": "us-east-1"},
}


def _seed(spot: Spot, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise spot.error(f"{value!r} is no seed", "write a whole number")
    return value


def _extras(spot: Spot, value: Any) -> list[str]:
    given = value if isinstance(value, list) else [value]
    return [spot.one_of(one, sorted(EXTRAS), "program") for one in given]


def _anything(spot: Spot, value: Any) -> Any:
    del spot
    return value


_ANYTHING: Final = Value("a table", _anything)
FIELDS: Final = (
    Field("name", TEXT, "what the scenario is called; by default as its file"),
    Field("about", TEXT, "what it is about, in a sentence"),
    Field(
        "cluster",
        Value("a path, or a table", _anything),
        "an eksctl ClusterConfig or a folder as CONFIG of the command line; or the fields of a"
        " ClusterConfig, of which apiVersion, kind, name and region may be left out",
        required=True,
    ),
    Field("manifests", MANIFESTS, "what is applied at the start, after the folder's own"),
    Field("load", TEXT, "a load file: a path, or YAML; by default the folder's own"),
    Field("settings", _ANYTHING, "the fields of minieks.toml, in place of the folder's own"),
    Field("with", Value("names of programs", _extras), "programs to install, as `--with`"),
    Field("start", Value("a date and time", _anything), "when the run begins"),
    Field("for", LENGTH, "how long it lasts; by default as the settings say, or 24 h"),
    Field("seed", Value("a whole number", _seed), "of all that is random"),
    Field("at", Value("a list of tables", _anything), "what happens when"),
    Field("expect", _ANYTHING, "what is expected"),
)
"""The fields of a scenario file."""


def read_script(file: str) -> Script:
    """The scenario in a file; UserError with file, field and remedy where one is wrong."""
    return _File(read_written(Path(file))).read()


class RunPlan(NamedTuple):
    """When a run begins, how long it lasts, and the seed of its chance."""

    start: Micros
    length: Micros
    seed: int


def read_again(
    origin: Origin, texts: Texts, objects: Sequence[SourcedObject], run: RunPlan
) -> Script:
    """The scenario that was read before, without its files: ``texts`` and ``objects`` are theirs.

    Programs to install are left to the caller.
    """
    return _File(origin.written, origin.sources).again(texts, objects, run)


class _World(NamedTuple):
    """The cluster's configuration, and what a folder has beside it."""

    config: Written
    manifests: tuple[str, ...] = ()
    settings: Written | None = None
    load: Path | None = None


class _File:
    """A scenario file that is being read."""

    def __init__(
        self, written: Written, sources: Mapping[str, tuple[SourcedObject, ...]] | None = None
    ) -> None:
        self._written = written
        self._given: Mapping[str, Any] = parse_toml(written.text, written.file)
        self._document = Document(self._given, written.file, 1, 1)
        self._sources = dict(sources or {})

    def read(self) -> Script:
        world = self._world()
        settings = self._settings(world.settings)
        start = self._start(settings)
        prices = read_written(settings.prices_file) if settings.prices_file else None
        texts = Texts(world.config, world.settings, prices)
        inputs = assemble(texts, start, lambda: read_manifests(world.manifests), None, settings)
        length = self._length(inputs, start)
        root = self._root(inputs, start, length)
        values = read_fields(root, self._given, FIELDS)
        inputs = replace(inputs, objects=(*inputs.objects, *values.get("manifests", ())))
        run = RunPlan(start, length, settings.seed_or(values.get("seed")))
        script = self._script(root, inputs, run)
        inputs = self._loaded(inputs, world, _period(run), [*applied_by(script.steps)])
        return replace(script, inputs=with_extras(inputs, values.get("with", ())))

    def again(self, texts: Texts, objects: Sequence[SourcedObject], run: RunPlan) -> Script:
        settings = self._settings(texts.settings)
        inputs = assemble(texts, run.start, lambda: objects, None, settings)
        script = self._script(self._root(inputs, run.start, run.length), inputs, run)
        if texts.load is not None:
            later = [*applied_by(script.steps)]
            inputs = loaded(inputs, texts.load, _period(run), later)
        return replace(script, inputs=inputs)

    def _root(self, inputs: Inputs, start: Micros, length: Micros) -> Spot:
        """The file as a place, with the objects that are there from the start."""
        reading = Reading(self._document, inputs.cluster, start, start + length, self._sources)
        reading.note(inputs.objects)
        return Spot(reading, ())

    def _script(self, root: Spot, inputs: Inputs, run: RunPlan) -> Script:
        """What the file says, in this world and this run."""
        file, given = self._document.file, self._given
        steps = read_steps(root.below("at"), given.get("at", []))
        return Script(
            name=given.get("name", Path(file).stem),
            about=given.get("about", ""),
            file=file,
            inputs=inputs,
            start=run.start,
            length=run.length,
            seed=run.seed,
            steps=steps,
            expected=read_expectations(root.below("expect"), given.get("expect", {})),
            origin=Origin(self._written, self._sources),
        )

    def _world(self) -> _World:
        """The cluster, whether another file has it or this one."""
        given, file = self._given.get("cluster"), self._document.file
        if isinstance(given, dict):
            meta = {**_CLUSTER_DEFAULTS["metadata"], **(given.get("metadata") or {})}
            whole = {**_CLUSTER_DEFAULTS, **given, "metadata": meta}
            return _World(Written(f"{file} [cluster]", yaml.safe_dump(whole, sort_keys=False)))
        if not isinstance(given, str):
            hint = 'write cluster = "cluster.yaml", or a table [cluster]'
            raise self._document.error(("cluster",), "must be set", hint)
        if "\n" in given:
            return _World(Written(f"{file} [cluster]", given))
        place = located(str(Path(file).parent / given))
        return _World(read_written(Path(place.config)), *place[1:])

    def _settings(self, own: Written | None) -> Settings:
        if "settings" in self._given:
            return settings_of(self._given["settings"], f"{self._document.file} [settings]")
        return read_settings(own.text, own.file) if own else Settings()

    def _start(self, settings: Settings) -> Micros:
        return settings.start_or(read_start(self._document, self._given.get("start")))

    def _length(self, inputs: Inputs, start: Micros) -> Micros:
        given = self._given.get("for")
        spot = Spot(Reading(self._document, inputs.cluster, start, start), ("for",))
        return inputs.settings.duration_or(None if given is None else LENGTH.read(spot, given))

    def _loaded(
        self, inputs: Inputs, world: _World, period: Period, later: Iterable[SourcedObject]
    ) -> Inputs:
        given, file = self._given.get("load"), self._document.file
        if given is not None and "\n" in given:
            return loaded(inputs, Written(f"{file} [load]", given), period, later)
        path = world.load if given is None else Path(file).parent / given
        return inputs if path is None else loaded(inputs, read_written(path), period, later)


def _period(run: RunPlan) -> Period:
    return Period(run.start, run.start + run.length)
