"""The frame around every command: global options, error messages, exit codes."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Sequence
from contextvars import ContextVar
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter, UnknownCommandError

from opcross import __version__
from opcross.errors import OpcrossError
from opcross.yaml_files import nearest

__all__ = ["COMMAND_GROUP", "EXIT_INTERRUPTED", "EXIT_USAGE", "main", "make_app", "verbosity"]

COMMAND_GROUP = "opcross.commands"
"""The group of entry points that bring commands."""

EXIT_USAGE = 2
"""Nothing could be done: the command line or a file is wrong, or the bench is broken."""

EXIT_INTERRUPTED = 130

_VERBOSITY: ContextVar[int] = ContextVar("opcross_verbosity", default=0)


def verbosity() -> int:
    """How much the user asked to hear: -1 with ``-q``, 0, 1 with ``-v``, 2 with ``-vv``."""
    return _VERBOSITY.get()


# Shown by --help without importing the commands. Others bring the docstring of their function.
_HELP_OF = {
    "da": """\
Use an OPC DA server: find, browse, read, write, watch.

A server is named by a URL: opcda://HOST[:PORT]/PROGID[/CLSID], or sim:NAME
for a simulated one inside this process. The password of --user is asked for,
or comes with --password-env or --password-file.

Examples, for bash and PowerShell alike:

  opcross da servers 10.1.2.3 --user 'PLANT\\operator'
  opcross da browse opcda://10.1.2.3/Vendor.Server.1 --user 'PLANT\\operator'
  opcross da read sim:standard Random.Real8
  opcross da watch sim:standard Random.Real8 --count 5

Exit codes: 0 all well; 1 an item failed, or the server said no; 2 wrong
usage, a write without --allow-write, or no connection.
""",
    "run": """\
Play scenarios and judge them.

Without targets the whole suite is played. A known-good scenario runs first
and last on each net, and is reported apart: when it does not pass, the bench
is broken.

Examples, for bash and PowerShell alike:

  opcross run hardening/h1 --net simulated
  opcross run -k 'pkt and not 2023-03' --list
  opcross run --junit report.xml --captures captures
  opcross run my-plant.scenario.yaml --seed 7
""",
    "schema": "Print the JSON Schema of scenario files.",
    "simulate": """\
Serve a simulated Windows host with an OPC server on it, until Ctrl-C.

Examples, for bash and PowerShell alike:

  opcross simulate --port 1135 --user OPERATOR --password secret
  opcross simulate --address 127.0.7.1 --phase 2022-05 --os windows-10-21h2
  opcross simulate host.yaml --event-log events.xml
""",
}

_HELP = """\
OPC Classic across the DCOM hardening.

Examples, for bash and PowerShell alike:

  opcross run                                    the whole suite
  opcross run hardening/h1 --net simulated       one scenario with its matrix
  opcross run -k 'pkt and not 2023-03' --list    what an expression selects
  opcross schema                                 for editors that check files
  opcross simulate --port 1135 --user OPERATOR --password secret
  opcross da --help                              use a Data Access server

NO_COLOR switches colours off.
Exit codes: 0 all well, 1 a scenario or an item failed, 2 wrong usage, a wrong
file, no connection, or a broken bench.
"""


def make_app(commands: Sequence[EntryPoint]) -> App:
    """The application with these commands, none of them imported yet."""
    app = App(
        name="opcross",
        help=_HELP,
        help_format="plaintext",
        version=f"opcross {__version__}",
        default_parameter=Parameter(negative=(), show_default=False),
        result_action="return_value",
    )
    for command in sorted(commands, key=lambda one: one.name):
        app.command(command.value, name=command.name, help=_HELP_OF.get(command.name))
    return app


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. ``argv`` is that of the process unless given."""
    _make_streams_tolerant()
    commands = tuple(entry_points(group=COMMAND_GROUP))
    app = make_app(commands)

    @app.meta.default
    def launch(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
        verbose: Annotated[
            int, Parameter(name=["--verbose", "-v"], count=True, help="Say more; -vv still more.")
        ] = 0,
        quiet: Annotated[bool, Parameter(name=["--quiet", "-q"], help="Say only what went wrong.")] = False,
        log_file: Annotated[
            Path | None,
            Parameter(name="--log-file", help="Write the log there instead of on standard error."),
        ] = None,
    ) -> object:
        _VERBOSITY.set(verbose - quiet)
        _start_log(verbose - quiet, log_file)
        return app(tokens, print_error=False, exit_on_error=False)

    try:
        code = app.meta(sys.argv[1:] if argv is None else list(argv), print_error=False, exit_on_error=False)
        # A short output is written only now; a reader that has gone should be noticed here, not at the exit.
        sys.stdout.flush()
    except UnknownCommandError as error:
        _complain(_no_command(error, [command.name for command in commands]))
        return EXIT_USAGE
    except CycloptsError as error:
        above = " ".join(["opcross", *(error.command_chain or ())])
        _complain(f"{' '.join(str(error).split())} ({above} --help tells more)")
        return EXIT_USAGE
    except OpcrossError as error:
        if verbosity() > 0:
            traceback.print_exc()
        _complain(str(error))
        return EXIT_USAGE
    except BrokenPipeError:
        # Whoever read our output has gone; without this the interpreter complains once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_USAGE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return code if isinstance(code, int) else 0


def _no_command(error: UnknownCommandError, commands: Sequence[str]) -> str:
    """Words for a command that is not there, or for one of a command's own."""
    word = (error.unused_tokens or [""])[0]
    above = " ".join(["opcross", *(error.command_chain or ())])
    known = commands
    if error.command_chain and error.app is not None:
        known = [name for name in error.app if not name.startswith("-")]
    near = nearest(word, known)
    hint = f' (did you mean "{near}"?)' if near else ""
    return f'there is no command "{word}"{hint}; {above} --help lists them'


def _complain(text: str) -> None:
    print(f"opcross: {text}", file=sys.stderr)  # noqa: T201  (the command line's own voice)


def _make_streams_tolerant() -> None:
    """A console that lacks a character shows ``?`` in its place and does not stop the program."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _start_log(verbosity: int, file: Path | None) -> None:
    level = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}.get(verbosity, logging.DEBUG)
    try:
        handler: logging.Handler = (
            logging.StreamHandler() if file is None else logging.FileHandler(file, encoding="utf-8")
        )
    except OSError as error:
        raise OpcrossError(f"--log-file {file}: {error.strerror or error}") from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("opcross")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    logger.addHandler(handler)
    logger.setLevel(min(level, logging.INFO) if file is not None else level)
