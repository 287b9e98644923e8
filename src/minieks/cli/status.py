"""``minieks status``: which clusters are served, where, and whether they answer."""

import os
from typing import TYPE_CHECKING

import click

from minieks.cli import exits, layout, options, output

if TYPE_CHECKING:
    from rich.console import Console

    from minieks.serve.health import ClusterState


@click.command("status", short_help="Show the clusters that are served.")
@options.form
def command(form: str) -> int:
    """Show the clusters that are served, and whether they answer; exit code 1 if one does not.

    \b
    Examples:
      minieks status
      minieks status -o json
    """
    from minieks.serve import health, running  # noqa: PLC0415 - starts fast

    found = health.states(running.find(running.folder(os.environ)))
    if form != "table":
        output.write({"clusters": found}, form)
    elif not found:
        click.echo("nothing is served; minieks up starts a cluster")
    else:
        output.show(output.console(), lambda console: _render(found, console))
    return exits.OK if all(one.ready for one in found) else exits.UNMET


def _render(found: "list[ClusterState]", console: "Console") -> None:
    table = layout.table("CLUSTER", "STATE", "VERSION", "SERVER", "CONTEXT", "SPEED", "PID")
    for one in found:
        state = "ready" if one.ready else "not answering"
        table.add_row(
            *(one.name, state, one.kubernetes_version, one.server, one.context),
            *(one.speed if one.speed == "max" else f"{one.speed:g}", str(one.pid)),
        )
    console.print(table)
