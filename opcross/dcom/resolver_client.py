"""The client's side of IOXIDResolver: it tries a resolver's bindings in turn, and stays with what answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from opcross.codes import RpcStatus
from opcross.dcom.dual_string_array import TOWER_TCP, DualStringArray
from opcross.dcom.exporter_address import ExporterAddress, prefer
from opcross.dcom.ping_plan import ComplexPing, SimplePing
from opcross.dcom.version import COM_5_1, ComVersion
from opcross.dcom.wire_forms import dual_string_array, version
from opcross.errors import BindRejected, Fault, LogonFailed, PeerViolation, Refused, TransportLost
from opcross.levels import AuthLevel
from opcross.ndr._octets import Reader
from opcross.ndr.tables import load
from opcross.rpc.call import Channel, ChannelSecurity, Connector, Endpoint, Reply, SyntaxId

__all__ = ["MOST_ENDPOINTS", "ResolverClient"]

MOST_ENDPOINTS: Final = 16
"""Endpoints of one reference that are tried; hosts with many adapters name a handful."""

_INTERFACE: Final = load("com")["IOXIDResolver"]
_SYNTAX: Final = SyntaxId(_INTERFACE.iid)
_UNSECURED: Final = ChannelSecurity()


class ResolverClient:
    """Asks resolvers; keeps one channel to each.

    ``port`` is for bindings that name none; hosts of ``preferred_hosts`` are dialled first. ``falls_back``
    asks a resolver again without security when it refused us with it, or could not keep to it.
    """

    def __init__(
        self,
        connector: Connector,
        *,
        security: ChannelSecurity,
        port: int,
        preferred_hosts: Sequence[str] = (),
        timeout: float | None = None,
        falls_back: bool = False,
    ) -> None:
        self._connector = connector
        self._security = security
        self._falls_back = falls_back
        self._unsecured: set[Endpoint] = set()
        self._port = port
        self._preferred = tuple(preferred_hosts)
        self._timeout = timeout
        self._channels: dict[Endpoint, Channel] = {}
        self._good: dict[DualStringArray, Endpoint] = {}

    async def resolve(self, resolver: DualStringArray, oxid: int) -> ExporterAddress:
        """Where an exporter is; resolvers that are older than ResolveOxid2 are asked the old way.

        Raises :class:`Refused` (OR_INVALID_OXID) or :class:`TransportLost`.
        """
        wanted = {"oxid": oxid, "requested_protseqs": (TOWER_TCP,)}
        try:
            answer = await self._ask(resolver, "resolve_oxid2", wanted)
            server = version(answer["com_version"])
        except Fault as fault:
            if fault.code != RpcStatus.OP_RNG_ERROR:
                raise
            answer = await self._ask(resolver, "resolve_oxid", wanted)
            server = COM_5_1
        return ExporterAddress(
            dual_string_array(answer["oxid_bindings"]), answer["rem_unknown"], answer["authn_hint"], server
        )

    async def ping(self, resolver: DualStringArray, ping: SimplePing | ComplexPing) -> int:
        """Send a ping; the SETID. Raises :class:`Refused` (OR_INVALID_SET) or :class:`TransportLost`."""
        if isinstance(ping, SimplePing):
            await self._ask(resolver, "simple_ping", {"set_id": ping.set_id})
            return ping.set_id
        values = {
            "set_id": ping.set_id,
            "sequence_num": ping.sequence,
            "add_to_set": ping.add or None,
            "del_from_set": ping.delete or None,
        }
        set_id: int = (await self._ask(resolver, "complex_ping", values))["set_id"]
        return set_id

    async def server_alive(self, resolver: DualStringArray) -> None:
        """Raises :class:`TransportLost` unless the resolver is there."""
        await self._ask(resolver, "server_alive", {})

    async def server_alive2(self, resolver: DualStringArray) -> tuple[ComVersion, DualStringArray]:
        """The resolver's COM version and its bindings."""
        answer = await self._ask(resolver, "server_alive2", {})
        return version(answer["com_version"]), dual_string_array(answer["or_bindings"])

    async def forget(self, resolver: DualStringArray) -> None:
        """Hang up on a resolver that nobody needs any more."""
        self._good.pop(resolver, None)
        for endpoint in self._candidates(resolver):
            self._unsecured.discard(endpoint)
            channel = self._channels.pop(endpoint, None)
            if channel is not None:
                await channel.close()

    async def close(self) -> None:
        """Close every channel."""
        channels, self._channels = self._channels, {}
        for channel in channels.values():
            await channel.close()

    async def _ask(self, resolver: DualStringArray, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        method = _INTERFACE[name]
        stub = method.pack_request(values)
        lost: TransportLost | None = None
        for endpoint in self._candidates(resolver):
            try:
                reply = await self._call(endpoint, method.opnum, stub)
            except TransportLost as error:
                lost = error
                self._good.pop(resolver, None)
                continue
            self._good[resolver] = endpoint
            answer = method.read_response(Reader(reply.stub, little=reply.little))
            if answer["hresult"]:
                raise _refused(answer["hresult"], method.name)
            return answer
        raise lost or TransportLost("the resolver names no TCP endpoint")

    async def _call(self, endpoint: Endpoint, opnum: int, stub: bytes) -> Reply:
        channel = await self._channel(endpoint)
        try:
            return await channel.call(_SYNTAX, opnum, stub, timeout=self._timeout)
        except (Refused, PeerViolation) as refusal:
            secured = self._security.level > AuthLevel.NONE and endpoint not in self._unsecured
            if not self._falls_back or not secured or not _for_security(refusal):
                raise
        self._unsecured.add(endpoint)
        if self._channels.get(endpoint) is channel:
            del self._channels[endpoint]
            await channel.close()
        channel = await self._channel(endpoint)
        return await channel.call(_SYNTAX, opnum, stub, timeout=self._timeout)

    def _candidates(self, resolver: DualStringArray) -> list[Endpoint]:
        endpoints = list(prefer(resolver.endpoints(self._port), self._preferred))[:MOST_ENDPOINTS]
        good = self._good.get(resolver)
        return endpoints if good is None else [good, *(e for e in endpoints if e != good)]

    async def _channel(self, endpoint: Endpoint) -> Channel:
        channel = self._channels.get(endpoint)
        if channel is None:
            security = _UNSECURED if endpoint in self._unsecured else self._security
            channel = await self._connector.open(endpoint, security)
            known = self._channels.setdefault(endpoint, channel)
            if known is not channel:
                await channel.close()
            channel = known
        return channel


def _for_security(refusal: Refused | PeerViolation) -> bool:
    """Whether the peer may take us without security: it refused the log-on, or had no answer to it."""
    return isinstance(refusal, LogonFailed | BindRejected | PeerViolation) or (
        isinstance(refusal, Fault) and refusal.access_denied
    )


def _refused(status: int, method: str) -> Refused:
    try:
        name = RpcStatus(status).name
    except ValueError:
        name = "error_status_t"
    return Refused(status, name, method)
