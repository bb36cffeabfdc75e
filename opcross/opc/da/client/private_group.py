"""Items without a group at a server that has no IOPCItemIO: through an inactive group that nobody else sees.

Items are added, used and removed again in each call, so nothing stays at the server but the empty group.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.errors import OpcrossError
from opcross.ndr import VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import NO_ROWS, Batch, WriteBatch
from opcross.opc.da.client.answers import chunks, column
from opcross.opc.da.client.binding import GroupBinding
from opcross.opc.da.client.group_io import vqt_rows
from opcross.opc.da.interfaces_generated import OPCDATASOURCE
from opcross.opc.da.model import GroupSettings, ItemDefinition, ItemResults
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.dcom.remote_object import RemoteObject
    from opcross.opc.da.client.connection import ServerConnection

__all__ = ["PrivateGroup"]

_FAILURE: Final = np.uint32(0x80000000)
_SLOW: Final = 3_600_000
"""An update rate that asks nothing of the server; the group is never active."""


class PrivateGroup:
    """The hidden group of one connection; it is made when it is first needed."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self._binding: GroupBinding | None = None
        self._turn: Final = asyncio.Lock()

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """IOPCItemMgt::ValidateItems."""
        async with self._turn:
            return await (await self._group()).validate_items(items)

    async def read(self, item_ids: Sequence[str]) -> Batch:
        """Values of the device; handles are positions. An inactive group has no cache to read from."""
        batches = []
        for part in chunks(len(item_ids), self._connection.budget.limits.items_per_call):
            async with self._turn:
                batches.append(await self._read(item_ids[part]))
        whole = Batch.concatenate(batches) if batches else NO_ROWS
        return whole.with_handles(np.arange(len(whole)))

    async def _read(self, item_ids: Sequence[str]) -> Batch:
        binding = await self._group()
        results = await binding.add_items(_items(item_ids))
        added = np.flatnonzero(results.errors < _FAILURE)
        try:
            got = await binding.read(added, results.handles[added], OPCDATASOURCE.OPC_DS_DEVICE)
        finally:
            await _take_back(binding, results.handles[added])
        others = np.flatnonzero(results.errors >= _FAILURE)
        nothing = VariantColumn(np.full(len(others), VarType.EMPTY, np.uint16))
        refused = Batch(others, nothing, Quality.BAD, 0, results.errors[others])
        whole = Batch.concatenate([got, refused])
        return whole.take(np.argsort(whole.handles, kind="stable"))

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        """Write to the device; OPC_E_NOTSUPPORTED for qualities and time stamps without IOPCSyncIO2."""
        errors = np.zeros(len(item_ids), np.uint32)
        for part in chunks(len(item_ids), self._connection.budget.limits.items_per_call):
            async with self._turn:
                errors[part] = await self._write(item_ids[part], values.take(np.arange(len(values))[part]))
        return errors

    async def _write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        binding = await self._group()
        results = await binding.add_items(_items(item_ids))
        errors = results.errors.copy()
        added = errors < _FAILURE
        plain = ~(values.has_quality | values.has_time_stamp)
        possible = added if binding.sync2 is not None else added & plain
        errors[added & ~possible] = DaCode.E_NOTSUPPORTED
        rows = np.flatnonzero(possible)
        try:
            if len(rows) and binding.sync2 is not None and not values.plain:
                wanted = vqt_rows(values.take(rows))
                done = await binding.sync2.write_vqt(server=results.handles[rows], item_vqt=wanted)
                errors[rows] = column(done.errors, len(rows), "IOPCSyncIO2::WriteVQT")
            elif len(rows):
                sent = values.values.take(rows)
                got = await binding.sync.write(server=results.handles[rows], item_values=sent)
                errors[rows] = column(got.errors, len(rows), "IOPCSyncIO::Write")
        finally:
            await _take_back(binding, results.handles[added])
        return errors

    async def close(self) -> None:
        """Remove the group, if it was ever made."""
        binding = self.forget()
        if binding is not None:
            await binding.remove()

    def holds(self, remote: RemoteObject) -> bool:
        """Whether this is the object of the group."""
        return self._binding is not None and self._binding.remote is remote

    def forget(self) -> GroupBinding | None:
        """The group, which counts no more: it is about to be removed, or its server is gone."""
        binding, self._binding = self._binding, None
        if binding is not None:
            self._connection.budget.return_group()
        return binding

    async def _group(self) -> GroupBinding:
        self._connection.check()
        if self._binding is None:
            self._connection.budget.claim_group()
            try:
                settings = GroupSettings(active=False, update_rate=_SLOW)
                self._binding, _ = await GroupBinding.add(self._connection, settings, 0)
            except BaseException:
                self._connection.budget.return_group()
                raise
        return self._binding


def _items(item_ids: Sequence[str]) -> list[ItemDefinition]:
    return [
        ItemDefinition(item_id=item_id, active=False, client=position)
        for position, item_id in enumerate(item_ids)
    ]


async def _take_back(binding: GroupBinding, servers: np.ndarray) -> None:
    if len(servers) and binding.connection.lost is None:
        try:
            await binding.items.remove_items(server=servers)
        except OpcrossError:  # what the items were needed for has its own outcome
            return
