"""One connection: the server object that an activation gave, and every call that goes to its server.

All calls pass :meth:`ServerConnection.run`: there the budget counts them, their time is bounded, and errors
are sorted into those of one call and those that mean that the server is gone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointContainer,
    IConnectionPointContainerProxy,
    IConnectionPointProxy,
)
from opcross.errors import (
    BindRejected,
    Fault,
    HResultError,
    OpcrossError,
    TimedOut,
    TransportLost,
)
from opcross.ndr import HRESULT
from opcross.opc.common.interfaces_generated import IOPCCommon, IOPCCommonProxy
from opcross.opc.da.client.answers import given
from opcross.opc.da.interfaces_generated import (
    IOPCBrowse,
    IOPCBrowseProxy,
    IOPCBrowseServerAddressSpace,
    IOPCBrowseServerAddressSpaceProxy,
    IOPCItemIO,
    IOPCItemIOProxy,
    IOPCItemProperties,
    IOPCItemPropertiesProxy,
    IOPCServer,
    IOPCServerProxy,
)

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.client import DcomClient
    from opcross.dcom.com_class import ComObject
    from opcross.dcom.remote_object import RemoteInterface, RemoteObject
    from opcross.ndr import Method
    from opcross.opc.da.client.budget import Budget, TokenBucket
    from opcross.opc.da.client.options import ClientOptions

__all__ = ["Advice", "ServerConnection", "gone"]

T = TypeVar("T")

_WANTED: Final = (
    IOPCServer.iid,
    IOPCCommon.iid,
    IConnectionPointContainer.iid,
    IOPCBrowseServerAddressSpace.iid,
    IOPCItemProperties.iid,
    IOPCBrowse.iid,
    IOPCItemIO.iid,
)
"""What a server object may have; DA 2.05a and 3.0 differ in the last four."""

_GONE: Final = frozenset(
    {
        Hresult.RPC_E_DISCONNECTED,
        Hresult.RPC_E_INVALID_OBJECT,
        Hresult.RPC_E_INVALID_IPID,
        Hresult.RPC_S_SERVER_UNAVAILABLE,
        Hresult.RPC_S_CALL_FAILED,
        Hresult.OR_INVALID_OXID,
        Hresult.OR_INVALID_OID,
        RpcStatus.OR_INVALID_OXID,
        RpcStatus.OR_INVALID_OID,
        0x80010007,  # RPC_E_SERVER_DIED
        0x80010012,  # RPC_E_SERVER_DIED_DNE
        0x800401FD,  # CO_E_OBJNOTCONNECTED
    }
)
_REFUSED_INTERFACE: Final = 2  # p_provider_rejection: another process listens where the server did


def gone(error: OpcrossError) -> bool:
    """Whether an error means that the objects of the server are no more, or cannot be reached."""
    if isinstance(error, TimedOut):
        return False
    if isinstance(error, BindRejected):
        return error.code in (RpcStatus.UNK_IF, 1, _REFUSED_INTERFACE)
    if isinstance(error, Fault | HResultError):
        return error.code in _GONE
    return isinstance(error, TransportLost)


class Advice:
    """A sink that a server has taken: where, and under which cookie."""

    __slots__ = ("cookie", "point", "remote", "sink")

    def __init__(
        self, sink: ComObject, remote: RemoteObject, point: IConnectionPointProxy, cookie: int
    ) -> None:
        self.sink = sink
        self.remote = remote
        self.point = point
        self.cookie = cookie


class _Calls:
    """The invoker under the proxies: one interface, reached through the connection."""

    __slots__ = ("_connection", "_interface", "_pace", "_timeout")

    def __init__(
        self,
        connection: ServerConnection,
        interface: RemoteInterface,
        pace: TokenBucket | None,
        timeout: float | None,
    ) -> None:
        self._connection = connection
        self._interface = interface
        self._pace = pace
        self._timeout = timeout

    async def invoke(self, method: Method, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a call when the budget allows."""
        if self._pace is not None:
            await self._pace.take()

        async def send() -> Mapping[str, Any]:
            results = await self._interface.invoke(method, values)
            if results[HRESULT] in _GONE:
                raise HResultError(results[HRESULT], method.qualified_name)
            return results

        return await self._connection.run(send, timeout=self._timeout, target=self._interface.object)


