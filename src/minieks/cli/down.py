"""``minieks down``: stop serving clusters."""

import os

import click

from minieks.cli import exits, options, output


@click.command("down", short_help="Stop serving clusters.")
@click.argument("clusters", nargs=-1)
@options.form
def command(clusters: tuple[str, ...], form: str) -> int:
    """Stop serving CLUSTERS, or all of them, and take their contexts out of the kubeconfig.

    Clusters that one minieks up has started end together. What --data-dir keeps stays.

    \b
    Examples:
      minieks down
      minieks down shop
    """
    from minieks.engine.errors import UserError  # noqa: PLC0415 - starts fast
    from minieks.serve import running  # noqa: PLC0415

    where = running.folder(os.environ)
    found = running.serving(where, clusters) if clusters else running.find(where)
    served = {each.name for one in found for each in one.clusters}
    for name in clusters:
        if name not in served:
            raise UserError(f"no cluster {name} is served", hint="minieks status lists them")
    for one in found:
        running.stop(one, where)
    names = sorted(served)
    if form != "table":
        output.write({"stopped": names}, form)
    else:
        click.echo(f"stopped: {', '.join(names)}" if names else "nothing is served")
    return exits.OK
