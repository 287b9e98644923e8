"""``minieks explain``: why a pod of the last simulation is where it is, and why not elsewhere."""

import os
from pathlib import Path

import click

from minieks.cli import exits, options, output


@click.command("explain", short_help="Say why a pod is where it is.")
@click.argument("kind", type=click.Choice(("pod",)))
@click.argument("name")
@options.saved_run("--run", "The run to ask about, saved by simulate --save.")
@options.form
def command(kind: str, name: str, saved: Path | None, form: str) -> int:
    """Say why a pod of the last simulation is where it is, and why not elsewhere.

    NAME is a pod, with its namespace or without, the beginning of a pod's name, or a workload that
    had one pod. The run is made again until the pod's last attempt; it was saved by simulate.

    \b
    Examples:
      minieks simulate examples/shop
      minieks explain pod shop/database-0
      minieks explain pod deployment/debug -o json
    """
    from minieks.scenario.explain.lookup import find  # noqa: PLC0415 - starts fast
    from minieks.scenario.explain.replay import explain  # noqa: PLC0415
    from minieks.scenario.runfile import default_path, load  # noqa: PLC0415

    run = load(saved or default_path(os.environ))
    found = explain(run, find(run.pods, name), output.progress("simulating again"))
    if form == "table":
        from minieks.cli.explanation import render  # noqa: PLC0415

        output.show(output.console(), lambda console: render(found, console))
    else:
        output.write(found, form)
    return exits.OK
