"""The asyncio transport over a simulated connection.

It keeps what asyncio's own socket transport promises: ``connection_made`` before data, ``connection_lost``
once and last, writes never block, ``pause_writing`` above the high-water mark. Octets that the send buffer
of the system took don't count as buffered, so ``close`` and ``abort`` lose what they lose on real sockets.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from opcross_simulators.network.addresses import socket_address
from opcross_simulators.network.sockets import SimulatedSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opcross_simulators.network.connections import Connection
    from opcross_simulators.network.loop import SimulatedLoop
    from opcross_simulators.network.servers import SimulatedServer

__all__ = ["SimulatedTransport"]

_MOST_AT_ONCE: Final = 256 * 1024
_HIGH_WATER: Final = 64 * 1024


class SimulatedTransport(asyncio.Transport):
    """One end of a connection, as a program sees it."""

    def __init__(
        self,
        loop: SimulatedLoop,
        connection: Connection,
        protocol: asyncio.BaseProtocol,
        server: SimulatedServer | None = None,
    ) -> None:
        local, port, remote, remote_port = connection.key
        names = socket_address(local, port), socket_address(remote, remote_port)
        super().__init__(
            extra={
                "sockname": names[0],
                "peername": names[1],
                "socket": SimulatedSocket(*names, connection),
            }
        )
        self._loop = loop
        self._connection = connection
        self._protocol = protocol
        self._server = server
        self._started = False
        self._paused = False
        self._closing = False
        self._lost = False
        self._told_end = False
        self._wrote_end = False
        self._writing_paused = False
        self._high = _HIGH_WATER
        self._low = _HIGH_WATER // 4
        loop.call_soon(self._protocol.connection_made, self, context=connection.context)
        loop.network.call_soon(self._start)
        connection.adopt(self)

    def __repr__(self) -> str:
        state = "closed" if self._lost else "closing" if self._closing else "open"
        return f"<SimulatedTransport {state} {self._connection!r}>"

    def _start(self) -> None:
        self._started = True
        self.readable()

    # What the program does

    def get_protocol(self) -> asyncio.BaseProtocol:
        """The protocol that hears of this transport."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Let another protocol hear of it from now on."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """Whether it is closed or about to be."""
        return self._closing

    def is_reading(self) -> bool:
        """Whether data is handed to the protocol."""
        return not self._paused and not self._closing

    def pause_reading(self) -> None:
        """Leave what arrives in the receive buffer, and so shut the peer's window."""
        if self.is_reading():
            self._paused = True

    def resume_reading(self) -> None:
        """Hand over what arrives again."""
        if self._paused and not self._closing:
            self._paused = False
            self._loop.network.call_soon(self.readable)

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send ``data``; it may be changed afterwards."""
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data argument must be a bytes-like object, not {type(data).__name__!r}")
        if self._wrote_end:
            raise RuntimeError("Cannot call write() after write_eof()")
        if not data or self._lost:
            return
        self._connection.write(data)
        self._pause_writing_if_full()

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        """Send each of ``list_of_data``, in one go."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """True: TCP can be closed by half."""
        return True

    def write_eof(self) -> None:
        """Send FIN behind what was written, and go on reading."""
        if not self._closing and not self._wrote_end:
            self._wrote_end = True
            self._connection.shut_down()

    def close(self) -> None:
        """Stop reading, send what is buffered, then end with ``connection_lost(None)``."""
        if not self._closing:
            self._closing = True
            self._close_if_flushed()

    def abort(self) -> None:
        """Drop what is buffered and end with ``connection_lost(None)``."""
        if not self._lost:
            self._connection.discard()
            self._end(None)

    # Flow control

    def get_write_buffer_size(self) -> int:
        """How many octets the send buffer of the system had no room for."""
        return 0 if self._lost else self._connection.backlog

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """The low and the high-water mark, in octets."""
        return self._low, self._high

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the marks at which the protocol is told to pause and to resume writing."""
        if high is None:
            high = _HIGH_WATER if low is None else 4 * low
        if low is None:
            low = high // 4
        if not high >= low >= 0:
            raise ValueError(f"high ({high!r}) must be >= low ({low!r}) must be >= 0")
        self._high, self._low = high, low
        self._pause_writing_if_full()

    def _pause_writing_if_full(self) -> None:
        if not self._writing_paused and self.get_write_buffer_size() > self._high:
            self._writing_paused = True
            self._tell(self._protocol.pause_writing, "protocol.pause_writing() failed")

    def _resume_writing_if_drained(self) -> None:
        if self._writing_paused and self.get_write_buffer_size() <= self._low:
            self._writing_paused = False
            self._connection.context.run(
                self._tell, self._protocol.resume_writing, "protocol.resume_writing() failed"
            )

    def _tell(self, what: Callable[[], object], failure: str) -> None:
        try:
            what()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (as asyncio: the exception handler gets it)
            self._report(failure, error)

    # What the connection does

    def readable(self) -> None:
        """Hand over what came in, then the end of the stream."""
        while self._started and not self._paused and not self._closing:
            data = self._connection.take(_MOST_AT_ONCE)
            if data:
                self._hand_over(self._data_received, data)
            elif self._connection.at_end and not self._told_end:
                self._told_end = True
                self._hand_over(self._eof_received)
            else:
                return

    def writable(self) -> None:
        """Go on after the peer acknowledged something."""
        self._resume_writing_if_drained()
        self._close_if_flushed()

    def broken(self, error: OSError) -> None:
        """End, because the connection did."""
        self._end(error)

    def _hand_over(self, deliver: Callable[..., None], *arguments: bytes) -> None:
        try:
            self._connection.context.run(deliver, *arguments)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (as asyncio: the connection ends, the handler is told)
            self._report(f"Fatal error: protocol.{deliver.__name__.lstrip('_')}() call failed.", error)
            self._connection.discard()
            self._end(error)

    def _data_received(self, data: bytes) -> None:
        protocol = self._protocol
        if isinstance(protocol, asyncio.BufferedProtocol):
            rest = memoryview(data)
            while rest:
                buffer = memoryview(protocol.get_buffer(len(rest))).cast("B")
                size = min(len(buffer), len(rest))
                if not size:
                    raise RuntimeError("get_buffer() returned an empty buffer")
                buffer[:size] = rest[:size]
                buffer.release()
                rest = rest[size:]
                protocol.buffer_updated(size)
        elif isinstance(protocol, asyncio.Protocol):
            protocol.data_received(data)
        else:
            raise TypeError(f"{protocol!r} is neither a Protocol nor a BufferedProtocol")

    def _eof_received(self) -> None:
        protocol = self._protocol
        stays_open = (
            protocol.eof_received()
            if isinstance(protocol, (asyncio.Protocol, asyncio.BufferedProtocol))
            else None
        )
        if not stays_open:
            self.close()

    # The end

    def _close_if_flushed(self) -> None:
        if self._closing and not self._lost and not self._connection.backlog:
            self._end(None)

    def _end(self, error: BaseException | None) -> None:
        if self._lost:
            return
        self._lost = self._closing = True
        self._connection.release()
        self._loop.call_soon(self._connection_lost, error, context=self._connection.context)

    def _connection_lost(self, error: BaseException | None) -> None:
        try:
            self._protocol.connection_lost(error)  # type: ignore[arg-type]  # asyncio too passes any exception on
        finally:
            if self._server is not None:
                self._server.detach(self)

    def _report(self, message: str, error: BaseException) -> None:
        self._loop.call_exception_handler(
            {"message": message, "exception": error, "transport": self, "protocol": self._protocol}
        )
