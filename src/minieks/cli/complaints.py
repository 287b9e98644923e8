"""What is wrong, on stderr: in colour where a person looks, unless NO_COLOR is set.

Source: no-color.org.
"""

import os

import click


def error(message: str, hint: str = "") -> None:
    """Say why the command ends, and what to do."""
    _say("error:", "red", message)
    if hint:
        _say(" hint:", "cyan", hint)


def warn(message: str, hint: str = "") -> None:
    """Say that something is not as it should be, though the command goes on."""
    _say("warning:", "yellow", message)
    if hint:
        _say("   hint:", "cyan", hint)


def _say(mark: str, colour: str, message: str) -> None:
    # None lets click see whether stderr is a terminal.
    wanted = False if os.environ.get("NO_COLOR") else None
    click.echo(f"{click.style(mark, fg=colour, bold=True)} {message}", err=True, color=wanted)
