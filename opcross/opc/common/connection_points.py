"""IConnectionPointContainer and IConnectionPoint: how clients hand in the objects that are called back.

Advise asks the sink for the interface of the point before it answers, so a client that cannot be called,
for reasons of network or security, hears of it there (CONNECT_E_CANNOTCONNECT) and not never. No lock is
held: a client may advise and unadvise in the course of a callback.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final, Protocol

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import (
    CONNECTDATA,
    IConnectionPoint,
    IConnectionPointAdviseResult,
    IConnectionPointContainer,
    IConnectionPointContainerEnumConnectionPointsResult,
    IConnectionPointContainerFindConnectionPointResult,
    IConnectionPointEnumConnectionsResult,
    IConnectionPointGetConnectionInterfaceResult,
    IConnectionPointGetConnectionPointContainerResult,
    IEnumConnectionPoints,
    IEnumConnections,
)
from opcross.errors import HResultError, OpcrossError
from opcross.opc.common.enumerators import connection_enumerator, connection_point_enumerator
from opcross.opc.common.faces import face
from opcross.opc.common.sink import Sink

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.com_class import ComObject, InterfaceHandler
    from opcross.dcom.remote_object import RemoteObject
    from opcross.opc.common.background import Background
    from opcross.opc.common.holdings import Holdings

__all__ = ["Connection", "ConnectionPoint", "ContainerFace", "PointOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointOptions:
    """Limits of connection points; times in seconds.

    ``advise_limit`` is for asking a new sink, ``call_limit`` for one callback, ``release_limit`` for giving
    a sink back. ``sinks`` is how many one point takes.
    """

    advise_limit: float = 10.0
    call_limit: float = 30.0
    release_limit: float = 5.0
    sinks: int = 16


class Connection(Protocol):
    """A sink at its point, and what is done for it."""

    def close(self, *, at_once: bool = False) -> None:
        """Stop calling the sink and give it back, after the call that is being made, or in its midst."""
        ...


class ConnectionPoint:
    """The point of one callback interface.

    ``connect`` takes a sink that has the interface into service; it may raise.
    """

    def __init__(
        self,
        iid: UUID,
        container: ComObject,
        connect: Callable[[Sink, int], Awaitable[Connection]],
        *,
        options: PointOptions,
        holdings: Holdings,
        background: Background,
        report: Callable[[Exception], None],
    ) -> None:
        self.iid: Final = iid
        self._container = container
        self._connect = connect
        self._options = options
        self._holdings = holdings
        self._background = background
        self._report = report
        self._cookies = count(1)
        self._connections: dict[int, tuple[Sink, Connection]] = {}
        self._coming = 0
        self._closed = False
        self._handler = face(IConnectionPoint, self, report)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IConnectionPoint."""
        return self._handler if iid == IConnectionPoint.iid else None

    def released(self) -> None:
        """The client holds the point no longer; its sinks are called on."""
        self._holdings.released(self)

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Who is advised."""
        return tuple(connection for _, connection in self._connections.values())

    def lost(self, cookie: int) -> None:
        """Forget a connection that ended by itself."""
        self._connections.pop(cookie, None)

    def close(self, *, at_once: bool = False) -> None:
        """Let go of every sink, and take no new ones."""
        self._closed = True
        connections, self._connections = self._connections, {}
        for _, connection in connections.values():
            connection.close(at_once=at_once)

    # -- IConnectionPoint

    async def get_connection_interface(self) -> IConnectionPointGetConnectionInterfaceResult:
        """IConnectionPoint::GetConnectionInterface, opnum 3."""
        return IConnectionPointGetConnectionInterfaceResult(iid=self.iid)

    async def get_connection_point_container(self) -> IConnectionPointGetConnectionPointContainerResult:
        """IConnectionPoint::GetConnectionPointContainer, opnum 4."""
        objref = self._holdings.give(self._container, IConnectionPointContainer.iid)
        return IConnectionPointGetConnectionPointContainerResult(cpc=objref)

    async def advise(self, *, unk_sink: bytes | None) -> IConnectionPointAdviseResult:
        """IConnectionPoint::Advise, opnum 5: the sink may come as any of its interfaces.

        E_POINTER for none, CONNECT_E_ADVISELIMIT, CONNECT_E_CANNOTCONNECT for a sink that is out of reach or
        has not the interface.
        """
        if len(self._connections) + self._coming >= self._options.sinks:
            raise HResultError(Hresult.CONNECT_E_ADVISELIMIT, f"{self._options.sinks} sinks are here")
        self._coming += 1
        try:
            return await self._advise(self._unmarshal(unk_sink))
        finally:
            self._coming -= 1

    def _unmarshal(self, objref: bytes | None) -> RemoteObject:
        try:
            return current_call().unmarshal(objref)
        except HResultError as error:
            if error.code == Hresult.E_POINTER:
                raise
            raise _cannot_connect(error) from error
        except OpcrossError as error:
            raise _cannot_connect(error) from error

    async def _advise(self, remote: RemoteObject) -> IConnectionPointAdviseResult:
        sink = Sink(
            remote,
            self.iid,
            call_limit=self._options.call_limit,
            release_limit=self._options.release_limit,
            report=self._report,
        )
        try:
            await self._ask(sink)
            cookie = next(self._cookies)
            connection = await self._connect(sink, cookie)
        except BaseException:
            self._background.start(sink.release())
            raise
        if self._closed:
            connection.close(at_once=True)
            raise HResultError(Hresult.CONNECT_E_CANNOTCONNECT, "the point was closed meanwhile")
        self._connections[cookie] = sink, connection
        return IConnectionPointAdviseResult(cookie=cookie)

    async def _ask(self, sink: Sink) -> None:
        try:
            found = await sink.query(self._options.advise_limit)
        except OpcrossError as error:
            self._report(error)
            raise _cannot_connect(error) from error
        if not found:
            raise HResultError(Hresult.CONNECT_E_CANNOTCONNECT, f"the sink has no {self.iid}")

    async def unadvise(self, *, cookie: int) -> int:
        """IConnectionPoint::Unadvise, opnum 6. It does not wait for a callback that is under way.

        The client may be in the midst of that callback, and waits for us.
        """
        found = self._connections.pop(cookie, None)
        if found is None:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION, f"nothing is connected as {cookie}")
        found[1].close()
        return Hresult.S_OK

    async def enum_connections(self) -> IConnectionPointEnumConnectionsResult:
        """IConnectionPoint::EnumConnections, opnum 7."""
        rows = [
            CONNECTDATA(unk=sink.objref(), cookie=cookie) for cookie, (sink, _) in self._connections.items()
        ]
        objref = current_call().marshal(connection_enumerator(rows), IEnumConnections.iid)
        return IConnectionPointEnumConnectionsResult(enumerator=objref)


def _cannot_connect(error: OpcrossError) -> HResultError:
    return HResultError(Hresult.CONNECT_E_CANNOTCONNECT, str(error))


class ContainerFace:
    """Answers IConnectionPointContainer for an object with these points."""

    def __init__(self, points: Mapping[UUID, ConnectionPoint], holdings: Holdings) -> None:
        self._points = points
        self._holdings = holdings

    async def enum_connection_points(self) -> IConnectionPointContainerEnumConnectionPointsResult:
        """IConnectionPointContainer::EnumConnectionPoints, opnum 3."""
        enumerator = connection_point_enumerator(
            tuple(self._points.values()), self._holdings.give, IConnectionPoint.iid
        )
        objref = current_call().marshal(enumerator, IEnumConnectionPoints.iid)
        return IConnectionPointContainerEnumConnectionPointsResult(enumerator=objref)

    async def find_connection_point(
        self, *, riid: UUID
    ) -> IConnectionPointContainerFindConnectionPointResult:
        """IConnectionPointContainer::FindConnectionPoint, opnum 4: CONNECT_E_NOCONNECTION for none."""
        point = self._points.get(riid)
        if point is None:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION, f"no connection point for {riid}")
        objref = self._holdings.give(point, IConnectionPoint.iid)
        return IConnectionPointContainerFindConnectionPointResult(cp=objref)
