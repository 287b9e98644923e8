"""``minieks simulate``: a cluster and its manifests, for as long as you like, in seconds."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from minieks.cli import exits, options, output
from minieks.cli.collector import relaxed
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError

if TYPE_CHECKING:
    from minieks.scenario.runfile import Run


@click.command("simulate")
@click.argument("config")
@click.argument("manifests", nargs=-1)
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
@options.saved_run("--save", "Save the run to this file, for minieks explain.")
@click.option("--no-save", is_flag=True, help="Do not save the run.")
def command(  # noqa: PLR0913, PLR0917 - click hands over each option by its name
    config: str,
    manifests: tuple[str, ...],
    length: Micros | None,
    start: Micros | None,
    seed: int | None,
    extras: tuple[str, ...],
    load: Path | None,
    form: str,
    events: Path | None,
    saved: Path | None,
    no_save: bool,
) -> int:
    """Simulate a cluster with its workloads; say where every pod runs and what it costs.

    CONFIG is an eksctl ClusterConfig, or a folder with cluster.yaml and manifests/. MANIFESTS are
    files, folders, kustomizations or charts; - reads stdin. What the command line does not say,
    minieks.toml in the folder may.

    \b
    Examples:
      minieks simulate examples/shop --for 24h
      minieks simulate cluster.yaml k8s/ --for 7d --seed 1 -o json
      helm template my-app ./chart | minieks simulate cluster.yaml -
    """
    from minieks.scenario.observe.attempts import Attempts  # noqa: PLC0415 - starts fast
    from minieks.scenario.readers.extras import with_extras  # noqa: PLC0415
    from minieks.scenario.readers.inputs import LoadFile, read_inputs  # noqa: PLC0415
    from minieks.scenario.runfile import Run  # noqa: PLC0415
    from minieks.scenario.simulation import Simulation  # noqa: PLC0415
    from minieks.scenario.summary.report import report_of  # noqa: PLC0415

    asked = LoadFile(load, length) if load else None
    inputs = read_inputs(config, manifests, sys.stdin.buffer, start=start, load=asked)
    inputs = with_extras(inputs, extras)
    named = [config, *manifests, *([str(load)] if load else ())]
    _keep_inputs(events, (*named, *(one.file for one in inputs.objects)))
    own = inputs.settings
    attempts, lasts = Attempts(), own.duration_or(length)
    simulation = Simulation(inputs, own.start_or(start), own.seed_or(seed), attempts, events)
    attempts.watch(simulation.api.store)
    try:
        with relaxed():
            simulation.begin(inputs.objects)
            simulation.run(simulation.start + lasts, output.progress("simulating"))
    finally:
        simulation.close()
    if not no_save:
        seed_ = simulation.engine.seed
        _save(Run(inputs, simulation.start, lasts, seed_, attempts.pods()), saved)
    report = report_of(simulation)
    if form == "table":
        from minieks.cli.report import render  # noqa: PLC0415

        output.show(output.console(), lambda console: render(report, console))
    else:
        output.write(report, form)
    return exits.BAD_INPUT if report.refused else exits.OK


def _keep_inputs(events: Path | None, inputs: Iterable[str]) -> None:
    """A slip of the pen must not replace a manifest by the events."""
    if events is None or not events.exists():
        return
    for file in dict.fromkeys(inputs):
        if os.path.exists(file) and events.samefile(file):
            raise UserError(
                "--events would overwrite this input", where=file, hint="name another file"
            )


def _save(run: "Run", file: Path | None) -> None:
    """Keep the run for `minieks explain`; if that fails, the report is no worse for it."""
    from minieks.scenario.runfile import default_path, save  # noqa: PLC0415

    try:
        save(run, file or default_path(os.environ))
    except UserError as error:
        output.warn(f"the run was not saved: {error.where}: {error.message}", error.hint)
