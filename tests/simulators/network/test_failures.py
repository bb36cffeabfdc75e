"""Cuts, crashes, filters and refusals, as a program on either end sees them."""

from __future__ import annotations

import asyncio
import errno
import socket  # noqa: TID251  (constants)
import struct
from dataclasses import replace

import pytest

from opcross.errors import LocalMisuse
from opcross_simulators.network import (
    Filter,
    Flags,
    LinkQuality,
    Network,
    Segment,
    TcpOptions,
    Verdict,
    run,
)

from .nets import EXACT, Recorder, echo

SLOW = LinkQuality(latency=0.050, jitter=0)


def plant(*filters: Filter, tcp: TcpOptions | None = None, quality: LinkQuality = SLOW) -> Network:
    network = Network(5, segmentation=EXACT, quality=quality, filters=filters, tcp=tcp)
    network.host("SERVER", ["10.0.0.5"])
    network.host("CLIENT", ["10.0.0.9"])
    return network


async def connect(protocol: type[Recorder] = Recorder) -> tuple[asyncio.AbstractServer, Recorder, Recorder]:
    loop = asyncio.get_running_loop()
    accepted: asyncio.Future[Recorder] = loop.create_future()

    def accept() -> Recorder:
        recorder = protocol()
        accepted.set_result(recorder)
        return recorder

    server = await loop.create_server(accept, "SERVER", 135)
    _, client = await loop.create_connection(protocol, "SERVER", 135, local_addr=("10.0.0.9", 0))
    theirs = await accepted
    await theirs.made.wait()
    return server, theirs, client


def now() -> float:
    return asyncio.get_running_loop().time()


def test_a_handshake_takes_a_round_trip() -> None:
    async def main() -> float:
        await connect()
        return now()

    assert run(main(), network=plant()) == pytest.approx(0.150)


def test_a_syn_without_answer_times_out_after_21_seconds() -> None:
    async def main() -> float:
        with pytest.raises(TimeoutError) as caught:
            await asyncio.get_running_loop().create_connection(Recorder, "10.66.66.66", 135)
        assert caught.value.errno == errno.ETIMEDOUT
        return now()

    assert run(main(), network=plant()) == pytest.approx(21.0)


def test_a_caller_may_give_up_earlier() -> None:
    network = plant()

    async def main() -> float:
        network.cut("CLIENT", "SERVER")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.open_connection("SERVER", 135, local_addr=("10.0.0.9", 0))
        assert network.find("CLIENT").connections == ()
        return now()

    assert run(main(), network=network) == 5.0


def test_data_written_during_a_cut_arrives_after_it() -> None:
    network = plant()

    async def main() -> None:
        server, theirs, client = await connect()
        network.cut("CLIENT", "SERVER")
        client.transport.write(b"held ")
        await asyncio.sleep(10)
        client.transport.write(b"by the wire")
        assert theirs.data == b""
        network.restore("CLIENT", "SERVER")
        await asyncio.sleep(20)
        assert theirs.data == b"held by the wire"
        assert client.happened == ["made"]
        client.transport.close()
        await theirs.lost.wait()
        server.close()

    run(main(), network=network)


def test_what_is_under_way_during_a_cut_is_sent_again() -> None:
    network = plant()
    seen: list[Segment] = []

    async def main() -> None:
        _, theirs, client = await connect()
        network.tap(seen.append)
        client.transport.write(b"lost on the way")
        await asyncio.sleep(0.01)
        network.cut("CLIENT", "SERVER")
        network.restore("CLIENT", "SERVER")
        await asyncio.sleep(5)
        assert theirs.data == b"lost on the way"

    run(main(), network=network)
    data = [segment for segment in seen if segment.payload]
    assert len(data) == 2
    assert data[0].seq == data[1].seq


def test_a_sender_gives_up_after_some_fifteen_minutes() -> None:
    network = plant(quality=LinkQuality(0.000_2, 0))

    async def main() -> tuple[float, Recorder, Recorder]:
        _, theirs, client = await connect()
        network.cut("CLIENT", "SERVER")
        client.transport.write(b"request")
        await client.lost.wait()
        return now(), client, theirs

    when, client, theirs = run(main(), network=network)
    assert isinstance(client.error, TimeoutError)
    assert when == pytest.approx(924.6, abs=0.1)  # 15 repetitions from 0.2 s on, 120 s at most
    assert theirs.happened == ["made"], "an end that sends nothing notices nothing"


def test_retransmissions_are_an_option_of_the_host() -> None:
    network = plant(tcp=TcpOptions(retransmissions=5, min_rto=0.3))

    async def main() -> float:
        _, _, client = await connect()
        network.cut("CLIENT", "SERVER")
        start = now()
        client.transport.write(b"request")
        await client.lost.wait()
        return now() - start

    assert run(main(), network=network) == pytest.approx(0.3 * 63)


