"""A command and its session: connect, work, close, and say in plain words what went wrong."""

from __future__ import annotations

import asyncio
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from opcross.cli import verbosity
from opcross.cli.da._explain import Question, explain
from opcross.cli.da._output import printable, tell
from opcross.errors import OpcrossError, Refused
from opcross.opc.da.client import Notice, NoticeKind
from opcross.provider_url import DaUrl, HostPort, ProviderUrl, parse_provider_url
from opcross.providers import connect_da

if TYPE_CHECKING:
    from types import FrameType

    from opcross.cli.da._connection import Connection
    from opcross.opc.da.service import DaSession
    from opcross.providers import CallbackOptions, ConnectOptions, DaProvider

__all__ = [
    "EXIT_FAILED",
    "EXIT_NOT_DONE",
    "NotConnected",
    "host_question",
    "run",
    "run_session",
    "until_stopped",
]

EXIT_FAILED: Final = 1
"""An item failed, or the server said no."""

EXIT_NOT_DONE: Final = 2
"""Nothing could be done: wrong usage, a refusal of our own, or no connection."""


class NotConnected(Exception):
    """The way out of a command that never got as far as a session; ``the_list``: it was OPCEnum's fault."""

    def __init__(self, error: OpcrossError, *, the_list: bool) -> None:
        self.error = error
        self.the_list = the_list
        super().__init__(str(error))


def run_session(
    url: str,
    connection: Connection,
    work: Callable[[DaSession], Awaitable[int]],
    *,
    callbacks: CallbackOptions | None = None,
    writing: bool = False,
    lasting: bool = False,
) -> int:
    """Open a session on a provider, do the work, close; the exit code.

    ``lasting`` sessions come back when the server was lost.
    """
    parsed = parse_provider_url(url)
    options = connection.options(callbacks, writing=writing, lasting=lasting)
    question = _question(parsed, connection.user, options)

    async def whole() -> int:
        async with _session(parsed, options) as session:
            return await work(session)

    return run(whole, question)


def run(whole: Callable[[], Awaitable[int]], question: Question) -> int:
    """Run a command to its end, and turn its errors into words and an exit code."""

    async def main() -> int:
        return await whole()

    try:
        return asyncio.run(main())
    except NotConnected as way_out:
        _complain(way_out.error, replace(question, the_list=way_out.the_list))
        return EXIT_NOT_DONE
    except Refused as error:
        _complain(error, question, connected=True)
        return EXIT_FAILED
    except OpcrossError as error:
        _complain(error, question, connected=True)
        return EXIT_NOT_DONE


def _question(url: ProviderUrl, user: str, options: ConnectOptions) -> Question:
    """What a command tries, for the words about its failure."""
    if not isinstance(url, DaUrl):
        return Question(str(url))
    return Question(url.at.host, url.at.port, url.prog_id, user, options.level)


def host_question(at: HostPort, user: str, options: ConnectOptions) -> Question:
    """The same for a command that asks a whole host."""
    return Question(at.host, at.port, "", user, options.level)


def _complain(error: OpcrossError, question: Question, *, connected: bool = False) -> None:
    """Say on standard error what went wrong, and what helps."""
    if verbosity() > 0:
        traceback.print_exception(error)
    lines = str(explain(error, question, connected=connected)).splitlines()
    for number, line in enumerate(lines):
        lead = "opcross: " if number == 0 else ""
        print(f"{lead}{printable(line, 2_000)}", file=sys.stderr, flush=True)  # noqa: T201


_WORDS: Final = {
    NoticeKind.SHUTDOWN: "the server asks its clients to leave: ",
    NoticeKind.RETRYING: "not back yet: ",
}


def _tell(notice: Notice, options: ConnectOptions) -> None:
    """What happens to a session while it lasts, on standard error."""
    if notice.kind in (NoticeKind.POLLING, NoticeKind.CALLBACKS) and options.callbacks is None:
        return  # polling was asked for
    tell(f"opcross: {_WORDS.get(notice.kind, '')}{notice.text}")
    if notice.kind is NoticeKind.POLLING:
        tell("  --callback-address, --callback-ports or --anonymous-callbacks may open the way.")


@asynccontextmanager
async def _session(url: ProviderUrl, options: ConnectOptions) -> AsyncIterator[DaSession]:
    try:
        provider = await connect_da(url, options, notify=lambda notice: _tell(notice, options))
    except OpcrossError as error:
        raise NotConnected(error, the_list=True) from error
    try:
        session = await _open(provider)
        try:
            yield session
        finally:
            await session.close()
    finally:
        await provider.close()


async def _open(provider: DaProvider) -> DaSession:
    try:
        return await provider.service.open(provider.caller)
    except OpcrossError as error:
        raise NotConnected(error, the_list=False) from error


@contextmanager
def until_stopped() -> Iterator[asyncio.Event]:
    """An event that Ctrl-C (SIGINT) and SIGTERM set, so that a command can end in order.

    A second Ctrl-C ends it at once.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = {}

    def on_signal(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        loop.call_soon_threadsafe(stop.set)

    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, on_signal)
        yield stop
    finally:
        for number, old in before.items():
            signal.signal(number, old)
