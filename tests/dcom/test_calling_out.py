"""How an importer dials: levels, resolvers that want no security, and hanging up on what is held no more."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from opcross.codes import RpcStatus
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.gate import ACCESS_DENIED_FAULT, OpenGate, Refusal
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.interfaces_generated import IEnumString, IEnumStringProxy
from opcross.dcom.objref import unpack_objref
from opcross.dcom.remote_object import RemoteObject
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.dcom.resolver_client import MOST_ENDPOINTS
from opcross.errors import (
    BindRejected,
    Fault,
    LogonFailed,
    OpcrossError,
    PeerViolation,
    TimedOut,
    TransportLost,
)
from opcross.levels import AuthLevel
from opcross.rpc.call import Caller, ChannelSecurity, Endpoint, Reply, SyntaxId
from tests.dcom.direct import DirectChannel, DirectConnector, DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.test_callbacks import Sink

SERVER, CLIENT = "127.0.0.2", "127.0.0.3"
SECURED = ChannelSecurity(AuthLevel.INTEGRITY, credentials="PLANT\\opc")


class OnlyUnsecured(OpenGate):
    """Refuses resolutions and pings of whoever logged on."""

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        return ACCESS_DENIED_FAULT if caller.level > AuthLevel.NONE else None


@dataclass
class Failing(DirectChannel):
    """Fails before it calls."""

    error: OpcrossError = field(default_factory=lambda: LogonFailed())

    async def call(self, interface: SyntaxId, opnum: int, stub: bytes, **_: object) -> Reply:
        raise self.error


class Picky(DirectConnector):
    """What is opened with security to a resolver fails in a way of its own; counts what was opened."""

    def __init__(self, net: DirectNet, error: OpcrossError | None) -> None:
        super().__init__(net, SERVER)
        self.error = error
        self.opened: list[tuple[Endpoint, AuthLevel, DirectChannel]] = []

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> DirectChannel:
        channel = await super().open(endpoint, security)
        if self.error is not None and security.level > AuthLevel.NONE:
            channel = Failing(self.net, endpoint, security, channel.caller, error=self.error)
        self.opened.append((endpoint, security.level, channel))
        return channel


class Bench:
    """A sink behind a callback host, and an importer that calls it."""

    def __init__(
        self,
        *,
        falls_back: bool = True,
        heeds_hints: bool = True,
        security: ChannelSecurity | None = None,
        level: AuthLevel = AuthLevel.NONE,
        refusing: bool = False,
        error: OpcrossError | None = None,
    ) -> None:
        self.net = DirectNet()
        self.clock = 1000.0
        self.opened = False
        self.sink = Sink()
        self.reported: list[OpcrossError] = []
        self.connector = Picky(self.net, error)
        self.importer = ObjectImporter(
            self.connector,
            entropy=seeded("importer"),
            options=ImporterOptions(
                security=security or ChannelSecurity(),
                resolver_security=SECURED,
                resolver_falls_back=falls_back,
                heeds_hints=heeds_hints,
            ),
            report=self.reported.append,
        )
        self.host = CallbackHost(
            self.net.server,
            [CLIENT],
            entropy=seeded("sink"),
            now=lambda: self.clock,
            level=level,
            gate=OnlyUnsecured() if refusing else None,
        )

    async def open(self) -> None:
        if not self.opened:
            await self.host.open()
            self.opened = True

    async def sink_held(self, *, pinged: bool = True) -> RemoteObject:
        await self.open()
        return self.importer.unmarshal(
            unpack_objref(self.host.marshal(self.sink, IID_IUNKNOWN, pinged=pinged))
        )

    async def call(self) -> None:
        remote = await self.sink_held()
        await IEnumStringProxy(await remote.query_interface(IEnumString.iid)).reset()

    async def close(self) -> None:
        await self.importer.close()
        await self.host.close()

    def resolver_levels(self) -> list[AuthLevel]:
        return [call.caller.level for call in self.net.calls if call.interface == IID_IOXIDRESOLVER]


async def test_a_resolver_that_refuses_the_log_on_is_asked_again_without_security() -> None:
    """As Windows does it; and it goes on that way, pings included."""
    bench = Bench(refusing=True)
    await bench.call()
    await bench.importer.ping()
    assert bench.sink.calls == 1
    assert bench.resolver_levels() == [AuthLevel.INTEGRITY, AuthLevel.NONE, AuthLevel.NONE]
    assert bench.reported == []
    await bench.close()


@pytest.mark.parametrize(
    "error",
    [
        LogonFailed(),
        BindRejected(1, "authentication_type_not_recognized"),
        PeerViolation("no answer to the authentication"),
    ],
    ids=["log-on", "bind", "no answer"],
)
async def test_so_is_one_that_does_not_know_what_a_log_on_is(error: OpcrossError) -> None:
    bench = Bench(error=error)
    await bench.call()
    assert bench.sink.calls == 1
    assert bench.resolver_levels() == [AuthLevel.NONE]
    await bench.close()


@pytest.mark.parametrize(
    "error",
    [Fault(RpcStatus.SERVER_TOO_BUSY), TransportLost("gone"), TimedOut("silent")],
    ids=["busy", "lost", "silent"],
)
async def test_what_has_nothing_to_do_with_security_is_not_asked_again(error: OpcrossError) -> None:
    bench = Bench(error=error)
    with pytest.raises(type(error)):
        await bench.call()
    assert len(bench.connector.opened) == 1
    await bench.close()


async def test_unless_told_to_an_importer_keeps_to_its_security() -> None:
    bench = Bench(falls_back=False, refusing=True)
    with pytest.raises(Fault) as caught:
        await bench.call()
    assert caught.value.access_denied
    assert bench.resolver_levels() == [AuthLevel.INTEGRITY]
    await bench.close()


@pytest.mark.parametrize(
    ("heeds", "level"), [(True, AuthLevel.INTEGRITY), (False, AuthLevel.CONNECT)], ids=["hint", "blanket"]
)
async def test_calls_go_out_at_the_hint_unless_the_program_set_a_level_itself(
    heeds: bool, level: AuthLevel
) -> None:
    bench = Bench(
        heeds_hints=heeds,
        security=ChannelSecurity(AuthLevel.CONNECT, credentials="PLANT\\opc"),
        level=AuthLevel.INTEGRITY,
    )
    if heeds:
        await bench.call()
    else:
        with pytest.raises(Fault) as caught:
            await bench.call()
        assert caught.value.access_denied
    assert {call.caller.level for call in bench.net.calls if call.interface != IID_IOXIDRESOLVER} == {level}
    await bench.close()


async def test_a_closed_importer_resolves_nothing() -> None:
    bench = Bench()
    remote = await bench.sink_held()
    await bench.importer.close(release=False)
    with pytest.raises(TransportLost, match="closed"):
        await remote.query_interface(IEnumString.iid)
    assert bench.net.calls == []
    await bench.host.close()


@pytest.mark.parametrize("pinged", [True, False], ids=["pinged", "not pinged"])
async def test_an_importer_hangs_up_on_the_resolver_of_the_last_object(pinged: bool) -> None:
    """A server meets many clients, each with a resolver of its own."""
    bench = Bench(refusing=True)
    first, second = [await bench.sink_held(pinged=pinged) for _ in range(2)]
    assert first is second
    await first.query_interface(IEnumString.iid)
    await bench.importer.ping()
    await first.release()
    await bench.importer.ping()
    resolvers = [channel for endpoint, level, channel in bench.connector.opened if level is AuthLevel.NONE]
    assert not all(channel.closed for channel in resolvers), "one user is left"
    await second.release()
    await bench.importer.ping()
    assert all(channel.closed for channel in resolvers)
    await bench.call()
    assert bench.sink.calls == 1, "and it finds the way again"
    await bench.close()


async def test_a_client_that_died_is_not_pinged_for_ever() -> None:
    bench = Bench()
    remote = await bench.sink_held()
    await remote.query_interface(IEnumString.iid)
    await bench.importer.ping()
    bench.net.unreachable.add(CLIENT)
    await remote.release()
    opened = len(bench.connector.opened)
    for _ in range(3):
        await bench.importer.ping()
    assert len(bench.reported) == 2, "the release and one ping went astray"
    assert len(bench.connector.opened) == opened
    await bench.close()


async def test_of_many_endpoints_only_so_many_are_tried() -> None:
    """Whoever hands a reference out decides which addresses are dialled; not how many."""
    bench = Bench()
    await bench.open()
    hosts = [f"10.1.{number // 256}.{number % 256}" for number in range(300)]
    bench.host.exporter.resolver_bindings = DualStringArray.of(hosts, [], port=135)
    with pytest.raises(TransportLost):
        await bench.call()
    assert len(bench.connector.opened) == MOST_ENDPOINTS
    await bench.close()


async def test_so_it_is_with_the_endpoints_of_an_exporter() -> None:
    bench = Bench()
    await bench.open()
    hosts = [f"10.1.{number // 256}.{number % 256}" for number in range(300)]
    bench.host.exporter.bindings = DualStringArray.of(hosts, [], port=49152)
    with pytest.raises(TransportLost):
        await bench.call()
    assert len(bench.connector.opened) == MOST_ENDPOINTS + 1
    await bench.close()
