"""Outcomes of scenarios in a terminal: a line for each, and the story of those that failed."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from minieks.cli.layout import section, show_indented
from minieks.scenario.script.outcome import Failure, Outcome, Outcomes, StoryLine

if TYPE_CHECKING:
    from minieks.cli.test import Timed

_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "red"), "error": ("!", "red")}


def line(console: Console) -> Callable[["Timed"], None]:
    """Tells of one outcome as soon as it is there."""

    def tell(timed: "Timed") -> None:
        one = timed.outcome
        mark, style = _MARKS[one.status]
        text = Text(f"{mark} ", style=style).append(one.name, style="bold")
        detail = f" {one.file}" if one.name != one.file else ""
        if one.error is None:
            detail += f"  {_span(one.seconds)} in {timed.took:.1f} s"
        text.append(detail, style="dim")
        console.print(text, soft_wrap=True)

    return tell


def _span(seconds: int) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds / 60:g} min"


def render(report: Outcomes, skipped: int, took: float, console: Console) -> None:
    """What failed and why, and the sum of it all."""
    for one in report.scenarios:
        if one.status != "passed":
            _failed(one, console)
    console.print()
    style = "green" if report.passed == len(report.scenarios) else "red"
    console.print(Text(f"{', '.join(_sums(report, skipped))} in {took:.1f} s", style=style))


def _sums(report: Outcomes, skipped: int) -> Iterator[str]:
    counts = (
        (report.passed, "passed"),
        (report.failed, "failed"),
        (report.errors, "with an error"),
        (skipped, "not played"),
    )
    return (f"{count} {what}" for count, what in counts if count)


def _failed(one: Outcome, console: Console) -> None:
    section(f"{one.name} ({one.file})" if one.name != one.file else one.file, console)
    if one.about:
        show_indented(Text(one.about, style="dim"), console)
    if one.error is not None:
        show_indented(Text(f"{one.error.where}: {one.error.message}", style="red"), console)
        if one.error.hint:
            show_indented(Text(f"hint: {one.error.hint}", style="cyan"), console)
    for failure in one.failures:
        _failure(failure, console)


def _failure(failure: Failure, console: Console) -> None:
    show_indented(Text("✗ ", style="red").append(failure.expected, style="bold"), console)
    show_indented(Text(f"but {failure.found}", style="red"), console, 4)
    for told in failure.story:
        show_indented(_told(told), console, 6)


def _told(told: StoryLine) -> Text:
    times = f" ×{told.count}" if told.count > 1 else ""
    text = Text(f"{told.elapsed} ", style="dim")
    if told.source == "scenario":
        return text.append(f"{told.message}{times}", style="magenta")
    if told.about:
        more = f" and {len(told.about) - 1} more" if len(told.about) > 1 else ""
        text.append(f"{told.about[0]}{more} ", style="bold")
    if told.source != "minieks":
        text.append(f"{told.reason}{times} ({told.source}) ", style="yellow")
    return text.append(told.message, style="")


def plain(failure: Failure) -> str:
    """A failure as plain lines."""
    story = [f"  {_told(one).plain}" for one in failure.story]
    return "\n".join([f"{failure.expected}: {failure.found}", *story])
