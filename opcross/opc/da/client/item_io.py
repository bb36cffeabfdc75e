"""Items without a group at a server that has IOPCItemIO ([OPC DA] 3.0, 4.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.opc.da.batch import NO_ROWS, Batch, WriteBatch
from opcross.opc.da.client.answers import ages_of, batch_of, chunks, column
from opcross.opc.da.client.group_io import vqt_rows
from opcross.opc.da.model import ALWAYS_CACHE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.opc.da.client.connection import ServerConnection
    from opcross.opc.da.interfaces_generated import IOPCItemIOProxy

__all__ = ["read", "write"]


async def read(
    connection: ServerConnection,
    proxy: IOPCItemIOProxy,
    item_ids: Sequence[str],
    max_ages: Sequence[int] | np.ndarray | int,
) -> Batch:
    """IOPCItemIO::Read; handles are positions. What may reach the device goes at its pace."""
    ages = ages_of(max_ages, len(item_ids))
    batches = []
    for part in chunks(len(item_ids), connection.budget.limits.items_per_call):
        if (ages[part] != ALWAYS_CACHE).any():
            await connection.budget.device.take()
        got = await proxy.read(item_ids=item_ids[part], max_age=ages[part])
        positions = np.arange(part.start, part.stop)
        batches.append(
            batch_of(positions, got.values, got.qualities, got.time_stamps, got.errors, "IOPCItemIO::Read")
        )
    return Batch.concatenate(batches) if batches else NO_ROWS


async def write(
    connection: ServerConnection, proxy: IOPCItemIOProxy, item_ids: Sequence[str], values: WriteBatch
) -> np.ndarray:
    """IOPCItemIO::WriteVQT; an HRESULT for each."""
    errors = np.zeros(len(item_ids), np.uint32)
    rows = np.arange(len(values))
    for part in chunks(len(item_ids), connection.budget.limits.items_per_call):
        got = await proxy.write_vqt(item_ids=item_ids[part], item_vqt=vqt_rows(values.take(rows[part])))
        errors[part] = column(got.errors, part.stop - part.start, "IOPCItemIO::WriteVQT")
    return errors
