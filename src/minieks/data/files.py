"""Reading the data files beside this module; a line that starts with ``#`` is a comment."""

import csv
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a CSV file, each by the names in the first line that is no comment."""
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(line for line in lines if not line.startswith("#"))


@lru_cache(maxsize=1)
def read_toml(name: str) -> dict[str, Any]:
    """A TOML file; its decimal fractions stay exact. The last one is kept: who wants one part of a
    file wants another next."""
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"), parse_float=Decimal)


def folder() -> Path:
    """Where the data files are."""
    return _FOLDER
