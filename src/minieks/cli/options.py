"""Options that several commands have, and options of which a reader makes sense."""

from collections.abc import Callable
from math import inf, isnan
from pathlib import Path
from typing import Any

import click

from minieks.cli import output
from minieks.engine.clock import Micros
from minieks.engine.errors import UserError
from minieks.scenario.readers.extras import EXTRAS
from minieks.scenario.readers.span import read_length, read_moment

form = click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(output.FORMATS),
    default="table",
    show_default=True,
    help="Tables for people, or everything as JSON or YAML.",
)
"""``form``: how the result is written."""

load = click.option(
    "--load",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What is asked of the workloads over time: a YAML file.",
)
"""``load``: a load file."""


extras = click.option(
    "--with",
    "extras",
    type=click.Choice(sorted(EXTRAS)),
    multiple=True,
    help="Install a program: "
    + ", ".join(f"{name} ({about})" for name, about in sorted(EXTRAS.items()))
    + ". May be given several times.",
)
"""``extras``: names of programs that the cluster gets."""


def saved_run(flag: str, text: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """``saved``: the file of a saved run; None for the last one's."""
    return click.option(
        flag,
        "saved",
        type=click.Path(path_type=Path, dir_okay=False),
        show_default="~/.local/state/minieks/last-run.json.gz",
        help=text,
    )


class _Read(click.ParamType[Micros]):
    """An option whose text a reader understands; what it refuses is a usage error."""

    def __init__(self, name: str, read: Callable[[str], Micros]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Micros:
        """What the reader makes of the text."""
        if isinstance(value, int):
            return value
        try:
            return self._read(value)
        except UserError as error:
            self.fail(f"{error.message}; {error.hint}", param, ctx)


class _Speed(click.ParamType[float]):
    """How fast time passes: a number, or ``max``, which is infinite."""

    name = "speed"
    _FASTEST = 100_000

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number; a usage error for a text that is none, and for one out of range."""
        if value == "max":
            return inf
        try:
            speed = float(value)
        except ValueError:
            self.fail(f"{value!r} is neither a number nor max", param, ctx)
        if isnan(speed):
            self.fail("it is no number", param, ctx)
        if not 0 < speed <= self._FASTEST:
            self.fail(f"{value} is not in the range 0<x<={self._FASTEST}", param, ctx)
        return speed


SPEED = _Speed()
"""How many seconds of a cluster pass in one of the machine's; infinite for as fast as can be."""
LENGTH = _Read("duration", read_length)
"""``24h``, ``1h30m``, as microseconds."""
MOMENT = _Read("moment", read_moment)
"""RFC 3339 with its zone, as microseconds since the epoch."""
