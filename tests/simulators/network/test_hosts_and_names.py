"""Hosts, their names and addresses, and which host a program runs on."""

from __future__ import annotations

import asyncio
import errno
import socket  # noqa: TID251  (constants and gaierror)

import pytest

from opcross.errors import LocalMisuse
from opcross_simulators.network import Network, SimulatedLoop, run

from .nets import Recorder, echo


def plant() -> Network:
    network = Network(5)
    network.host("SERVER", ["10.0.0.5", "10.1.0.5"], names=["opc.plant.example"])
    network.host("CLIENT", ["10.0.0.9", "fd00::9"])
    return network


def test_names_resolve_in_any_case_and_addresses_pass_through() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for name in ("SERVER", "server", "OPC.Plant.Example", "opc.plant.example."):
            infos = await loop.getaddrinfo(name, 135)
            assert [info[4] for info in infos] == [("10.0.0.5", 135), ("10.1.0.5", 135)]
        assert (await loop.getaddrinfo("10.9.9.9", "80"))[0] == (
            socket.AF_INET,
            socket.SOCK_STREAM,
            socket.IPPROTO_TCP,
            "",
            ("10.9.9.9", 80),
        )
        assert [info[4] for info in await loop.getaddrinfo("client", 1, family=socket.AF_INET6)] == [
            ("fd00::9", 1, 0, 0)
        ]
        assert (await loop.getaddrinfo("localhost", None))[0][4] == ("127.0.0.1", 0)
        assert await loop.getnameinfo(("10.0.0.9", 49_152)) == ("CLIENT", "49152")
        assert await loop.getnameinfo(("10.0.0.9", 7), socket.NI_NUMERICHOST) == ("10.0.0.9", "7")

    run(main(), network=plant())


@pytest.mark.parametrize(
    ("name", "port", "number"),
    [("nobody", 1, socket.EAI_NONAME), ("SERVER", "epmap", socket.EAI_SERVICE)],
)
def test_unknown_names_and_services_are_gaierrors(name: str, port: int | str, number: int) -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror) as caught:
            await asyncio.get_running_loop().getaddrinfo(name, port)
        assert caught.value.errno == number

    run(main(), network=plant())


def test_hosts_do_not_share_names_or_addresses() -> None:
    network = plant()
    with pytest.raises(LocalMisuse, match="SERVER has the name"):
        network.host("server")
    with pytest.raises(LocalMisuse, match="CLIENT has the address"):
        network.host("OTHER", ["FD00::0009"])
    with pytest.raises(LocalMisuse, match="not an address"):
        network.host("OTHER", ["10.0.0.256"])
    third = network.host("THIRD")
    assert third.addresses == ("10.0.0.1",)
    assert network.find("third") is network.find("10.0.0.1") is third
    with pytest.raises(KeyError):
        network.find("nobody")


def test_the_source_host_is_that_of_local_addr() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        accepted: list[Recorder] = []

        def accept() -> Recorder:
            accepted.append(Recorder())
            return accepted[-1]

        server = await loop.create_server(accept, "10.0.0.5", 135)
        transport, _ = await loop.create_connection(
            Recorder, "opc.plant.example", 135, local_addr=("10.0.0.9", 0)
        )
        assert transport.get_extra_info("sockname")[0] == "10.0.0.9"
        await asyncio.sleep(1)
        assert accepted[0].transport.get_extra_info("peername") == transport.get_extra_info("sockname")
        with pytest.raises(OSError, match="error while attempting to bind") as caught:
            await loop.create_connection(Recorder, "10.0.0.5", 135, local_addr=("10.7.7.7", 0))
        assert caught.value.errno == errno.EADDRNOTAVAIL
        transport.close()
        server.close()
        await server.wait_closed()

    run(main(), network=plant())


def test_a_program_runs_on_the_host_in_whose_context_it_was_started() -> None:
    network = plant()
    server_host, client_host = network.find("SERVER"), network.find("CLIENT")

    async def main() -> None:
        seen = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            seen.append(network.running_host().name)
            await echo(reader, writer)

        with server_host.running():
            server = await asyncio.start_server(serve, None, 135)
        assert {each.getsockname() for each in server.sockets} == {("10.0.0.5", 135), ("10.1.0.5", 135)}

        async def use() -> None:
            reader, writer = await asyncio.open_connection("SERVER", 135)
            assert writer.get_extra_info("sockname")[0] == "10.0.0.9"
            writer.write(b"x")
            await reader.readexactly(1)
            assert network.running_host() is client_host
            writer.close()
            await writer.wait_closed()

        with client_host.running():
            task = asyncio.create_task(use())
        await task
        assert network.running_host() is network.default_host
        assert seen == ["SERVER"]
        server.close()
        await server.wait_closed()

    run(main(), network=network)


