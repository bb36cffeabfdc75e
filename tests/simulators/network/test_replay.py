"""The same seed gives the same run, segment by segment; and what taps see is valid TCP."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from opcross_simulators.network import Flags, LinkQuality, Network, Segment, Verdict, run

from .nets import CHAOTIC, echo

ROOT = Path(__file__).resolve().parents[3]


def chaotic_run(seed: int) -> list[Segment]:
    """Forty clients, some in a hurry, some patient, over a line that is cut in between."""
    network = Network(seed, segmentation=CHAOTIC, quality=LinkQuality(0.005, 0.004, 1_000_000))
    network.host("SERVER", ["10.0.0.5"])
    clients = [network.host(f"CLIENT{number}", [f"10.0.1.{number}"]) for number in range(1, 6)]
    seen: list[Segment] = []
    network.tap(seen.append)

    async def talk(number: int) -> int:
        with clients[number % 5].running():
            reader, writer = await asyncio.open_connection("SERVER", 135)
        total = 0
        for turn in range(5):
            writer.write(bytes([number]) * (1 + 997 * turn * (number % 7)))
            total += len(await reader.read(100_000))
            await asyncio.sleep(number % 3 * 0.01)
        writer.close()
        await writer.wait_closed()
        return total

    async def main() -> None:
        server = await asyncio.start_server(echo, "SERVER", 135)
        loop = asyncio.get_running_loop()
        loop.call_later(0.03, network.cut, "CLIENT2", "SERVER")
        loop.call_later(0.9, network.restore, "CLIENT2", "SERVER")
        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(talk(number))
        server.close()
        # The tasks of the server are still there: their end replays too.

    run(main(), network=network)
    return seen


def digest(segments: list[Segment]) -> str:
    return hashlib.sha256("\n".join(map(repr, segments)).encode()).hexdigest()


def test_a_seed_replays_a_run_exactly() -> None:
    first = chaotic_run(11)
    assert len(first) > 500
    assert digest(first) == digest(chaotic_run(11))
    assert digest(first) != digest(chaotic_run(12))


def test_a_run_replays_in_another_process_with_other_hashes() -> None:
    script = (
        "import importlib.util, sys\n"
        f"sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / 'simulators')!r}]\n"
        "from tests.simulators.network.test_replay import chaotic_run, digest\n"
        "print(digest(chaotic_run(11)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "4242"},
    )
    assert done.stdout.strip() == digest(chaotic_run(11))


@pytest.mark.parametrize("seed", [11, 12])
def test_taps_see_a_valid_stream(seed: int) -> None:
    """Each direction starts with SYN and goes on without gaps; acknowledgements never promise too much."""
    expected: dict[tuple[str, int, str, int], int] = {}
    lost = 0
    times: list[float] = []
    for segment in chaotic_run(seed):
        times.append(segment.time)
        lost += segment.verdict is Verdict.DROP
        key = (segment.source, segment.source_port, segment.destination, segment.destination_port)
        back = (segment.destination, segment.destination_port, segment.source, segment.source_port)
        if segment.flags & Flags.SYN:
            expected[key] = (segment.seq + 1) & 0xFFFFFFFF
            continue
        ahead = (segment.seq - expected[key]) & 0xFFFFFFFF
        assert ahead == 0 or ahead > 0x8000_0000, "a gap"
        if not ahead:
            expected[key] = (segment.seq + segment.length) & 0xFFFFFFFF
        if segment.flags & Flags.ACK:
            assert (expected[back] - segment.ack) & 0xFFFFFFFF < 0x8000_0000, "acknowledges too much"
    assert times == sorted(times)
    assert lost


def test_segment_borders_differ_from_writes_now_and_then() -> None:
    sizes: dict[str, set[int]] = defaultdict(set)

    async def main() -> None:
        class Sizes(asyncio.Protocol):
            def data_received(self, data: bytes) -> None:
                sizes["read"].add(len(data))

        loop = asyncio.get_running_loop()
        server = await loop.create_server(Sizes, "SERVER", 135)
        transport, _ = await loop.create_connection(asyncio.Protocol, "SERVER", 135)
        for _ in range(300):
            transport.write(bytes(100))
            await asyncio.sleep(0.000_1)
        await asyncio.sleep(1)
        transport.close()
        server.close()

    network = Network(1)
    network.host("SERVER")
    run(main(), network=network)
    assert min(sizes["read"]) < 100 < max(sizes["read"])


def test_a_tap_can_be_taken_off() -> None:
    network = Network()
    seen: list[Segment] = []
    remove = network.tap(seen.append)

    async def main() -> None:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        remove()
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.close()
        await writer.wait_closed()
        server.close()

    run(main(), network=network)
    assert seen == []
