"""``minieks whoami``: which IAM role a pod of a served cluster gets, and why it gets none."""

import os
from typing import TYPE_CHECKING, Any

import click

from minieks.cli import exits, layout, options, output

if TYPE_CHECKING:
    from rich.console import Console


@click.command("whoami", short_help="Follow a pod's way to its IAM role.")
@click.option("--pod", required=True, metavar="NAMESPACE/NAME", help="The pod to ask about.")
@click.option("--cluster", default="", metavar="NAME|ARN", help="Needed if several are served.")
@options.form
def command(pod: str, cluster: str, form: str) -> int:
    """Follow a pod's way to its IAM role; exit code 1 if a link of it is broken.

    From the pod to its service account, its role by annotation (IRSA) or association (Pod
    Identity), the webhook's variables, the token, its issuer and audience, the role's trust policy
    and permissions. The first broken link is told with what to do.

    \b
    Examples:
      minieks whoami --pod shop/api-7d4b9c6f5-x2x8p
      minieks whoami --pod shop/api-0 --cluster prod -o json
    """
    from minieks.serve import running  # noqa: PLC0415 - starts fast
    from minieks.serve.asking import ask  # noqa: PLC0415

    space, slash, name = pod.rpartition("/")
    where = {"cluster": cluster, "namespace": space if slash else "default", "pod": name}
    found = ask(running.find(running.folder(os.environ)), "whoami", **where)
    if form == "table":
        output.show(output.console(), lambda console: _render(found, console))
    else:
        output.write(found, form)
    return exits.OK if found["holds"] else exits.UNMET


def _render(found: dict[str, Any], console: "Console") -> None:
    if found["holds"]:
        console.print(f"{found['pod']} is {found['role']}, by {found['method']}.")
    elif found["role"]:
        console.print(f"{found['pod']} does not get {found['role']}, by {found['method']}.")
    else:
        console.print(f"{found['pod']} gets no role.")
    table = layout.table("", "LINK", "SEEN")
    for link in found["links"]:
        table.add_row("✓" if link["holds"] else "✗", link["name"], link["seen"])
        if link["remedy"]:
            table.add_row("", "", f"→ {link['remedy']}")
    console.print()
    layout.show_indented(table, console)
