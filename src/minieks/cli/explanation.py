"""Why a pod is where it is, in a terminal: the verdict, Fargate, the nodes, who could make room."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from minieks.cli.layout import section, show_indented, table
from minieks.scenario.explain.explanation import (
    PLACED,
    REFUSED,
    Explanation,
    FargateView,
    NodeScore,
    NodesView,
    PreemptionView,
    ProfileView,
    RejectionView,
    SizeView,
    Victims,
)

_MIB = 1024 * 1024
_NODES_SHOWN = 12
_NAMES_SHOWN = 4
_COLUMNS_SHOWN = 4
_MARKS = {PLACED: ("✓", "green"), REFUSED: ("✗", "red")}


def render(found: Explanation, console: Console) -> None:
    """Print the whole explanation."""
    _heading(found, console)
    if found.fargate is not None:
        _fargate(found.fargate, console)
    if found.nodes is not None:
        _nodes(found.nodes, console)


def _heading(found: Explanation, console: Console) -> None:
    pod = found.pod
    text = Text(f"{pod.namespace}/{pod.name}", style="bold")
    written = f", written in {pod.written}" if pod.written else ""
    console.print(text.append(f" of {pod.workload}{written}", style="not bold"))
    mark, style = _MARKS.get(found.outcome, ("…", "yellow"))
    line = Text(f"{mark} ", style=style)
    if found.outcome == PLACED:
        by = f" by {found.scheduler}" if found.attempts else ""
        line.append(f"placed on {found.node}{by}", style="bold")
    else:
        line.append(f"{found.outcome} by {found.scheduler}", style="bold")
        line.append(f": {found.reason}" if found.reason else "")
    console.print(line.append(_when(found), style="not bold"))
    if found.outcome != PLACED or not found.attempts:
        show_indented(Text(found.message, style=style), console)
    if found.field:
        show_indented(Text(f"change: {found.field}", style="cyan"), console)


def _when(found: Explanation) -> str:
    if found.at is None:
        return ""
    tries = f" at the last of {found.attempts} attempts," if found.attempts > 1 else ""
    return f",{tries} {found.at}"


def _say(text: str | Text, console: Console, indent: int = 2) -> None:
    line = Text(text) if isinstance(text, str) else text
    show_indented(line, console, indent)


# --- Fargate ---


def _fargate(view: FargateView, console: Console) -> None:
    section("Fargate", console)
    if not view.profiles:
        _say(f"not considered: {view.why_not}", console)
    for profile in view.profiles:
        _profile(profile, profile.name == view.profile, console)
    if view.size is not None:
        _size(view.size, console)
    if view.profile:
        zone = (
            f" It runs in {view.zone}: of a profile's subnets any may be taken."
            if view.zone
            else ""
        )
        _say(f"Its scheduler is fargate-scheduler, so no EC2 node is looked at.{zone}", console)


def _profile(profile: ProfileView, taken: bool, console: Console) -> None:
    verdict = "takes the pod" if taken else "does not take the pod"
    if profile.matches and not taken:
        verdict = (
            "matches too, but the first by name takes the pod"
            if profile.status == "ACTIVE"
            else f"matches, but is {profile.status}"
        )
    line = _marked(taken).append(f"profile {profile.name}", style="bold")
    _say(line.append(f" {verdict}", style="not bold"), console)
    for number, selector in enumerate(profile.selectors, start=1):
        said = "matches" if selector.matches else "; ".join(selector.lacks)
        _say(f"selector {number}, {selector.selector}: {said}", console, 6)


def _marked(good: bool) -> Text:
    return Text("✓ ", style="green") if good else Text("✗ ", style="red")


def _size(size: SizeView, console: Console) -> None:
    grid = table("CONTAINER", "", "CPU", "MEMORY", right=("CPU", "MEMORY"))
    for one in size.containers:
        role = "" if one.role == "container" else one.role
        grid.add_row(one.name, role, f"{one.cpu_millis}m", _mib(one.memory_bytes))
    grid.add_row("requests of the pod", "", f"{size.cpu_millis}m", _mib(size.memory_bytes))
    grid.add_row("what Fargate adds", "", "", _mib(size.overhead_bytes))
    grid.add_row("needed", "", f"{size.cpu_millis}m", _mib(size.needed_bytes), style="bold")
    show_indented(grid, console, 6)
    if size.provisioned:
        _say(f"the smallest size that holds this: {size.provisioned}", console, 6)
    else:
        _say(Text("no size on sale holds this", style="red"), console, 6)


def _mib(amount: int) -> str:
    return f"{amount / _MIB:,.0f}Mi"


# --- nodes ---


def _nodes(view: NodesView, console: Console) -> None:
    section("Nodes", console)
    _say(f"{view.evaluated} of {view.nodes} looked at, {len(view.feasible)} fit", console)
    for one in view.rejected:
        _rejection(one, console)
    if view.passed_over:
        few = f"passed over, for enough were found before: {names(view.passed_over)}"
        _say(few, console)
    if view.feasible:
        _scores(view, console)
    if view.preemption is not None:
        _preemption(view.preemption, console)


def _rejection(one: RejectionView, console: Console) -> None:
    line = Text("✗ ", style="red").append(f"{len(one.nodes)} {one.reason}", style="not red")
    line.append(f" ({one.plugin})" if one.plugin else "", style="dim")
    _say(line, console)
    _say(names(one.nodes), console, 6)


def names(nodes: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    shown = ", ".join(nodes[:_NAMES_SHOWN])
    more = len(nodes) - _NAMES_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _scores(view: NodesView, console: Console) -> None:
    plugins = dict.fromkeys(name for one in view.feasible for name in one.scores)
    columns = ("NODE", "GROUP", "ZONE", "TOTAL")
    grid = table("", *columns, right=("TOTAL",))
    shown = view.feasible[:_NODES_SHOWN]
    for one in shown:
        grid.add_row(*_cells(one), style="green" if one.chosen else "")
    show_indented(grid, console)
    if len(view.feasible) > len(shown):
        _say(f"… and {len(view.feasible) - len(shown)} more; -o json has them all", console)
    if plugins:
        _plugins(shown, list(plugins), console)
    _say(_how(view), console)


def _cells(one: NodeScore) -> tuple[str, ...]:
    mark = "✓" if one.chosen else ("=" if one.best else "")
    total = "–" if one.total is None else str(one.total)
    return mark, one.node, one.group, one.zone, total


def _plugins(shown: Sequence[NodeScore], plugins: Sequence[str], console: Console) -> None:
    """A row per plugin, a column for the nodes that score alike, as many as fit."""
    alike: dict[tuple[int, ...], list[str]] = {}
    for one in shown:
        alike.setdefault(tuple(one.scores[name] for name in plugins), []).append(one.node)
    alike = dict(list(alike.items())[:_COLUMNS_SHOWN])
    heads = [_head(nodes) for nodes in alike.values()]
    grid = table("SCORE, WEIGHTED", *heads, right=heads)
    for number, plugin in enumerate(plugins):
        grid.add_row(plugin, *(str(scores[number]) for scores in alike))
    grid.add_row("total", *(str(sum(scores)) for scores in alike), style="bold")
    console.print()
    show_indented(grid, console)


def _head(nodes: Sequence[str]) -> str:
    """A node's name without its domain; of several that score alike, the first and their number."""
    first = nodes[0].split(".", maxsplit=1)[0]
    return first if len(nodes) == 1 else f"{first} and {len(nodes) - 1} like it"


def _how(view: NodesView) -> str:
    """By what the choice was made."""
    if len(view.feasible) == 1:
        return f"{view.chosen} is the only one that fits, so nothing is scored"
    if len(view.best) == 1:
        return f"{view.chosen} has the highest total"
    return f"{len(view.best)} share the highest total; chance picked {view.chosen}"


# --- preemption ---


def _preemption(view: PreemptionView, console: Console) -> None:
    section("Preemption", console)
    if view.message:
        _say(view.message, console)
    for one in view.beyond_help:
        _rejection(one, console)
    for line in _candidates(view.candidates):
        _say(line, console)


def _candidates(candidates: Sequence[Victims]) -> Iterator[Text]:
    for one in sorted(candidates, key=lambda one: not one.chosen)[:_NODES_SHOWN]:
        broken = (
            f", {one.violations} of them against a PodDisruptionBudget" if one.violations else ""
        )
        verb = "was freed of" if one.chosen else "could be freed of"
        yield _marked(one.chosen).append(
            f"{one.node} {verb} {names(one.pods)}{broken}", "not green"
        )
    if len(candidates) > _NODES_SHOWN:
        yield Text(f"… and {len(candidates) - _NODES_SHOWN} more; -o json has them all")
