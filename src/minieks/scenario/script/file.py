"""A scenario file as a whole; see the reference of scenario files for its fields."""

from collections.abc import Iterable, Mapping
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
from minieks.scenario.readers.sources import Written, read_text, read_written
from minieks.scenario.script.expectations import read_expectations
from minieks.scenario.script.spec import Script
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
    given = parse_toml(read_text(Path(file)), file)
    return _File(Document(given, file, 1, 1)).read()


class _World(NamedTuple):
    """The cluster's configuration, and what a folder has beside it."""

    config: Written
    manifests: tuple[str, ...] = ()
    settings: Written | None = None
    load: Path | None = None


class _File:
    """A scenario file that is being read."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._given: Mapping[str, Any] = document.value

    def read(self) -> Script:
        world = self._world()
        settings = self._settings(world)
        start = self._start(settings)
        prices = read_written(settings.prices_file) if settings.prices_file else None
        texts = Texts(world.config, None, prices)
        inputs = assemble(texts, start, lambda: read_manifests(world.manifests), None, settings)
        length = self._length(inputs, start)
        root = Spot(Reading(self._document, inputs.cluster, start, start + length), ())
        root.reading.note(inputs.objects)
        values = read_fields(root, self._given, FIELDS)
        inputs = replace(inputs, objects=(*inputs.objects, *values.get("manifests", ())))
        steps = read_steps(root.below("at"), values.get("at", []))
        period = Period(start, start + length)
        inputs = self._loaded(inputs, world, period, [*applied_by(steps)])
        return Script(
            name=values.get("name", Path(self._document.file).stem),
            about=values.get("about", ""),
            file=self._document.file,
            inputs=with_extras(inputs, values.get("with", ())),
            start=start,
            length=length,
            seed=settings.seed_or(values.get("seed")),
            steps=steps,
            expected=read_expectations(root.below("expect"), values.get("expect", {})),
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

    def _settings(self, world: _World) -> Settings:
        if "settings" in self._given:
            return settings_of(self._given["settings"], f"{self._document.file} [settings]")
        own = world.settings
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
