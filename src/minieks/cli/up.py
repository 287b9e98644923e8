"""``minieks up``: clusters over HTTPS, for kubectl and whatever else speaks to Kubernetes."""

import os
import sys
from collections.abc import Callable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from minieks.cli import complaints, exits, options, output
from minieks.engine.clock import SECOND

if TYPE_CHECKING:
    from rich.console import Console

    from minieks.serve.announcing import Announcement
    from minieks.serve.opening import Opened
    from minieks.serve.premises import Premises
    from minieks.serve.running import Running


@click.command("up", short_help="Serve clusters to kubectl and the aws CLI.")
@click.argument("config", required=False)
@click.argument("manifests", nargs=-1)
@click.option(
    "--speed",
    type=options.SPEED,
    default=1.0,
    show_default=True,
    help="How many seconds of the cluster pass in one of yours; max: no waiting at all.",
)
@click.option("--kubernetes-version", metavar="MINOR", help="Instead of what CONFIG says: 1.34.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the clusters in this folder, and go on with those that it holds.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="a free one",
    help="Port of the first cluster; each further one has the next.",
)
@click.option(
    "--aws-port",
    type=click.IntRange(0, 65535),
    show_default="4566, or a free one if that is taken",
    help="Port of the AWS endpoint; 0 for a free one.",
)
@click.option(
    "--lenient",
    is_flag=True,
    help="Leave out of EKS what other emulators leave out: roles need not exist, states are final.",
)
@click.option(
    "--enforce-iam",
    is_flag=True,
    help="Hold IAM users and roles to their policies at the AWS endpoint.",
)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--kubeconfig",
    type=click.Path(),
    show_default="$KUBECONFIG or ~/.kube/config",
    help="The file that the contexts are added to.",
)
@options.load
@click.option("--detach", "-d", is_flag=True, help="Serve in the background; see minieks down.")
@options.extras
@options.form
def command(  # noqa: PLR0913, PLR0917 - click hands over each option by its name
    config: str | None,
    manifests: tuple[str, ...],
    speed: float,
    kubernetes_version: str | None,
    data_dir: Path | None,
    port: int,
    aws_port: int | None,
    lenient: bool,
    enforce_iam: bool,
    address: str,
    kubeconfig: str | None,
    load: Path | None,
    detach: bool,
    extras: tuple[str, ...],
    form: str,
) -> int:
    """Serve clusters over HTTPS until Ctrl-C, and add their contexts to your kubeconfig.

    CONFIG is an eksctl ClusterConfig, or a folder with cluster.yaml, manifests/ and load.yaml;
    without it there is a small cluster. MANIFESTS are applied to it: files, folders, kustomizations
    or charts; - reads stdin. A further ClusterConfig begins a further cluster, with the MANIFESTS
    after it.

    \b
    Examples:
      minieks up
      minieks up examples/shop --speed 60 --detach
      minieks up cluster.yaml k8s/ --data-dir ~/clusters --port 8443
      minieks up dev.yaml k8s/dev prod.yaml k8s/prod
    """
    from minieks.serve import background  # noqa: PLC0415 - starts fast

    if detach and not background.is_there(os.environ):
        _show(background.start(click.get_current_context().obj, os.environ), form)
        return exits.OK
    from minieks.cli.collector import relaxed  # noqa: PLC0415
    from minieks.serve import kubeconfig as files  # noqa: PLC0415
    from minieks.serve.announcing import Announcement  # noqa: PLC0415
    from minieks.serve.awssettings import AwsSettings  # noqa: PLC0415
    from minieks.serve.premises import Place  # noqa: PLC0415
    from minieks.serve.process import serve  # noqa: PLC0415

    announcement = Announcement(files.chosen(kubeconfig, os.environ), os.environ, data_dir, speed)
    arguments = manifests if config is None else (config, *manifests)
    wanted = _Wanted(arguments, kubernetes_version, load, extras)
    clusters = _opened(wanted, data_dir, announcement.check)
    _tell(clusters)
    try:
        with relaxed():
            serve(
                clusters,
                Place(address, port, speed, AwsSettings(aws_port, lenient, enforce_iam, data_dir)),
                lambda premises: _welcome(announcement, premises, form),
            )
    finally:
        announcement.withdraw()
    return exits.OK


