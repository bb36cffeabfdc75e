"""Small damage to octets: what Hypothesis draws, and how it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from struct import pack

from hypothesis import strategies as st

__all__ = ["Change", "Kind", "changes", "damaged", "with_true_length"]

_INTERESTING = (0, 1, 2, 3, 4, 5, 7, 8, 0x10, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000)
_LARGE = (0x00FFFFFF, 0x3FFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


class Kind(Enum):
    """What is done at one place."""

    FLIP = "flip a bit"
    OCTET = "put an octet"
    SHORT = "put 16 bits"
    LONG = "put 32 bits"
    CUT = "cut the rest off"
    ERASE = "take octets out"
    REPEAT = "repeat octets"
    FILL = "put many octets in"


@dataclass(frozen=True)
class Change:
    """``where`` is a place in thousandths of the length, ``size`` counts octets."""

    kind: Kind
    where: int
    value: int
    size: int

    def apply(self, octets: bytes) -> bytes:
        at = self.where * len(octets) // 1000
        head, tail = octets[:at], octets[at:]
        match self.kind:
            case Kind.FLIP:
                return head + bytes([tail[0] ^ (1 << (self.value & 7))]) + tail[1:] if tail else octets
            case Kind.OCTET:
                return head + (self.value & 0xFF).to_bytes(1, "little") + tail[1:]
            case Kind.SHORT:
                return head + (self.value & 0xFFFF).to_bytes(2, "little") + tail[2:]
            case Kind.LONG:
                aligned = at & ~3
                return octets[:aligned] + self.value.to_bytes(4, "little") + octets[aligned + 4 :]
            case Kind.CUT:
                return head
            case Kind.ERASE:
                return head + tail[self.size :]
            case Kind.REPEAT:
                return head + tail[: self.size] * 2 + tail[self.size :]
            case Kind.FILL:
                return head + bytes([self.value & 0xFF]) * (self.size * 64) + tail


def _values() -> st.SearchStrategy[int]:
    return st.sampled_from(_INTERESTING + _LARGE) | st.integers(0, 0xFFFFFFFF)


def changes() -> st.SearchStrategy[list[Change]]:
    """A few changes, made one after the other."""
    one = st.builds(Change, st.sampled_from(Kind), st.integers(0, 999), _values(), st.integers(1, 48))
    return st.lists(one, min_size=1, max_size=4)


def damaged(octets: bytes, damage: list[Change]) -> bytes:
    """All changes, in their order."""
    for change in damage:
        octets = change.apply(octets)
    return octets


def with_true_length(pdu: bytes) -> bytes:
    """The PDU with a frag_length that is its length, so that damage inside is looked at."""
    if len(pdu) < 10 or len(pdu) > 0xFFFF:
        return pdu
    length = pack("<H" if pdu[4] & 0x10 else ">H", len(pdu))
    return pdu[:8] + length + pdu[10:]
