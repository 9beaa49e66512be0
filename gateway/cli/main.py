"""`bindferry` itself: finds the command, prints what went wrong, and is the only place that exits.

Each command is a file beside this one with a `command`; it is imported only when it is asked for.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from gateway import __version__
from gateway.errors import BindferryError, ConfigError, ConfigErrors

COMMANDS = {
    "serve": "Run the gateway until it is told to stop.",
    "check": "Check the configuration, and look at every store that it names.",
    "explain": "Say who NAME is, and what a bind would do and write.",
    "status": "Show how many people of each source have moved.",
    "demo": "Try it: two old stores, the gateway before them, on this machine.",
}

_EPILOG = """\b
Examples:
  bindferry check
  bindferry check --config ./bindferry.yaml --offline
  bindferry explain jdoe
  bindferry explain jdoe --application wiki
  bindferry status --json

\b
Completion:
  bash:  eval "$(_BINDFERRY_COMPLETE=bash_source bindferry)"
  zsh:   eval "$(_BINDFERRY_COMPLETE=zsh_source bindferry)"
  fish:  _BINDFERRY_COMPLETE=fish_source bindferry | source

\b
Exit status: 0 fine, 1 something is wrong, 2 the configuration or the command line is."""


class LazyGroup(click.Group):
    """Knows every command by name and help, and imports the one that is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(f"gateway.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bindferry", message="%(prog)s %(version)s")
def cli() -> None:
    """Bindferry stands where the old user store stood, and carries each person into the new directory at their
    first right password."""


def run(arguments: Sequence[str] | None = None, command: click.Command = cli) -> int:
    """The exit status of one command line. Whatever goes wrong is said on standard error, never as a traceback,
    unless BINDFERRY_TRACEBACK is set."""
    try:
        result = command.main(arguments, prog_name="bindferry", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except (ConfigErrors, ConfigError) as error:
        for fault in error.errors if isinstance(error, ConfigErrors) else [error]:
            click.echo(str(fault), err=True)
        return 2
    except BindferryError as error:
        click.echo(f"bindferry: {error}", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):  # click has ended the line already
        return 130
    except BrokenPipeError:  # `bindferry status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get("BINDFERRY_TRACEBACK"):
            raise
        # Its text may hold a password (R15), its kind does not.
        click.echo(
            f"bindferry: internal error, {type(error).__name__}; set BINDFERRY_TRACEBACK=1 to see where", err=True
        )
        return 1


def main() -> NoReturn:
    """The console script."""
    sys.exit(run())
