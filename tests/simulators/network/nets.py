"""The two nets on which the same program must come to the same end, and helpers for both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from opcross_simulators.network import Network, Segmentation, run

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

EXACT = Segmentation(split=0, coalesce=0)
CHAOTIC = Segmentation(split=0.5, coalesce=0.5, delay=0.01)


def run_loopback(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner() as runner:
        return runner.run(main)


def run_simulated(main: Coroutine[Any, Any, T]) -> T:
    return run(main, network=Network(1))


def run_chaotic(main: Coroutine[Any, Any, T]) -> T:
    return run(main, network=Network(2, segmentation=CHAOTIC))


NETS: list[Callable[[Coroutine[Any, Any, Any]], Any]] = [run_loopback, run_simulated, run_chaotic]


class Recorder(asyncio.Protocol):
    """Writes down what happens to a connection."""

    def __init__(self) -> None:
        self.happened: list[object] = []
        self.data = b""
        self.transport: asyncio.Transport
        self.made = asyncio.Event()
        self.ended = asyncio.Event()
        self.lost = asyncio.Event()
        self.error: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.happened.append("made")
        self.made.set()

    def data_received(self, data: bytes) -> None:
        if self.happened[-1] != "data":
            self.happened.append("data")
        self.data += data

    def eof_received(self) -> bool | None:
        self.happened.append("end")
        self.ended.set()
        return None

    def pause_writing(self) -> None:
        self.happened.append("pause")

    def resume_writing(self) -> None:
        self.happened.append("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.error = exc
        self.happened.append("lost")
        self.lost.set()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer with what came, until the end."""
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


def address_of(server: asyncio.Server) -> tuple[str, int]:
    host, port = server.sockets[0].getsockname()[:2]
    return host, port
