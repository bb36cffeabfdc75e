"""``opcross da watch``: changes of items as they come, a line for each."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from opcross.cli.da._output import Output, Tone, printable, tell
from opcross.cli.da._session import EXIT_FAILED, run_session, until_stopped
from opcross.cli.da._values import ErrorTexts, error_record, parse_type, value_row
from opcross.codes import failed
from opcross.errors import FileError
from opcross.opc.da.model import GroupSettings, ItemDefinition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.cli.da._connection import CallbackChoice, Connection
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.model import Change
    from opcross.opc.da.service import ChangeStream, DaSession

__all__ = ["watch_items"]

_FAILURE: Final = np.uint32(0x80000000)
_WIDEST_ITEM: Final = 40


def watch_items(
    url: str,
    items: Sequence[str],
    connection: Connection,
    callbacks: CallbackChoice,
    *,
    rate: int,
    deadband: float,
    type_name: str,
    count: int | None,
    seconds: float | None,
    poll: bool,
) -> int:
    """Print changes until told to stop; the exit code."""
    if not items:
        raise FileError("name at least one item")
    if not 0 <= rate <= 0x7FFFFFFF:
        raise FileError(f"--rate {rate}: milliseconds, 0 for as fast as the server can")
    if not 0 <= deadband <= 100:
        raise FileError(f"--deadband {deadband:g}: percent of the range, from 0 to 100")
    if count is not None and count < 1:
        raise FileError(f"--count {count}: at least 1")
    if seconds is not None and not 0 < seconds < 1e9:
        raise FileError(f"--seconds {seconds:g}: above 0")
    vartype = parse_type(type_name)
    output = Output(as_json=connection.json)

    async def work(session: DaSession) -> int:
        group = await session.add_group(GroupSettings(update_rate=rate, deadband=deadband))
        try:
            revised = (await group.state()).update_rate
            if revised != rate:
                tell(f"opcross: the server updates every {revised} ms, not every {rate} ms")
            results = await group.add_items(
                [
                    ItemDefinition(item_id=item, client=number, requested_type=vartype)
                    for number, item in enumerate(items)
                ]
            )
            texts = ErrorTexts(session)
            lines = _Lines(output, items, texts, count)
            bad = results.errors >= _FAILURE
            for number in np.flatnonzero(bad).tolist():
                await lines.missing(number, int(results.errors[number]))
            if bad.all():
                return EXIT_FAILED
            stream = await group.subscribe()
            try:
                await _follow(stream, lines, seconds)
            finally:
                await stream.close()
            return EXIT_FAILED if lines.failures else 0
        finally:
            await group.remove()

    return run_session(url, connection, work, callbacks=None if poll else callbacks.options(), lasting=True)


class _Lines:
    """Lines on their way out: how many more there may be, and whether one told of a failure."""

    def __init__(self, output: Output, items: Sequence[str], texts: ErrorTexts, count: int | None) -> None:
        self._output = output
        self._items = items
        self._texts = texts
        self._left = count
        self._width = min(_WIDEST_ITEM, max(len(printable(item)) for item in items))
        self.failures = 0

    async def missing(self, number: int, error: int) -> None:
        """An item that could not be added; it counts as a failure, not as a line."""
        self.failures += 1
        text = await self._texts.of(error)
        self._print(
            number, "", f"error: {text}", "", {"item": self._items[number], **error_record(error, text)}
        )

    async def change(self, batch: Batch) -> bool:
        """A line for each row; whether there may be more."""
        for row in batch:
            if not 0 <= row.handle < len(self._items):
                continue
            text = await self._texts.of(row.error) if row.error else ""
            cells, record, tone = value_row(self._items[row.handle], row, text)
            self.failures += failed(row.error)
            self._print(row.handle, cells[4], cells[1], cells[3], record, tone)
            if self._left is not None:
                self._left -= 1
                if self._left <= 0:
                    return False
        return True

    def _print(
        self, number: int, time: str, value: str, quality: str, record: dict[str, Any], tone: str = Tone.BAD
    ) -> None:
        if self._output.as_json:
            self._output.record(record)
            return
        item = f"{printable(self._items[number]):<{self._width}}"
        self._output.line("  ".join([f"{time:<27}", item, printable(value), quality]).rstrip(), tone)


async def _follow(stream: ChangeStream, lines: _Lines, seconds: float | None) -> None:
    """Print changes until the user, ``--count`` or ``--seconds`` ends it."""
    loop = asyncio.get_running_loop()
    deadline = None if seconds is None else loop.time() + seconds
    with until_stopped() as stop:
        stopped = loop.create_task(stop.wait())
        pending: asyncio.Task[Change] | None = None
        try:
            while not stop.is_set():
                pending = loop.create_task(stream.next())
                left = None if deadline is None else max(0.0, deadline - loop.time())
                done, _ = await asyncio.wait(
                    {pending, stopped}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
                if pending not in done or not await lines.change(pending.result().batch):
                    return
        finally:
            stopped.cancel()
            tasks = [stopped] if pending is None else [stopped, pending]
            if pending is not None:
                pending.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
