"""What the reports in a terminal have in common: sections and tables without lines."""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


def section(title: str, console: Console) -> None:
    """Begin a section."""
    console.print()
    console.print(Text(title, style="bold underline"))


def table(*columns: str, right: Iterable[str] = ()) -> Table:
    """An empty table; the columns in ``right`` are of numbers."""
    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in columns:
        found.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return found


def show_indented(what: Table | Text, console: Console, indent: int = 2) -> None:
    """Print something so many columns to the right, with all of its lines."""
    console.print(Padding(what, (0, 0, 0, indent)))
