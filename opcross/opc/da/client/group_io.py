"""Reading and writing items of a group, with what the server has for it.

====================  =================================  =================================================
asked for             DA 3.0 (IOPCSyncIO2)               DA 2.05a
====================  =================================  =================================================
the cache             IOPCSyncIO::Read, OPC_DS_CACHE     the same
the device            IOPCSyncIO::Read, OPC_DS_DEVICE    the same
a greatest age        ReadMaxAge                         the cache where group and item are active and the
                                                         age is no shorter than the update rate, which is
                                                         how old the cache may be; else the device
plain values          IOPCSyncIO::Write                  the same
quality, time stamp   WriteVQT                           OPC_E_NOTSUPPORTED
====================  =================================  =================================================

Where it is wished and a sink is there, the device is read and plain values are written by IOPCAsyncIO2.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError, TimedOut
from opcross.ndr import StructColumn, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import NO_ROWS, Batch, WriteBatch
from opcross.opc.da.client.answers import batch_of, chunks, column
from opcross.opc.da.interfaces_generated import OPCDATASOURCE, OPCITEMVQT
from opcross.opc.da.model import ALWAYS_CACHE
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from opcross.opc.da.client.binding import GroupBinding
    from opcross.opc.da.client.items import Selection
    from opcross.opc.da.client.record import GroupRecord
    from opcross.opc.da.client.sink import Completion
    from opcross.opc.da.interfaces_generated import IOPCAsyncIO2Proxy, IOPCSyncIO2Proxy

__all__ = ["read", "vqt_rows", "write"]

_FAILURE: Final = np.uint32(0x80000000)


async def read(
    binding: GroupBinding,
    record: GroupRecord,
    chosen: Selection,
    ages: np.ndarray | None,
    *,
    asynchronous: bool,
) -> Batch:
    """Values of items that the server knows, in their order; ``ages`` has one for each, None is the cache."""
    handles, servers = chosen.handles, chosen.servers
    if not len(servers):
        return NO_ROWS
    if ages is None:
        return await binding.read(handles, servers, OPCDATASOURCE.OPC_DS_CACHE)
    if binding.sync2 is not None and ages.any():
        return await _read_max_age(binding, binding.sync2, handles, servers, ages)
    rows = record.table.rows[record.table.find(handles)]
    cached = (ages > 0) & (ages >= record.update_rate) & rows["active"] & record.active
    parts = []
    for source, where in (
        (OPCDATASOURCE.OPC_DS_CACHE, np.flatnonzero(cached)),
        (OPCDATASOURCE.OPC_DS_DEVICE, np.flatnonzero(~cached)),
    ):
        if not len(where):
            continue
        if source == OPCDATASOURCE.OPC_DS_DEVICE and asynchronous and binding.asynchronous is not None:
            batch = await _read_later(binding, binding.asynchronous, record, handles[where], servers[where])
        else:
            batch = await binding.read(handles[where], servers[where], source)
        parts.append(batch.with_handles(where))
    whole = Batch.concatenate(parts)
    return whole.take(np.argsort(whole.handles, kind="stable")).with_handles(handles)


async def _read_max_age(
    binding: GroupBinding,
    proxy: IOPCSyncIO2Proxy,
    handles: np.ndarray,
    servers: np.ndarray,
    ages: np.ndarray,
) -> Batch:
    budget = binding.connection.budget
    what = "IOPCSyncIO2::ReadMaxAge"
    batches = []
    for part in chunks(len(servers), budget.limits.items_per_call):
        if (ages[part] != ALWAYS_CACHE).any():
            await budget.device.take()
        got = await proxy.read_max_age(server=servers[part], max_age=ages[part])
        batches.append(batch_of(handles[part], got.values, got.qualities, got.time_stamps, got.errors, what))
    return Batch.concatenate(batches)


async def _read_later(
    binding: GroupBinding,
    proxy: IOPCAsyncIO2Proxy,
    record: GroupRecord,
    handles: np.ndarray,
    servers: np.ndarray,
) -> Batch:
    budget = binding.connection.budget
    batches = []
    for part in chunks(len(servers), budget.limits.items_per_call):
        await budget.device.take()
        number, future = record.transactions.begin()
        try:
            got = await proxy.read(server=servers[part], transaction_id=number)
            errors = column(got.errors, part.stop - part.start, "IOPCAsyncIO2::Read").copy()
            values: Batch = NO_ROWS
            if (errors < _FAILURE).any():
                completion = await _completed(binding, proxy, future, got.cancel_id)
                values = NO_ROWS if completion.batch is None else completion.batch
        finally:
            record.transactions.end(number)
        batches.append(_arranged(handles[part], values, errors))
    return Batch.concatenate(batches)


def _arranged(handles: np.ndarray, values: Batch, errors: np.ndarray) -> Batch:
    """Rows of a callback, which come in any order, as they were asked for; E_FAIL for those that stay out."""
    nothing = Batch(
        handles,
        VariantColumn(np.full(len(handles), VarType.EMPTY, np.uint16)),
        Quality.BAD,
        0,
        np.where(errors < _FAILURE, np.uint32(Hresult.E_FAIL), errors),
    )
    if not len(values):
        return nothing
    order = np.argsort(values.handles, kind="stable")
    known = values.handles[order]
    places = np.minimum(np.searchsorted(known, handles), len(known) - 1)
    found = (known[places] == handles) & (errors < _FAILURE)
    rows = np.where(found, order[places], len(values) + np.arange(len(handles)))
    return Batch.concatenate([values, nothing]).take(rows).with_handles(handles)


async def _completed(
    binding: GroupBinding, proxy: IOPCAsyncIO2Proxy, future: asyncio.Future[Completion], cancel_id: int
) -> Completion:
    """The callback of a transaction. Raises :class:`TimedOut` if none comes, E_ABORT if it was cancelled."""
    limit = binding.connection.options.call_time
    try:
        async with asyncio.timeout(limit):
            completion = await future
    except TimeoutError:
        with suppress(OpcrossError):  # it is over for us, whatever the server says
            await proxy.cancel2(cancel_id=cancel_id)
        raise TimedOut(
            "the callback of a transaction did not come", endpoint=binding.connection.dcom.host, elapsed=limit
        ) from None
    if completion.cancelled:
        raise HResultError(Hresult.E_ABORT, "the server cancelled the transaction")
    return completion


# -- writing


async def write(
    binding: GroupBinding,
    record: GroupRecord,
    chosen: Selection,
    values: WriteBatch,
    *,
    asynchronous: bool,
) -> np.ndarray:
    """Write items that the server knows; an HRESULT for each."""
    per_call = binding.connection.budget.limits.items_per_call
    errors = np.zeros(len(values), np.uint32)
    plain = ~(values.has_quality | values.has_time_stamp)
    with_more = np.flatnonzero(~plain)
    if len(with_more) and binding.sync2 is not None:
        plain = np.zeros(len(values), np.bool_)  # one way for all of them keeps their order
        for part in chunks(len(values), per_call):
            written = await binding.sync2.write_vqt(
                server=chosen.servers[part], item_vqt=vqt_rows(values.take(np.arange(len(values))[part]))
            )
            errors[part] = column(written.errors, part.stop - part.start, "IOPCSyncIO2::WriteVQT")
    else:
        errors[with_more] = DaCode.E_NOTSUPPORTED
    rows = np.flatnonzero(plain)
    for part in chunks(len(rows), per_call):
        positions = rows[part]
        servers, sent = chosen.servers[positions], values.values.take(positions)
        if asynchronous and binding.asynchronous is not None:
            errors[positions] = await _write_later(
                binding, binding.asynchronous, record, chosen.handles[positions], servers, sent
            )
        else:
            got = await binding.sync.write(server=servers, item_values=sent)
            errors[positions] = column(got.errors, len(positions), "IOPCSyncIO::Write")
    return errors


def vqt_rows(values: WriteBatch) -> StructColumn[OPCITEMVQT]:
    """Values with qualities and time stamps as OPCITEMVQTs."""
    return StructColumn(
        OPCITEMVQT,
        {
            "data_value": values.values,
            "quality_specified": values.has_quality.astype(np.int32),
            "quality": values.qualities,
            "w_reserved": np.zeros(len(values), np.uint16),
            "time_stamp_specified": values.has_time_stamp.astype(np.int32),
            "dw_reserved": np.zeros(len(values), np.uint32),
            "time_stamp": values.time_stamps,
        },
    )


async def _write_later(
    binding: GroupBinding,
    proxy: IOPCAsyncIO2Proxy,
    record: GroupRecord,
    handles: np.ndarray,
    servers: np.ndarray,
    values: VariantColumn,
) -> np.ndarray:
    number, future = record.transactions.begin()
    try:
        got = await proxy.write(server=servers, item_values=values, transaction_id=number)
        errors = column(got.errors, len(servers), "IOPCAsyncIO2::Write").copy()
        sent = errors < _FAILURE
        if sent.any():
            completion = await _completed(binding, proxy, future, got.cancel_id)
            order = np.argsort(completion.handles, kind="stable")
            known = completion.handles[order]
            places = np.minimum(np.searchsorted(known, handles), max(len(known) - 1, 0))
            found = known[places] == handles if len(known) else np.zeros(len(handles), np.bool_)
            errors[sent & ~found] = Hresult.E_FAIL
            told = sent & found
            errors[told] = completion.errors[order[places[told]]]
    finally:
        record.transactions.end(number)
    return errors
