"""Callbacks from server to client: identity x client x updates, and what comes of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from opcross.dcom.interfaces_generated import IConnectionPoint, IConnectionPointProxy
from opcross.errors import LocalMisuse
from opcross.hardening import REQUIRE_INTEGRITY, Month, operating_system
from opcross.hardening.appcompat import APPCOMPAT_KEY
from opcross.levels import AuthLevel
from opcross.rpc.pdu import AlterContext, Bind, Pdu, Request, unpack_pdu
from opcross.rpc.security import Credentials
from opcross_simulators.network import Segment, Verdict, run
from opcross_simulators.windows import (
    INTERACTIVE_USER,
    LAUNCHING_USER,
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    OLE_KEY,
    AccountConfig,
    ApplicationConfig,
    HostConfig,
    Program,
    ServerIdentity,
    this_user,
)
from tests.simulators.windows.calling_back import (
    ACCOUNT,
    NEW,
    PANEL,
    PROG_ID,
    SERVER,
    Bench,
    advise,
    net,
    outcome,
    server_config,
)

REFUSED = "CONNECT_E_CANNOTCONNECT"
NOBODY = r"NT AUTHORITY\ANONYMOUS LOGON"
OPC = AccountConfig("opc", "secret")
IDENTITIES = {
    "launching": LAUNCHING_USER,
    "interactive": INTERACTIVE_USER,
    "known": this_user("OPERATOR"),
    "unknown": this_user("opc"),
    "system": LOCAL_SYSTEM,
    "local-service": LOCAL_SERVICE,
    "network-service": NETWORK_SERVICE,
}
NOBODY_ELSEWHERE = ("launching", "local-service")
UNLESS_IN_A_DOMAIN = ("system", "network-service")


def client_config(os: str = "windows-10-21h2", **values: object) -> HostConfig:
    base = HostConfig(os=operating_system(os), phase=NEW, accounts=(ACCOUNT,))
    return replace(base, **values)  # type: ignore[arg-type]


def bench(
    identity: ServerIdentity, *, domain: str = "", phase: Month | None = NEW, os: str = "windows-10-21h2"
) -> Bench:
    """OPERATOR has an account on both computers, or in their domain; opc only on the server."""
    operator = replace(ACCOUNT, domain=bool(domain))
    server = server_config(
        identity=identity, domain=domain, phase=phase, accounts=(operator, OPC), logged_on="OPERATOR"
    )
    return Bench(server, client_config(os, domain=domain, accounts=(operator,)))


def caller_of(word: str, domain: str) -> str:
    """Whom a client sees that knows OPERATOR and the domain's computers; empty for a stranger."""
    if word == "unknown":
        return ""
    if word in NOBODY_ELSEWHERE or (word in UNLESS_IN_A_DOMAIN and not domain):
        return NOBODY
    if word in UNLESS_IN_A_DOMAIN:
        return rf"{domain}\LINE1$"
    return rf"{domain or 'LINE1'}\OPERATOR"


@pytest.mark.parametrize("phase", [None, NEW], ids=["unpatched", "2023-03"])
@pytest.mark.parametrize("domain", ["", "PLANT"], ids=["workgroup", "domain"])
@pytest.mark.parametrize("word", IDENTITIES)
@pytest.mark.parametrize("os", ["windows-10-21h2", "windows-xp-sp3"])
def test_a_client_is_called_back_in_the_name_of_the_server_if_it_knows_it(
    os: str, word: str, domain: str, phase: Month | None
) -> None:
    """An unknown account is refused; nobody is admitted by the limits of 2003 SP1 and later, not by XP's."""

    async def play() -> str:
        async with bench(IDENTITIES[word], domain=domain, phase=phase, os=os) as both:
            return await outcome(both, both.windows())

    who = caller_of(word, domain)
    level = "connect" if phase is None else "integrity"
    refused = not who or (who == NOBODY and os == "windows-xp-sp3")
    assert run(play(), network=net()) == (REFUSED if refused else f"{who} at {level}")


@pytest.mark.parametrize(
    ("phase", "hint", "level"),
    [
        (None, AuthLevel.NONE, "nobody at none"),
        (None, AuthLevel.CONNECT, r"LINE1\OPERATOR at connect"),
        (None, AuthLevel.INTEGRITY, r"LINE1\OPERATOR at integrity"),
        (None, AuthLevel.PRIVACY, r"LINE1\OPERATOR at privacy"),
        (Month(2022, 9), AuthLevel.CONNECT, r"LINE1\OPERATOR at connect"),
        (Month(2022, 10), AuthLevel.CONNECT, r"LINE1\OPERATOR at integrity"),
        (NEW, AuthLevel.NONE, r"LINE1\OPERATOR at integrity"),
        (NEW, AuthLevel.PRIVACY, r"LINE1\OPERATOR at privacy"),
    ],
)
def test_callbacks_come_at_the_hint_and_since_october_2022_at_integrity_at_least(
    phase: Month | None, hint: AuthLevel, level: str
) -> None:
    async def play() -> str:
        both = bench(INTERACTIVE_USER, phase=phase)
        both.server.registry.set(
            OLE_KEY, "LegacyAuthenticationLevel", 1
        )  # the server has no level of its own
        async with both:
            return await outcome(both, both.windows(hint))

    assert run(play(), network=net()) == level


