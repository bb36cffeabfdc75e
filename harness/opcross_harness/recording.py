"""What went over the wires of a stage: connections opened and closed, and every octet, with its time.

The recorder sits in the event loop, below the shells: whatever serves with ``loop.create_server`` is
recorded at the accepting side, so a conversation with a foreign client is recorded as well as one of
our own, and each conversation once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from opcross_simulators.network.segments import SEQUENCE_MASK, Flags, Segment

__all__ = ["SIZE_LIMIT", "Entry", "EntryKind", "Recorded", "RecordedLoop", "Recording", "entries_of"]

SIZE_LIMIT = 64 * 1024 * 1024
"""Octets that a recording keeps; beyond them only the fact that something is missing."""

Address = tuple[str, int]


class EntryKind(Enum):
    """What an entry tells."""

    OPENED = "opened"
    DATA = "data"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened on a connection; ``time`` in seconds since the stage was set."""

    time: float
    kind: EntryKind
    connection: int
    client: Address
    server: Address
    from_client: bool = True
    data: bytes = b""


class Note(Protocol):
    """Notes what goes on on one connection."""

    def __call__(self, kind: EntryKind, data: bytes = b"", *, from_client: bool = True) -> None:
        """Note it now."""
        ...


class Recording:
    """The entries, oldest first; ``complete`` turns false when the size limit was reached."""

    def __init__(self, now: Callable[[], float] = lambda: 0.0) -> None:
        self._now = now
        self._size = 0
        self._connections = 0
        self.complete = True
        self.entries: list[Entry] = []

    def open(self, client: Address, server: Address) -> Note:
        """Note a new connection; what comes back notes the rest of it."""
        self._connections += 1
        number = self._connections

        def note(kind: EntryKind, data: bytes = b"", *, from_client: bool = True) -> None:
            self._size += len(data)
            if self._size > SIZE_LIMIT:
                self.complete = False
                return
            self.entries.append(Entry(self._now(), kind, number, client, server, from_client, data))

        note(EntryKind.OPENED)
        return note


class Recorded(asyncio.Protocol):
    """The accepting side of a connection, with a recorder between transport and protocol."""

    def __init__(self, inner: asyncio.Protocol, recording: Recording) -> None:
        self._inner = inner
        self._recording = recording
        self._note: Note | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note it and hand on."""
        peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self._note = self._recording.open(tuple(peer[:2]), tuple(own[:2]))
        assert isinstance(transport, asyncio.Transport)
        self._inner.connection_made(_RecordedTransport(transport, self._note))

    def data_received(self, data: bytes) -> None:
        """Note it and hand on."""
        assert self._note is not None  # connected
        self._note(EntryKind.DATA, bytes(data))
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on."""
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note it and hand on."""
        assert self._note is not None  # connected
        self._note(EntryKind.CLOSED)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        """Hand on."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on."""
        self._inner.resume_writing()


class _RecordedTransport(asyncio.Transport):
    """A transport that notes what is written."""

    def __init__(self, inner: asyncio.Transport, note: Note) -> None:
        super().__init__()
        self._inner = inner
        self._note = note

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self._note(EntryKind.DATA, bytes(data), from_client=False)
        self._inner.write(data)

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview[Any]]) -> None:
        self.write(b"".join(list_of_data))

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401  (as asyncio has it)
        return self._inner.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def close(self) -> None:
        self._inner.close()

    def abort(self) -> None:
        self._inner.abort()

    def is_reading(self) -> bool:
        return self._inner.is_reading()

    def pause_reading(self) -> None:
        self._inner.pause_reading()

    def resume_reading(self) -> None:
        self._inner.resume_reading()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._inner.set_write_buffer_limits(high, low)

    def get_write_buffer_size(self) -> int:
        return self._inner.get_write_buffer_size()

    def get_write_buffer_limits(self) -> tuple[int, int]:
        return self._inner.get_write_buffer_limits()

    def write_eof(self) -> None:
        self._inner.write_eof()

    def can_write_eof(self) -> bool:
        return self._inner.can_write_eof()


class RecordedLoop(asyncio.SelectorEventLoop):
    """A real event loop with a recorder in it, for the loopback net."""

    def __init__(self) -> None:
        super().__init__()
        started = self.time()
        self.recording = Recording(lambda: self.time() - started)

    async def create_server(self, protocol_factory: Any, *args: Any, **options: Any) -> Any:  # noqa: ANN401
        """Serve, recorded."""
        return await super().create_server(
            lambda: Recorded(protocol_factory(), self.recording), *args, **options
        )


def entries_of(segments: Iterable[Segment]) -> list[Entry]:
    """What happened on the connections of a segment stream: each octet once, however often it was sent."""
    followed: dict[tuple[Address, Address], _Followed] = {}
    entries: list[Entry] = []
    connections = 0
    for segment in segments:
        source: Address = (segment.source, segment.source_port)
        destination: Address = (segment.destination, segment.destination_port)
        if segment.opens and (source, destination) not in followed:
            connections += 1
            followed[source, destination] = _Followed(connections, source, destination)
        connection = followed.get((source, destination)) or followed.get((destination, source))
        if connection is None:
            continue
        entries += connection.hear(segment, from_client=source == connection.client)
        if segment.flags & Flags.RST or connection.ended:
            followed.pop((connection.client, connection.server), None)
    return entries


class _Followed:
    """One connection, as its segments tell of it."""

    def __init__(self, number: int, client: Address, server: Address) -> None:
        self.number = number
        self.client = client
        self.server = server
        self.next: dict[bool, int | None] = {True: None, False: None}
        self.finished = {True: False, False: False}

    @property
    def ended(self) -> bool:
        return all(self.finished.values())

    def hear(self, segment: Segment, *, from_client: bool) -> Iterator[Entry]:
        """The entries that this segment adds."""
        if segment.flags & Flags.SYN:
            if self.next[from_client] is None:
                self.next[from_client] = (segment.seq + 1) & SEQUENCE_MASK
                if from_client:
                    yield self._entry(segment, EntryKind.OPENED)
            return
        expected = self.next[from_client]
        if expected is not None and segment.payload:
            known = (expected - segment.seq) & SEQUENCE_MASK  # octets of it that were sent before
            fresh = segment.payload[known:] if known < len(segment.payload) else b""
            if fresh:
                self.next[from_client] = (expected + len(fresh)) & SEQUENCE_MASK
                yield self._entry(segment, EntryKind.DATA, fresh, from_client=from_client)
        if segment.flags & Flags.FIN:
            self.finished[from_client] = True
        if segment.flags & Flags.RST or self.ended:
            yield self._entry(segment, EntryKind.CLOSED)

    def _entry(
        self, segment: Segment, kind: EntryKind, data: bytes = b"", *, from_client: bool = True
    ) -> Entry:
        return Entry(segment.time, kind, self.number, self.client, self.server, from_client, data)
