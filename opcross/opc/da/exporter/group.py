"""A group as an object on the wire: its interfaces, its sinks, its end ([OPC DA] 3.0 section 4.4).

A group lives until RemoveGroup was called for it *and* the client has released it, in either order: released
groups can be found again by their name, and a group that was removed works until it is released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IConnectionPointContainer
from opcross.errors import HResultError, OpcrossError
from opcross.opc.common.connection_points import ConnectionPoint, ContainerFace
from opcross.opc.common.faces import face
from opcross.opc.da.exporter.async_face import AsyncFace
from opcross.opc.da.exporter.callbacks import DataSink
from opcross.opc.da.exporter.deadband_face import DeadbandFace
from opcross.opc.da.exporter.group_state_face import GroupStateFace
from opcross.opc.da.exporter.handles import HandleTable
from opcross.opc.da.exporter.item_face import ItemFace
from opcross.opc.da.exporter.options import DA_2, DA_3
from opcross.opc.da.exporter.sampling_face import SamplingFace
from opcross.opc.da.exporter.sync_face import SyncFace
from opcross.opc.da.exporter.transactions import Transactions
from opcross.opc.da.interfaces_generated import (
    IOPCAsyncIO2,
    IOPCAsyncIO3,
    IOPCDataCallback,
    IOPCGroupStateMgt,
    IOPCGroupStateMgt2,
    IOPCItemDeadbandMgt,
    IOPCItemMgt,
    IOPCItemSamplingMgt,
    IOPCSyncIO,
    IOPCSyncIO2,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from opcross.dcom.com_class import InterfaceHandler
    from opcross.ndr import Interface
    from opcross.opc.common.sink import Sink
    from opcross.opc.da.exporter.completions import Completion
    from opcross.opc.da.exporter.session import ClientSession
    from opcross.opc.da.model import GroupState, ItemAttributes
    from opcross.opc.da.service import DaGroup

__all__ = ["GroupObject"]

_BOTH: Final = frozenset({DA_2, DA_3})
_NEWER: Final = frozenset({DA_3})


class GroupObject:
    """A group of one client.

    ``server_handle`` is the server's handle of the group, ``name``, ``active`` and ``client_handle`` are what
    the service said last. ``removed`` says that RemoveGroup was called for it.
    """

    def __init__(
        self, client: ClientSession, service: DaGroup, state: GroupState, server_handle: int
    ) -> None:
        self.client: Final = client
        self.service: Final = service
        self.server_handle: Final = server_handle
        self.name = state.name
        self.active = state.active
        self.client_handle = state.client
        self.enabled = True
        self.removed = False
        self.items: Final = HandleTable()
        options, report = client.options, client.report
        self.transactions: Final = Transactions(
            self._post, options=options.callbacks, background=client.background, report=report
        )
        self.point: Final = ConnectionPoint(
            IOPCDataCallback.iid,
            self,
            self._connect,
            options=options.points,
            holdings=client.holdings,
            background=client.background,
            report=report,
        )
        self._handlers: dict[UUID, InterfaceHandler] = {}
        self._faces: Final[Mapping[UUID, tuple[Interface, Callable[[], object]]]] = {
            interface.iid: (interface, make)
            for interface, specifications, make in self._interfaces()
            if options.offers(specifications)
        }

    def _interfaces(self) -> tuple[tuple[Interface, frozenset[str], Callable[[], object]], ...]:
        """Every interface, the specifications it belongs to, and what answers it.

        A face with the methods of a newer version answers the older one, too.
        """
        return (
            (IOPCItemMgt, _BOTH, lambda: ItemFace(self)),
            (IOPCGroupStateMgt, _BOTH, lambda: GroupStateFace(self)),
            (IOPCGroupStateMgt2, _NEWER, lambda: GroupStateFace(self)),
            (IOPCSyncIO, _BOTH, lambda: SyncFace(self)),
            (IOPCSyncIO2, _NEWER, lambda: SyncFace(self)),
            (IOPCAsyncIO2, _BOTH, lambda: AsyncFace(self)),
            (IOPCAsyncIO3, _NEWER, lambda: AsyncFace(self)),
            (IOPCItemDeadbandMgt, _NEWER, lambda: DeadbandFace(self)),
            (IOPCItemSamplingMgt, _NEWER, lambda: SamplingFace(self)),
            (IConnectionPointContainer, _BOTH, self._container_face),
        )

    def _container_face(self) -> ContainerFace:
        return ContainerFace({self.point.iid: self.point}, self.client.holdings)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """One of the interfaces of the specifications offered."""
        handler = self._handlers.get(iid)
        if handler is None and iid in self._faces:
            interface, make = self._faces[iid]
            handler = self._handlers[iid] = face(interface, make(), self.client.report)
        return handler

    def released(self) -> None:
        """The client holds the group no longer."""
        self.client.holdings.released(self)

    @property
    def held(self) -> bool:
        """Whether the client holds the group, or its connection point."""
        return self in self.client.holdings or self.point in self.client.holdings

    def know(self, items: Sequence[ItemAttributes]) -> None:
        """Take in the items that the service's group has already: a clone's."""
        rows = np.array([(item.server, item.client, item.active) for item in items], np.uint32).reshape(-1, 3)
        self.items.add(rows[:, 0], rows[:, 1], rows[:, 2] != 0)

    def check_count(self, number: int) -> None:
        """Raise E_INVALIDARG for no items at all, and for more than one call may have."""
        self.client.check_count(number)

    # -- sinks

    @property
    def sinks(self) -> tuple[DataSink, ...]:
        """Who is called back."""
        return tuple(sink for sink in self.point.connections if isinstance(sink, DataSink))

    def enable(self, *, enabled: bool) -> None:
        """Send changes, or stop to."""
        self.enabled = enabled
        for sink in self.sinks:
            sink.wake()

    async def _connect(self, sink: Sink, cookie: int) -> DataSink:
        served = DataSink(
            sink,
            await self.service.subscribe(),
            self,
            options=self.client.options.callbacks,
            background=self.client.background,
            lost=lambda: self.point.lost(cookie),
            report=self.client.report,
        )
        served.start()
        return served

    def _post(self, completion: Completion) -> None:
        for sink in self.sinks:
            sink.post(completion)

    # -- the end

    async def mark_removed(self) -> None:
        """RemoveGroup was called while the client holds the group: its name is free for another."""
        self.removed = True
        try:
            await self.service.set_name(f"{self.name} (removed {self.server_handle})")
        except HResultError as error:
            # The group works on, and its name stays taken until it is released.
            self.client.report(error)

    def close(self, *, at_once: bool = False) -> None:
        """End sinks and transactions; the service's group is left to the caller."""
        self.transactions.close()
        self.point.close(at_once=at_once)

    async def remove(self) -> None:
        """Take the service's group away."""
        try:
            await self.service.remove()
        except OpcrossError as error:
            self.client.report(error)

    def no_connection(self) -> None:
        """Raise CONNECT_E_NOCONNECTION where nobody would hear of the end of a call."""
        if not self.sinks:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION, "no sink was advised")