@pytest.mark.parametrize(
    ("phase", "expected"), [(None, REFUSED), (Month(2022, 10), r"LINE1\OPERATOR at integrity")]
)
def test_an_old_server_that_does_not_heed_the_hint_loses_its_way_back_to_a_new_client(
    phase: Month | None, expected: str
) -> None:
    """The client wants integrity both ways; the server's program says CONNECT; its system may know better."""

    async def play() -> str:
        config = server_config(
            identity=INTERACTIVE_USER,
            logged_on="OPERATOR",
            phase=phase,
            applications=(ApplicationConfig(name=PROG_ID, callback_level=AuthLevel.CONNECT),),
        )
        async with Bench(config, client_config()) as both:
            return await outcome(both, both.windows(AuthLevel.INTEGRITY))

    assert run(play(), network=net()) == expected


@pytest.mark.parametrize("program", [Program(access=None), Program()], ids=["default list", "no list"])
def test_a_program_may_leave_its_list_to_the_machine_which_is_narrow(program: Program) -> None:
    async def play() -> str:
        async with bench(INTERACTIVE_USER) as both:
            credentials = Credentials("OPERATOR", "plant")
            return await outcome(both, both.panel.client(program, SERVER, credentials=credentials))

    narrow = program.access is None
    assert run(play(), network=net()) == (REFUSED if narrow else r"LINE1\OPERATOR at integrity")


def test_the_client_tells_of_a_refused_log_on() -> None:
    async def play() -> list[str]:
        async with bench(this_user("opc")) as both:
            await outcome(both, both.windows())
            return both.told

    assert any("refused a log-on" in line and "opc" in line for line in run(play(), network=net()))


@pytest.mark.parametrize("word", IDENTITIES)
@pytest.mark.parametrize("level", [AuthLevel.CONNECT, AuthLevel.PRIVACY])
def test_the_java_stack_believes_everybody_at_connect_and_its_own_user_above(
    level: AuthLevel, word: str
) -> None:
    async def play() -> str:
        async with bench(IDENTITIES[word], phase=None) as both:
            return await outcome(both, both.stack("j-interop", level))

    who = caller_of(word, "")
    if not who and level is AuthLevel.CONNECT:
        who = r"LINE1\opc"
    assert run(play(), network=net()) == (f"{who} at {level.word}" if who else REFUSED)


@pytest.mark.parametrize("word", ["system", "interactive"])
def test_a_patched_server_cannot_agree_with_a_sink_that_protects_nothing(word: str) -> None:
    """H21: the gate is off, so the activation passes; the calls back are raised all the same."""

    async def play() -> str:
        both = bench(IDENTITIES[word], phase=Month(2022, 10))
        both.server.registry.set(APPCOMPAT_KEY, REQUIRE_INTEGRITY, 0)
        async with both:
            return await outcome(both, both.stack("j-interop"))

    assert run(play(), network=net()) == REFUSED


def test_our_own_stack_checks_who_calls_it_back() -> None:
    async def play() -> list[str]:
        outcomes = []
        for word in ("interactive", "unknown", "system"):
            async with bench(IDENTITIES[word]) as both:
                outcomes.append(await outcome(both, both.stack("opcross")))
        return outcomes

    assert run(play(), network=net()) == [
        r"LINE1\OPERATOR at integrity",
        REFUSED,
        rf"{NOBODY} at integrity",
    ]


def test_a_stack_that_takes_no_callbacks_says_so() -> None:
    async def play() -> None:
        async with bench(LOCAL_SYSTEM) as both:
            client = both.stack("node-opc-da")
            with pytest.raises(LocalMisuse, match="no callbacks yet"):
                _ = client.callbacks
            with pytest.raises(LocalMisuse, match="node-opc-da takes no callbacks"):
                await client.open_callbacks()
            await client.close()

    run(play(), network=net())


def test_a_client_opens_one_port_for_its_callbacks_and_closes_it() -> None:
    async def play() -> None:
        async with bench(LOCAL_SYSTEM) as both:
            for client in (both.windows(), both.stack("opcross")):
                with pytest.raises(LocalMisuse, match="no callbacks yet"):
                    _ = client.callbacks
                first, second = await asyncio.gather(client.open_callbacks(), client.open_callbacks())
                assert first is second is client.callbacks
                (endpoint,) = first.exporter.bindings.endpoints(135)
                assert (endpoint.host, endpoint.port != 135) == (PANEL, True)
                await client.close()
                with pytest.raises(ConnectionRefusedError):
                    await asyncio.open_connection(endpoint.host, endpoint.port)

    run(play(), network=net())


