"""Quality: what an OPC server thinks of a value ([OPC DA] 3.0 section 6.8, the OPC quality flags).

Sixteen bits: ``vvvvvvvv QQSSSSLL``. QQ is good, uncertain or bad; SSSS says why; LL whether the value
stands at a limit; the upper octet belongs to the vendor and travels unchanged.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

__all__ = [
    "LIMIT_MASK",
    "MASTER_MASK",
    "STATUS_MASK",
    "VENDOR_MASK",
    "Limit",
    "Quality",
    "is_bad",
    "is_good",
    "quality_text",
]

MASTER_MASK: Final = 0xC0
STATUS_MASK: Final = 0xFC
LIMIT_MASK: Final = 0x03
VENDOR_MASK: Final = 0xFF00


class Quality(IntEnum):
    """Quality and substatus, without limit and vendor bits."""

    BAD = 0x00
    CONFIG_ERROR = 0x04
    NOT_CONNECTED = 0x08
    DEVICE_FAILURE = 0x0C
    SENSOR_FAILURE = 0x10
    LAST_KNOWN = 0x14
    COMM_FAILURE = 0x18
    OUT_OF_SERVICE = 0x1C
    WAITING_FOR_INITIAL_DATA = 0x20
    UNCERTAIN = 0x40
    LAST_USABLE = 0x44
    SENSOR_CAL = 0x50
    EGU_EXCEEDED = 0x54
    SUB_NORMAL = 0x58
    GOOD = 0xC0
    LOCAL_OVERRIDE = 0xD8


class Limit(IntEnum):
    """The limit bits."""

    OK = 0
    LOW = 1
    HIGH = 2
    CONST = 3


_MASTERS: Final = {0x00: "bad", 0x40: "uncertain", 0x80: "reserved", 0xC0: "good"}


def is_good(quality: int) -> bool:
    """Whether both bits of the master quality are set."""
    return quality & MASTER_MASK == Quality.GOOD


def is_bad(quality: int) -> bool:
    """Whether neither bit of the master quality is set."""
    return quality & MASTER_MASK == Quality.BAD


def quality_text(quality: int) -> str:
    """In words: ``good``, ``bad: out of service``, ``uncertain: egu exceeded (high limit)``."""
    master = _MASTERS[quality & MASTER_MASK]
    status = quality & STATUS_MASK
    text = master
    if status & ~MASTER_MASK:
        try:
            text = f"{master}: {Quality(status).name.lower().replace('_', ' ')}"
        except ValueError:
            text = f"{master}: substatus 0x{status & ~MASTER_MASK:02x}"
    limit = Limit(quality & LIMIT_MASK)
    notes = (
        [] if limit is Limit.OK else ["constant" if limit is Limit.CONST else f"{limit.name.lower()} limit"]
    )
    if quality & VENDOR_MASK:
        notes.append(f"vendor 0x{quality >> 8:02x}")
    return f"{text} ({', '.join(notes)})" if notes else text
