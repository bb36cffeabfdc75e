"""A capture of what taps saw satisfies somebody else's TCP analysis."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from typing import TYPE_CHECKING

import dpkt
import pytest

from opcross_simulators.network import LinkQuality, Network, Segment, run

from .nets import CHAOTIC, EXACT, address_of, echo

if TYPE_CHECKING:
    from pathlib import Path

    from opcross_simulators.network import Segmentation


def write_capture(path: Path, segments: list[Segment]) -> None:
    with path.open("wb") as file:
        writer = dpkt.pcap.Writer(file, linktype=dpkt.pcap.DLT_RAW, nano=True)
        for segment in segments:
            tcp = dpkt.tcp.TCP(
                sport=segment.source_port,
                dport=segment.destination_port,
                seq=segment.seq,
                ack=segment.ack,
                flags=int(segment.flags),
                win=segment.window,
                data=segment.payload,
            )
            packet = dpkt.ip.IP(
                src=bytes(map(int, segment.source.split("."))),
                dst=bytes(map(int, segment.destination.split("."))),
                p=dpkt.ip.IP_PROTO_TCP,
                data=tcp,
            )
            packet.len = len(packet)
            writer.writepkt(packet, ts=segment.time)


def conversation(network: Network) -> list[Segment]:
    network.host("SERVER", ["10.0.0.5"])
    network.host("CLIENT", ["10.0.0.9"])
    seen: list[Segment] = []
    network.tap(seen.append)

    async def main() -> None:
        server = await asyncio.start_server(echo, "SERVER", 4840)
        reader, writer = await asyncio.open_connection(*address_of(server), local_addr=("10.0.0.9", 0))
        for size in (1, 500, 30_000):
            writer.write(bytes(size))
            await reader.readexactly(size)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(5)
        server.close()

    run(main(), network=network)
    return seen


@pytest.mark.strangers("tshark")
@pytest.mark.parametrize("segmentation", [EXACT, CHAOTIC], ids=["exact", "chaotic"])
def test_wireshark_finds_nothing_wrong(tmp_path: Path, segmentation: Segmentation) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    segments = conversation(Network(3, segmentation=segmentation, quality=LinkQuality(0.01, 0.001)))
    path = tmp_path / "run.pcap"
    write_capture(path, segments)
    wanted = (
        "tcp.len",
        "tcp.analysis.flags",
        "tcp.analysis.window_update",
        "tcp.checksum.status",
        "tcp.completeness",
    )
    fields = [word for name in wanted for word in ("-e", name)]
    done = subprocess.run(
        [tshark, "-r", str(path), "-o", "tcp.check_checksum:TRUE", "-T", "fields", *fields],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(rows) == len(segments)
    assert sum(int(row[0]) for row in rows) == 2 * 30_501
    assert {row[1] for row in rows if not row[2]} == {""}, "retransmissions, gaps or other trouble"
    assert {row[3] for row in rows} == {"1"}, "checksums"
    assert rows[-1][4] == "31", "SYN, SYN+ACK, ACK, data and FIN were all seen"


def test_a_quiet_conversation_needs_no_repetition() -> None:
    segments = conversation(Network(3, quality=LinkQuality(0.01, 0.001)))
    data = [(each.source, each.seq) for each in segments if each.payload]
    assert len(data) == len(set(data))