def test_the_server_gives_the_sink_back_and_hangs_up_with_the_last_one() -> None:
    async def play() -> tuple[int, int]:
        async with bench(INTERACTIVE_USER) as both:
            client = both.windows()
            advised = await advise(client)
            await advised.point.unadvise(cookie=1)
            (process,) = both.server.processes()
            importer = process.exporter.importer
            assert importer is not None
            await importer.ping()
            await importer.ping()
            gone = advised.sink.gone
            await client.close()
            return gone, len(importer.objects)

    assert run(play(), network=net()) == (1, 0)


def test_a_sink_outlives_six_minutes_because_the_server_pings_it() -> None:
    async def play() -> int:
        async with bench(INTERACTIVE_USER) as both:
            client = both.windows()
            advised = await advise(client)
            await asyncio.sleep(3600)
            await both.processes[0].made[0].tell()
            calls = len(advised.sink.callers)
            await client.close()
            return calls

    assert run(play(), network=net()) == 2


def test_a_callback_may_call_the_server_in_its_course() -> None:
    async def play() -> int:
        async with bench(INTERACTIVE_USER) as both:
            client = both.windows()
            advised = await advise(client)
            tasks: list[asyncio.Task[object]] = []
            point = IConnectionPointProxy(advised.remote.interface(IConnectionPoint.iid))

            def unadvise() -> None:
                tasks.append(asyncio.get_running_loop().create_task(point.unadvise(cookie=1)))

            advised.sink.then = unadvise
            await both.processes[0].made[0].tell()
            await asyncio.gather(*tasks)
            await client.close()
            return advised.sink.gone

    assert run(play(), network=net()) == 1


class Firewall:
    """The client's: nobody from outside opens a connection."""

    def examine(self, segment: Segment) -> Verdict:
        return Verdict.DROP if segment.opens and segment.destination == PANEL else Verdict.PASS


def test_a_client_behind_a_firewall_gets_an_answer_in_bounded_time() -> None:
    """G3: the server's calls vanish; Advise fails before the client's own patience ends."""
    network = net()
    network.filters.append(Firewall())

    async def play() -> tuple[str, float]:
        async with bench(INTERACTIVE_USER) as both:
            client = both.windows()
            began = both.loop.time()
            return await outcome(both, client), both.loop.time() - began

    result, seconds = run(play(), network=network)
    assert result == REFUSED
    assert seconds < 30


def pdus_to(panel_port: int, segments: list[Segment]) -> list[Pdu]:
    """What went to a port of the client, in order, connection by connection."""
    streams: dict[int, bytes] = {}
    for segment in segments:
        if segment.destination == PANEL and segment.destination_port == panel_port and segment.payload:
            streams[segment.source_port] = streams.get(segment.source_port, b"") + segment.payload
    pdus = []
    for octets in streams.values():
        rest = octets
        while rest:
            length = int.from_bytes(rest[8:10], "little")
            pdus.append(unpack_pdu(rest[:length]))
            rest = rest[length:]
    return pdus


def test_a_server_binds_at_its_clients_so_that_the_plainest_stack_understands() -> None:
    """One context for each bind, one transfer syntax, resolution first and unprotected, old IRemUnknown."""
    network = net()
    segments: list[Segment] = []
    network.tap(segments.append)

    async def play() -> int:
        async with bench(LOCAL_SYSTEM, phase=None) as both:
            client = both.stack("j-interop")
            advised = await advise(client)
            (endpoint,) = advised.callbacks.exporter.bindings.endpoints(0)
            await client.close()
            return endpoint.port

    pdus = pdus_to(run(play(), network=network), segments)
    offers = [pdu for pdu in pdus if isinstance(pdu, Bind | AlterContext)]
    assert [[str(context.abstract.uuid)[:8] for context in offer.contexts] for offer in offers] == [
        ["99fcfec4"],  # IOXIDResolver
        ["00000131"],  # IRemUnknown
        ["00000101"],  # the sink's interface
    ]
    assert [type(offer) for offer in offers] == [Bind, Bind, AlterContext]
    assert all(len(context.transfers) == 1 for offer in offers for context in offer.contexts)
    assert offers[0].verifier is None
    assert offers[1].verifier is not None
    assert offers[1].verifier.level == AuthLevel.CONNECT
    assert offers[2].verifier is None
    opnums = [pdu.opnum for pdu in pdus if isinstance(pdu, Request)]
    assert opnums[:3] == [4, 3, 5], "ResolveOxid2, RemQueryInterface, the callback"
