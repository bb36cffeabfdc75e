"""The server object that an activation makes for a client ([OPC DA] 3.0 section 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IConnectionPointContainer
from opcross.errors import HResultError, OpcrossError
from opcross.opc.common.common_face import CommonFace
from opcross.opc.common.connection_points import ContainerFace
from opcross.opc.common.faces import face
from opcross.opc.common.interfaces_generated import IOPCCommon
from opcross.opc.common.shutdown_point import ShutdownPoint
from opcross.opc.da.exporter.address_space_face import AddressSpaceFace
from opcross.opc.da.exporter.browse_face import BrowseFace
from opcross.opc.da.exporter.item_io_face import ItemIoFace
from opcross.opc.da.exporter.options import DA_2, DA_3
from opcross.opc.da.exporter.properties_face import PropertiesFace
from opcross.opc.da.exporter.server_face import ServerFace
from opcross.opc.da.interfaces_generated import (
    IOPCBrowse,
    IOPCBrowseServerAddressSpace,
    IOPCItemIO,
    IOPCItemProperties,
    IOPCServer,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from opcross.dcom.com_class import InterfaceHandler
    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["ServerObject"]


class ServerObject:
    """The server, as one client holds it."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client
        self._shutdown: Final = ShutdownPoint(
            self,
            options=client.options.points,
            holdings=client.holdings,
            background=client.background,
            report=client.report,
        )
        points = {self._shutdown.point.iid: self._shutdown.point}
        both, older, newer = frozenset({DA_2, DA_3}), frozenset({DA_2}), frozenset({DA_3})
        interfaces = (
            (IOPCServer, both, ServerFace(client)),
            (IOPCCommon, both, CommonFace(client.service)),
            (IConnectionPointContainer, both, ContainerFace(points, client.holdings)),
            (IOPCBrowseServerAddressSpace, older, AddressSpaceFace(client)),
            (IOPCItemProperties, older, PropertiesFace(client)),
            (IOPCBrowse, newer, BrowseFace(client)),
            (IOPCItemIO, newer, ItemIoFace(client)),
        )
        self._handlers: Final[Mapping[UUID, InterfaceHandler]] = {
            interface.iid: face(interface, handler, client.report)
            for interface, specifications, handler in interfaces
            if client.options.offers(specifications)
        }
        watch = client.background.start(self._watch())
        client.holdings.add(self)
        client.at_end(watch.cancel)
        client.at_end(self._shutdown.point.close)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """One of the interfaces of the specifications offered."""
        return self._handlers.get(iid)

    def released(self) -> None:
        """The client holds the server no longer."""
        self._client.holdings.released(self)

    async def _watch(self) -> None:
        """Wait until the service asks its clients to leave, and pass that on."""
        try:
            reason = await self._client.service.shutdown()
        except HResultError as error:
            if error.code != Hresult.E_ABORT:
                self._client.report(error)
        except OpcrossError as error:
            self._client.report(error)
        else:
            for unheard in await self.shut_down(reason):
                self._client.report(unheard)

    async def shut_down(self, reason: str) -> tuple[OpcrossError, ...]:
        """Ask the client to leave; what kept his sinks from hearing of it."""
        return await self._shutdown.tell(reason)
