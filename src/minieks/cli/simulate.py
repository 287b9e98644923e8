"""``minieks simulate``: a cluster and its manifests, for as long as you like, in seconds."""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from minieks.cli import complaints, exits, options, output
from minieks.cli.collector import relaxed
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError

if TYPE_CHECKING:
    from minieks.scenario.result import Expected, Report
    from minieks.scenario.runfile import Run
    from minieks.scenario.script.spec import Script
    from minieks.scenario.script.trial import Trial

_FLAGS = {"length": "--for", "start": "--start", "extras": "--with", "load": "--load"}


class Asked(NamedTuple):
    """What the command line says of the run; None where it does not."""

    config: str | None
    manifests: tuple[str, ...]
    length: Micros | None
    start: Micros | None
    seed: int | None
    extras: tuple[str, ...]
    load: Path | None


@click.command("simulate", short_help="Simulate a cluster with its workloads.")
@click.argument("config", required=False)
@click.argument("manifests", nargs=-1)
@click.option(
    "--scenario",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Simulate what a scenario file says, instead of CONFIG.",
)
@click.option(
    "--for",
    "length",
    type=options.LENGTH,
    show_default="24h",
    help="How long to simulate: 24h, 7d, 1h30m.",
)
@click.option(
    "--start",
    type=options.MOMENT,
    show_default="2026-11-23T00:00:00Z",
    help="When the run begins, RFC 3339.",
)
@click.option(
    "--seed",
    type=click.IntRange(-(2**63), 2**63 - 1),
    show_default="0",
    help="Seed of all chance.",
)
@options.extras
@options.load
@options.form
@click.option(
    "--events",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every event and object change to this file, as JSON lines.",
)
@click.option(
    "--series",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write numbers over time to this file: .csv, .json or .parquet.",
)
@options.saved_run("--save", "Save the run to this file, for minieks explain.")
@click.option("--no-save", is_flag=True, help="Do not save the run.")
def command(
    scenario: Path | None,
    form: str,
    events: Path | None,
    series: Path | None,
    saved: Path | None,
    no_save: bool,
    **asked: Any,
) -> int:
    """Simulate a cluster with its workloads; say where every pod runs and what it costs.

    CONFIG is an eksctl ClusterConfig, or a folder with cluster.yaml, manifests/ and load.yaml.
    MANIFESTS are files, folders, kustomizations or charts; - reads stdin. What the command line
    does not say, minieks.toml in the folder may. A scenario file says all of that itself; the exit
    code is 1 if what it expects does not hold.

    \b
    Examples:
      minieks simulate examples/shop --for 24h
      minieks simulate cluster.yaml k8s/ --for 7d --seed 1 -o json
      minieks simulate --scenario examples/shop/scenarios/az-outage.toml
      helm template my-app ./chart | minieks simulate cluster.yaml -
    """
    from minieks.cli.seriesfile import check_series_file, write_series  # noqa: PLC0415 - starts fast
    from minieks.scenario.observe.attempts import Attempts  # noqa: PLC0415
    from minieks.scenario.script.trial import Trial  # noqa: PLC0415
    from minieks.scenario.summary.curves import curves  # noqa: PLC0415
    from minieks.scenario.summary.report import report_of  # noqa: PLC0415

    if series is not None:
        check_series_file(series)
    script = _plain(Asked(**asked)) if scenario is None else _scenario(scenario, asked)
    for output_file, flag in ((events, "--events"), (series, "--series")):
        _keep_inputs(output_file, _input_files(script, asked), flag)
    attempts = Attempts()
    trial = Trial(script, attempts, events)
    simulation = trial.simulation
    attempts.watch(simulation.api.store)
    try:
        with relaxed():
            trial.play(output.progress("simulating"))
    finally:
        simulation.close()
    if not no_save:
        from minieks.scenario.runfile import Run  # noqa: PLC0415 - starts fast

        _save(Run(script, attempts.pods()), saved)
    if series is not None:
        write_series(curves(simulation), series)
    report = replace(report_of(simulation), expected=_expected(trial))
    _show(report, form)
    return _exit(report)


def _plain(asked: Asked) -> "Script":
    """What the command line asks for, as a scenario in which nothing happens by itself."""
    from minieks.scenario.readers.extras import with_extras  # noqa: PLC0415 - starts fast
    from minieks.scenario.readers.inputs import LoadFile, own_load, read_inputs  # noqa: PLC0415
    from minieks.scenario.script.spec import Script  # noqa: PLC0415

    if asked.config is None:
        raise click.UsageError("Missing argument 'CONFIG', or --scenario FILE.")
    load = asked.load or own_load(asked.config)
    inputs = read_inputs(
        asked.config,
        asked.manifests,
        sys.stdin.buffer,
        start=asked.start,
        load=LoadFile(load, asked.length) if load else None,
    )
    own = inputs.settings
    return Script(
        name=inputs.cluster.name,
        about="",
        file=asked.config,
        inputs=with_extras(inputs, asked.extras),
        start=own.start_or(asked.start),
        length=own.duration_or(asked.length),
        seed=own.seed_or(asked.seed),
    )


def _scenario(file: Path, asked: Mapping[str, Any]) -> "Script":
    """What a scenario file says; nothing else may be asked for beside it but a seed."""
    from minieks.scenario.script.file import read_script  # noqa: PLC0415 - starts fast

    others = [name for name, value in asked.items() if value and name != "seed"]
    if others:
        names = ", ".join(_FLAGS.get(name, name.upper()) for name in others)
        raise click.UsageError(f"{names}: the scenario says that itself.")
    script = read_script(str(file))
    return script if asked["seed"] is None else replace(script, seed=asked["seed"])


def _input_files(script: "Script", asked: Mapping[str, Any]) -> Iterator[str]:
    """The files that a run is made from, as far as they are named."""
    yield from (script.file, *asked["manifests"])
    if asked["load"]:
        yield str(asked["load"])
    yield from (one.file for one in script.inputs.objects)


def _keep_inputs(file: Path | None, inputs: Iterable[str], flag: str) -> None:
    """A slip of the pen must not replace an input by what is written."""
    if file is None or not file.exists():
        return
    for one in dict.fromkeys(inputs):
        if os.path.exists(one) and file.samefile(one):
            raise UserError(
                f"{flag} would overwrite this input", where=one, hint="name another file"
            )


def _expected(trial: "Trial") -> tuple["Expected", ...]:
    from minieks.scenario.result import Expected  # noqa: PLC0415 - starts fast

    return tuple(
        Expected(one.expected, not one.misses, tuple(miss.found for miss in one.misses))
        for one in trial.judged()
    )


def _show(report: "Report", form: str) -> None:
    if form != "table":
        output.write(report, form)
        return
    from minieks.cli.report import render  # noqa: PLC0415 - starts fast

    output.show(output.console(), lambda console: render(report, console))


def _exit(report: "Report") -> int:
    if report.refused:
        return exits.BAD_INPUT
    return exits.OK if all(one.holds for one in report.expected) else exits.UNMET


def _save(run: "Run", file: Path | None) -> None:
    """Keep the run for `minieks explain`; if that fails, the report is no worse for it."""
    from minieks.scenario.runfile import default_path, save  # noqa: PLC0415

    try:
        save(run, file or default_path(os.environ))
    except UserError as error:
        complaints.warn(f"the run was not saved: {error.where}: {error.message}", error.hint)