def test_each_host_has_a_loopback_of_its_own() -> None:
    network = plant()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        servers = []
        for host in (network.find("SERVER"), network.find("CLIENT")):
            with host.running():
                servers.append(await loop.create_server(Recorder, "127.0.0.1", 135))
        with network.find("CLIENT").running():
            transport, _ = await loop.create_connection(Recorder, "localhost", 135)
            assert transport.get_extra_info("sockname")[0] == "127.0.0.1"
            assert len(network.find("CLIENT").connections) == 2
            assert network.find("SERVER").connections == ()
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, "127.0.0.1", 135)  # the default host listens nowhere
        transport.close()
        for server in servers:
            server.close()

    run(main(), network=network)


def test_a_loopback_address_can_belong_to_a_host_for_all() -> None:
    """Scenarios give the same 127.x addresses to hosts on both nets."""
    network = Network()
    network.host("SERVER", ["127.0.0.5"])
    network.host("CLIENT", ["127.0.0.6"])

    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.5", 135)
        reader, writer = await asyncio.open_connection("127.0.0.5", 135, local_addr=("127.0.0.6", 0))
        writer.write(b"ok")
        assert await reader.readexactly(2) == b"ok"
        assert [c.key[2] for c in network.find("SERVER").connections] == ["127.0.0.6"]
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()

    run(main(), network=network)


def test_ports_are_reserved_and_given_back() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        first = await loop.create_server(Recorder, "SERVER", 0)
        ports = {each.getsockname()[1] for each in first.sockets}
        assert all(49_152 <= port <= 65_535 for port in ports)
        taken = first.sockets[0].getsockname()
        with pytest.raises(OSError, match="in use") as caught:
            await loop.create_server(Recorder, *taken)
        assert caught.value.errno == errno.EADDRINUSE
        with network.find("SERVER").running(), pytest.raises(OSError, match="in use"):
            await loop.create_server(Recorder, "0.0.0.0", taken[1])
        with pytest.raises(OSError, match="cannot assign") as caught:
            await loop.create_server(Recorder, "10.8.8.8", 1)
        assert caught.value.errno == errno.EADDRNOTAVAIL
        first.close()
        again = await loop.create_server(Recorder, *taken)
        again.close()

    network = plant()
    run(main(), network=network)


def test_a_wildcard_serves_every_address_of_its_host() -> None:
    network = plant()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        with network.find("SERVER").running():
            server = await loop.create_server(Recorder, "0.0.0.0", 135)
        assert server.sockets[0].getsockname() == ("0.0.0.0", 135)
        for address in ("10.0.0.5", "10.1.0.5"):
            transport, _ = await loop.create_connection(Recorder, address, 135)
            transport.close()
        server.close()

    run(main(), network=network)


def test_every_address_of_a_name_is_tried() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Recorder, "10.1.0.5", 135)
        transport, _ = await loop.create_connection(Recorder, "SERVER", 135)
        assert transport.get_extra_info("peername") == ("10.1.0.5", 135)
        transport.close()
        server.close()
        with pytest.raises(OSError, match="Multiple exceptions"):
            await loop.create_connection(Recorder, "SERVER", 135)
        with pytest.raises(ExceptionGroup) as caught:
            await loop.create_connection(Recorder, "SERVER", 135, all_errors=True)  # type: ignore[call-overload]  # of 3.12
        assert [type(each) for each in caught.value.exceptions] == [ConnectionRefusedError] * 2

    run(main(), network=plant())


def test_ipv6_hosts_meet() -> None:
    network = Network()
    network.host("SIX", ["fd00::1"])
    network.host("SEVEN", ["fd00::7"])

    async def main() -> None:
        server = await asyncio.start_server(echo, "SIX", 135)
        reader, writer = await asyncio.open_connection("SIX", 135, local_addr=("fd00::7", 0))
        assert writer.get_extra_info("peername") == ("fd00::1", 135, 0, 0)
        writer.write(b"6")
        assert await reader.readexactly(1) == b"6"
        writer.close()
        await writer.wait_closed()
        server.close()
        with pytest.raises(OSError) as caught:
            await asyncio.open_connection("SIX", 135)  # the default host speaks IPv4 only
        assert caught.value.errno == errno.ENETUNREACH

    run(main(), network=network)


def test_clients_of_a_server_can_be_closed_together() -> None:
    async def main() -> None:
        server = await asyncio.get_running_loop().create_server(Recorder, "SERVER", 135)
        clients = [
            (await asyncio.get_running_loop().create_connection(Recorder, "SERVER", 135))[1] for _ in "ab"
        ]
        await asyncio.sleep(1)
        server.close()
        waiting = asyncio.create_task(server.wait_closed())
        await asyncio.sleep(1)
        assert not waiting.done()
        server.close_clients()  # type: ignore[attr-defined]  # of Python 3.13
        await waiting
        await asyncio.gather(*(client.lost.wait() for client in clients))
        assert all(client.happened == ["made", "end", "lost"] for client in clients)

    run(main(), network=plant())


def test_a_network_serves_one_loop() -> None:
    network = Network()
    with pytest.raises(LocalMisuse, match="no loop"):
        _ = network.loop
    loop = SimulatedLoop(network)
    with pytest.raises(LocalMisuse, match="one loop"):
        SimulatedLoop(network)
    loop.close()