def test_one_way_cuts_lose_the_answer_only() -> None:
    network = plant()

    async def main() -> None:
        _, theirs, client = await connect()
        network.cut("SERVER", "CLIENT", one_way=True)
        client.transport.write(b"question")
        await asyncio.sleep(1)
        assert theirs.data == b"question"
        theirs.transport.write(b"answer")
        await asyncio.sleep(10)
        assert client.data == b""
        network.restore("SERVER", "CLIENT")
        await asyncio.sleep(20)
        assert client.data == b"answer"
        assert theirs.data == b"question", "what was repeated is not read twice"

    run(main(), network=network)


def test_an_unplugged_host_comes_back_with_its_connections() -> None:
    network = plant()

    async def main() -> None:
        _, theirs, client = await connect()
        client.transport.write(b"a")
        network.find("SERVER").unplug()
        client.transport.write(b"b")
        await asyncio.sleep(5)
        assert theirs.data == b""
        network.find("SERVER").plug()
        await asyncio.sleep(10)
        assert theirs.data == b"ab"

    run(main(), network=network)


def test_a_crashed_host_is_silent_and_its_connections_are_gone_when_it_is_back() -> None:
    network = plant()
    server_host = network.find("SERVER")

    async def main() -> None:
        server, theirs, client = await connect()
        server_host.crash()
        assert not server.is_serving()
        await asyncio.sleep(1)
        assert isinstance(theirs.error, ConnectionAbortedError)
        theirs.transport.write(b"from the grave")
        assert client.happened == ["made"]
        with pytest.raises(OSError, match="bind"):
            await asyncio.get_running_loop().create_server(Recorder, "SERVER", 135)
        with server_host.running(), pytest.raises(OSError) as caught:
            await asyncio.open_connection("CLIENT", 1)
        assert caught.value.errno == errno.ENETDOWN
        client.transport.write(b"anybody there?")
        await asyncio.sleep(5)
        assert client.happened == ["made"]
        server_host.restart()
        with pytest.raises(LocalMisuse):
            server_host.restart()
        await client.lost.wait()
        assert isinstance(client.error, ConnectionResetError)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("SERVER", 135)

    run(main(), network=network)


def test_killed_programs_reset_their_peers_at_once() -> None:
    network = plant()

    async def main() -> float:
        server, theirs, client = await connect()
        start = now()
        network.find("SERVER").reset()
        await client.lost.wait()
        assert isinstance(client.error, ConnectionResetError)
        assert isinstance(theirs.error, ConnectionAbortedError)
        assert not server.is_serving()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("SERVER", 135)
        await (await asyncio.get_running_loop().create_server(Recorder, "SERVER", 135)).start_serving()
        return client.transport.get_write_buffer_size() + now() - start

    assert run(main(), network=network) < 0.3


def test_killing_a_host_ends_its_connection_attempts() -> None:
    network = plant()

    async def main() -> None:
        network.cut("CLIENT", "SERVER")
        attempt = asyncio.create_task(
            asyncio.get_running_loop().create_connection(Recorder, "SERVER", 135, local_addr=("10.0.0.9", 0))
        )
        await asyncio.sleep(1)
        network.find("CLIENT").reset()
        with pytest.raises(ConnectionAbortedError):
            await attempt

    run(main(), network=network)


def test_keep_alive_finds_a_dead_peer() -> None:
    network = plant()

    async def main() -> float:
        _, _, client = await connect()
        sock = client.transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, "TCP_KEEPIDLE", 4), 60)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        await asyncio.sleep(600)
        assert client.happened == ["made"], "a living peer answers the probes"
        network.find("SERVER").crash()
        await client.lost.wait()
        assert isinstance(client.error, TimeoutError)
        return now() - 600

    assert 0 < run(main(), network=network) < 90


def test_linger_zero_closes_with_reset() -> None:
    async def main() -> None:
        _, theirs, client = await connect()
        client.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        client.transport.close()
        await theirs.lost.wait()
        assert isinstance(theirs.error, ConnectionResetError)

    run(main(), network=plant())


def test_a_shut_window_opens_again_although_the_news_was_lost() -> None:
    network = plant()

    async def main() -> None:
        _, theirs, client = await connect()
        theirs.transport.pause_reading()
        client.transport.write(bytes(300_000))
        await asyncio.sleep(5)
        network.cut("CLIENT", "SERVER")
        theirs.transport.resume_reading()
        await asyncio.sleep(5)
        assert len(theirs.data) == 65_535
        network.restore("CLIENT", "SERVER")
        await asyncio.sleep(60)
        assert len(theirs.data) == 300_000

    run(main(), network=network)


