"""The options by which commands reach their server, in the words of the command line.

Nothing heavy is imported with them: ``--help`` shows them.
"""

from __future__ import annotations

import getpass
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from cyclopts import Group, Parameter

from opcross.errors import FileError

if TYPE_CHECKING:
    from opcross.providers import CallbackOptions, ConnectOptions
    from opcross.rpc.security import Credentials

__all__ = ["CallbackChoice", "Connection", "credentials_of", "port_range"]

_PASSWORD_LIMIT: Final = 4_096
_CONNECTION: Final = Group("Connection", sort_key=1)
_BUDGET: Final = Group("Call budget", sort_key=2)
_CALLBACKS: Final = Group("Callbacks", sort_key=3)

Level = Literal["none", "connect", "call", "pkt", "integrity", "privacy"]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Who asks, how protected, how patient, and how much at a time."""

    user: Annotated[str, Parameter(group=_CONNECTION, help="Log on as DOMAIN\\name, or as name.")] = ""
    password_env: Annotated[
        str, Parameter(group=_CONNECTION, help="The environment variable that holds the password.")
    ] = ""
    password_file: Annotated[
        Path | None, Parameter(group=_CONNECTION, help="The file whose first line is the password.")
    ] = None
    level: Annotated[
        Level,
        Parameter(
            group=_CONNECTION,
            help="Authentication level (default integrity, which hardened hosts demand).",
        ),
    ] = "integrity"
    timeout: Annotated[
        float, Parameter(group=_CONNECTION, help="Seconds to wait for an answer (default 30).")
    ] = 30.0
    local_address: Annotated[
        str, Parameter(group=_CONNECTION, help="The address of this machine to call from.")
    ] = ""
    json: Annotated[bool, Parameter(group=_CONNECTION, help="Print one JSON object a line.")] = False
    concurrent_calls: Annotated[
        int, Parameter(group=_BUDGET, help="Calls under way at a time (default 1).")
    ] = 1
    items_per_call: Annotated[int, Parameter(group=_BUDGET, help="Items in one call (default 1000).")] = 1_000
    device_reads: Annotated[
        float, Parameter(group=_BUDGET, help="Calls a second that reach devices (default 10).")
    ] = 10.0
    browse_calls: Annotated[
        float, Parameter(group=_BUDGET, help="Browse and property calls a second (default 50).")
    ] = 50.0
    polls: Annotated[
        float,
        Parameter(group=_BUDGET, help="Reads of the cache a second in place of callbacks (default 10)."),
    ] = 10.0

    def options(
        self,
        callbacks: CallbackOptions | None = None,
        *,
        writing: bool = False,
        lasting: bool = False,
    ) -> ConnectOptions:
        """What a provider needs; asks for the password where the user is there to give it.

        Raises :class:`~opcross.errors.FileError` for what is wrong with the options.
        """
        from opcross.levels import AuthLevel
        from opcross.opc.da.client import CallBudget
        from opcross.providers import ConnectOptions

        for name, value, most in (
            ("timeout", self.timeout, 3_600),
            ("concurrent-calls", self.concurrent_calls, 100),
            ("items-per-call", self.items_per_call, 100_000),
            ("device-reads", self.device_reads, 10_000),
            ("browse-calls", self.browse_calls, 10_000),
            ("polls", self.polls, 10_000),
        ):
            if not 0 < value <= most:  # what is no number is refused here, too
                raise FileError(f"--{name} {value:g}: a number above 0, up to {most}")
        return ConnectOptions(
            credentials=credentials_of(self.user, self.password_env, self.password_file),
            level=AuthLevel[self.level.upper()],
            timeout=self.timeout,
            local_address=self.local_address,
            budget=CallBudget(
                concurrent_calls=self.concurrent_calls,
                items_per_call=self.items_per_call,
                device_reads=self.device_reads,
                browse_calls=self.browse_calls,
                polls=self.polls,
            ),
            callbacks=callbacks,
            writing=writing,
            lasting=lasting,
        )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackChoice:
    """Where the server calls us back, and whom we let in."""

    callback_address: Annotated[
        str,
        Parameter(
            group=_CALLBACKS,
            help="The address of this machine that the server calls (default: the one we call from).",
        ),
    ] = ""
    callback_ports: Annotated[
        str,
        Parameter(group=_CALLBACKS, help="A port, or a range such as 5000-5020 (default: any free one)."),
    ] = ""
    anonymous_callbacks: Annotated[
        bool,
        Parameter(group=_CALLBACKS, help="Believe a server that calls back without a log-on of its own."),
    ] = False

    def options(self) -> CallbackOptions:
        """As the provider takes them. Raises :class:`~opcross.errors.FileError`."""
        from opcross.providers import CallbackOptions

        return CallbackOptions(
            address=self.callback_address,
            ports=port_range(self.callback_ports) if self.callback_ports else (0,),
            anonymous=self.anonymous_callbacks,
        )


def port_range(text: str) -> range:
    """The ports of ``5000`` or ``5000-5020``. Raises :class:`~opcross.errors.FileError`."""
    found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
    if found is not None:
        first, last = int(found[1]), int(found[2] or found[1])
        if 1 <= first <= last <= 0xFFFF:
            return range(first, last + 1)
    raise FileError(f"--callback-ports {text}: a port, or a range such as 5000-5020")


def credentials_of(user: str, variable: str = "", file: Path | None = None) -> Credentials | None:
    """The credentials of a user, None for nobody; at a terminal the password is asked for.

    Raises :class:`~opcross.errors.FileError` where there is no password to be had; messages never hold it.
    """
    from opcross.rpc.security import Credentials

    if not user:
        if variable or file is not None:
            raise FileError("a password without a user: say who logs on with --user")
        return None
    if variable and file is not None:
        raise FileError("--password-env and --password-file are two ways to say the same: use one")
    domain, backslash, name = user.partition("\\")
    if not backslash:
        domain, name = "", user
    if not name or "\\" in name:
        raise FileError(f"--user {user}: write DOMAIN\\name, or name; quote it, for the shell's sake")
    if variable:
        password = _of_environment(variable)
    elif file is not None:
        password = _of_file(file)
    else:
        password = _asked(user)
    return Credentials(name, password, "" if domain == "." else domain)


def _of_environment(variable: str) -> str:
    password = os.environ.get(variable)
    if password is None:
        raise FileError(f"--password-env {variable}: there is no such environment variable")
    return password


def _of_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(_PASSWORD_LIMIT + 1)
        if len(octets) > _PASSWORD_LIMIT:
            raise FileError(f"--password-file {path}: more than {_PASSWORD_LIMIT} octets are no password")
        return (octets.decode("utf-8-sig").splitlines() or [""])[0]
    except OSError as error:
        raise FileError(f"--password-file {path}: {error.strerror or error}") from error
    except UnicodeDecodeError:
        raise FileError(f"--password-file {path}: the file is no UTF-8 text") from None


def _asked(user: str) -> str:
    if not sys.stdin.isatty():
        raise FileError(f"no password for {user}: use --password-env or --password-file, or a terminal")
    try:
        return getpass.getpass(f"Password of {user}: ")
    except EOFError:
        raise FileError(f"no password for {user} was given") from None
