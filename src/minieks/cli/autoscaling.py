"""The part of the report on what changed over time: lines of blocks, and figures beside them."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from rich.console import Console
from rich.text import Text

from minieks.cli.layout import section, show_indented, table
from minieks.cli.sparkline import sparkline, squeezed
from minieks.scenario.result import Kept, OverTime, Report, ScalingRow

_KEPT_LINES = 4
_GAP = 2
"""Columns between those of the table, and before it."""
_FEWEST_BLOCKS = 16
_UNITS = {"requests/s": "/s", "cores/pod": "cores"}
_WHATS = ("load", "replicas", "nodes", "cpu", "pending", "cost")
"""What is shown, in this order; everything is in the report as JSON."""


def render_over_time(report: Report, console: Console) -> None:
    """Print what changed, if anything did that somebody or something scaled."""
    if not report.scaling:
        return
    section("Over time", console)
    grid = table("", "", "", "LOW–HIGH")
    chosen = _chosen(report)
    width = _room(chosen, console)
    for one in chosen:
        line = Text(sparkline(squeezed(one.means, width)), style="cyan")
        grid.add_row(one.what, one.of, line, _bounds(one))
        notes = _notes(one, report)
        if notes:
            grid.add_row("", "", Text(notes, style="dim"), "")
    show_indented(grid, console)
    shown = {one.of for one in chosen if one.what == "replicas"}
    for text in evicted(report.scaling, shown):
        show_indented(Text(text, style="yellow"), console)
    for kept in sorted(report.kept, key=lambda one: -one.seconds)[:_KEPT_LINES]:
        show_indented(Text(_kept(kept), style="yellow"), console)


def _room(chosen: Sequence[OverTime], console: Console) -> int:
    """How many blocks fit between the other columns, so that no line is broken."""
    beside = ([one.what for one in chosen], [one.of for one in chosen], map(_bounds, chosen))
    taken = sum(max(map(len, column), default=0) + _GAP for column in beside)
    return max(_FEWEST_BLOCKS, console.width - taken - _GAP)


def evicted(rows: Iterable[ScalingRow], shown: Collection[str]) -> Iterator[str]:
    """What was evicted, of workloads of which nothing is shown above."""
    for row in rows:
        count, reasons = sum(row.evictions.values()), ", ".join(sorted(row.evictions))
        if count and _named(row) not in shown:
            yield f"{_named(row)}: {count} evicted ({reasons})"


def _kept(kept: Kept) -> str:
    """Why nodes stayed, and for how long."""
    count = f"{kept.nodes} node{'s' if kept.nodes != 1 else ''}"
    detail = f": {kept.detail}" if kept.detail else ""
    return f"{count} not removed for {_span(kept.seconds)} ({kept.reason}{detail})"


def _chosen(report: Report) -> list[OverTime]:
    """What changed, of workloads only of those that scale."""
    scaled = {_named(row) for row in report.scaling if row.ups or row.downs}
    loads = {row.load for row in report.scaling if row.ups}
    shown = {"replicas": scaled, "load": loads}
    return [
        one
        for what in _WHATS
        for one in report.over_time
        if one.what == what
        and one.means
        and (what not in shown or one.of in shown[what])
        and not (what == "cpu" and one.of.startswith("fargate:"))
    ]


def _named(row: ScalingRow) -> str:
    return f"{row.namespace}/{row.kind}/{row.name}"


def _bounds(one: OverTime) -> str:
    if one.what == "cost":
        return f"${one.low:.2f}–{one.high:.2f}/h"
    unit = f" {_UNITS.get(one.unit, one.unit)}" if one.what in ("load", "cpu") else ""
    return f"{_number(one.low)}–{_number(one.high)}{unit}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) or value >= 100 else f"{value:.3g}"


def _notes(one: OverTime, report: Report) -> str:
    """Beside a workload's replicas, what autoscaling did for it."""
    if one.what != "replicas":
        return ""
    row = next(row for row in report.scaling if _named(row) == one.of)
    return ", ".join(_said(row))


def _said(row: ScalingRow) -> Iterator[str]:
    yield f"↑{row.ups} ↓{row.downs}"
    if row.flaps:
        yield f"{row.flaps} flap{'s' if row.flaps != 1 else ''}"
    if row.seconds_to_react_max is not None and row.seconds_to_react_p50 is not None:
        slowest = row.seconds_to_react_max
        more = f" (≤{_span(slowest)})" if slowest > row.seconds_to_react_p50 else ""
        yield f"ready in {_span(row.seconds_to_react_p50)}{more}"
    if row.seconds_under_provisioned:
        yield f"short {_span(row.seconds_under_provisioned)}"
    if row.requests_dropped:
        part = row.requests_dropped / row.requests_offered
        yield f"dropped {row.requests_dropped:,} ({part:.2%})"
    evicted = sum(row.evictions.values())
    if evicted:
        yield f"{evicted} evicted"


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f}s"
    return f"{seconds / 60:.0f}m" if seconds < 7200 else f"{seconds / 3600:.1f}h"
