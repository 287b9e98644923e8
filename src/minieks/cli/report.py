"""The report of a simulation in a terminal: what happened, where everything runs, the bill."""

from dataclasses import replace
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from minieks.cli.autoscaling import render_over_time
from minieks.cli.layout import section, show_indented, table
from minieks.cost.money import cents
from minieks.kube.words import times
from minieks.scenario.result import ComputeRow, Report, TimelineEntry, WhyNot, WorkloadRow

_TIMELINE_LINES = 14
# Warnings that a healthy start shows as well.
_MINOR = frozenset(
    {
        "Unhealthy",
        "LoggingDisabled",
        "FailedGetResourceMetric",
        "FailedComputeMetricsReplicas",
    }
)
_NOT_COUNTED = (
    "not counted: load balancers, NAT gateways, public IPv4 addresses, data transfer, logs, taxes"
)
_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_PLACES = {"fargate": "Fargate", "nodegroup": "node group", "node": "node"}


def render(report: Report, console: Console) -> None:
    """Print the whole report."""
    _heading(report, console)
    _timeline(report, console)
    _workloads(report, console)
    _compute(report, console)
    render_over_time(report, console)
    _bill(report, console)
    _refused(report, console)
    _warnings(report, console)
    _expected(report, console)


def money(amount: Decimal) -> str:
    """Dollars and cents; an amount that would read as nothing keeps its first digits."""
    rounded = cents(amount)
    if rounded == 0 and amount != 0:
        return f"${amount:.2g}" if amount < Decimal("0.0001") else f"${amount:.4f}"
    return f"${rounded:,}"


def unit_price(amount: Decimal) -> str:
    """A price exactly, with two decimals at least."""
    two_decimals = cents(amount)
    return f"${two_decimals if two_decimals == amount else amount.normalize():f}"


def seconds(value: float | None) -> str:
    """A time to wait, to the second, as people say it."""
    if value is None:
        return "–"
    whole = round(value)
    if whole < 120:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 120:
        return f"{minutes}m{rest:02d}s"
    return f"{minutes // 60}h{minutes % 60:02d}m"


def _heading(report: Report, console: Console) -> None:
    cluster, period = report.cluster, report.period
    console.print(
        f"[bold]{escape(cluster.name)}[/] in {cluster.region}, Kubernetes"
        f" {cluster.kubernetes_version}: {span(period.seconds)} from {period.start},"
        f" seed {period.seed}"
    )


def span(whole: int) -> str:
    """A number of seconds in the largest unit of which it is a multiple; a day has 24 hours."""
    if whole == 86400:
        return "24 hours"
    length, unit = next(one for one in _UNITS if whole % one[0] == 0)
    count = whole // length
    return f"{count} {unit}{'s' if count != 1 else ''}"


def _timeline(report: Report, console: Console) -> None:
    if not report.timeline:
        return
    section("What happened", console)
    start = times.parse(report.period.start)
    grid = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    shown = most_telling(report.timeline)
    for entry in shown:
        grid.add_row(_elapsed(times.parse(entry.at) - start), _moment(entry))
    show_indented(grid, console)
    more = len(_merged(report.timeline)) - len(shown)
    if more > 0:
        console.print(f"  [dim]… and {more} more; --events FILE or -o json has them all[/]")


def most_telling(entries: tuple[TimelineEntry, ...]) -> list[TimelineEntry]:
    """As many entries as fit: the user's own before the system's, what came often before."""

    def rank(entry: TimelineEntry) -> tuple[bool, bool, int]:
        system = bool(entry.about) and all(one.startswith("kube-system/") for one in entry.about)
        return (system, entry.reason in _MINOR, -entry.count if entry.warning else 0)

    merged = _merged(entries)
    chosen = sorted(range(len(merged)), key=lambda index: rank(merged[index]))[:_TIMELINE_LINES]
    return [merged[index] for index in sorted(chosen)]


def _merged(entries: tuple[TimelineEntry, ...]) -> list[TimelineEntry]:
    """Milestones that say the same of several workloads within a minute become one line."""
    found: dict[tuple[str, ...], TimelineEntry] = {}
    for entry in entries:
        key = (entry.at[:16], entry.reason, entry.message, str(entry.warning))
        before = found.get(key)
        if before is None or entry.warning or entry.count > 1:
            found[(*key, *entry.about) if before else key] = entry
        else:
            found[key] = replace(before, about=(*before.about, *entry.about))
    return list(found.values())


def _elapsed(micros: int) -> str:
    whole = micros // 1_000_000
    days, rest = divmod(whole, 86400)
    clock = f"{rest // 3600:02d}:{rest % 3600 // 60:02d}:{rest % 60:02d}"
    return f"day {days + 1} {clock}" if days else clock


def _moment(entry: TimelineEntry) -> Text:
    times_ = f" ×{entry.count}" if entry.count > 1 else ""
    about = f"{_named(entry.about)} " if entry.about else ""
    if entry.warning:
        text = Text(about, style="bold")
        text.append(f"{entry.reason}{times_}", style="yellow")
        return text.append(f" ({entry.source}) {entry.message}", style="")
    return Text(about, style="bold").append(f"{entry.message}{times_}", style="")


def _named(about: tuple[str, ...]) -> str:
    return about[0] if len(about) == 1 else f"{about[0]} and {len(about) - 1} more"