class ServerConnection:
    """A server object and the client that holds it.

    ``on_lost`` hears once that the server is gone, ``on_object_gone`` of each object that the server itself
    has dropped.
    """

    def __init__(
        self,
        dcom: DcomClient,
        budget: Budget,
        options: ClientOptions,
        on_lost: Callable[[ServerConnection, OpcrossError], None],
        on_object_gone: Callable[[RemoteObject], None],
    ) -> None:
        self.dcom: Final = dcom
        self.budget: Final = budget
        self.options: Final = options
        self.answered_at = asyncio.get_running_loop().time()
        self._on_lost = on_lost
        self._on_object_gone = on_object_gone
        self._error: OpcrossError | None = None
        self._running: set[asyncio.Timeout] = set()
        self._remote: RemoteObject | None = None
        self.server: IOPCServerProxy
        self.common: IOPCCommonProxy | None = None
        self.container: IConnectionPointContainerProxy | None = None
        self.address_space: IOPCBrowseServerAddressSpaceProxy | None = None
        self.item_properties: IOPCItemPropertiesProxy | None = None
        self.browse: IOPCBrowseProxy | None = None
        self.item_io: IOPCItemIOProxy | None = None

    @property
    def lost(self) -> OpcrossError | None:
        """Why the server is gone, or None while it is there."""
        return self._error

    # -- opening and closing

    async def open(self, clsid: UUID) -> None:
        """Activate the class and see which interfaces it has; raises what an activation raises."""
        options = self.options
        try:
            self._remote = await self.run(
                lambda: self.dcom.activate(
                    clsid,
                    _WANTED,
                    level=options.level,
                    method=options.method,
                    fall_back=options.fall_back,
                )
            )
            missing = [iid for iid in _WANTED if iid not in self._remote.iids]
            if len(missing) == len(_WANTED) - 1:  # some activators give one interface, whatever was asked for
                await self.query(self._remote, missing)
            self._find_interfaces(self._remote)
        except BaseException:
            self._error = self._error or TransportLost("the connection was never made")
            await self.dcom.close(release=self._remote is not None)
            raise

    def _find_interfaces(self, remote: RemoteObject) -> None:
        has = remote.iids
        browse = self.budget.browse
        self.server = IOPCServerProxy(self.calls(remote, IOPCServer.iid))
        if IOPCCommon.iid in has:
            self.common = IOPCCommonProxy(self.calls(remote, IOPCCommon.iid))
        if IConnectionPointContainer.iid in has:
            self.container = IConnectionPointContainerProxy(
                self.calls(remote, IConnectionPointContainer.iid, timeout=self.options.advise_time)
            )
        if IOPCBrowseServerAddressSpace.iid in has:
            self.address_space = IOPCBrowseServerAddressSpaceProxy(
                self.calls(remote, IOPCBrowseServerAddressSpace.iid, pace=browse)
            )
        if IOPCItemProperties.iid in has:
            self.item_properties = IOPCItemPropertiesProxy(
                self.calls(remote, IOPCItemProperties.iid, pace=browse)
            )
        if IOPCBrowse.iid in has:
            self.browse = IOPCBrowseProxy(self.calls(remote, IOPCBrowse.iid, pace=browse))
        if IOPCItemIO.iid in has:
            self.item_io = IOPCItemIOProxy(self.calls(remote, IOPCItemIO.iid))

    async def watch(self) -> None:
        """Look whether the server lives, unless it has just answered something."""
        async with self.budget.calls:
            silent = asyncio.get_running_loop().time() - self.answered_at
            if self._error is None and silent >= self.options.watch_period:
                await self._look()

    async def _look(self) -> None:
        """Ask for the status; a server that does not answer in time, or not as itself, is gone."""
        if self._remote is None:
            return
        limit = self.options.status_time
        try:
            async with asyncio.timeout(limit):
                await self._remote.interface(IOPCServer.iid).invoke(IOPCServer["GetStatus"], {})
        except TimeoutError:
            self.fail(TimedOut("GetStatus was not answered", endpoint=self.dcom.host, elapsed=limit))
        except OpcrossError as error:
            if gone(error) or isinstance(error, TimedOut):
                self.fail(error)
            else:
                self._answered()
        else:
            self._answered()

    async def close(self, *, release: bool = True) -> None:
        """Give everything back; ``release=False`` leaves it to the server's six minutes."""
        self._error = self._error or TransportLost("the session was closed")
        self._stop_calls()
        await self.dcom.close(release=release)

    # -- calls

    def calls(
        self,
        remote: RemoteObject,
        iid: UUID,
        *,
        pace: TokenBucket | None = None,
        timeout: float | None = None,
    ) -> _Calls:
        """What a generated proxy stands on; ``pace`` is taken from before every call."""
        return _Calls(self, remote.interface(iid), pace, timeout)

    def owns(self, remote: RemoteObject) -> bool:
        """Whether an object lives where the server object does; references may lead anywhere."""
        return self._remote is None or remote.oxid == self._remote.oxid

    async def run(
        self,
        work: Callable[[], Awaitable[T]],
        *,
        timeout: float | None = None,
        target: RemoteObject | None = None,
    ) -> T:
        """Make a call: in the budget, and in time. ``target`` is the object called, None the server object.

        Raises what the call raises, :class:`TimedOut` when no answer came, and :class:`TransportLost` when
        the server is gone, or the object. Which of them it is, the server is asked at once: in the place of
        the call that failed, so that nobody waits in line to find out.
        """
        limit = self.options.call_time if timeout is None else timeout
        async with self.budget.calls:
            self.check()
            try:
                result = await self._in_time(work, limit)
            except TimedOut:
                self.check()  # whoever was waiting when the server was found gone
                await self._look()
                raise
            except OpcrossError as error:
                if not gone(error):
                    self._answered()
                    raise
                await self._judge(error, target)
                self.check()
                raise TransportLost(f"the object is gone: {error}", endpoint=self.dcom.host) from error
        if target is None or self.owns(target):
            self._answered()
        return result

    async def _in_time(self, work: Callable[[], Awaitable[T]], limit: float) -> T:
        clock = asyncio.timeout(limit)
        try:
            async with clock:
                self._running.add(clock)
                try:
                    return await work()
                finally:
                    self._running.discard(clock)
        except TimeoutError:
            raise TimedOut("no answer", endpoint=self.dcom.host, elapsed=limit) from None

    async def _judge(self, error: OpcrossError, target: RemoteObject | None) -> None:
        """An object is gone, or nobody reaches it: is that the server?"""
        if target is None or target is self._remote:
            self.fail(error)
        elif not self.owns(target):
            return
        elif isinstance(error, Fault | HResultError):
            await self._look()
            if self._error is None:
                self._on_object_gone(target)
        else:
            self.fail(error)

    def _answered(self) -> None:
        self.answered_at = asyncio.get_running_loop().time()

    def check(self) -> None:
        """Raise :class:`TransportLost` if the server is gone."""
        if self._error is not None:
            raise TransportLost(
                f"the server is gone: {self._error}", endpoint=self.dcom.host
            ) from self._error

    def fail(self, error: OpcrossError) -> None:
        """The server is gone: nobody waits for it any longer."""
        if self._error is None:
            self._error = error
            self._stop_calls()
            self._on_lost(self, error)

    def _stop_calls(self) -> None:
        now = asyncio.get_running_loop().time()
        for clock in tuple(self._running):
            if not clock.expired():
                clock.reschedule(now)

    # -- objects

    def unmarshal(self, objref: bytes | None, what: str) -> RemoteObject:
        """Take hold of what a method gave; raises :class:`PeerViolation` for a null pointer."""
        return self.dcom.unmarshal(given(objref, what))

    async def query(self, remote: RemoteObject, iids: list[UUID] | tuple[UUID, ...]) -> frozenset[UUID]:
        """Ask an object for interfaces, at once; those that it has."""
        await self.run(lambda: remote.query_interfaces(iids), target=remote)
        return remote.iids

    async def release(self, remote: RemoteObject) -> None:
        """Give an object back; a server that is gone, or does not answer, is no error."""
        if self._error is None:
            with suppress(OpcrossError):
                await self.run(remote.release, target=remote)

    # -- callbacks

    async def advise(
        self,
        container: IConnectionPointContainerProxy,
        callbacks: CallbackHost,
        sink: ComObject,
        iid: UUID,
    ) -> Advice:
        """Give the server a sink for an interface; raises when it has no use for one, or cannot call it."""
        found = await container.find_connection_point(riid=iid)
        remote = self.unmarshal(found.cp, "FindConnectionPoint")
        try:
            if IConnectionPoint.iid not in remote.iids:
                await self.query(remote, (IConnectionPoint.iid,))
            point = IConnectionPointProxy(
                self.calls(remote, IConnectionPoint.iid, timeout=self.options.advise_time)
            )
            advised = await point.advise(unk_sink=callbacks.marshal(sink, IID_IUNKNOWN))
        except BaseException:
            callbacks.disconnect(sink)
            await self.release(remote)
            raise
        return Advice(sink, remote, point, advised.cookie)

    async def unadvise(self, advice: Advice, callbacks: CallbackHost) -> None:
        """Take a sink back; a server that is gone is no error."""
        callbacks.disconnect(advice.sink)
        if self._error is not None:
            return
        with suppress(OpcrossError):
            await advice.point.unadvise(cookie=advice.cookie)
        await self.release(advice.remote)
