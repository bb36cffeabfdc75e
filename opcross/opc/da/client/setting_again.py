"""What was set for single items of a group, set again at another group object."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.errors import OpcrossError
from opcross.opc.da.client.answers import chunks

if TYPE_CHECKING:
    from opcross.opc.da.client.binding import GroupBinding
    from opcross.opc.da.client.record import GroupRecord

__all__ = ["set_again"]


async def set_again(record: GroupRecord, binding: GroupBinding) -> None:
    """Set deadbands and sampling rates, buffering, and the keep-alive.

    What is refused now was not refused before: such a server has another version, and the group is worth
    having without. Raises :class:`TransportLost` when the server is lost over it.
    """
    table = record.table
    per_call = binding.connection.budget.limits.items_per_call

    def servers(handles: list[int]) -> np.ndarray:
        return table.servers(np.array(handles, np.uint32))

    try:
        if binding.deadbands is not None and table.deadbands:
            for part in chunks(len(table.deadbands), per_call):
                handles = list(table.deadbands)[part]
                await binding.deadbands.set_item_deadband(
                    server=servers(handles),
                    percent_deadband=np.array([table.deadbands[handle] for handle in handles], np.float32),
                )
        if binding.sampling is not None:
            for part in chunks(len(table.rates), per_call):
                handles = list(table.rates)[part]
                await binding.sampling.set_item_sampling_rate(
                    server=servers(handles),
                    requested_sampling_rate=np.array([table.rates[handle] for handle in handles], np.uint32),
                )
            for part in chunks(len(table.buffering), per_call):
                handles = list(table.buffering)[part]
                await binding.sampling.set_item_buffer_enable(
                    server=servers(handles),
                    enable=np.array([table.buffering[handle] for handle in handles], np.uint32),
                )
        if binding.keep_alive is not None and record.requested_keep_alive:
            revised = await binding.keep_alive.set_keep_alive(keep_alive_time=record.requested_keep_alive)
            record.keep_alive = revised.revised_keep_alive_time
    except OpcrossError:
        binding.connection.check()
