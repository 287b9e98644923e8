"""The documentation names what there is, and what it names is there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from minieks.cli.exits import MEANINGS
from minieks.cli.main import COMMANDS, cli
from minieks.data.timings import timing_names
from minieks.kube.kinds.registry import BUILT_IN
from minieks.kube.kubelet.annotations import PREFIX, SETTINGS
from minieks.scenario.explain.explanation import Explanation, FargateView, NodesView
from minieks.scenario.readers.settingsfile import read_settings
from minieks.scenario.result import BillSection, Report, WorkloadRow

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "examples").rglob("*.md")),
]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(page: Path) -> str:
    """A page without its code, in which brackets are no links."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MkDocs make them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def broken_links(page: Path) -> Iterator[str]:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield target


def shell_lines(page: Path) -> Iterator[str]:
    """What a page tells the reader to type: commands in code, at the start of a line or a pipe."""
    for line in page.read_text().splitlines():
        if found := re.match(r"(?:    |\$ )(?:.*\| )?(?:uv run )?((?:minieks|make) .*)", line):
            yield found[1]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text()
    pages = [str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")]
    assert [page for page in pages if page not in navigation] == []


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.kind)
def test_every_kind_is_documented(kind: object) -> None:
    name = getattr(kind, "kind", "")
    assert f"| {name} |" in (DOCS / "reference" / "kinds.md").read_text()


def test_every_timing_is_documented() -> None:
    page = (DOCS / "reference" / "timings.md").read_text()
    assert [name for name in timing_names() if f"`{name}`" not in page] == []


def test_the_settings_file_that_is_shown_is_read_as_it_says() -> None:
    page = (DOCS / "reference" / "settings.md").read_text()
    shown = page.split("```toml\n")[1].split("```")[0]
    settings = read_settings(shown)
    assert settings.seed == 7
    assert settings.fargate_cap("fp-default").vcpu == 4


def test_every_annotation_is_documented() -> None:
    page = (DOCS / "reference" / "timings.md").read_text()
    assert [one.key for one in SETTINGS if f"| `{PREFIX}{one.key}` |" not in page] == []


def test_every_command_and_option_is_documented() -> None:
    page = (DOCS / "reference" / "cli.md").read_text()
    missing = [name for name in COMMANDS if f"## minieks {name}\n" not in page]
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        options = (each for each in command.params if isinstance(each, click.Option))
        missing += [word for option in options for word in option.opts if word not in page]
    assert missing == []


def printing(group: click.Group, name: str = "minieks") -> Iterator[str]:
    """The commands that print for programs, with the names of their groups."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from printing(command, f"{name} {word}")
        elif command is not None and any(one.name == "form" for one in command.params):
            yield f"{name} {word}"


def test_what_every_command_prints_for_programs_is_documented() -> None:
    page = (DOCS / "reference" / "output-schema.md").read_text()
    assert {f"minieks {name}" for name in COMMANDS} - {"minieks access"} <= set(printing(cli))
    assert [name for name in printing(cli) if f"| `{name}` |" not in page] == []


def test_every_exit_code_is_documented() -> None:
    page = (DOCS / "reference" / "cli.md").read_text()
    assert [code for code, text in MEANINGS.items() if f"| {code} | {text} |" not in page] == []


@pytest.mark.parametrize("kind", [Report, WorkloadRow, BillSection], ids=lambda kind: kind.__name__)
def test_every_field_of_the_report_is_documented(kind: type) -> None:
    page = (DOCS / "reference" / "report-schema.md").read_text()
    section = page.split(f"## {kind.__name__}\n")[1].split("## ")[0]
    assert [name for name in get_type_hints(kind) if f"| `{name}` |" not in section] == []


@pytest.mark.parametrize(
    "kind", [Explanation, NodesView, FargateView], ids=lambda one: one.__name__
)
def test_every_field_of_the_explanation_is_documented(kind: type) -> None:
    page = (DOCS / "reference" / "explanation-schema.md").read_text()
    section = page.split(f"## {kind.__name__}\n")[1].split("## ")[0]
    assert [name for name in get_type_hints(kind) if f"| `{name}` |" not in section] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_minieks_command_that_a_page_shows_exists(page: Path) -> None:
    shown = {line.split()[1] for line in shell_lines(page) if line.startswith("minieks ")}
    assert {name for name in shown if not name.startswith("-")} <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_verb_that_a_page_shows_exists(page: Path) -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    shown = [line.split("#")[0].split() for line in shell_lines(page) if line.startswith("make ")]
    assert {word for line in shown for word in line[1:] if "=" not in word} <= verbs
