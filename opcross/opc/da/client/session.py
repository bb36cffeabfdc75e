"""A session: one server object, its groups, and the task that notices when it is gone and brings it back.

Each session has a connection of its own, because locale, client name, browse position and groups belong to
the server object that an activation makes; sessions share the call budget and the host for callbacks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import (
    AccessDenied,
    HResultError,
    LogonFailed,
    OpcrossError,
    Refused,
    TransportLost,
)
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.client import item_io
from opcross.opc.da.client import status as asking
from opcross.opc.da.client.answers import check_length
from opcross.opc.da.client.binding import GroupBinding
from opcross.opc.da.client.browsing import Browser
from opcross.opc.da.client.budget import ORPHAN_WINDOW
from opcross.opc.da.client.connection import ServerConnection
from opcross.opc.da.client.group import NO_WRITES, ClientGroup, check_deadband
from opcross.opc.da.client.notices import Notice, NoticeKind
from opcross.opc.da.client.private_group import PrivateGroup
from opcross.opc.da.client.properties import available_properties, item_properties
from opcross.opc.da.client.rebuilding import rebuild, retry_items
from opcross.opc.da.client.reconnect import HoldOff, ReconnectPolicy
from opcross.opc.da.client.record import GroupRecord
from opcross.opc.da.client.sink import ShutdownSink

if TYPE_CHECKING:
    from uuid import UUID

    import numpy as np

    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.client import DcomClient
    from opcross.dcom.remote_object import RemoteObject
    from opcross.opc.caller import Caller
    from opcross.opc.da.batch import Batch, WriteBatch
    from opcross.opc.da.client.subscription import Services
    from opcross.opc.da.model import (
        AvailableProperty,
        BrowsePage,
        BrowseRequest,
        GroupSettings,
        ItemDefinition,
        ItemProperties,
        ItemResults,
        Organization,
        ServerStatus,
    )

__all__ = ["ClientSession"]

_GOODBYE: Final = 10.0
"""Seconds that leaving a server takes at most."""
_RETRY: Final = 60.0
"""Seconds between two offers of groups and items that a server has refused to take again."""
_SOONER: Final = 10.0
"""Seconds between two attempts to make groups again that a server has dropped."""


class ClientSession:
    """A :class:`~opcross.opc.da.service.DaSession`."""

    def __init__(
        self,
        clsid: UUID,
        new_dcom: Callable[[], DcomClient],
        services: Services,
        caller: Caller,
        *,
        entropy: Callable[[int], bytes],
        closed: Callable[[ClientSession], None],
    ) -> None:
        self._clsid = clsid
        self._new_dcom = new_dcom
        self._services = services
        self._entropy = entropy
        self._on_closed = closed
        self._client_name = caller.application or services.options.client_name
        self._locale = 0
        self._connection: ServerConnection | None = None
        self._browser: Browser
        self._private: PrivateGroup
        self._groups: dict[int, ClientGroup] = {}
        self._numbers = count(1)
        self._why_down: OpcrossError | None = None
        self._hold_off: Final = HoldOff(services.budget.limits.activations, ORPHAN_WINDOW)
        self._attention: Final = asyncio.Event()
        self._leaving = ""
        self._asked_to_leave = False
        self._shutdown: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._sink: ShutdownSink | None = None
        self._host: CallbackHost | None = None
        self._supervisor: asyncio.Task[None] | None = None
        self._left_behind: ServerConnection | None = None
        self._retry_at = 0.0
        self._retried_at = 0.0
        self._dropped: list[GroupBinding] = []
        self._over = False

    # -- beginning and end

    async def start(self, locale: int) -> None:
        """Connect; raises what an activation raises, and E_INVALIDARG for a locale that is not spoken."""
        self._hold_off.count(self._now())
        connection = await self._connect(self._new_dcom())
        try:
            if locale and connection.common is not None:
                await asking.set_locale(connection, locale)
        except BaseException:
            await self._leave(connection, [])
            raise
        self._locale = locale
        self._take_up(connection)
        self._supervisor = self._services.background.start(self._supervise(connection))

    async def close(self) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.close`."""
        if self._over:
            return
        self._over = True
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            supervisor.cancel()
            await asyncio.wait([supervisor])
        if not self._shutdown.done():
            self._shutdown.cancel()
        for group in self._groups.values():
            group.subscription.abort("the session was closed")
        in_order = await self._remove_groups()
        self._unbind()
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close(release=in_order and connection.lost is None)
        await self._abandon()
        self._on_closed(self)

    async def _remove_groups(self) -> bool:
        """Take every group back; whether the server let that be done in time."""
        try:
            async with asyncio.timeout(_GOODBYE):
                for group in tuple(self._groups.values()):
                    await group.remove()
                await self._private.close()
        except TimeoutError:
            for group in tuple(self._groups.values()):
                group.abandon("the session was closed")
            return False
        return True

    async def status(self) -> ServerStatus:
        """See :meth:`opcross.opc.da.service.DaSession.status`."""
        return await asking.status(self._up())

    async def shutdown(self) -> str:
        """See :meth:`opcross.opc.da.service.DaSession.shutdown`.

        The session leaves at once and comes back later, unless it was made not to. While it stays away, the
        reason is given again. Raises E_ABORT when the session is closed.
        """
        if self._over:
            raise HResultError(Hresult.E_ABORT, "the session was closed")
        if self._asked_to_leave:
            return self._leaving
        future = self._shutdown
        await asyncio.wait([future])
        if future.cancelled():
            raise HResultError(Hresult.E_ABORT, "the session was closed")
        return future.result()

    # -- settings of the client

    async def locales(self) -> tuple[int, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.locales`."""
        return await asking.locales(self._up())

    async def locale(self) -> int:
        """See :meth:`opcross.opc.da.service.DaSession.locale`; E_NOTIMPL without IOPCCommon."""
        return await asking.locale(self._up())

    async def set_locale(self, locale: int) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.set_locale`."""
        await asking.set_locale(self._up(), locale)
        self._locale = locale

    async def set_client_name(self, name: str) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.set_client_name`."""
        connection = self._up()
        self._client_name = name
        if connection.common is not None:
            await connection.common.set_client_name(name=name)

    async def error_text(self, code: int, locale: int | None = None) -> str:
        """See :meth:`opcross.opc.da.service.DaSession.error_text`."""
        return await asking.error_text(self._up(), code, locale)

    # -- the address space

    async def organization(self) -> Organization:
        """See :meth:`opcross.opc.da.service.DaSession.organization`."""
        self._up()
        return await self._browser.organization()

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        """See :meth:`opcross.opc.da.service.DaSession.browse`."""
        self._up()
        return await self._browser.browse(request)

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.access_paths`."""
        self._up()
        return await self._browser.access_paths(item_id)

    async def available_properties(self, item_id: str) -> tuple[AvailableProperty, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.available_properties`."""
        return await available_properties(self._up(), item_id)

    async def properties(
        self, item_ids: Sequence[str], ids: Sequence[int] = (), *, values: bool = True
    ) -> tuple[ItemProperties, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.properties`."""
        return await item_properties(self._up(), item_ids, ids, values=values)

    # -- items without a group

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaSession.validate`."""
        self._up()
        return await self._private.validate(items)

    async def read(self, item_ids: Sequence[str], max_ages: Sequence[int] | np.ndarray | int) -> Batch:
        """See :meth:`opcross.opc.da.service.DaSession.read`.

        A server without IOPCItemIO reads the device whatever the age: it has no cache for these items.
        """
        connection = self._up()
        if connection.item_io is None:
            return await self._private.read(item_ids)
        return await item_io.read(connection, connection.item_io, item_ids, max_ages)

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaSession.write`; no write is ever repeated."""
        if not self._services.options.allow_write:
            raise AccessDenied(NO_WRITES)
        check_length(values, len(item_ids))
        connection = self._up()
        if connection.item_io is None:
            return await self._private.write(item_ids, values)
        return await item_io.write(connection, connection.item_io, item_ids, values)

    # -- groups

    async def add_group(self, settings: GroupSettings) -> ClientGroup:
        """See :meth:`opcross.opc.da.service.DaSession.add_group`.

        Raises E_OUTOFMEMORY where the call budget allows no more groups.
        """
        check_deadband(settings.deadband)
        record = GroupRecord(
            number=next(self._numbers),
            name=settings.name,
            active=settings.active,
            requested_rate=settings.update_rate,
            update_rate=settings.update_rate,
            client=settings.client,
            time_bias=settings.time_bias,
            deadband=settings.deadband,
            locale=settings.locale,
        )
        return await self._new_group(record)

    async def _new_group(self, record: GroupRecord) -> ClientGroup:
        connection, budget = self._up(), self._services.budget
        budget.claim_group()
        try:
            settings = record.settings(name=record.name, active=record.active)
            binding, record.update_rate = await GroupBinding.add(connection, settings, record.number)
            try:
                if not record.name:
                    record.name = (await binding.state.get_state()).name or ""
                connection.check()
                self._up()
            except BaseException:
                await binding.remove()
                raise
        except BaseException:
            budget.return_group()
            raise
        record.binding = binding
        group = ClientGroup(record, self._services, self._group_removed, self._clone)
        self._groups[record.number] = group
        return group

    def _group_removed(self, group: ClientGroup) -> None:
        if self._groups.pop(group.record.number, None) is not None:
            self._services.budget.return_group()

    async def _clone(self, group: ClientGroup, name: str) -> ClientGroup:
        original = group.record
        record = GroupRecord(
            number=next(self._numbers),
            name=name,
            active=False,
            requested_rate=original.requested_rate,
            update_rate=original.update_rate,
            client=original.client,
            time_bias=original.time_bias,
            deadband=original.deadband,
            locale=original.locale,
        )
        twin = await self._new_group(record)
        try:
            await twin.fill_from(original)
        except BaseException:
            await twin.remove()
            raise
        return twin

    # -- the connection

    def _up(self) -> ServerConnection:
        """The connection. Raises :class:`TransportLost` while there is none, E_ABORT after the end."""
        if self._over:
            raise HResultError(Hresult.E_ABORT, "the session was closed")
        if self._connection is None:
            what = "comes back when it can" if self._supervisor is not None else "does not come back"
            raise TransportLost(f"the server is gone, the session {what}: {self._why_down}")
        self._connection.check()
        return self._connection

    async def _connect(self, dcom: DcomClient) -> ServerConnection:
        """A new server object that knows who we are."""
        services = self._services
        connection = ServerConnection(
            dcom, services.budget, services.options, self._on_lost, self._on_object_gone
        )
        await connection.open(self._clsid)
        if connection.common is not None:
            try:
                await connection.common.set_client_name(name=self._client_name)
            except OpcrossError:  # nothing depends on the name
                if connection.lost is not None:
                    await connection.close(release=False)
                    raise
        return connection

    def _take_up(self, connection: ServerConnection) -> None:
        """From now on this is the connection."""
        self._browser = Browser(connection)
        self._private = PrivateGroup(connection)
        self._asked_to_leave = False
        self._connection = connection
        self._why_down = None
        self._retried_at = -_SOONER
        self._retry_at = self._now() + _RETRY
        self._dropped = []
        if connection.container is not None:
            self._services.background.start(self._listen_for_shutdown(connection))

    async def _listen_for_shutdown(self, connection: ServerConnection) -> None:
        """Give the server an IOPCShutdown; without one it cannot ask us to leave, that is all."""
        try:
            host = await self._services.callbacks()
            if host is None or connection.container is None or connection is not self._connection:
                return
            sink = ShutdownSink(self._hear_shutdown)
            self._sink, self._host = sink, host
            await connection.advise(connection.container, host, sink, IOPCShutdown.iid)
        except OpcrossError:
            return

    def _hear_shutdown(self, reason: str) -> None:
        if self._connection is None or self._over:
            return
        self._leaving = reason
        self._asked_to_leave = True
        future, self._shutdown = self._shutdown, asyncio.get_running_loop().create_future()
        future.set_result(reason)
        self._attention.set()

    def _on_object_gone(self, remote: RemoteObject) -> None:
        """The server has dropped a group: make it again, soon, but not over and over."""
        for group in self._groups.values():
            binding = group.record.binding
            if binding is not None and binding.remote is remote:
                group.record.binding = None
                group.record.transactions.fail(TransportLost("the group is gone"))
                group.subscription.lost()
                self._services.notify(
                    Notice(NoticeKind.LOST, "the server has dropped the group", group.record.name)
                )
                self._dropped.append(binding)
                self._retry_at = min(self._retry_at, self._retried_at + _SOONER)
                self._attention.set()
        if self._private.holds(remote):
            self._private.forget()

    def _on_lost(self, connection: ServerConnection, error: OpcrossError) -> None:
        if connection is self._connection:
            self._go_down(error)

    def _go_down(self, error: OpcrossError) -> list[GroupBinding]:
        """No server from now on: the streams tell so. What the server still has of groups."""
        self._connection = None
        self._why_down = error
        self._services.notify(Notice(NoticeKind.LOST, f"the server is gone: {error}"))
        bindings = self._unbind()
        for group in self._groups.values():
            group.subscription.lost()
        self._attention.set()
        return bindings

    def _unbind(self) -> list[GroupBinding]:
        sink, self._sink = self._sink, None
        if sink is not None:
            sink.close()
            if self._host is not None:
                self._host.disconnect(sink)
        bindings = []
        for group in self._groups.values():
            if group.record.binding is not None:
                bindings.append(group.record.binding)
            group.record.binding = None
            group.record.transactions.fail(TransportLost("the server is gone"))
        hidden = self._private.forget()
        return bindings if hidden is None else [*bindings, hidden]

    async def _leave(self, connection: ServerConnection, bindings: Sequence[GroupBinding]) -> None:
        """Take everything away from a server that is still there, within a bounded time."""
        try:
            async with asyncio.timeout(_GOODBYE):
                for binding in bindings:
                    await binding.remove()
        except TimeoutError:
            await connection.close(release=False)
            return
        await connection.close(release=connection.lost is None)

    # -- looking after it

    async def _supervise(self, connection: ServerConnection) -> None:
        policy = self._services.options.reconnect
        while True:
            await self._watch(connection)
            wait = 0.0
            if self._asked_to_leave and connection.lost is None:
                self._services.notify(Notice(NoticeKind.SHUTDOWN, self._leaving))
                bindings = self._go_down(TransportLost(f"the server asked us to leave: {self._leaving}"))
                await self._leave(connection, bindings)
                wait = self._services.budget.limits.hold_off
            else:
                self._left_behind = connection
            if policy is None:
                await self._give_up()
                return
            connection = await self._come_back(policy, wait)

    async def _give_up(self) -> None:
        """The server is gone for good."""
        self._supervisor = None
        error = TransportLost(f"the server is gone for good: {self._why_down}")
        for group in self._groups.values():
            group.subscription.give_up(error)
        await self._abandon()

    async def _abandon(self) -> None:
        """Leave what the lost connection held to the server's six minutes."""
        old, self._left_behind = self._left_behind, None
        if old is not None:
            await old.close(release=False)

    async def _watch(self, connection: ServerConnection) -> None:
        """Until the connection is lost, or the server asked us to leave."""
        period = self._services.options.watch_period
        while not self._is_over(connection):
            try:
                async with asyncio.timeout(min(period, max(self._retry_at - self._now(), 0.0))):
                    await self._attention.wait()
            except TimeoutError:
                pass
            self._attention.clear()
            now = self._now()
            if self._is_over(connection):
                return
            if now >= connection.answered_at + period:
                await connection.watch()
            if now >= self._retry_at and connection.lost is None:
                await self._retry(connection)

    def _is_over(self, connection: ServerConnection) -> bool:
        return connection.lost is not None or self._asked_to_leave

    async def _retry(self, connection: ServerConnection) -> None:
        """Groups that the server dropped, and groups and items that it refused when the session came back."""
        notify = self._services.notify
        self._retried_at = self._now()
        self._retry_at = self._retried_at + _RETRY
        dropped, self._dropped = self._dropped, []
        for binding in dropped:
            await binding.remove()
        for group in tuple(self._groups.values()):
            try:
                if group.record.binding is None:
                    await rebuild(group, connection, notify)
                else:
                    await retry_items(group, notify)
            except OpcrossError:
                if connection.lost is not None:
                    return

    async def _come_back(self, policy: ReconnectPolicy, wait: float) -> ServerConnection:
        """Try until a server is there again."""
        attempt = 0
        while True:
            delay = max(policy.delay(attempt, self._entropy), wait, self._hold_off.wait(self._now()))
            await asyncio.sleep(delay)
            try:
                return await self._try()
            except OpcrossError as error:
                self._services.notify(Notice(NoticeKind.RETRYING, str(error)))
                denied = isinstance(error, LogonFailed | AccessDenied)
                wait = policy.refused if denied else 0.0
                attempt += 1

    async def _try(self) -> ServerConnection:
        dcom = self._new_dcom()
        try:
            await self._knock(dcom)
            await self._clear_away()
        except BaseException:
            await dcom.close(release=False)
            raise
        self._hold_off.count(self._now())
        connection = await self._connect(dcom)
        try:
            await self._take_up_again(connection)
        except BaseException as error:
            self._left_behind = connection
            if isinstance(error, OpcrossError):
                connection.fail(error)
            raise
        self._services.notify(Notice(NoticeKind.BACK, "the session is back"))
        return connection

    async def _take_up_again(self, connection: ServerConnection) -> None:
        """Bring everything to a new server object that the session had at the old one."""
        try:
            if self._locale and connection.common is not None:
                await asking.set_locale(connection, self._locale)
        except Refused as error:
            connection.check()
            self._services.notify(Notice(NoticeKind.CHANGED, f"the locale was refused: {error}"))
        self._take_up(connection)
        for group in tuple(self._groups.values()):
            await rebuild(group, connection, self._services.notify)
        connection.check()

    async def _knock(self, dcom: DcomClient) -> None:
        """Whether the host is there at all: a question that leaves nothing behind."""
        limit = self._services.options.status_time
        async with self._services.budget.calls:
            try:
                async with asyncio.timeout(limit):
                    await dcom.server_alive()
            except TimeoutError:
                raise TransportLost("the host does not answer", endpoint=dcom.host, elapsed=limit) from None
            except Refused:
                return  # an answer

    async def _clear_away(self) -> None:
        """Give back what the lost connection held, in case that the server lives after all."""
        old, self._left_behind = self._left_behind, None
        if old is not None:
            try:
                async with self._services.budget.calls:
                    old.dcom.importer.redial()
                    await old.dcom.close(release=True)
            except BaseException:
                self._left_behind = old
                raise

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
