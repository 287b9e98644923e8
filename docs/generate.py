"""Writes the parts of the documentation that the code knows best.

A page marks such a part with two HTML comments, ``<!-- generated: NAME -->`` and
``<!-- end of NAME -->``; what is between them is rewritten from the code. ``--check`` writes
nothing and fails if a page would change. Pages may be named; without any, all are looked at. A part
whose source is not here stays as it is.
"""

import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import is_dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args, get_origin, get_type_hints

import click
import yaml

from minieks.cli.exits import MEANINGS
from minieks.cli.main import cli as main_group
from minieks.data.files import folder
from minieks.data.kubernetes_versions import all_versions
from minieks.data.timings import Timing, Timings, timing_names
from minieks.eks.fargate.refusals import scheduler_refusal
from minieks.eks.fargate.sizing import TABLE, Row
from minieks.eks.identity.chain import Chain
from minieks.eks.identity.difference import Difference
from minieks.eks.operations import quotas
from minieks.eks.operations.catalogue import FAMILIES
from minieks.engine.clock import Micros
from minieks.kube.kinds.registry import BUILT_IN, Kind
from minieks.kube.kubelet.annotations import PREFIX, SETTINGS
from minieks.scenario.explain import explanation
from minieks.scenario.readers import settingsfile
from minieks.scenario.result import SCHEMA, Report
from minieks.scenario.script.actions import ACTIONS
from minieks.scenario.script.expecting import EXPECTATIONS
from minieks.scenario.script.file import FIELDS
from minieks.scenario.script.outcome import Outcomes
from minieks.scenario.script.steps import TIMES
from minieks.scenario.script.tables import Field, Table
from minieks.serve.health import ClusterState
from minieks.serve.running import Running

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from clients.kubectl import VERSIONS  # noqa: E402 - where the checks are
from clients.verbs import CLIENTS, verbs  # noqa: E402
from golden.api.commands import can_replay  # noqa: E402
from golden.known import known  # noqa: E402
from golden.outcome import Share, by_family, share  # noqa: E402 - where the runner is
from golden.programs import (  # noqa: E402
    OF_COMMANDS,
    PROGRAMS,
    Program,
    Recorded,
    as_known,
    cases,
)
from golden.recorded import SAMPLE, root  # noqa: E402
from shared import GOLDEN  # noqa: E402

DEMO = "simulate examples/shop --for 24h --start 2026-11-23T00:00:00Z"
WIDTH = 114
_REGION = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.strip() for cell in line)} |" for line in lines)


def code(text: str, language: str = "text") -> str:
    """A fenced block, without blanks at the ends of its lines."""
    lines = "\n".join(line.rstrip() for line in text.rstrip().splitlines())
    return f"```{language}\n{lines}\n```"


# --- the command line ---------------------------------------------------------------------------


def top() -> click.Context:
    """The context of minieks itself, with pages as its terminal."""
    settings = main_group.context_settings
    return click.Context(
        main_group, info_name="minieks", terminal_width=88, max_content_width=88, **settings
    )


def commands(context: click.Context) -> dict[str, click.Command]:
    """Every command by its name, in the order of names."""
    names = main_group.list_commands(context)
    found = ((name, main_group.get_command(context, name)) for name in names)
    return {name: command for name, command in found if command is not None}


def cli() -> str:
    """The help of minieks and of each of its commands."""
    context = top()
    parts = [code(context.get_help())]
    for name, command in commands(context).items():
        parts += helps(click.Context(command, info_name=name, parent=context))
    return "\n\n".join(parts)


def helps(context: click.Context) -> list[str]:
    """The help of a command and of those below it, each under its heading."""
    parts = [f"## {context.command_path}", code(context.get_help())]
    below = context.command.commands if isinstance(context.command, click.Group) else {}
    for name, command in sorted(below.items()):
        parts += helps(click.Context(command, info_name=name, parent=context))
    return parts


def exit_codes() -> str:
    """What each exit code means."""
    rows = ([str(number), meaning] for number, meaning in MEANINGS.items())
    return table(["exit code", "meaning"], rows)


@cache
def _state() -> TemporaryDirectory[str]:
    """The folder where runs are saved meanwhile; it goes when the generator ends."""
    return TemporaryDirectory()


@cache
def console(words: str) -> str:
    """A command of minieks as it is typed, and what it prints now."""
    program = Path(sys.executable).with_name("minieks")
    terminal = {"NO_COLOR": "1", "COLUMNS": str(WIDTH), "TERM": "dumb"}
    done = subprocess.run(
        [program, *words.split()],
        cwd=ROOT,
        env={**os.environ, **terminal, "XDG_STATE_HOME": _state().name},
        capture_output=True,
        text=True,
        check=True,
    )
    return code(f"$ minieks {words}\n{done.stdout}", "console")