def test_bandwidth_and_window_bound_the_rate() -> None:
    async def transfer() -> float:
        _, theirs, client = await connect()
        start = now()
        client.transport.write(bytes(100_000))
        client.transport.close()
        await theirs.lost.wait()
        assert len(theirs.data) == 100_000
        return now() - start

    narrow = LinkQuality(latency=0.001, jitter=0, bandwidth=10_000)
    assert run(transfer(), network=plant(quality=narrow)) == pytest.approx(10.3, rel=0.02)
    far = LinkQuality(latency=0.5, jitter=0)
    assert 1.5 <= run(transfer(), network=plant(quality=far)) < 2.6


def test_each_direction_has_a_quality_of_its_own() -> None:
    network = plant()
    network.set_link("CLIENT", "SERVER", LinkQuality(1.0, 0), back=LinkQuality(0.25, 0))

    async def main() -> float:
        await connect()
        return now()

    assert run(main(), network=network) == pytest.approx(2.25)
    assert network.link("SERVER", "CLIENT").quality.latency == 0.25


class PortFilter:
    """A firewall of one rule."""

    def __init__(self, port: int, verdict: Verdict) -> None:
        self.port = port
        self.verdict = verdict

    def examine(self, segment: Segment) -> Verdict:
        return self.verdict if segment.destination_port == self.port else Verdict.PASS


def test_a_filter_can_drop_a_port() -> None:
    async def main() -> float:
        await connect()
        with pytest.raises(TimeoutError):
            await asyncio.get_running_loop().create_connection(Recorder, "SERVER", 4840)
        return now()

    assert run(main(), network=plant(PortFilter(4840, Verdict.DROP))) > 21


def test_a_filter_can_refuse_a_port() -> None:
    seen: list[Segment] = []
    network = plant(PortFilter(4840, Verdict.REFUSE))
    network.tap(seen.append)

    async def main() -> float:
        server = await asyncio.get_running_loop().create_server(Recorder, "SERVER", 4840)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.get_running_loop().create_connection(Recorder, "SERVER", 4840)
        server.close()
        return now()

    assert run(main(), network=network) < 1
    assert [(segment.flags, segment.verdict) for segment in seen] == [
        (Flags.SYN, Verdict.REFUSE),
        (Flags.RST | Flags.ACK, Verdict.PASS),
    ]


def test_a_filter_that_refuses_later_resets_an_open_connection() -> None:
    network = plant()

    async def main() -> None:
        _, theirs, client = await connect()
        network.filters.append(PortFilter(135, Verdict.REFUSE))
        client.transport.write(b"x")
        await client.lost.wait()
        assert isinstance(client.error, ConnectionResetError)
        assert theirs.data == b""

    run(main(), network=network)


def test_a_filter_can_translate_addresses() -> None:
    """One public address, one inner host: the smallest address translation that works."""

    class Translation:
        def examine(self, segment: Segment) -> Segment:
            if segment.destination == "203.0.113.1":
                return replace(segment, destination="10.0.0.5")
            if segment.source == "10.0.0.5":
                return replace(segment, source="203.0.113.1")
            return segment

    async def main() -> None:
        server = await asyncio.start_server(echo, "SERVER", 135)
        reader, writer = await asyncio.open_connection("203.0.113.1", 135, local_addr=("10.0.0.9", 0))
        writer.write(b"through")
        assert await reader.readexactly(7) == b"through"
        assert writer.get_extra_info("peername") == ("203.0.113.1", 135)
        writer.close()
        await writer.wait_closed()
        server.close()

    run(main(), network=plant(Translation()))


def test_a_connection_that_breaks_at_its_birth_is_reported() -> None:
    """The RST arrives together with the SYN and ACK, before the program runs again."""
    network = plant(quality=LinkQuality(0, 0))

    class Slam(Recorder):
        def __init__(self) -> None:
            super().__init__()
            network.find("SERVER").reset()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        await loop.create_server(Slam, "SERVER", 135)
        _, client = await loop.create_connection(Recorder, "SERVER", 135, local_addr=("10.0.0.9", 0))
        await client.lost.wait()
        assert client.happened == ["made", "lost"]
        assert isinstance(client.error, ConnectionResetError)

    run(main(), network=network)


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="latency"):
        LinkQuality(latency=-1)
    with pytest.raises(ValueError, match="bandwidth"):
        LinkQuality(bandwidth=0)
    with pytest.raises(ValueError, match="window"):
        TcpOptions(window=70_000)
