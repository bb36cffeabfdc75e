"""The object importer: calls objects of other exporters and keeps them alive ([MS-DCOM] 3.2).

A client has one for the servers it activates; a server has one for the callbacks of its clients. It
resolves OXIDs at the resolver named in each reference (at that resolver's own port, where one is
named), opens one channel per exporter, and pings. No lock is held across a call: calls that need the
same exporter at the same time wait for one resolution, and then go their ways.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, runtime_checkable
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.call_context import current_causality
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter_address import ExporterAddress, prefer
from opcross.dcom.import_table import HeldInterface, ImportTable
from opcross.dcom.object_table import PING_PERIOD, REFERENCES_GIVEN
from opcross.dcom.objref import CustomObjRef, ObjRef
from opcross.dcom.orpc import OrpcThat, OrpcThis
from opcross.dcom.pinger import Pinger
from opcross.dcom.rem_unknown import RemUnknownClient
from opcross.dcom.remote_object import RemoteObject
from opcross.dcom.resolver_client import MOST_ENDPOINTS, ResolverClient
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import HResultError, LocalMisuse, OpcrossError, TransportLost
from opcross.ndr._octets import Reader, Writer
from opcross.ndr._stream import Packer
from opcross.rpc.call import Channel, ChannelSecurity, Connector, Endpoint, SyntaxId

__all__ = ["DEFAULT_OPTIONS", "RESOLVER_PORT", "ImporterOptions", "ObjectImporter"]

RESOLVER_PORT: Final = 135
"""Where a resolver listens, unless its binding names another port ([MS-DCOM] 1.9)."""


@runtime_checkable
class BindingChannel(Protocol):
    """A channel that can bind without calling, as those of :mod:`opcross.net` can."""

    async def bind(self, interface: SyntaxId, *, timeout: float | None = None) -> None:
        """Connect and bind; raises :class:`TransportLost` where nobody answers."""
        ...


_UNSECURED: Final = ChannelSecurity()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImporterOptions:
    """How an importer dials.

    ``security`` is for calls on objects; its level is raised to the exporter's hint, unless ``heeds_hints``
    is off: a program that sets the level of its proxies itself (CoSetProxyBlanket) keeps to that.
    ``resolver_security`` is for resolutions and pings, which are anonymous in the field;
    ``resolver_falls_back`` repeats those without security where a resolver refused them with it, as
    Windows does. ``preferred_hosts`` are dialled first where a reference names them among others.
    ``timeout`` is for one call, in seconds.
    """

    security: ChannelSecurity = _UNSECURED
    resolver_security: ChannelSecurity = _UNSECURED
    heeds_hints: bool = True
    resolver_falls_back: bool = False
    resolver_port: int = RESOLVER_PORT
    preferred_hosts: tuple[str, ...] = ()
    version: ComVersion = COM_5_7
    ping_period: float = PING_PERIOD
    timeout: float | None = None


DEFAULT_OPTIONS: Final = ImporterOptions()


@dataclass(slots=True)
class _Session:
    """The way to one exporter: its endpoints in the order of trying, and the channel to the current one."""

    address: ExporterAddress
    endpoints: list[Endpoint]
    channel: Channel | None = None
    proven: bool = False
    tried: int = 0
    lost: list[Channel] = field(default_factory=list)

    def adopt(self, channel: Channel) -> Channel:
        """Use this channel, unless another call was faster to open one."""
        if self.channel is None:
            self.channel = channel
        else:
            self.lost.append(channel)
        return self.channel

    def move_on(self, channel: Channel) -> bool:
        """Give up a channel that never answered; whether there is another endpoint to try."""
        if self.channel is channel:
            self.lost.append(channel)
            self.channel = None
            self.tried += 1
        return self.tried < len(self.endpoints)


class ObjectImporter:
    """Holds references to objects of other exporters, and calls them.

    ``report`` hears of pings and releases that failed; nobody waits for those.
    """

    def __init__(
        self,
        connector: Connector,
        *,
        entropy: Callable[[int], bytes],
        options: ImporterOptions = DEFAULT_OPTIONS,
        report: Callable[[OpcrossError], None] = lambda error: None,
    ) -> None:
        self.options: Final = options
        self._connector = connector
        self._entropy = entropy
        self._report = report
        self._imports = ImportTable()
        self._objects: dict[tuple[int, int], RemoteObject] = {}
        self._sessions: dict[int, _Session] = {}
        self._pending: dict[int, asyncio.Task[_Session]] = {}
        self.resolver: Final = ResolverClient(
            connector,
            security=options.resolver_security,
            port=options.resolver_port,
            preferred_hosts=options.preferred_hosts,
            timeout=options.timeout,
            falls_back=options.resolver_falls_back,
        )
        self._pinger = Pinger(
            self.resolver.ping, period=options.ping_period, report=report, retire=self._retire
        )
        self._closed = False

    @property
    def objects(self) -> tuple[RemoteObject, ...]:
        """What is held."""
        return tuple(self._objects.values())

    # -- references ---------------------------------------------------------------------------------

    def learn(self, oxid: int, address: ExporterAddress) -> None:
        """Remember an exporter of which an activation told; it need not be resolved then."""
        if oxid not in self._sessions:
            self._sessions[oxid] = self._new_session(address)

    def unmarshal(self, reference: ObjRef) -> RemoteObject:
        """Take hold of what a reference names; nothing is sent yet.

        Raises :class:`HResultError` (E_NOTIMPL) for a custom reference, which names no exporter.
        """
        if isinstance(reference, CustomObjRef):
            raise HResultError(Hresult.E_NOTIMPL, f"an OBJREF_CUSTOM of class {reference.clsid}")
        held, new = self._imports.hold(reference.iid, reference.std, reference.bindings)
        remote = self._objects.get((held.oxid, held.oid))
        if new or remote is None:
            remote = RemoteObject(self, held)
            self._objects[held.oxid, held.oid] = remote
            self._pinger.add(held)
        remote.users += 1
        return remote

    async def query(self, remote: RemoteObject, iids: Sequence[UUID]) -> list[int]:
        """IRemUnknown::RemQueryInterface; the HRESULT of each, the good ones being held now."""
        if not remote.held.interfaces:
            raise HResultError(Hresult.RPC_E_DISCONNECTED, "the object was released")
        ipid = next(iter(remote.held.interfaces.values())).ipid
        client = await self._rem_unknown(remote)
        results = await client.query_interface(ipid, REFERENCES_GIVEN, iids)
        for iid, (hresult, std) in zip(iids, results, strict=True):
            if hresult == Hresult.S_OK:
                self._imports.add(remote.held, iid, std)
        return [hresult for hresult, _ in results]

    async def release(self, remote: RemoteObject) -> None:
        """Give the references of one user back, all of them with the last user."""
        remote.users = max(remote.users - 1, 0)
        if remote.users or self._objects.pop((remote.oxid, remote.oid), None) is None:
            return
        self._pinger.remove(remote.held)
        held = self._imports.drop(remote.held)
        try:
            if held:
                client = await self._rem_unknown(remote)
                await client.release([(interface.ipid, interface.public_refs) for interface in held])
        except LocalMisuse:
            raise
        except OpcrossError as error:  # nobody waits for a release: a server that answers nonsense is told of
            self._report(error)
        finally:  # also when whoever asked would wait no longer
            if not any(other.oxid == remote.oxid for other in self._objects.values()):
                await self._close_session(self._sessions.pop(remote.oxid, None))
            if not remote.held.pinged:
                await self._retire(remote.held.resolver)

    async def _retire(self, resolver: DualStringArray) -> None:
        """Hang up on a resolver, unless objects of its host are held again."""
        if not any(remote.held.resolver == resolver for remote in self._objects.values()):
            await self.resolver.forget(resolver)

    def set_pinging(self, *, on: bool) -> None:
        """Stop pinging, or start again: without pings servers collect what is held."""
        self._pinger.paused = not on

    def redial(self) -> None:
        """Make the calls that follow on new connections: those that are open now may lead nowhere.

        References stay. Whoever has found a peer silent need not wait until his connections notice it.
        """
        for session in self._sessions.values():
            if session.channel is not None:
                session.lost.append(session.channel)
                session.channel = None

    async def ping(self) -> None:
        """Ping every resolver now, out of turn."""
        await self._pinger.ping()

    async def close(self, *, release: bool = True) -> None:
        """Give everything back (unless told not to: then the servers collect it), close every channel.

        Nothing is resolved any more afterwards: what is called then gets :class:`TransportLost`.
        """
        if release:
            for remote in self.objects:
                remote.users = 1
                await self.release(remote)
        self._closed = True
        self._objects.clear()
        await self._pinger.close()
        for task in tuple(self._pending.values()):
            task.cancel()
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await self._close_session(session)
        await self.resolver.close()

    # -- calls --------------------------------------------------------------------------------------

    async def call(
        self,
        remote: RemoteObject,
        interface: HeldInterface,
        opnum: int,
        write: Callable[[Writer], None],
        *,
        timeout: float | None = None,
    ) -> Reader:
        """Make an ORPC call; ``write`` adds the parameters, the reader stands at the results.

        Raises :class:`~opcross.errors.Fault`, :class:`~opcross.errors.TransportLost`.
        """
        session = await self._session(remote)
        return await self._call(session, interface.iid, interface.ipid, opnum, write, timeout)

    async def _rem_unknown(self, remote: RemoteObject) -> RemUnknownClient:
        session = await self._session(remote)
        ipid = session.address.ipid_rem_unknown

        async def send(iid: UUID, opnum: int, write: Callable[[Writer], None]) -> Reader:
            return await self._call(session, iid, ipid, opnum, write, None)

        return RemUnknownClient(send)

    async def _call(
        self,
        session: _Session,
        iid: UUID,
        ipid: UUID,
        opnum: int,
        write: Callable[[Writer], None],
        timeout: float | None,
    ) -> Reader:
        request = Packer()
        cid = current_causality() or UUID(bytes=self._entropy(16))
        OrpcThis(version=self.options.version.agree(session.address.version), cid=cid).write(request)
        write(request)
        stub = request.getvalue()
        while True:
            channel = await self._channel(session)
            try:
                if not session.proven:
                    await self._prove(channel, SyntaxId(iid))
                    session.proven = True
            except TransportLost:
                # Hosts name every adapter they have; until one has answered, the next may be the one.
                if not session.move_on(channel):
                    raise
                continue
            reply = await channel.call(
                SyntaxId(iid), opnum, stub, object=ipid, timeout=timeout or self.options.timeout
            )
            response = Reader(reply.stub, little=reply.little)
            OrpcThat.read(response)
            return response

    async def _prove(self, channel: Channel, interface: SyntaxId) -> None:
        """Bind ahead of the first call: an address that leads nowhere costs no call that may have run."""
        if isinstance(channel, BindingChannel):
            await channel.bind(interface, timeout=self.options.timeout)

    async def _channel(self, session: _Session) -> Channel:
        if session.channel is not None:
            return session.channel
        security = self.options.security
        endpoint = session.endpoints[min(session.tried, len(session.endpoints) - 1)]
        level = session.address.level(security.level) if self.options.heeds_hints else security.level
        return session.adopt(await self._connector.open(endpoint, replace(security, level=level)))

    async def _session(self, remote: RemoteObject) -> _Session:
        session = self._sessions.get(remote.oxid)
        if session is not None:
            return session
        if self._closed:
            raise TransportLost("the importer is closed")
        pending = self._pending.get(remote.oxid)
        if pending is None:
            pending = asyncio.get_running_loop().create_task(self._resolve(remote.oxid, remote.held.resolver))
            self._pending[remote.oxid] = pending
            pending.add_done_callback(lambda task: self._resolved(remote.oxid, task))
        return await asyncio.shield(pending)

    async def _resolve(self, oxid: int, resolver: DualStringArray) -> _Session:
        return self._new_session(await self.resolver.resolve(resolver, oxid))

    def _resolved(self, oxid: int, task: asyncio.Task[_Session]) -> None:
        del self._pending[oxid]
        if not task.cancelled() and task.exception() is None:
            self._sessions.setdefault(oxid, task.result())

    def _new_session(self, address: ExporterAddress) -> _Session:
        endpoints = list(prefer(address.bindings.endpoints(0), self.options.preferred_hosts))
        endpoints = [endpoint for endpoint in endpoints if endpoint.port][:MOST_ENDPOINTS]
        if not endpoints:
            raise HResultError(Hresult.RPC_S_SERVER_UNAVAILABLE, "the exporter names no TCP endpoint")
        return _Session(address, endpoints)

    async def _close_session(self, session: _Session | None) -> None:
        if session is not None:
            for channel in (*session.lost, session.channel):
                if channel is not None:
                    await channel.close()