def run() -> str:
    """The demo, run now."""
    return console(DEMO)


def explain(pod: str) -> str:
    """Why a pod of the demo is where it is."""
    console(DEMO)
    return console(f"explain pod {pod}")


# --- the report ---------------------------------------------------------------------------------

_WORDS = {str: "text", int: "integer", float: "number", bool: "true or false", Decimal: "amount"}


def _parts(kind: Any) -> Iterator[type]:
    """The classes named in a type."""
    if is_dataclass(kind) and isinstance(kind, type):
        yield kind
    for inner in get_args(kind):
        yield from _parts(inner)


def _classes(kind: type) -> Iterator[type]:
    """A class and all that its fields name, each once, in the order of reading."""
    waiting, seen = [kind], {kind}
    while waiting:
        current = waiting.pop(0)
        yield current
        for hint in get_type_hints(current).values():
            new = [part for part in _parts(hint) if part not in seen]
            seen.update(new)
            waiting += new


def _in_words(kind: Any) -> str:
    """A type as JSON has it, or a value that it may be."""
    if isinstance(kind, str):
        return f"`{kind}`"
    if is_dataclass(kind):
        name = getattr(kind, "__name__", "")
        return f"[{name}](#{name.lower()})"
    origin, inner = get_origin(kind), get_args(kind)
    if origin is tuple:
        return f"list of {_in_words(inner[0])}"
    if origin is dict:
        return f"object of {_in_words(inner[1])}"
    if inner:
        return " or ".join("null" if each is type(None) else _in_words(each) for each in inner)
    return _WORDS[kind]


def schema(name: str, top: type) -> str:
    """Every class of a result with its fields."""
    return "\n\n".join([f"The value of `schema` is `{name}`.", *map(_section, _classes(top))])


def _section(kind: type) -> str:
    hints = {**get_type_hints(kind), **_PRINTED_TOO.get(kind, {})}
    rows = ([f"`{name}`", _in_words(hint)] for name, hint in hints.items())
    about = (inspect.getdoc(kind) or "").replace("``", "`")
    return "\n\n".join([f"## {kind.__name__}", about, table(["field", "is"], rows)])


_PRINTED_TOO: dict[type, dict[str, Any]] = {
    Chain: {"holds": bool, "cluster": str},
    Difference: {"gained": tuple[str, ...], "lost": tuple[str, ...]},
}
"""What commands add to the fields of a class."""


def outputs() -> str:
    """Every class of what the commands print that have no page of their own."""
    tops = (Outcomes, Running, ClusterState, Chain, Difference)
    return "\n\n".join(_section(kind) for top in tops for kind in _classes(top))


# --- tables -------------------------------------------------------------------------------------


def _kind(kind: Kind) -> list[str]:
    versions = ", ".join(f"`{kind.qualified(version)}`" for version in kind.versions)
    scope = "namespace" if kind.namespaced else "cluster"
    return [kind.kind, versions, f"`{kind.plural}`", ", ".join(kind.short_names), scope]


def kinds() -> str:
    """Every built-in kind, by group."""
    rows = sorted(BUILT_IN, key=lambda kind: (kind.group, kind.kind))
    return table(["kind", "versions", "plural", "short", "scope"], map(_kind, rows))


def _figure(timing: Timing) -> str:
    spread = f", 95 % below {timing.p95:g}" if timing.p95 else ""
    return f"{timing.median:g}{spread}"


def eks_operations() -> str:
    """Every operation of the EKS API, by family, and whether it is modelled."""
    parts = []
    for family, modules in FAMILIES.items():
        rows = (
            [
                f"`{one.name}`",
                "recorded only" if one.recorded else "modelled",
                one.summary.replace("``", "`"),
            ]
            for module in modules
            for one in module.OPERATIONS
        )
        parts += [f"## {family}", table(["operation", "support", "what it does"], rows)]
    return "\n\n".join(parts)


def eks_quotas() -> str:
    """The quotas that hold, as far as they are numbers of this module."""
    names = (name for name, value in vars(quotas).items() if isinstance(value, int))
    rows = ([name.lower().replace("_", " "), f"{getattr(quotas, name):,}"] for name in names)
    return table(["quota", "at most"], rows)


def timings() -> str:
    """Every modelled figure with its source."""
    known = Timings()
    rows = ((name, known.of(name)) for name in timing_names())
    return table(
        ["name", "figure", "source"],
        ([f"`{name}`", _figure(timing), timing.source] for name, timing in rows),
    )


