"""A relay in front of a host that flips a bit in the bodies of protected responses."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import suppress

from opcross.rpc.pdu import Header, PduType
from tests.strangers.hosting import unused_address

__all__ = ["Tamperer"]

_BODY = 24  # octets of header in front of a response's stub


class Tamperer:
    """A context manager: relays port 135 of ``target`` at an address of its own.

    ``flips`` is how many responses it is still to spoil.
    """

    def __init__(self, target: str) -> None:
        self.address = unused_address()
        self.flips = 0
        self._target = target
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()))

    def __enter__(self) -> Tamperer:
        self._thread.start()
        self._ready.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._relay, self.address, 135)
        self._ready.set_result(None)
        await self._stop.wait()
        server.close()
        relays = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for relay in relays:
            relay.cancel()
        await asyncio.gather(*relays, return_exceptions=True)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(self._target, 135)
        try:
            tasks = {
                asyncio.create_task(self._pump(reader, their_writer, tamper=False)),
                asyncio.create_task(self._pump(their_reader, writer, tamper=True)),
            }
            _, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in rest:
                task.cancel()
        finally:
            for each in (writer, their_writer):
                each.close()
                with suppress(OSError):
                    await each.wait_closed()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, tamper: bool
    ) -> None:
        while True:
            try:
                head = await reader.readexactly(16)
                pdu = bytearray(head + await reader.readexactly(Header.unpack(head).frag_length - 16))
            except (asyncio.IncompleteReadError, ConnectionError):
                return
            header = Header.unpack(bytes(pdu[:16]))
            if tamper and self.flips and header.type == PduType.RESPONSE and header.auth_length:
                pdu[_BODY] ^= 0x01
                self.flips -= 1
            writer.write(bytes(pdu))
            await writer.drain()
