"""Results on stdout: as JSON or YAML with a stable schema, or as tables for people."""

import os
import re
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
import yaml

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = ("table", "json", "yaml")
_PLAIN_WIDTH = 120


def plain(value: Any) -> Any:
    """JSON-shaped data of a result: dataclasses become objects, Decimals exact texts."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def write(value: Any, form: str) -> None:
    """Print a result as ``json`` or ``yaml``."""
    data = plain(value)
    if form == "json":
        sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        yaml.safe_dump(data, sys.stdout, sort_keys=False, allow_unicode=True, width=_PLAIN_WIDTH)


_TRAILING = re.compile(r" +(?=(?:\x1b\[0m)?$)", re.MULTILINE)


def show(console: "Console", render: "Callable[[Console], None]") -> None:
    """Print what ``render`` draws, without the spaces with which tables fill their lines."""
    with console.capture() as captured:
        render(console)
    console.file.write(_TRAILING.sub("", captured.get()))


def progress(verb: str) -> Callable[[float], None] | None:
    """A progress line on stderr, where a person sees it."""
    if not sys.stderr.isatty():
        return None
    said = -1

    def show(fraction: float) -> None:
        nonlocal said
        percent = int(fraction * 100)
        if percent == said:
            return
        said = percent
        text = f"\r{verb} … {percent:3d} %" if percent < 100 else "\r\x1b[K"
        sys.stderr.write(text)
        sys.stderr.flush()

    return show


def console(*, stderr: bool = False) -> "Console":
    """A terminal to print on; a pipe counts as 120 columns wide, unless COLUMNS says otherwise."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else _PLAIN_WIDTH
    from rich.console import Console  # noqa: PLC0415 - JSON needs none

    return Console(file=stream, width=width, highlight=False, soft_wrap=False)
