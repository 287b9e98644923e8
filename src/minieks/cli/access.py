"""``minieks access diff``: who gains and who loses access before a file is applied."""

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from minieks.cli import complaints, exits, options, output

if TYPE_CHECKING:
    from rich.console import Console

    from minieks.eks.identity.difference import Difference, Standing

_SIGNS = {"let in": "+", "locked out": "-", "changed": "~"}


@click.group("access")
def command() -> None:
    """Who may enter a cluster.

    \b
    Example:
      minieks access diff aws-auth.yaml
    """


@command.command("diff", short_help="Tell whose access a file would change.")
@click.argument("file", type=click.Path())
@click.option(
    "--against",
    type=click.Path(),
    metavar="FILE",
    help="Compare with this file instead of a served cluster.",
)
@click.option("--cluster", default="", metavar="NAME|ARN", help="Needed if several are served.")
@options.form
def diff(file: str, against: str | None, cluster: str, form: str) -> int:
    """Tell who gains and who loses what if FILE is applied; exit code 1 if it locks somebody out.

    FILE is the ConfigMap aws-auth or an eksctl ClusterConfig. It is compared with the cluster that
    minieks up serves or, with --against, with another such file.

    \b
    Examples:
      minieks access diff aws-auth.yaml
      minieks access diff new.yaml --against old.yaml
    """
    from minieks.eks.identity.difference import (  # noqa: PLC0415 - starts fast
        differences,
        locks_out,
        warnings,
    )
    from minieks.scenario import access  # noqa: PLC0415

    before = _served(cluster) if against is None else access.read_access(against)
    after = access.read_access(file, before)
    found, doubts = differences(before, after), list(warnings(after))
    if form == "table":
        for doubt in doubts:
            complaints.warn(f"{file}: {doubt}")
        output.show(output.console(), lambda console: _render(found, console))
    else:
        output.write({"differences": [_plain(one) for one in found], "warnings": doubts}, form)
    return exits.UNMET if locks_out(found) else exits.OK


def _served(cluster: str) -> Any:
    from minieks.scenario.access import of_answer  # noqa: PLC0415
    from minieks.serve import running  # noqa: PLC0415
    from minieks.serve.asking import ask  # noqa: PLC0415

    found = running.find(running.folder(os.environ))
    return of_answer(ask(found, "access", cluster=cluster))


def _plain(one: "Difference") -> dict[str, Any]:
    return {**asdict(one), "gained": one.gained, "lost": one.lost}


def _render(found: "list[Difference]", console: "Console") -> None:
    if not found:
        console.print("Nobody's access changes.")
        return
    for one in found:
        # An ARN that is broken into lines is none that one could copy.
        console.print(f"{_SIGNS[one.effect]} {one.principal} {one.effect}", soft_wrap=True)
        console.print(f"    now:  {_told(one.before)}", soft_wrap=True)
        console.print(f"    then: {_told(one.after)}", soft_wrap=True)


def _told(one: "Standing | None") -> str:
    if one is None:
        return "not let in"
    rights = [*one.groups, *one.policies]
    return f"{one.username or '(no name)'}: {', '.join(rights) or 'no rights of its own'}"
