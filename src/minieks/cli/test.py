"""``minieks test``: plays scenarios and says which promises of a cluster hold."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

import click

from minieks import __version__
from minieks.cli import exits, options, output
from minieks.cli.collector import relaxed

if TYPE_CHECKING:
    from minieks.scenario.script.outcome import Outcome, Outcomes


class Timed(NamedTuple):
    """An outcome, and the seconds that it took to play the scenario."""

    outcome: "Outcome"
    took: float


@click.command("test", short_help="Play scenarios and judge them.")
@click.argument("paths", nargs=-1, required=True)
@click.option("-k", "words", multiple=True, help="Only scenarios with this text in their path.")
@click.option("-x", "stop", is_flag=True, help="Stop at the first one that does not pass.")
@click.option(
    "-n",
    "processes",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="How many are played at the same time.",
)
@click.option(
    "--junitxml",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the outcomes to this file, as JUnit does.",
)
@options.form
def command(
    paths: tuple[str, ...],
    words: tuple[str, ...],
    stop: bool,
    processes: int,
    junitxml: Path | None,
    form: str,
) -> int:
    """Play scenarios, and say which of their expectations hold.

    PATHS are scenario files, or folders with such: small worlds with what happens in them and what
    is expected. Exit codes: 0 all passed, 1 some did not, 2 the input of one is wrong.

    \b
    Examples:
      minieks test examples/shop/scenarios
      minieks test scenarios/ -k outage -x
      minieks test scenarios/ -n 4 --junitxml outcomes.xml
    """
    from minieks.cli import outcomes  # noqa: PLC0415 - starts fast
    from minieks.cli.junit import write_junit  # noqa: PLC0415
    from minieks.scenario.script.collecting import collect  # noqa: PLC0415

    files = collect(paths, words)
    screen = output.console()
    tell = outcomes.line(screen) if form == "table" else None
    done = list(_told(_until(_played(files, processes), stop), tell))
    report = _report([one.outcome for one in done])
    if junitxml is not None:
        write_junit(done, junitxml)
    if form == "table":
        skipped = len(files) - len(done)
        took = sum(one.took for one in done)
        output.show(screen, lambda console: outcomes.render(report, skipped, took, console))
    else:
        output.write(report, form)
    return _exit(report)


def _played(files: Sequence[str], processes: int) -> Iterator[Timed]:
    """The outcomes in the order of the files, as they come."""
    if processes == 1 or len(files) == 1:
        yield from map(_play, files)
        return
    with ExitStack() as stack:
        pool = ProcessPoolExecutor(min(processes, len(files)))
        stack.callback(pool.shutdown, cancel_futures=True)
        yield from pool.map(_play, files)


def _play(file: str) -> Timed:
    from minieks.scenario.script.play import play_file  # noqa: PLC0415 - starts fast

    begun = perf_counter()
    with relaxed():
        outcome = play_file(file)
    return Timed(outcome, perf_counter() - begun)


def _until(done: Iterable[Timed], stop: bool) -> Iterator[Timed]:
    """All of them; or those up to the first one that did not pass."""
    for one in done:
        yield one
        if stop and one.outcome.status != "passed":
            return


def _told(done: Iterable[Timed], tell: Callable[[Timed], None] | None) -> Iterator[Timed]:
    """The same, each told of as it comes."""
    for one in done:
        if tell is not None:
            tell(one)
        yield one


def _report(found: Sequence["Outcome"]) -> "Outcomes":
    from minieks.scenario.script.outcome import SCHEMA, Outcomes  # noqa: PLC0415

    count = {
        status: sum(one.status == status for one in found)
        for status in ("passed", "failed", "error")
    }
    return Outcomes(
        SCHEMA, __version__, count["passed"], count["failed"], count["error"], tuple(found)
    )


def _exit(report: "Outcomes") -> int:
    if report.errors:
        return exits.BAD_INPUT
    return exits.UNMET if report.failed else exits.OK
