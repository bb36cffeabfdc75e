"""A host on loopback, from end to end: our client on another host, every level, every phase."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.dcom.interfaces_generated import IEnumGUID, IEnumGUIDProxy
from opcross.dcom.orpc import OrpcThis
from opcross.dcom.rem_unknown import IID_IREMUNKNOWN
from opcross.errors import Fault, FileError, HResultError, LocalMisuse, Refused, TransportLost
from opcross.hardening import (
    APPCOMPAT_KEY,
    DISABLE_LOG,
    RAISE_LEVEL,
    REQUIRE_INTEGRITY,
    Month,
    RefusalForm,
    Switches,
    operating_system,
)
from opcross.hardening.suppression import SUPPRESSION_KEY, SUPPRESSION_VALUE
from opcross.levels import AuthLevel
from opcross.ndr import Writer
from opcross.net import RpcConnector, entropy
from opcross.opc.common.interfaces_generated import (
    IOPCCommon,
    IOPCCommonProxy,
    IOPCServerList,
    IOPCServerList2,
    IOPCServerList2Proxy,
    IOPCServerListProxy,
)
from opcross.opc.da.interfaces_generated import OPCSERVERSTATE, IOPCServer, IOPCServerProxy
from opcross.rpc.call import ChannelSecurity, Endpoint, SyntaxId
from opcross.rpc.security import Credentials, NtlmOptions
from opcross_simulators.servers import OPC_DA, OPC_ENUM, standard_classes
from opcross_simulators.servers.conformance import CHALLENGE_INTERFACE, ChallengeInterface
from opcross_simulators.windows import (
    OLE_KEY,
    AccountConfig,
    HostConfig,
    Program,
    RegistryEntry,
    WindowsHost,
    app_id_key,
)
from opcross_simulators.windows.boot import LSA_KEY, POLICY_KEY

SERVER, CLIENT = "127.0.71.1", "127.0.71.2"
OPERATOR = Credentials("operator", "plant")
ACCOUNT = AccountConfig("operator", "plant")
PHASE_3 = Month(2023, 3)
NOW = 133_000_000_000_000_000
EVERYBODY = "O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)(A;;CCDCLCSWRP;;;AN)"
CONNECT, PKT, INTEGRITY, PRIVACY = AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY


def clock() -> Callable[[], int]:
    ticks = count(NOW, 10_000_000)
    return lambda: next(ticks)


def make(config: HostConfig, told: list[str] | None = None) -> WindowsHost:
    lines = [] if told is None else told
    return WindowsHost(
        config, entropy=entropy, wall_time=clock(), classes=standard_classes(), tell=lines.append
    )


def server_config(phase: Month | None = PHASE_3, **values: object) -> HostConfig:
    base = HostConfig(name="LINE1", address=SERVER, port=0, phase=phase, accounts=(ACCOUNT,))
    return replace(base, **values)  # type: ignore[arg-type]


@asynccontextmanager
async def running(config: HostConfig, told: list[str] | None = None) -> AsyncIterator[WindowsHost]:
    host = make(config, told)
    await host.start()
    try:
        yield host
    finally:
        await host.stop()


@asynccontextmanager
async def calling(
    host: WindowsHost, level: AuthLevel = INTEGRITY, credentials: Credentials | None = OPERATOR
) -> AsyncIterator[DcomClient]:
    security = ChannelSecurity(level, credentials=credentials)
    client = DcomClient(
        RpcConnector(local_addr=(CLIENT, 0)),
        SERVER,
        entropy=entropy,
        options=ImporterOptions(security=security, resolver_port=host.port, timeout=20.0),
    )
    try:
        yield client
    finally:
        await client.close()


def logged(host: WindowsHost) -> list[int]:
    return [record.event.event_id for record in host.log]


@pytest.mark.parametrize(
    "method", [ActivationMethod.REMOTE_ACTIVATION, ActivationMethod.REMOTE_CREATE_INSTANCE]
)
@pytest.mark.parametrize("level", [CONNECT, PKT, INTEGRITY, PRIVACY], ids=lambda level: level.word)
@pytest.mark.parametrize("phase", ["unpatched", "2021-06", "2022-06", "2023-03"])
async def test_the_phase_decides_from_which_level_on_an_activation_passes(
    phase: str, level: AuthLevel, method: ActivationMethod
) -> None:
    month = None if phase == "unpatched" else Month(int(phase[:4]), int(phase[5:]))
    hardened = phase in ("2022-06", "2023-03")
    async with running(server_config(month)) as host, calling(host, level) as client:
        if hardened and level < INTEGRITY:
            with pytest.raises(Fault) as caught:
                await client.activate(OPC_DA.clsid, (IOPCServer.iid,), method=method)
            assert caught.value.code == RpcStatus.ACCESS_DENIED
            assert logged(host) == [10036]
            assert host.objects() == ()
        else:
            remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,), method=method)
            answer = await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()
            assert answer.server_status is not None
            assert logged(host) == []
            assert [(row.prog_id, row.owner) for row in host.objects()] == [
                ("Opcross.Simulation.1", "operator")
            ]


async def test_an_event_10036_tells_who_came_from_where() -> None:
    told: list[str] = []
    async with running(server_config(), told) as host, calling(host, CONNECT) as client:
        with pytest.raises(Fault):
            await client.activate(OPC_DA.clsid)
        (record,) = host.log
        sid = host.accounts.find("", "operator")
        assert sid is not None
        assert [text for _, text in record.event.data] == ["LINE1", "operator", sid.sid, CLIENT]
        assert (record.computer, record.record_id) == ("LINE1", 1)
        assert record.time > NOW
    (line,) = told
    assert line.startswith(f"refused operator at {CLIENT} (connect): connect is below integrity")


async def test_the_server_tells_its_status() -> None:
    async with running(server_config()) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        proxy = IOPCServerProxy(remote.interface(IOPCServer.iid))
        first, second = (await proxy.get_status()).server_status, (await proxy.get_status()).server_status
        assert first is not None
        assert second is not None
        assert first.server_state is OPCSERVERSTATE.OPC_STATUS_RUNNING
        assert first.vendor_info
        assert NOW <= first.start_time == second.start_time
        assert first.start_time < first.current_time < second.current_time
        text = await proxy.get_error_string(error=0xC0040001, locale=0x407)
        assert text.string is not None
        assert text.string.startswith("OPC_E_INVALIDHANDLE")


@pytest.mark.parametrize("iid", [IOPCServer.iid, UUID(int=5)])
async def test_what_the_server_lacks_it_says_properly(iid: UUID) -> None:
    async with running(server_config()) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        proxy = IOPCServerProxy(remote.interface(IOPCServer.iid))
        for attempt, code in (
            (proxy.get_group_by_name(name="a", riid=iid), Hresult.E_INVALIDARG),
            (proxy.remove_group(server_group=1, force=0), Hresult.E_INVALIDARG),
            (proxy.create_group_enumerator(scope=1, riid=iid), Hresult.E_NOINTERFACE),
        ):
            with pytest.raises(HResultError) as caught:
                await attempt
            assert caught.value.code == code
        assert (await proxy.get_status()).server_status is not None


async def test_each_client_has_its_own_locale() -> None:
    async with running(server_config()) as host, calling(host) as one, calling(host) as other:
        proxies = []
        for client in (one, other):
            remote = await client.activate(OPC_DA.clsid, (IOPCCommon.iid,))
            proxies.append(IOPCCommonProxy(remote.interface(IOPCCommon.iid)))
        available = (await proxies[0].query_available_locale_ids()).lcid
        assert available is not None
        await proxies[0].set_locale_id(lcid=int(available[-1]))
        await proxies[0].set_client_name(name="Line display")
        assert (await proxies[0].get_locale_id()).lcid == available[-1]
        assert (await proxies[1].get_locale_id()).lcid == 0x409
        with pytest.raises(HResultError) as caught:
            await proxies[0].set_locale_id(lcid=0x407)
        assert caught.value.code == Hresult.E_INVALIDARG
        assert (await proxies[0].get_error_string(error=0x80070005)).string == "E_ACCESSDENIED (0x80070005)"


async def test_opcenum_finds_the_server() -> None:
    async with running(server_config()) as host, calling(host) as client:
        remote = await client.activate(OPC_ENUM.clsid, (IOPCServerList.iid, IOPCServerList2.iid))
        browser = IOPCServerListProxy(remote.interface(IOPCServerList.iid))
        categories = tuple(OPC_DA.categories)
        found = await browser.enum_classes_of_categories(
            implemented_categories=categories, required_categories=()
        )
        enumerator = client.unmarshal(found.enum_clsid)
        proxy = IEnumGUIDProxy(await enumerator.query_interface(IEnumGUID.iid))
        page = await proxy.next(celt=10)
        assert (tuple(page.elements), page.hresult) == ((OPC_DA.clsid,), Hresult.S_FALSE)
        assert tuple((await proxy.next(celt=10)).elements) == ()
        await proxy.reset()
        copy = client.unmarshal((await proxy.clone()).enumerator)
        assert await proxy.skip(celt=1) == Hresult.S_OK
        assert await proxy.skip(celt=1) == Hresult.S_FALSE
        first = await IEnumGUIDProxy(copy.interface(IEnumGUID.iid)).next(celt=1)
        assert (tuple(first.elements), first.hresult) == ((OPC_DA.clsid,), Hresult.S_OK)

        details = await browser.get_class_details(clsid=OPC_DA.clsid)
        assert (details.prog_id, bool(details.user_type)) == ("Opcross.Simulation.1", True)
        assert (await browser.clsid_from_prog_id(prog_id="opcross.simulation")).clsid == OPC_DA.clsid
        with pytest.raises(HResultError) as caught:
            await browser.clsid_from_prog_id(prog_id="Nobody.Knows.1")
        assert caught.value.code == Hresult.CO_E_CLASSSTRING
        newer = IOPCServerList2Proxy(remote.interface(IOPCServerList2.iid))
        assert (await newer.get_class_details(clsid=OPC_DA.clsid)).ver_ind_prog_id == "Opcross.Simulation"


async def test_h8_a_registry_value_counts_after_a_restart() -> None:
    async with running(server_config(Month(2022, 6))) as host:
        host.registry.set(APPCOMPAT_KEY, REQUIRE_INTEGRITY, 0)
        async with calling(host, CONNECT) as client:
            with pytest.raises(Fault):
                await client.activate(OPC_DA.clsid)
        await host.restart()
        async with calling(host, CONNECT) as client:
            await client.activate(OPC_DA.clsid)
        assert logged(host) == [10036, 10036]


async def test_updates_count_after_a_restart() -> None:
    async with running(server_config(None)) as host:
        host.install_updates(Month(2023, 3))
        async with calling(host, CONNECT) as client:
            await client.activate(OPC_DA.clsid)
        await host.restart()
        async with calling(host, CONNECT) as client:
            with pytest.raises(Fault):
                await client.activate(OPC_DA.clsid)


async def test_a_restart_takes_every_object_and_connection_away() -> None:
    async with running(server_config()) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        await host.restart()
        assert host.objects() == ()
        with pytest.raises((TransportLost, Refused)):
            await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()


async def test_h16_calls_to_opcenum_are_taken_below_the_machines_level() -> None:
    """The activation of OPCEnum is gated like any other; its calls are taken at any level."""
    raised = RegistryEntry(OLE_KEY, "LegacyAuthenticationLevel", dword=5)
    async with (
        running(server_config(Month(2021, 6), registry=(raised,))) as host,
        calling(host, CONNECT) as client,
    ):
        remote = await client.activate(OPC_ENUM.clsid, (IOPCServerList.iid,))
        assert client.options.security.level is CONNECT
        details = await IOPCServerListProxy(remote.interface(IOPCServerList.iid)).get_class_details(
            clsid=OPC_DA.clsid
        )
        assert details.prog_id == "Opcross.Simulation.1"
    async with running(server_config()) as host, calling(host, CONNECT) as client:
        with pytest.raises(Fault):
            await client.activate(OPC_ENUM.clsid)
        assert logged(host) == [10036]


async def test_h17_nobody_may_activate_where_every_list_says_so() -> None:
    registry = (
        RegistryEntry(POLICY_KEY, "MachineLaunchRestriction", text=EVERYBODY),
        RegistryEntry(app_id_key(OPC_ENUM.app_id), "LaunchPermission", text=EVERYBODY),
        RegistryEntry(app_id_key(OPC_ENUM.app_id), "AccessPermission", text=EVERYBODY),
    )
    async with (
        running(server_config(registry=registry)) as host,
        calling(host, AuthLevel.NONE, None) as client,
    ):
        remote = await client.activate(OPC_ENUM.clsid, (IOPCServerList.iid,))
        proxy = IOPCServerListProxy(remote.interface(IOPCServerList.iid))
        assert (await proxy.get_class_details(clsid=OPC_DA.clsid)).prog_id
        assert logged(host) == []
        assert [row.owner for row in host.objects()] == [CLIENT]


@pytest.mark.parametrize("level", [AuthLevel.NONE, CONNECT, INTEGRITY])
async def test_h18_nobody_is_stopped_by_the_limits(level: AuthLevel) -> None:
    async with running(server_config()) as host, calling(host, level, None) as client:
        with pytest.raises(Fault) as caught:
            await client.activate(OPC_DA.clsid)
        assert caught.value.code == RpcStatus.ACCESS_DENIED
        assert logged(host) == [10027]


async def test_a_launch_permission_that_lacks_the_user_answers_with_e_accessdenied() -> None:
    entry = RegistryEntry(
        app_id_key(OPC_DA.app_id), "LaunchPermission", text="O:BAG:BAD:(A;;CCDCLCSWRP;;;BA)"
    )
    async with running(server_config(registry=(entry,))) as host, calling(host) as client:
        with pytest.raises(HResultError) as caught:
            await client.activate(OPC_DA.clsid)
        assert caught.value.code == Hresult.E_ACCESSDENIED
        assert logged(host) == [10016]


async def test_an_access_permission_that_lacks_the_user_refuses_calls_after_the_activation() -> None:
    entry = RegistryEntry(app_id_key(OPC_DA.app_id), "AccessPermission", text="O:BAG:BAD:(A;;CCDCLC;;;BA)")
    told: list[str] = []
    async with running(server_config(registry=(entry,)), told) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        with pytest.raises(Fault) as caught:
            await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()
        assert caught.value.code == RpcStatus.ACCESS_DENIED
    assert any("no permission" in line for line in told)


async def test_h20_a_raised_server_refuses_calls_below_its_level() -> None:
    """A rule older than the hardening: no event, and another code for IRemUnknown than for the rest."""
    raised = RegistryEntry(app_id_key(OPC_DA.app_id), "AuthenticationLevel", dword=5)
    async with running(server_config(registry=(raised,))) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        ipid = remote.interface(IOPCServer.iid).ipid
        address = await client.importer.resolver.resolve(remote.held.resolver, remote.oxid)
        (endpoint,) = address.bindings.endpoints(0)
        connector = RpcConnector(local_addr=(CLIENT, 0))
        channel = await connector.open(endpoint, ChannelSecurity(CONNECT, credentials=OPERATOR))
        stub = Writer()
        OrpcThis(cid=UUID(int=7)).write(stub)
        try:
            for iid, object_, opnum, code in (
                (IOPCServer.iid, ipid, 6, RpcStatus.ACCESS_DENIED),
                (IID_IREMUNKNOWN, address.ipid_rem_unknown, 3, Hresult.E_ACCESSDENIED),
            ):
                with pytest.raises(Fault) as caught:
                    await channel.call(SyntaxId(iid), opnum, stub.getvalue(), object=object_)
                assert caught.value.code == code
        finally:
            await channel.close()
        assert (await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()).server_status
        assert logged(host) == []


async def test_an_unknown_class_is_told_only_to_those_who_may_ask() -> None:
    async with running(server_config()) as host:
        async with calling(host) as client:
            with pytest.raises(HResultError) as unknown:
                await client.activate(UUID(int=1))
            assert unknown.value.code == Hresult.REGDB_E_CLASSNOTREG
        async with calling(host, CONNECT) as client:
            with pytest.raises(Fault):
                await client.activate(UUID(int=1))


async def test_a_wrong_password_is_told_and_leaves_no_event() -> None:
    told: list[str] = []
    async with (
        running(server_config(), told) as host,
        calling(host, INTEGRITY, Credentials("operator", "no")) as client,
    ):
        with pytest.raises(Refused):
            await client.activate(OPC_DA.clsid)
        assert logged(host) == []
    assert any("log-on" in line for line in told)


# -- programs on a Windows client host ------------------------------------------------------------


def client_config(os: str, phase: Month | None, **registry: int) -> HostConfig:
    entries = tuple(
        RegistryEntry(APPCOMPAT_KEY if name == RAISE_LEVEL else OLE_KEY, name, dword=value)
        for name, value in registry.items()
    )
    return HostConfig(
        name="PANEL1",
        os=operating_system(os),
        phase=phase,
        address=CLIENT,
        accounts=(ACCOUNT,),
        registry=entries,
    )


@pytest.mark.parametrize(
    ("config", "asks", "works", "own_events", "server_events"),
    [
        pytest.param(
            client_config("windows-10-21h2", Month(2022, 6)), CONNECT, False, [10037], [10036], id="h1"
        ),
        pytest.param(
            client_config("windows-xp-sp3", None), AuthLevel.DEFAULT, False, [], [10036, 10027], id="h2"
        ),
        pytest.param(
            client_config("windows-xp-sp3", None, LegacyAuthenticationLevel=5),
            AuthLevel.DEFAULT,
            True,
            [],
            [],
            id="h2-raised",
        ),
        pytest.param(
            client_config("windows-xp-sp1", None, LegacyAuthenticationLevel=5),
            AuthLevel.DEFAULT,
            False,
            [],
            [10036, 10027],
            id="h3",
        ),
        pytest.param(client_config("windows-10-21h2", Month(2022, 11)), CONNECT, True, [], [], id="h4"),
        pytest.param(
            client_config("windows-10-21h2", Month(2022, 11), **{RAISE_LEVEL: 1}),
            CONNECT,
            False,
            [10037],
            [10036],
            id="h5",
        ),
        pytest.param(
            client_config("windows-10-21h2", Month(2022, 11), **{RAISE_LEVEL: 0}),
            AuthLevel.DEFAULT,
            False,
            [10038],
            [10036, 10027],
            id="h6",
        ),
    ],
)
async def test_windows_clients_against_a_hardened_server(
    config: HostConfig, asks: AuthLevel, works: bool, own_events: list[int], server_events: list[int]
) -> None:
    """A refused activation with default security comes a second time, without security."""
    panel = make(config)
    async with running(server_config()) as host:
        client = panel.client(
            Program(activation_level=asks), SERVER, credentials=OPERATOR, port=host.port, timeout=20.0
        )
        try:
            if works:
                remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
                assert (await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()).server_status
            else:
                with pytest.raises(Fault) as caught:
                    await client.activate(OPC_DA.clsid)
                assert caught.value.access_denied
        finally:
            await client.close()
        assert logged(panel) == own_events
        assert logged(host) == server_events
        own = panel.accounts.find("", "operator")
        assert own is not None
        assert {record.event.user_sid for record in panel.log} <= {own.sid}


async def test_a_server_that_is_not_there_is_logged_by_the_client() -> None:
    panel = make(client_config("windows-10-21h2", Month(2023, 3)))
    client = panel.client(Program(), SERVER, credentials=OPERATOR, port=1)
    with pytest.raises(TransportLost):
        await client.activate(OPC_DA.clsid)
    await client.close()
    assert logged(panel) == [10028]


# -- starting and stopping --------------------------------------------------------------------------


async def test_a_port_that_is_taken_is_told_with_advice() -> None:
    async with running(server_config()) as first:
        second = make(server_config(port=first.port))
        with pytest.raises(TransportLost, match="--port 1135") as caught:
            await second.start()
        assert caught.value.endpoint == f"{SERVER}[{first.port}]"
        assert not second.started


async def test_an_address_that_is_not_here_is_told_with_advice() -> None:
    host = make(server_config(address="192.0.2.1"))
    with pytest.raises(TransportLost, match="no such address"):
        await host.start()


@pytest.mark.parametrize("address", ["0.0.0.0", "::"])
def test_a_host_needs_an_address_of_its_own(address: str) -> None:
    with pytest.raises(FileError, match="dial"):
        make(server_config(address=address))


async def test_starting_twice_is_misuse_and_stopping_twice_is_not() -> None:
    async with running(server_config()) as host:
        with pytest.raises(LocalMisuse):
            await host.start()
        await host.stop()
        await host.stop()
    assert not host.started


async def test_nothing_is_left_behind() -> None:
    async with running(server_config()) as host, calling(host) as client:
        await client.activate(OPC_DA.clsid)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_names_lead_to_classes() -> None:
    host = make(server_config())
    for name in (
        "Opcross.Simulation.1",
        "opcross.simulation",
        str(OPC_DA.clsid),
        f"{{{OPC_DA.clsid}}}".upper(),
    ):
        assert host.clsid_of(name) == OPC_DA.clsid
    assert host.clsid_of("Nobody.Knows.1") is None


async def refuse(host: WindowsHost, times: int = 1) -> None:
    for _ in range(times):
        async with calling(host, CONNECT) as client:
            with pytest.raises(Fault):
                await client.activate(OPC_DA.clsid)


async def test_h23_a_log_that_is_switched_off_hides_the_refusal() -> None:
    silent = RegistryEntry(APPCOMPAT_KEY, DISABLE_LOG, dword=1)
    async with running(server_config(registry=(silent,))) as host:
        await refuse(host)
        assert logged(host) == []


async def test_h24_suppressed_duplicates_leave_one_event_and_one_notice() -> None:
    suppress = RegistryEntry(SUPPRESSION_KEY, SUPPRESSION_VALUE, dword=3600)
    async with running(server_config(registry=(suppress,))) as host:
        await refuse(host, times=3)
        assert logged(host) == [10036, 10026]


@pytest.mark.parametrize(
    ("account", "credentials", "works"),
    [
        (AccountConfig("operator", "plant", domain=True), Credentials("operator", "plant", "PLANT"), True),
        (AccountConfig("operator", "plant", domain=True), Credentials("operator", "plant", "LINE1"), False),
        (AccountConfig("operator", "plant"), Credentials("operator", "plant", "LINE1"), True),
        (AccountConfig("operator", "plant"), Credentials("operator", "plant", "PLANT"), False),
        (AccountConfig("operator", "plant", enabled=False), Credentials("operator", "plant", "LINE1"), False),
    ],
)
async def test_a_member_of_a_domain_tells_local_accounts_from_the_domains(
    account: AccountConfig, credentials: Credentials, works: bool
) -> None:
    config = server_config(domain="PLANT", accounts=(account,))
    async with running(config) as host, calling(host, credentials=credentials) as client:
        if works:
            await client.activate(OPC_DA.clsid)
            assert len(host.objects()) == 1
        else:
            with pytest.raises(Refused):
                await client.activate(OPC_DA.clsid)
            assert host.objects() == ()


@pytest.mark.parametrize(("level", "works"), [(0, True), (5, False)])
async def test_lm_compatibility_decides_whether_old_responses_are_taken(level: int, works: bool) -> None:
    old = Credentials("operator", "plant", ntlm=NtlmOptions(version="ntlm2-session"))
    entry = RegistryEntry(LSA_KEY, "LmCompatibilityLevel", dword=level)
    async with running(server_config(registry=(entry,))) as host, calling(host, credentials=old) as client:
        if works:
            await client.activate(OPC_DA.clsid)
        else:
            with pytest.raises(Refused):
                await client.activate(OPC_DA.clsid)


async def test_a_refusal_can_travel_as_a_result() -> None:
    switches = Switches(refusal=RefusalForm.HRESULT)
    async with running(server_config(switches=switches)) as host, calling(host, PKT) as client:
        with pytest.raises(HResultError) as caught:
            await client.activate(OPC_DA.clsid)
        assert caught.value.code == Hresult.E_ACCESSDENIED


async def test_another_port_is_told_where_a_redirection_stands_between() -> None:
    async with running(server_config(advertise=1135)) as host, calling(host) as client:
        remote = await client.activate(OPC_DA.clsid)
        assert [str(endpoint) for endpoint in remote.held.resolver.endpoints(135)] == [f"{SERVER}[1135]"]


async def test_plain_services_stand_beside_the_hosts_own() -> None:
    host = WindowsHost(
        server_config(),
        entropy=entropy,
        wall_time=clock(),
        services={CHALLENGE_INTERFACE: ChallengeInterface()},
    )
    await host.start()
    channel = await RpcConnector().open(Endpoint(SERVER, host.port), ChannelSecurity())
    try:
        assert (await channel.call(CHALLENGE_INTERFACE, 4, b"")).stub[-4:] == bytes(4)
    finally:
        await channel.close()
        await host.stop()
