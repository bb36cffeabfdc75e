"""Deadbands of a group that is polled: the server applies them to callbacks only, so here the client does.

What counts is the difference to the value that was given last, in percent of the EU range of an analog item
([OPC DA] 3.0, 4.5.1.6). Ranges are asked for when a deadband is in force, once for each item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.errors import Refused, WireError
from opcross.opc.da.client.attributes import read_ranges

if TYPE_CHECKING:
    from opcross.opc.da.client.record import GroupRecord

__all__ = ["PollDeadbands"]


class PollDeadbands:
    """The deadbands of one group, in the units of its items."""

    def __init__(self, record: GroupRecord) -> None:
        self._record = record
        self._ranges: dict[int, float] = {}

    async def limits(self, handles: np.ndarray) -> np.ndarray | None:
        """For each item (by own handle) the largest difference that counts for none; None without deadbands.

        Zero stands for an item without. A server that does not tell of ranges has no deadbands.
        """
        record = self._record
        own = record.table.deadbands
        if not record.deadband and not own:
            return None
        wanted = handles.tolist()
        if any(handle not in self._ranges for handle in wanted):
            try:
                found = await read_ranges(record.bound(), record.table)
            except (Refused, WireError):
                found = {}
            self._ranges = {handle: found.get(handle, 0.0) for handle in wanted}
        percents = [own.get(handle, record.deadband) for handle in wanted]
        ranges = [self._ranges[handle] for handle in wanted]
        limits: np.ndarray = np.array(percents) * np.array(ranges) / 100.0
        return limits

    def forget(self) -> None:
        """Another server may tell other ranges."""
        self._ranges.clear()
