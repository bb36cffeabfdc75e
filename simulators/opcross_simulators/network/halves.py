"""The two halves of a TCP connection: octets on their way out, octets that came in.

No clock and no network here. Positions are plain offsets from the first octet of the stream; the 32-bit
sequence numbers of the wire appear only at the edge, so nothing inside has to think of wrap-around.
"""

from __future__ import annotations

from opcross_simulators.network.segments import SEQUENCE_MASK

__all__ = ["Incoming", "Outgoing"]

_HALF = 0x8000_0000


def _distance(seq: int, reference: int) -> int:
    """How far ``seq`` lies behind ``reference``, as a signed 32-bit number."""
    return ((seq - reference + _HALF) & SEQUENCE_MASK) - _HALF


class Outgoing:
    """What was written and is not acknowledged yet: ``acked <= next <= highest``.

    ``next`` is what goes out next; it falls back to ``acked`` when the timer of a retransmission runs
    out, while ``highest`` remembers how far the peer may acknowledge. FIN takes the offset ``end``.
    """

    __slots__ = ("_base", "_data", "acked", "fin", "highest", "initial", "next")

    def __init__(self, initial: int) -> None:
        self.initial = initial
        self.acked = 0
        self.next = 0
        self.highest = 0
        self.fin = False
        self._base = 0
        self._data = bytearray()

    @property
    def end(self) -> int:
        """The offset behind the last octet written."""
        return self._base + len(self._data)

    @property
    def held(self) -> int:
        """How many octets are written and not acknowledged."""
        return len(self._data)

    @property
    def in_flight(self) -> bool:
        """Whether something sent is not acknowledged."""
        return self.next > self.acked

    @property
    def fin_acked(self) -> bool:
        """Whether the peer acknowledged our FIN, and so everything."""
        return self.fin and self.acked > self.end

    def wire(self, offset: int) -> int:
        """The sequence number of ``offset``."""
        return (self.initial + 1 + offset) & SEQUENCE_MASK

    def append(self, data: bytes | bytearray | memoryview) -> None:
        """Add ``data`` behind what was written."""
        self._data += data

    def piece(self, size: int) -> bytes:
        """Up to ``size`` octets from ``next`` on."""
        start = self.next - self._base
        return bytes(self._data[start : start + size])

    def truncate(self, held: int) -> None:
        """Forget what lies beyond ``held`` octets and was never sent."""
        keep = max(held, self.highest - self._base)
        del self._data[keep:]

    def sent(self, length: int) -> None:
        """Move on by ``length`` sequence numbers."""
        self.next += length
        self.highest = max(self.highest, self.next)

    def acknowledge(self, ack: int) -> int | None:
        """Take an acknowledgement: how many sequence numbers it newly covers, None if it is not valid."""
        covered = _distance(ack, self.wire(self.acked))
        if covered < 0 or self.acked + covered > self.highest:
            return None
        self.acked += covered
        octets = min(self.acked, self.end) - self._base
        del self._data[:octets]
        self._base += octets
        self.next = max(self.next, self.acked)
        return covered


class Incoming:
    """What arrived in order and was not read yet, at most ``capacity`` octets; no gap is ever kept."""

    __slots__ = ("_buffer", "capacity", "ended", "initial", "next")

    def __init__(self, initial: int, capacity: int) -> None:
        self.initial = initial
        self.capacity = capacity
        self.next = 0
        self.ended = False
        self._buffer = bytearray()

    def __len__(self) -> int:
        return len(self._buffer)

    @property
    def window(self) -> int:
        """How many octets more there is room for."""
        return self.capacity - len(self._buffer)

    @property
    def wire(self) -> int:
        """The sequence number expected next."""
        return (self.initial + 1 + self.next) & SEQUENCE_MASK

    def accept(self, seq: int, payload: bytes, *, fin: bool) -> bool:
        """Take what is new of a segment; whether anything was."""
        skip = -_distance(seq, self.wire)
        if skip < 0 or skip > len(payload) or self.ended:
            return False
        fresh = payload[skip : skip + self.window]
        self._buffer += fresh
        self.next += len(fresh)
        if fin and skip + len(fresh) == len(payload):
            self.ended = True
            self.next += 1
        return bool(fresh) or self.ended

    def take(self, size: int) -> bytes:
        """Up to ``size`` octets, removed from the buffer."""
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data
