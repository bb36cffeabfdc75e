"""A group at the server: the object that AddGroup gave, its interfaces, and how to read through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IConnectionPointContainer, IConnectionPointContainerProxy
from opcross.errors import HResultError, OpcrossError, PeerViolation
from opcross.opc.da.batch import NO_ROWS, Batch
from opcross.opc.da.client.answers import batch_of, chunks, column, given
from opcross.opc.da.interfaces_generated import (
    OPCDATASOURCE,
    OPCITEMDEF,
    OPCITEMRESULT,
    IOPCAsyncIO2,
    IOPCAsyncIO2Proxy,
    IOPCGroupStateMgt,
    IOPCGroupStateMgt2,
    IOPCGroupStateMgt2Proxy,
    IOPCGroupStateMgtProxy,
    IOPCItemDeadbandMgt,
    IOPCItemDeadbandMgtProxy,
    IOPCItemMgt,
    IOPCItemMgtProxy,
    IOPCItemSamplingMgt,
    IOPCItemSamplingMgtProxy,
    IOPCSyncIO,
    IOPCSyncIO2,
    IOPCSyncIO2Proxy,
    IOPCSyncIOProxy,
)
from opcross.opc.da.model import ItemDefinition, ItemResults

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.dcom.remote_object import RemoteObject
    from opcross.opc.da.client.budget import TokenBucket
    from opcross.opc.da.client.connection import ServerConnection
    from opcross.opc.da.model import GroupSettings

__all__ = ["GroupBinding"]

_REQUIRED: Final = (IOPCItemMgt.iid, IOPCGroupStateMgt.iid, IOPCSyncIO.iid)
_WANTED: Final = (
    *_REQUIRED,
    IOPCAsyncIO2.iid,
    IConnectionPointContainer.iid,
    IOPCGroupStateMgt2.iid,
    IOPCSyncIO2.iid,
    IOPCItemDeadbandMgt.iid,
    IOPCItemSamplingMgt.iid,
)


class GroupBinding:
    """A group of one connection; interfaces that the server does not have are None."""

    def __init__(self, connection: ServerConnection, remote: RemoteObject, server_group: int) -> None:
        self.connection: Final = connection
        self.server_group: Final = server_group
        self.remote: Final = remote
        has = remote.iids
        self.items: Final = IOPCItemMgtProxy(connection.calls(remote, IOPCItemMgt.iid))
        self.state: Final = IOPCGroupStateMgtProxy(connection.calls(remote, IOPCGroupStateMgt.iid))
        self.sync: Final = IOPCSyncIOProxy(connection.calls(remote, IOPCSyncIO.iid))
        self.asynchronous: IOPCAsyncIO2Proxy | None = None
        self.container: IConnectionPointContainerProxy | None = None
        self.keep_alive: IOPCGroupStateMgt2Proxy | None = None
        self.sync2: IOPCSyncIO2Proxy | None = None
        self.deadbands: IOPCItemDeadbandMgtProxy | None = None
        self.sampling: IOPCItemSamplingMgtProxy | None = None
        if IOPCAsyncIO2.iid in has:
            self.asynchronous = IOPCAsyncIO2Proxy(connection.calls(remote, IOPCAsyncIO2.iid))
        if IConnectionPointContainer.iid in has:
            timeout = connection.options.advise_time
            self.container = IConnectionPointContainerProxy(
                connection.calls(remote, IConnectionPointContainer.iid, timeout=timeout)
            )
        if IOPCGroupStateMgt2.iid in has:
            self.keep_alive = IOPCGroupStateMgt2Proxy(connection.calls(remote, IOPCGroupStateMgt2.iid))
        if IOPCSyncIO2.iid in has:
            self.sync2 = IOPCSyncIO2Proxy(connection.calls(remote, IOPCSyncIO2.iid))
        if IOPCItemDeadbandMgt.iid in has:
            self.deadbands = IOPCItemDeadbandMgtProxy(connection.calls(remote, IOPCItemDeadbandMgt.iid))
        if IOPCItemSamplingMgt.iid in has:
            self.sampling = IOPCItemSamplingMgtProxy(connection.calls(remote, IOPCItemSamplingMgt.iid))

    @classmethod
    async def add(
        cls, connection: ServerConnection, settings: GroupSettings, number: int
    ) -> tuple[GroupBinding, int]:
        """IOPCServer::AddGroup; the group, and its revised update rate. ``number`` is our handle of it."""
        added = await connection.server.add_group(
            name=settings.name,
            active=int(settings.active),
            requested_update_rate=settings.update_rate,
            client_group=number,
            time_bias=settings.time_bias,
            percent_deadband=settings.deadband,
            lcid=settings.locale,
            riid=IOPCItemMgt.iid,
        )
        remote = connection.unmarshal(added.unk, "IOPCServer::AddGroup")
        try:
            has = await connection.query(remote, [iid for iid in _WANTED if iid not in remote.iids])
            if not has.issuperset(_REQUIRED):
                raise HResultError(Hresult.E_NOINTERFACE, "a group without IOPCItemMgt, state or IOPCSyncIO")
            return cls(connection, remote, added.server_group), added.revised_update_rate
        except BaseException:
            await _remove(connection, remote, added.server_group)
            raise

    async def remove(self) -> None:
        """Release the group and IOPCServer::RemoveGroup; a server that is gone is no error."""
        await _remove(self.connection, self.remote, self.server_group)

    # -- items

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """IOPCItemMgt::AddItems, in as many calls as the budget asks for."""
        results = []
        for part in chunks(len(items), self._per_call):
            added = await self.items.add_items(item_array=_definitions(items[part]))
            results.append(_results(added.add_results, added.errors, part, "IOPCItemMgt::AddItems"))
        return _joined(results)

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """IOPCItemMgt::ValidateItems; handles are 0."""
        results = []
        for part in chunks(len(items), self._per_call):
            found = await self.items.validate_items(item_array=_definitions(items[part]), blob_update=0)
            one = _results(found.validation_results, found.errors, part, "IOPCItemMgt::ValidateItems")
            results.append(ItemResults(np.zeros(len(one), np.uint32), one.types, one.rights, one.errors))
        return _joined(results)

    # -- reading

    async def read(
        self,
        handles: np.ndarray,
        servers: np.ndarray,
        source: OPCDATASOURCE,
        pace: TokenBucket | None = None,
    ) -> Batch:
        """IOPCSyncIO::Read; rows under ``handles``, in the order of ``servers``.

        Reads of the device are paced by the budget, those of the cache by ``pace``.
        """
        if source == OPCDATASOURCE.OPC_DS_DEVICE:
            pace = self.connection.budget.device
        batches = []
        for part in chunks(len(servers), self._per_call):
            if pace is not None:
                await pace.take()
            got = await self.sync.read(source=source, server=servers[part])
            states = given(got.item_values, "IOPCSyncIO::Read")
            batches.append(
                batch_of(
                    handles[part],
                    states["data_value"],
                    states["quality"],
                    states["time_stamp"],
                    got.errors,
                    "IOPCSyncIO::Read",
                )
            )
        return Batch.concatenate(batches) if batches else NO_ROWS

    @property
    def _per_call(self) -> int:
        return self.connection.budget.limits.items_per_call


async def _remove(connection: ServerConnection, remote: RemoteObject, server_group: int) -> None:
    await connection.release(remote)
    if connection.lost is not None:
        return
    try:
        await connection.server.remove_group(server_group=server_group, force=0)
    except OpcrossError:  # it is on its way out, whatever the server says
        return


def _definitions(items: Sequence[ItemDefinition]) -> list[OPCITEMDEF]:
    return [
        OPCITEMDEF(
            access_path=item.access_path,
            item_id=item.item_id,
            active=int(item.active),
            client=item.client,
            requested_data_type=item.requested_type,
        )
        for item in items
    ]


def _results(
    rows: tuple[OPCITEMRESULT, ...] | None, errors: np.ndarray | None, part: slice, what: str
) -> ItemResults:
    wanted = part.stop - part.start
    rows = given(rows, what)
    if len(rows) != wanted:
        raise PeerViolation(f"{what}: {len(rows)} results for {wanted} items")
    table = [(row.server, row.canonical_data_type, row.access_rights, 0) for row in rows]
    found = ItemResults.of(table)
    return ItemResults(found.handles, found.types, found.rights, column(errors, wanted, what))


def _joined(results: list[ItemResults]) -> ItemResults:
    if not results:
        return ItemResults.of([])
    return ItemResults(
        np.concatenate([one.handles for one in results]),
        np.concatenate([one.types for one in results]),
        np.concatenate([one.rights for one in results]),
        np.concatenate([one.errors for one in results]),
    )
