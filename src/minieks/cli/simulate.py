"""``minieks simulate``: a cluster and its manifests, for as long as you like, in seconds."""

import sys
from collections.abc import Callable
from pathlib import Path

import click

from minieks.cli import exits, output
from minieks.cli.durations import DurationType, MomentType
from minieks.engine.clock import Micros


@click.command("simulate")
@click.argument("config")
@click.argument("manifests", nargs=-1)
@click.option(
    "--for",
    "length",
    type=DurationType(),
    show_default="24h",
    help="How long to simulate: 24h, 7d, 1h30m.",
)
@click.option(
    "--start",
    type=MomentType(),
    show_default="2026-11-23T00:00:00Z",
    help="When the run begins, RFC 3339.",
)
@click.option("--seed", type=int, show_default="0", help="Seed of all chance.")
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(output.FORMATS),
    default="table",
    show_default=True,
    help="Tables for people, or everything as JSON or YAML.",
)
@click.option(
    "--events",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every event and object change to this file, as JSON lines.",
)
def command(  # noqa: PLR0913, PLR0917 - click hands over each option by its name
    config: str,
    manifests: tuple[str, ...],
    length: Micros | None,
    start: Micros | None,
    seed: int | None,
    form: str,
    events: Path | None,
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
    from minieks.scenario.readers.inputs import read_inputs  # noqa: PLC0415 - starts fast
    from minieks.scenario.simulation import Simulation  # noqa: PLC0415
    from minieks.scenario.summary.report import report_of  # noqa: PLC0415

    inputs = read_inputs(config, manifests, sys.stdin.buffer, start=start)
    own = inputs.settings
    simulation = Simulation(inputs, own.start_or(start), own.seed_or(seed))
    try:
        simulation.begin(inputs.objects, events)
        simulation.run(simulation.start + own.duration_or(length), _progress())
    finally:
        simulation.close()
    report = report_of(simulation)
    if form == "table":
        from minieks.cli.report import render  # noqa: PLC0415

        output.show(output.console(), lambda console: render(report, console))
    else:
        output.write(report, form)
    return exits.BAD_INPUT if report.refused else exits.OK


def _progress() -> Callable[[float], None] | None:
    """A progress line on stderr, where a person sees it."""
    if not sys.stderr.isatty():
        return None
    said = -1

    def show(fraction: float) -> None:
        nonlocal said
        percent = int(fraction * 100)
        if percent == said:
            return
        said = percent
        text = f"\rsimulating … {percent:3d} %" if percent < 100 else "\r\x1b[K"
        sys.stderr.write(text)
        sys.stderr.flush()

    return show
