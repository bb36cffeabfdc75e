"""Making groups again at another server object: items, states, deadbands, rates, keep-alives, sinks.

A group comes back inactive, gets its items and its sink, and is activated last: so everything that it has
to tell finds somebody who listens. What a server refuses then, it refuses alone: the rest comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.errors import HResultError, PeerViolation, Refused, TimedOut, WireError
from opcross.opc.codes import DaCode, code_name
from opcross.opc.da.client.binding import GroupBinding
from opcross.opc.da.client.notices import Notice, NoticeKind, silent
from opcross.opc.da.client.setting_again import set_again
from opcross.opc.da.model import ItemResults
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.opc.da.client.connection import ServerConnection
    from opcross.opc.da.client.group import ClientGroup
    from opcross.opc.da.client.record import GroupRecord

__all__ = ["rebuild", "retry_items"]

_FAILURE: Final = np.uint32(0x80000000)


async def rebuild(group: ClientGroup, connection: ServerConnection, notify: Callable[[Notice], None]) -> None:
    """Make a group again. Raises :class:`TransportLost` when the connection is lost over it.

    A group that the server will not have stays without one; it can be tried again.
    """
    record = group.record
    async with group.state_turn:
        if group.over or record.binding is not None:
            return
        record.table.forget_unsettled()
        binding: GroupBinding | None = None
        try:
            binding = await _add(record, connection, notify)
            refused = await _offer(record, binding, record.table.settled(), notify)
            await set_again(record, binding)
            if not _wanted(group):
                await binding.remove()
                return
            record.binding = binding  # from here on the consumer may use it
            group.subscription.refused(*refused, Quality.CONFIG_ERROR)
            await group.subscription.restore()
            if record.active and record.binding is binding:
                group.subscription.activating(record.table.streaming())
                await binding.state.set_state(active=1)
                group.subscription.activated(record.table.streaming())
        except (Refused, WireError, PeerViolation, TimedOut) as error:
            record.binding = None
            connection.check()
            if binding is not None:
                await binding.remove()
            group.subscription.lost()
            notify(Notice(NoticeKind.CHANGED, f"the group did not come back: {error}", record.name))


def _wanted(group: ClientGroup) -> bool:
    """Whether nobody has removed the group meanwhile."""
    return not group.over


async def _add(
    record: GroupRecord, connection: ServerConnection, notify: Callable[[Notice], None]
) -> GroupBinding:
    try:
        binding, rate = await GroupBinding.add(
            connection, record.settings(name=record.name, active=False), record.number
        )
    except HResultError as error:
        if error.code != DaCode.E_DUPLICATENAME:
            raise
        # What was left behind by the connection that was lost still has the name.
        binding, rate = await GroupBinding.add(
            connection, record.settings(name="", active=False), record.number
        )
        name = (await binding.state.get_state()).name or ""
        notify(Notice(NoticeKind.CHANGED, f"the group is called {name!r} now: {error}", record.name))
        record.name = name
    record.update_rate = rate
    return binding


async def retry_items(group: ClientGroup, notify: Callable[[Notice], None]) -> None:
    """Offer the server items again that it refused: it may have been starting up."""
    async with group.state_turn:
        table, binding = group.record.table, group.record.binding
        broken = table.rows["handle"][table.rows["settled"] & (table.rows["error"] != 0)]
        if len(broken) and binding is not None:
            still, _ = await _offer(group.record, binding, broken, silent)
            if group.record.binding is binding:
                taken = np.setdiff1d(broken, still)
                group.subscription.activated(taken[np.isin(taken, table.streaming())])
                if len(taken):
                    text = f"{len(taken)} items are there again"
                    notify(Notice(NoticeKind.CHANGED, text, group.record.name))


async def _offer(
    record: GroupRecord, binding: GroupBinding, handles: np.ndarray, notify: Callable[[Notice], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Give a server items that it had, or should have; those that it refuses, and why."""
    table = record.table
    results = await binding.add_items(table.definitions(handles))
    there = table.find(handles) >= 0
    unwanted = results.handles[~there & (results.errors < _FAILURE)]
    if len(unwanted):  # removed meanwhile
        await binding.items.remove_items(server=unwanted)
    table.rebind(
        handles[there],
        ItemResults(*(c[there] for c in (results.handles, results.types, results.rights, results.errors))),
    )
    failed = there & (results.errors >= _FAILURE)
    refused, codes = handles[failed], results.errors[failed]
    if len(refused):
        text = f"{len(refused)} items were refused, the first with {code_name(int(codes[0]))}"
        notify(Notice(NoticeKind.CHANGED, text, record.name))
    return refused, codes
