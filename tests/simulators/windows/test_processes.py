"""Server processes: launched by activations, for each user or for all, stopped, killed, launched again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_ICLASSFACTORY, IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IClassFactoryProxy,
    IConnectionPoint,
    IEnumString,
    IEnumStringProxy,
)
from opcross.errors import HResultError, LocalMisuse, Refused, TransportLost
from opcross_simulators.network import run
from opcross_simulators.windows import (
    INTERACTIVE_USER,
    LAUNCHING_USER,
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    AccountConfig,
    RegistryEntry,
    ServerIdentity,
    app_id_key,
    this_user,
)
from tests.simulators.windows.calling_back import (
    ACCOUNT,
    APP_ID,
    CLSID,
    PROG_ID,
    Bench,
    activate,
    advise,
    net,
    server_config,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from opcross.dcom.remote_object import RemoteObject

ENGINEER = AccountConfig("ENGINEER", "plant")


def bench(identity: ServerIdentity | None = LOCAL_SYSTEM, **values: object) -> Bench:
    return Bench(server_config(identity=identity, accounts=(ACCOUNT, ENGINEER), **values))


def test_nothing_runs_and_no_port_is_open_before_the_first_activation() -> None:
    async def play() -> None:
        async with bench() as both:
            assert both.server.processes() == ()
            assert both.server.launched(APP_ID) == both.server.wall_time()
            client = both.windows()
            await activate(client)
            (process,) = both.server.processes()
            await asyncio.sleep(60)
            assert both.server.launched(APP_ID) == process.launched_at
            assert both.processes[0].surroundings.launched(APP_ID) == process.launched_at
            assert both.server.wall_time() - process.launched_at >= 600_000_000
            await client.close()

    run(play(), network=net())


def test_activations_at_the_same_time_launch_one_process() -> None:
    async def play() -> tuple[int, int]:
        async with bench() as both:
            clients = [both.windows(user=user) for user in ("OPERATOR", "ENGINEER")]
            await asyncio.gather(*(activate(client) for client in clients))
            count = len(both.server.processes()), len(both.processes)
            for client in clients:
                await client.close()
            return count

    assert run(play(), network=net()) == (1, 1)


def test_a_launching_user_has_a_process_of_his_own() -> None:
    """G14: what one user does in it, another does not see; and it runs in his name."""

    async def play() -> tuple[list[str], list[int]]:
        async with bench(LAUNCHING_USER) as both:
            clients = [both.windows(user=user) for user in ("OPERATOR", "ENGINEER", "OPERATOR")]
            for client in clients:
                await activate(client)
            accounts = [process.account.name for process in both.server.processes()]
            made = [len(process.made) for process in both.processes]
            assert len(both.server.objects()) == 3
            for client in clients:
                await client.close()
            return accounts, made

    assert run(play(), network=net()) == ([r"LINE1\OPERATOR", r"LINE1\ENGINEER"], [2, 1])


@pytest.mark.parametrize(
    ("identity", "account"),
    [
        (INTERACTIVE_USER, r"LINE1\ENGINEER"),
        (this_user("ENGINEER", "plant"), r"LINE1\ENGINEER"),
        (this_user(r"LINE1\ENGINEER"), r"LINE1\ENGINEER"),
        (LOCAL_SYSTEM, "local-system"),
        (LOCAL_SERVICE, "local-service"),
        (NETWORK_SERVICE, "network-service"),
    ],
    ids=str,
)
def test_any_other_identity_is_one_process_for_everybody(identity: ServerIdentity, account: str) -> None:
    async def play() -> list[str]:
        async with bench(identity, logged_on="ENGINEER") as both:
            clients = [both.windows(user=user) for user in ("OPERATOR", "ENGINEER")]
            for client in clients:
                await activate(client)
            names = [process.account.name for process in both.server.processes()]
            for client in clients:
                await client.close()
            return names

    assert run(play(), network=net()) == [account]


@pytest.mark.parametrize(
    ("identity", "data"),
    [
        (INTERACTIVE_USER, ["1312", ".", "Interactive User"]),
        (this_user("ENGINEER", "wrong"), ["1326", ".", "ENGINEER"]),
        (this_user(r"LINE1\NOBODY", "plant"), ["1326", "LINE1", "NOBODY"]),
        (this_user("RETIRED"), ["1331", ".", "RETIRED"]),
    ],
    ids=["nobody logged on", "wrong password", "no account", "disabled"],
)
def test_an_identity_that_cannot_log_on_fails_the_activation_and_is_logged(
    identity: ServerIdentity, data: list[str]
) -> None:
    """G13: CO_E_RUNAS_LOGON_FAILURE and event 10004."""

    async def play() -> None:
        retired = AccountConfig("RETIRED", "plant", enabled=False)
        config = server_config(identity=identity, accounts=(ACCOUNT, ENGINEER, retired))
        async with Bench(config) as both:
            client = both.windows()
            with pytest.raises(HResultError) as caught:
                await activate(client)
            assert caught.value.code == Hresult.CO_E_RUNAS_LOGON_FAILURE
            (record,) = both.server.log
            assert record.event.event_id == 10004
            assert [text for _, text in record.event.data] == [*data, f"{{{CLSID}}}".upper()]
            assert both.server.processes() == ()
            await client.close()

    run(play(), network=net())


def test_an_account_in_the_registry_alone_has_no_password() -> None:
    """RunAs is a name; dcomcnfg keeps the password elsewhere, and nobody typed one."""

    async def play() -> int:
        entry = RegistryEntry(app_id_key(APP_ID), "RunAs", text="ENGINEER")
        async with Bench(server_config(accounts=(ACCOUNT, ENGINEER), registry=(entry,))) as both:
            client = both.windows()
            with pytest.raises(HResultError) as caught:
                await activate(client)
            await client.close()
            return caught.value.code

    assert run(play(), network=net()) == Hresult.CO_E_RUNAS_LOGON_FAILURE


def test_an_identity_is_changed_for_the_next_start() -> None:
    async def play() -> list[str]:
        async with bench(INTERACTIVE_USER) as both:
            client = both.windows()
            both.server.set_identity(PROG_ID, this_user("ENGINEER", "plant"))
            with pytest.raises(HResultError):
                await activate(client)
            await both.server.restart()
            await activate(client)
            names = [process.account.name for process in both.server.processes()]
            await client.close()
            return names

    assert run(play(), network=net()) == [r"LINE1\ENGINEER"]


def test_who_logs_off_takes_the_interactive_servers_along() -> None:
    async def play() -> None:
        async with bench(INTERACTIVE_USER, logged_on="OPERATOR") as both:
            client = both.windows()
            await activate(client)
            await both.server.log_off()
            assert (both.server.logged_on, both.server.processes()) == ("", ())
            with pytest.raises(HResultError):
                await activate(client)
            await both.server.log_on("ENGINEER")
            await activate(client)
            assert [process.account.name for process in both.server.processes()] == [r"LINE1\ENGINEER"]
            with pytest.raises(LocalMisuse, match="NOBODY"):
                await both.server.log_on("NOBODY")
            await both.server.restart()
            assert both.server.logged_on == "OPERATOR"
            await client.close()

    run(play(), network=net())


def test_a_log_off_leaves_other_servers_alone() -> None:
    async def play() -> int:
        async with bench(LOCAL_SYSTEM, logged_on="OPERATOR") as both:
            client = both.windows()
            await activate(client)
            await both.server.log_off()
            count = len(both.server.processes())
            await client.close()
            return count

    assert run(play(), network=net()) == 1


async def ending(call: Awaitable[object]) -> str:
    """How a call ended."""
    try:
        await call
    except Refused as refused:
        return refused.name
    except TransportLost:
        return "lost"
    return "fine"


async def words_of(remote: RemoteObject) -> IEnumStringProxy:
    return IEnumStringProxy(await remote.query_interface(IEnumString.iid))


def test_an_application_that_is_killed_takes_everything_along_and_is_launched_anew() -> None:
    """G27: connections break, the old OXID is unknown, and the next activation finds another process."""

    async def play() -> None:
        async with bench() as both:
            client = both.windows()
            advised = await advise(client)
            words = await words_of(advised.remote)
            (old,) = both.server.processes()
            await both.server.kill_application(PROG_ID)
            assert (both.server.processes(), both.server.objects()) == ((), ())
            assert await ending(words.reset()) == "lost"
            resolver = client.dcom.importer.resolver
            resolved = resolver.resolve(advised.remote.held.resolver, advised.remote.oxid)
            assert await ending(resolved) == "OR_INVALID_OXID"
            (process,) = both.processes
            assert (process.reasons, process.closed, process.made[0].gone) == ([], 1, 1)
            assert len(advised.sink.callers) == 1, "nobody is told"

            remote = await activate(client)
            (new,) = both.server.processes()
            assert new.exporter.oxid != old.exporter.oxid
            assert new.exporter.bindings != old.exporter.bindings, "a later process has a later port"
            await (await words_of(remote)).reset()
            assert await ending(words.reset()) == "lost", "the old proxy does not find the new process"
            await client.close()

    run(play(), network=net())


def test_a_call_under_way_is_lost_with_the_process() -> None:
    async def play() -> str:
        async with bench() as both:
            client = both.windows()
            advised = await advise(client)
            held = asyncio.Event()
            advised.sink.wait = held.wait
            call = asyncio.get_running_loop().create_task(ending(both.processes[0].made[0].tell()))
            other = asyncio.get_running_loop().create_task(
                ending(advised.point.advise(unk_sink=advised.callbacks.marshal(advised.sink, IID_IUNKNOWN)))
            )
            await asyncio.sleep(1)
            await both.server.kill_application(str(APP_ID))
            endings = await asyncio.gather(call, other)
            held.set()
            await client.close()
            return " ".join(endings)

    assert run(play(), network=net()) == "lost lost"


def test_an_application_that_is_stopped_tells_its_clients_first() -> None:
    """G28: the request goes out, clients let go, the process ends; an activation launches another."""

    async def play() -> None:
        async with bench() as both:
            client = both.windows()
            advised = await advise(client)
            released: list[asyncio.Task[None]] = []
            advised.sink.then = lambda: released.append(
                asyncio.get_running_loop().create_task(advised.remote.release())
            )
            began = both.loop.time()
            await both.server.stop_application(PROG_ID, "maintenance", patience=30.0)
            assert both.loop.time() - began < 1, "nobody is waited for who has let go"
            (process,) = both.processes
            assert (process.reasons, process.closed, process.made[0].gone) == (["maintenance"], 1, 1)
            assert (len(advised.sink.callers), advised.sink.gone) == (2, 1), "called, and given back"
            assert both.server.processes() == ()
            await activate(client)
            assert len(both.processes) == 2
            await client.close()

    run(play(), network=net())


def test_a_client_that_does_not_let_go_is_not_waited_for_longer_than_said() -> None:
    async def play() -> tuple[float, int, str]:
        async with bench() as both:
            client = both.windows()
            advised = await advise(client)
            words = await words_of(advised.remote)
            began = both.loop.time()
            await both.server.stop_application(str(CLSID), patience=10.0)
            took = both.loop.time() - began
            how = await ending(words.reset())
            await client.close()
            return took, both.processes[0].made[0].gone, how

    took, gone, how = run(play(), network=net())
    assert 10.0 <= took < 16.0
    assert (gone, how) == (1, "lost")


def test_a_server_whose_client_is_gone_shuts_down_all_the_same() -> None:
    async def play() -> list[str]:
        async with bench() as both:
            client = both.windows()
            await advise(client)
            await client.close(release=False)
            await both.server.stop_application(PROG_ID, patience=5.0)
            assert both.server.processes() == ()
            return both.told

    assert any("did not hear that the server shuts down" in line for line in run(play(), network=net()))


def test_an_activation_while_an_application_shuts_down_launches_another_process() -> None:
    async def play() -> None:
        async with bench() as both:
            client, other = both.windows(), both.windows(user="ENGINEER")
            words = await words_of(await activate(client))
            stopping = asyncio.get_running_loop().create_task(
                both.server.stop_application(PROG_ID, patience=5.0)
            )
            await asyncio.sleep(1)
            await words.reset()
            await activate(other)
            assert len(both.server.processes()) == 2
            await stopping
            assert len(both.server.processes()) == 1
            for each in (client, other):
                await each.close()

    run(play(), network=net())


def test_the_power_goes_while_an_application_shuts_down() -> None:
    async def play() -> int:
        async with bench() as both:
            client = both.windows()
            await activate(client)
            stopping = asyncio.get_running_loop().create_task(
                both.server.stop_application(PROG_ID, patience=5.0)
            )
            await asyncio.sleep(1)
            await both.server.stop()
            await stopping
            await client.close()
            return both.processes[0].closed

    assert run(play(), network=net()) == 1


def test_what_does_not_run_is_left_alone_and_what_is_not_installed_is_a_mistake() -> None:
    async def play() -> None:
        async with bench() as both:
            await both.server.kill_application(PROG_ID)
            await both.server.stop_application(PROG_ID)
            await both.server.log_off()
            with pytest.raises(LocalMisuse, match=r"No\.Such\.Server"):
                await both.server.kill_application("No.Such.Server")
            await both.server.stop()
            await both.server.kill_application(PROG_ID)
            await both.server.stop_application(PROG_ID)

    run(play(), network=net())


def test_a_class_object_lives_in_the_process_too_and_makes_objects_there() -> None:
    async def play() -> None:
        async with bench(LAUNCHING_USER) as both:
            client = both.windows()
            factory = await client.dcom.get_class_object(CLSID)
            assert len(both.server.processes()) == 1
            proxy = IClassFactoryProxy(factory.interface(IID_ICLASSFACTORY))
            made = await proxy.remote_create_instance(riid=IConnectionPoint.iid)
            assert made.ppv_object is not None
            assert [row.prog_id for row in both.server.objects()] == ["", PROG_ID]
            await both.server.kill_application(PROG_ID)
            assert await ending(proxy.remote_create_instance(riid=IConnectionPoint.iid)) == "lost"
            await client.close()

    run(play(), network=net())


def test_a_process_that_has_ended_calls_nobody() -> None:
    """A task that is left over must not dial a client anew."""

    async def play() -> str:
        async with bench() as both:
            client = both.windows()
            advised = await advise(client)
            words = both.processes[0].made[0]
            await both.server.kill_application(PROG_ID)
            how = await ending(words.tell())
            await client.close()
            return f"{how} {len(advised.sink.callers)}"

    assert run(play(), network=net()) == "lost 1"
