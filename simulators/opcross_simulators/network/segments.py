"""A TCP segment as it passes a tap: enough to write it into a capture file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntFlag

__all__ = ["SEQUENCE_MASK", "Flags", "Segment", "Verdict"]

SEQUENCE_MASK = 0xFFFF_FFFF


class Flags(IntFlag):
    """The control bits, with the values of the wire (RFC 9293 section 3.1)."""

    FIN = 0x01
    SYN = 0x02
    RST = 0x04
    PSH = 0x08
    ACK = 0x10


class Verdict(Enum):
    """What the path does with a segment."""

    PASS = "pass"  # noqa: S105  (a verdict, not a secret)
    """It goes on to the link."""
    DROP = "drop"
    """It vanishes, and nobody is told."""
    REFUSE = "refuse"
    """It is answered with RST, as by a firewall that rejects."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment at the moment it was sent.

    ``time`` is the virtual time in seconds; ``seq`` and ``ack`` are the 32-bit numbers of the wire, so a
    stream of segments is a valid capture. ``verdict`` is what the path did with it: a tap also sees what
    never arrives.
    """

    time: float
    source: str
    source_port: int
    destination: str
    destination_port: int
    flags: Flags
    seq: int
    ack: int
    window: int
    payload: bytes = b""
    verdict: Verdict = Verdict.PASS

    @property
    def opens(self) -> bool:
        """Whether it asks for a new connection: SYN without ACK."""
        return self.flags & 0x12 == 0x02

    @property
    def length(self) -> int:
        """How many sequence numbers it uses: its payload, and one each for SYN and FIN."""
        flags = int(self.flags)
        return len(self.payload) + (flags >> 1 & 1) + (flags & 1)

    def refusal(self, now: float) -> Segment:
        """The RST that answers it at the time ``now``, when nobody wants it (RFC 9293 section 3.5.2)."""
        if self.flags & Flags.ACK:
            flags, seq, ack = Flags.RST, self.ack, 0
        else:
            flags, seq, ack = Flags.RST | Flags.ACK, 0, (self.seq + self.length) & SEQUENCE_MASK
        return Segment(
            time=now,
            source=self.destination,
            source_port=self.destination_port,
            destination=self.source,
            destination_port=self.source_port,
            flags=flags,
            seq=seq,
            ack=ack,
            window=0,
        )
