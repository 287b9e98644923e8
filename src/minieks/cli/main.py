"""The command ``minieks``: one file a command, loaded when it is called.

Exit codes: 0 it went well; 1 something that was expected did not hold; 2 the input is wrong, with
place and remedy on stderr; 130 interrupted.
"""

import os
import sys
from importlib import import_module
from typing import Any

import click

from minieks import __version__
from minieks.cli import complaints, exits
from minieks.cli.collector import relaxed
from minieks.engine.errors import UserError

# Every command: its name and the module that holds it as ``command``.
COMMANDS = {
    "access": "minieks.cli.access",
    "down": "minieks.cli.down",
    "explain": "minieks.cli.explain",
    "simulate": "minieks.cli.simulate",
    "status": "minieks.cli.status",
    "test": "minieks.cli.test",
    "up": "minieks.cli.up",
    "whoami": "minieks.cli.whoami",
}


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="minieks")
def cli() -> None:
    """Amazon EKS on a laptop: where each pod lands, what Fargate refuses, what it costs.

    \b
    Examples:
      minieks simulate examples/shop --for 24h
      minieks up examples/shop --speed 60

    Exit codes: 0 it went well, 1 something that was expected did not hold, 2 the input is wrong,
    130 interrupted. Colour is left out where NO_COLOR is set.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    with relaxed():
        sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code instead of exiting."""
    try:
        words = sys.argv[1:] if arguments is None else arguments
        # As its object the context has the whole command line, for a command that begins itself.
        code = _code(cli.main(words, prog_name="minieks", standalone_mode=False, obj=words))
        sys.stdout.flush()
        return code
    except UserError as error:
        return _complain(
            f"{error.where}: {error.message}" if error.where else error.message, error.hint
        )
    except click.ClickException as error:
        error.show()
        return exits.BAD_INPUT
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return exits.INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough of it; nothing more can be written.
        _forget_output()
        return exits.OK
    except OSError as error:
        _forget_output()
        about = f"{error.filename}: " if error.filename else ""
        return _complain(
            f"{about}the system refuses: {error.strerror}", "look at its disk: space, permissions"
        )


def _forget_output() -> None:
    """What could not be written is not tried again when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _code(returned: Any) -> int:
    return returned if isinstance(returned, int) else exits.OK


def _complain(message: str, hint: str) -> int:
    complaints.error(message, hint)
    return exits.BAD_INPUT


if __name__ == "__main__":
    main()