def annotations() -> str:
    """Every annotation that says how containers behave."""
    return table(
        ["annotation", "says", "for example"],
        ([f"`{PREFIX}{one.key}`", one.about, f"`{one.example}`"] for one in SETTINGS),
    )


def settings() -> str:
    """The example of a settings file that its reader's docstring shows."""
    shown = (inspect.getdoc(settingsfile) or "").partition("::\n")[2]
    return code(textwrap.dedent(shown).strip(), "toml")


def _table_of_fields(fields: Iterable[Field]) -> str:
    rows = (
        [f"`{one.name}`", one.value.words, f"{one.about}{' (must be set)' * one.required}"]
        for one in fields
    )
    return table(["field", "is", "what"], rows)


def scenario_tables(tables: Iterable[Table]) -> str:
    """Each table that a scenario file may have, with an example and its fields."""
    return "\n\n".join(
        f"### `{one.name}`\n\n{one.about}\n\n{code(one.example, 'toml')}\n\n"
        f"{_table_of_fields(one.fields)}"
        for one in tables
    )


def _day(moment: Micros) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)).date().isoformat()


def kubernetes_versions() -> str:
    """How long each version of Kubernetes is supported."""
    return table(
        ["version", "released", "standard support ends", "extended support ends"],
        (
            [v.version, _day(v.released), _day(v.standard_ends), _day(v.extended_ends)]
            for v in all_versions()
        ),
    )


def _steps(row: Row) -> str:
    sizes = [f"{size:f}" for size in row.memory_gib]
    return ", ".join(sizes) if len(sizes) < 5 else f"{sizes[0]}, {sizes[1]} … {sizes[-1]}"


def fargate_sizes() -> str:
    """The sizes that Fargate sells."""
    return table(
        ["vCPU", "memory, GB", "since"],
        ([f"{row.vcpu:f}", _steps(row), str(row.since)] for row in TABLE),
    )


def refusal() -> str:
    """What Fargate says to the shop's debug pod."""
    text = (ROOT / "examples/shop/manifests/debug.yaml").read_text(encoding="utf-8")
    return code(scheduler_refusal(yaml.safe_load(text)["spec"]["template"]))


