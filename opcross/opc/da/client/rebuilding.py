"""Making groups again at another server object: items, states, deadbands, rates, keep-alives, sinks.

A group comes back inactive, gets its items and its sink, and is activated last: so everything that it has
to tell finds somebody who listens. What a server refuses then, it refuses alone: the rest comes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.errors import HResultError, PeerViolation, Refused, WireError
from opcross.opc.codes import DaCode, code_name
from opcross.opc.da.client.binding import GroupBinding
from opcross.opc.da.client.notices import Notice, NoticeKind
from opcross.opc.da.client.setting_again import set_again
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
        try:
            record.table.forget_unsettled()
            record.binding = await _add(record, connection, notify)
            await _items(group, np.zeros(0, np.uint32), notify)
            await set_again(record, record.binding)
            await group.subscription.restore()
            if record.active:
                await record.binding.state.set_state(active=1)
                group.subscription.activated(record.table.streaming())
        except (Refused, WireError, PeerViolation) as error:
            binding, record.binding = record.binding, None
            connection.check()
            if binding is not None:
                await binding.remove()
            notify(Notice(NoticeKind.CHANGED, f"the group did not come back: {error}", record.name))


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
    rows = group.record.table.rows
    broken = rows["handle"][rows["settled"] & (rows["error"] != 0)]
    if len(broken):
        async with group.state_turn:
            if not group.over and group.record.binding is not None:
                await _items(group, broken, notify)


async def _items(group: ClientGroup, handles: np.ndarray, notify: Callable[[Notice], None]) -> None:
    """Add items again: those of ``handles``, which the server has refused before, or all."""
    record, table = group.record, group.record.table
    again = bool(len(handles))
    handles = handles if again else table.settled()
    results = await record.bound().add_items(table.definitions(handles))
    there = table.find(handles) >= 0
    table.rebind(handles[there], type(results)(*(getattr(results, name)[there] for name in _COLUMNS)))
    refused = handles[there & (results.errors >= _FAILURE)]
    if again:
        taken = np.setdiff1d(handles[there], refused)
        group.subscription.activated(taken[np.isin(taken, table.streaming())])
    elif len(refused):
        codes = results.errors[results.errors >= _FAILURE]
        text = f"{len(refused)} items were refused, the first with {code_name(int(codes[0]))}"
        notify(Notice(NoticeKind.CHANGED, text, record.name))
        active = np.isin(refused, table.active())
        group.subscription.refused(refused[active], codes[active], Quality.CONFIG_ERROR)


_COLUMNS: Final = ("handles", "types", "rights", "errors")