def _workloads(report: Report, console: Console) -> None:
    section("Workloads", console)
    columns = ("NAMESPACE", "WORKLOAD", "RUNS ON", "SIZE", "READY", "TO READY p50/max", "COST")
    grid = table(*columns, right=("READY", "TO READY p50/max", "COST"))
    for row in report.workloads:
        style = "dim" if row.system else ("red" if row.why_not else "")
        grid.add_row(*_workload_cells(row), style=style)
    show_indented(grid, console)
    for row in report.workloads:
        for why in row.why_not:
            _why_not(row, why, console)


def _workload_cells(row: WorkloadRow) -> tuple[str, ...]:
    return (
        row.namespace,
        f"{row.kind}/{row.name}",
        _places(row.runs_on),
        row.size,
        _readiness(row),
        f"{seconds(row.seconds_to_ready_p50)} / {seconds(row.seconds_to_ready_max)}",
        money(row.cost),
    )


def _places(runs_on: dict[str, int]) -> str:
    """``Fargate fp-shop``, ``node group a``, or several with the pods of each."""
    if not runs_on:
        return "nowhere"
    if len(runs_on) == 1:
        kind, _, name = next(iter(runs_on)).partition(":")
        return f"{_PLACES.get(kind, kind)} {name}"
    kinds: dict[str, list[str]] = {}
    for place, count in runs_on.items():
        kind, _, name = place.partition(":")
        kinds.setdefault(_PLACES.get(kind, kind), []).append(f"{name} ×{count}")
    return ", ".join(f"{kind} {', '.join(names)}" for kind, names in kinds.items())


def _readiness(row: WorkloadRow) -> str:
    if row.kind in ("Job", "CronJob"):
        failed = f", {row.pods_failed} failed" if row.pods_failed else ""
        return f"{row.pods_succeeded} done{failed}"
    return f"{row.ready}/{row.desired}"


def _why_not(row: WorkloadRow, why: WhyNot, console: Console) -> None:
    pods = f"{why.pods} pod{'s' if why.pods != 1 else ''}" if why.pods else "no pods"
    text = Text("  ✗ ", style="red")
    text.append(f"{row.namespace}/{row.kind}/{row.name}", style="bold")
    text.append(f" ({pods}) {why.reason} from {why.source}:")
    console.print(text)
    show_indented(Text(why.message, style="red"), console, 6)
    if why.not_on_fargate:
        off = Text(f"not on Fargate: {why.not_on_fargate}", style="cyan")
        show_indented(off, console, 6)
    if why.field:
        show_indented(Text(f"change: {why.field}", style="cyan"), console, 6)


def _compute(report: Report, console: Console) -> None:
    if not report.compute:
        return
    section("Compute", console)
    columns = ("KIND", "NAME", "WHAT", "MIN–MAX (END)", "CPU ASKED", "MEMORY ASKED", "COST")
    grid = table(*columns, right=columns[3:])
    for row in report.compute:
        grid.add_row(*_compute_cells(row))
    show_indented(grid, console)


def _compute_cells(row: ComputeRow) -> tuple[str, ...]:
    return (
        row.kind,
        row.name,
        row.detail,
        f"{row.count_min}–{row.count_max} ({row.count_end})",
        _percent(row.cpu_percent),
        _percent(row.memory_percent),
        money(row.cost),
    )


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f} %"


def _bill(report: Report, console: Console) -> None:
    section("Bill", console)
    grid = table("SERVICE", "WHAT", "QUANTITY", "PRICE", "AMOUNT", right=("QUANTITY", "AMOUNT"))
    for line in report.bill.lines:
        mark = " [yellow]estimated[/]" if line.estimated else ""
        grid.add_row(
            line.service,
            f"{escape(line.description)}{mark}",
            f"{line.quantity:,.2f} {line.unit}",
            unit_price(line.unit_price),
            money(line.amount),
        )
    grid.add_row("[bold]total[/]", "", "", "", f"[bold]{money(report.bill.total)}[/]")
    show_indented(grid, console)
    shares = ", ".join(
        f"{name} {money(amount)}" for name, amount in report.bill.by_namespace.items()
    )
    if shares:
        console.print(f"  by namespace: {escape(shares)}")
    console.print(f"  [dim]{_NOT_COUNTED}[/]")
    console.print(f"  a month (730 h) like this: [bold]{money(report.bill.month)}[/]")


def _refused(report: Report, console: Console) -> None:
    if not report.refused:
        return
    section("Not accepted", console)
    for refusal in report.refused:
        console.print(
            f"  [red]✗[/] [bold]{escape(refusal.where)}[/] {escape(refusal.object)}",
            soft_wrap=True,
        )
        show_indented(Text(refusal.message, style="red"), console, 6)
        if refusal.hint:
            show_indented(Text(f"hint: {refusal.hint}", style="cyan"), console, 6)


def _warnings(report: Report, console: Console) -> None:
    if not report.warnings:
        return
    section("Warnings", console)
    for warning in report.warnings:
        show_indented(Text(f"! {warning}", style="yellow"), console)


def _expected(report: Report, console: Console) -> None:
    if not report.expected:
        return
    section("Expected", console)
    for one in report.expected:
        mark = Text("✓ ", style="green") if one.holds else Text("✗ ", style="red")
        show_indented(mark.append(one.expected), console)
        for found in one.found:
            show_indented(Text(f"but {found}", style="red"), console, 6)