def _source(path: Path) -> Iterator[str]:
    """The comment at the head of a data file: what it holds and where that is from."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            return
        yield line.lstrip("# ")


def data_files() -> str:
    """Every data file with the sources it names."""
    files = sorted(path for path in folder().iterdir() if path.suffix in {".csv", ".toml"})
    return table(["file", "what it holds, and its sources"], _data_rows(files))


def _data_rows(files: Iterable[Path]) -> Iterator[list[str]]:
    for path in files:
        yield [f"`{path.name}`", " ".join(_source(path)).replace("|", "\\|")]


# --- agreement with recorded behaviour ----------------------------------------------------------
# The tests replay every case; here only those are replayed that are known to differ.


def _share(family: str, part: Share) -> list[str]:
    shown = [
        f"{agreeing:,} of {of:,}"
        for agreeing, of in (
            (part.agreeing_cases, part.cases),
            (part.agreeing_parts, part.parts),
        )
    ]
    return [family, *shown]


def _program(folder: str) -> Program:
    return next(one for one in PROGRAMS if one.folder == folder)


def _fidelity_of(program: Program, recorded: Sequence[Recorded]) -> str | None:
    if not recorded:
        return None
    outcomes = [as_known(one, program) for one in recorded]
    rows = [_share(family, part) for family, part in by_family(outcomes).items()]
    total = _share("**all**", share(outcomes))
    return table(["family", "cases", program.parts_are_called], [*rows, total])


def fidelity(folder: str, root: Path) -> str | None:
    """How many recorded cases of a program agree, by family; None if they are not here."""
    program = _program(folder)
    return _fidelity_of(program, cases(root, program))


def fidelity_of_answers() -> str | None:
    """How many recorded answers of the API server agree, by family; None if they are not here."""
    api = _program("api")
    return _fidelity_of(api, [one for one in cases(GOLDEN, api) if one.stem != OF_COMMANDS])


def fidelity_of_transcripts() -> str | None:
    """How many recorded transcripts agree, by version of kubectl; None if one is not here."""
    path, api = GOLDEN / "api" / f"{OF_COMMANDS}.jsonl", _program("api")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found = [Recorded(path, line) for line in lines]
    if not found or not all(can_replay(one.read()) for one in found):
        return None
    versions = [one.read()["kubectlVersion"] for one in found]
    outcomes = [as_known(one, api) for one in found]
    rows = []
    for version in sorted(set(versions)):
        those = [came for came, its in zip(outcomes, versions, strict=True) if its == version]
        rows.append(_share(f"kubectl {version}", share(those)))
    return table(["client", "transcripts", "commands"], rows)


def differences(folder: str) -> str:
    """The cases of a program that do not agree, and why."""
    return "\n".join(
        textwrap.fill(f"- `{case}`: {reason}", WIDTH - 10, subsequent_indent="  ")
        for case, reason in known(folder).items()
    )


def _pinned(package: str) -> str:
    """The version of a package that tests are run with."""
    text = (ROOT / "requirements" / "test.txt").read_text(encoding="utf-8")
    found = re.search(rf"^{re.escape(package)}==(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def client_versions() -> str:
    """With which version of each client the tests are run."""
    others = f"the one on `PATH`; {', '.join(VERSIONS)} where they lie beside it"
    rows = [
        [f"`{one}`", others if one == "kubectl" else _pinned(one.replace("_", "-"))]
        for one in CLIENTS
    ]
    return table(["client", "versions"], rows)


def clients() -> str:
    """What each client has to get from a served cluster: what its tests hold it to."""
    rows = [
        [f"`{one.client}`", one.name, one.result, ", ".join(one.versions) or "-"]
        for one in verbs()
        if one.client in CLIENTS
    ]
    return table(["client", "what it does", "result", "and with each version"], rows)


MAKERS: dict[str, Callable[[], str | None]] = {
    "cli": cli,
    "exit-codes": exit_codes,
    "run": run,
    "explain-nodes": lambda: explain("shop/database-0"),
    "explain-fargate": lambda: explain("cronjob/nightly"),
    "explain-refused": lambda: explain("deployment/debug"),
    "report": lambda: schema(SCHEMA, Report),
    "outputs": outputs,
    "explanation": lambda: schema(explanation.SCHEMA, explanation.Explanation),
    "kinds": kinds,
    "timings": timings,
    "eks-operations": eks_operations,
    "eks-quotas": eks_quotas,
    "annotations": annotations,
    "settings": settings,
    "scenario-file": lambda: _table_of_fields(FIELDS),
    "scenario-times": lambda: _table_of_fields(TIMES),
    "scenario-actions": lambda: scenario_tables(ACTIONS.values()),
    "scenario-expectations": lambda: scenario_tables(EXPECTATIONS.values()),
    "kubernetes-versions": kubernetes_versions,
    "fargate-sizes": fargate_sizes,
    "refusal": refusal,
    "data-files": data_files,
    "fidelity-scheduler": lambda: fidelity("scheduler", GOLDEN),
    "fidelity-controllers": lambda: fidelity("controllers", root("controllers")),
    "differences-controllers": lambda: differences("controllers"),
    "fidelity-api": fidelity_of_answers,
    "differences-api": lambda: differences("api"),
    "fidelity-kubectl": fidelity_of_transcripts,
    "fidelity-hpa": lambda: fidelity("hpa", GOLDEN),
    "fidelity-vpa": lambda: fidelity("vpa", GOLDEN),
    "fidelity-cluster-autoscaler": lambda: fidelity("cluster-autoscaler", GOLDEN),
    "differences-cluster-autoscaler": lambda: differences("cluster-autoscaler"),
    "client-versions": client_versions,
    "clients": clients,
    "fidelity-scheduler-sample": lambda: fidelity("scheduler", SAMPLE),
}


def pages() -> list[Path]:
    """Every page that may hold a generated part."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def rendered(text: str) -> str:
    """A page with its generated parts made anew; KeyError if a part has an unknown name."""
    return _REGION.sub(_rendered, text)


def _rendered(found: re.Match[str]) -> str:
    made = MAKERS[found[2]]()
    return found[0] if made is None else f"{found[1]}\n{made}\n\n{found[3]}"


def main(check: bool, chosen: Sequence[Path]) -> int:
    """Write the pages, or with ``check`` name those that would change; 1 if there are any."""
    stale = 0
    for page in chosen:
        before = page.read_text(encoding="utf-8")
        after = rendered(before)
        if after == before:
            continue
        stale += 1
        print(f"{page.relative_to(ROOT)}: {'out of date' if check else 'written'}")
        if not check:
            page.write_text(after, encoding="utf-8")
    if check and stale:
        print("hint: run `make docs` and commit what it writes")
    return int(check and stale > 0)


if __name__ == "__main__":
    named = [Path(word).resolve() for word in sys.argv[1:] if word != "--check"]
    sys.exit(main("--check" in sys.argv[1:], named or pages()))