class _Wanted(NamedTuple):
    """What is to be served: configs and manifests, a version instead of theirs, a load
    file, and further programs."""

    arguments: Sequence[str]
    version: str | None
    load: Path | None
    extras: Sequence[str]


def _opened(
    wanted: _Wanted,
    data_dir: Path | None,
    check: Callable[[Sequence[str]], None],
) -> "list[Opened]":
    """The clusters that are asked for, with their manifests applied.

    A load file that was named is the first one's; each other cluster has its folder's own.
    """
    from minieks.scenario.readers.extras import with_extras  # noqa: PLC0415 - starts fast
    from minieks.scenario.readers.inputs import read_inputs, served_load  # noqa: PLC0415
    from minieks.serve.asked import sorted_out  # noqa: PLC0415
    from minieks.serve.clock import machine_time  # noqa: PLC0415
    from minieks.serve.opening import open_clusters, with_version  # noqa: PLC0415

    now, stdin = machine_time(), sys.stdin.buffer
    at = int(now.timestamp() * SECOND)
    named = [wanted.load]
    read = [
        read_inputs(one.config, one.manifests, stdin, load=served_load(one.config, at, load))
        for one, load in zip_longest(sorted_out(wanted.arguments), named)
    ]
    inputs = [with_extras(with_version(one, wanted.version), wanted.extras) for one in read]
    check([one.cluster.name for one in inputs])
    return open_clusters(inputs, now, data_dir)


def _tell(clusters: "Sequence[Opened]") -> None:
    """Say on stderr which manifests were not taken, and what to mind."""
    for cluster in clusters:
        if cluster.differing:
            listed = "".join(f"\n  {line}" for line in cluster.differing)
            about = f"{cluster.name} is kept in --data-dir and goes on as it was; CONFIG differs:"
            hint = (
                "to begin anew with CONFIG, name another folder or remove the cluster's file there"
            )
            complaints.warn(about + listed, hint)
        for refusal in cluster.applied.refused:
            complaints.warn(f"{refusal.where}: {refusal.object}: {refusal.message}", refusal.hint)
        for warning in cluster.applied.warnings:
            complaints.warn(warning)


def _welcome(announcement: "Announcement", premises: "Premises", form: str) -> None:
    """Say that clients are welcome, and what of AWS they will not find."""
    _show(announcement.make(premises), form)
    if premises.aws.not_restored:
        listed = "".join(f"\n  {line}" for line in premises.aws.not_restored)
        about = "kept in --data-dir by another version of moto or Python, and not restored:"
        complaints.warn(
            about + listed,
            "create it anew; or, before anything is changed, go on with the versions that wrote it",
        )


def _show(running: "Running", form: str) -> None:
    """Print what is served and how to use it."""
    if form != "table":
        output.write(running, form)
    else:
        output.show(output.console(), lambda console: _render(running, console))
    sys.stdout.flush()


def _render(running: "Running", console: "Console") -> None:
    for one in running.clusters:
        console.print(f"{one.name} is ready: Kubernetes {one.kubernetes_version} at {one.server}")
    if running.speed == "max":
        console.print("Its time jumps over whatever only takes time.")
    elif running.speed != 1:
        console.print(f"Its time passes {running.speed:g} times as fast as yours.")
    first = running.clusters[0]
    # A path that is broken into lines is none that one could copy.
    context = f"The current context of {running.kubeconfig} is now {first.context}. Try:"
    console.print(context, soft_wrap=True)
    for words in ("get nodes", "get pods --all-namespaces --watch"):
        console.print(f"  kubectl {words}")
    console.print("For boto3, the aws CLI and Terraform:")
    console.print(f"  export AWS_ENDPOINT_URL={running.aws_endpoint}", soft_wrap=True)
    if running.log:
        console.print(f"minieks down stops it. Its log is {running.log}.", soft_wrap=True)
    else:
        console.print("Ctrl-C stops it.")
