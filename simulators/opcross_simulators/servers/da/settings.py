"""What kind of server stands before the plant, and how much one client may ask of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from opcross.errors import LocalMisuse
from opcross.opc.da.model import PAGE_SIZE, ServerState
from opcross.opc.da.pending import BUFFER_DEPTH

__all__ = ["DaServerSettings"]

_ENGLISH_US = 0x0409
_NEUTRAL = 0x0000
_USER_DEFAULT = 0x0400
_SYSTEM_DEFAULT = 0x0800


@dataclass(frozen=True, slots=True, kw_only=True)
class DaServerSettings:
    """Times are milliseconds. Update rates are revised to a multiple of ``base_rate``, and 0 to itself.

    ``ignore_access_paths`` takes any access path, as servers do that have none; else a path is refused.
    ``writes_quality`` False refuses qualities and time stamps, as a server of DA 2.05a does.
    ``buffering`` False makes one that keeps no samples. ``device_latency`` is what each call that asks the
    device takes; change streams do not wait for it.
    """

    vendor: str = "Opcross simulated OPC DA server"
    version: tuple[int, int, int] = (0, 0, 0)
    state: ServerState = ServerState.RUNNING
    locales: tuple[int, ...] = (_ENGLISH_US, _NEUTRAL, _USER_DEFAULT, _SYSTEM_DEFAULT)
    base_rate: int = 10
    longest_rate: int = 86_400_000
    device_latency: float = 0.0
    ignore_access_paths: bool = False
    writes_quality: bool = True
    buffering: bool = True
    sessions: int = 1_000
    groups_per_session: int = 1_000
    items_per_group: int = 1_000_000
    items_per_session: int = 2_000_000
    items_per_call: int = 1_000_000
    page_size: int = PAGE_SIZE
    largest_page: int = 100_000
    properties_per_call: int = 1_000_000
    buffer_depth: int = BUFFER_DEPTH
    buffered_items: int = 1_000
    streams_per_group: int = 16
    longest_name: int = 1_024

    def __post_init__(self) -> None:
        if not 0 < self.base_rate <= self.longest_rate:
            raise LocalMisuse(f"rates from {self.base_rate} to {self.longest_rate} milliseconds are none")
        if not self.locales:
            raise LocalMisuse("a server speaks one locale at least")

    def revised(self, requested: int) -> int:
        """The rate that this server can do nearest to the one asked for, and no faster."""
        base = self.base_rate
        return min(max(-(-requested // base) * base, base), self.longest_rate // base * base)

    def revised_column(self, requested: np.ndarray) -> np.ndarray:
        """:meth:`revised` of many (uint32)."""
        base = self.base_rate
        steps = np.maximum(-(-requested.astype(np.int64) // base), 1)
        return (np.minimum(steps, self.longest_rate // base) * base).astype(np.uint32)
