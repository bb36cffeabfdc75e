"""Capture files: Wireshark reads them, with names, comments and every octet where it belongs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import dpkt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross_harness.captures import capture_name, frame, segments_of, write_pcapng
from opcross_harness.model import Scenario, member, step
from opcross_harness.nets import LoopbackNet, Net, SimulatedNet
from opcross_harness.playing import play
from opcross_harness.recording import Entry, EntryKind, Recording, entries_of
from opcross_harness.result import Verdict
from opcross_simulators.network.segments import Flags, Segment

CLIENT, SERVER = ("127.0.0.2", 50000), ("127.0.0.1", 135)


def entry(kind: EntryKind, data: bytes = b"", *, time: float = 0.0, from_client: bool = True) -> Entry:
    return Entry(time, kind, 1, CLIENT, SERVER, from_client, data)


CONVERSATION = [
    entry(EntryKind.OPENED),
    entry(EntryKind.DATA, b"q" * 3000, time=0.5),
    entry(EntryKind.DATA, b"answer", time=1.0, from_client=False),
    entry(EntryKind.CLOSED, time=1.5),
]


@given(
    st.lists(st.tuples(st.booleans(), st.binary(min_size=1, max_size=5000)), max_size=8),
    st.integers(1, 1 << 30),
)
def test_octets_survive_the_way_through_segments(parts: list[tuple[bool, bytes]], number: int) -> None:
    entries = [
        Entry(0.0, EntryKind.OPENED, number, CLIENT, SERVER),
        *(Entry(1.0, EntryKind.DATA, number, CLIENT, SERVER, side, data) for side, data in parts),
        Entry(2.0, EntryKind.CLOSED, number, CLIENT, SERVER),
    ]
    again = entries_of(segments_of(entries))
    assert again[0].kind is EntryKind.OPENED
    assert again[-1].kind is EntryKind.CLOSED
    for side in (True, False):
        sent = b"".join(data for from_client, data in parts if from_client is side)
        assert b"".join(one.data for one in again if one.data and one.from_client is side) == sent


def test_a_segment_that_was_sent_twice_counts_once() -> None:
    segments = list(segments_of(CONVERSATION))
    data = [one for one in segments if one.payload]
    repeated = [*segments[:4], segments[3], *segments[4:], data[0]]
    assert [one.data for one in entries_of(repeated)] == [one.data for one in entries_of(segments)]


def test_a_connection_that_is_reset_is_closed_and_its_ports_may_be_used_again() -> None:
    segments = list(segments_of(CONVERSATION[:2]))
    reset = Segment(0.6, *SERVER, *CLIENT, flags=Flags.RST, seq=0, ack=0, window=0)
    entries = entries_of([*segments, reset, *segments])
    assert [one.kind for one in entries].count(EntryKind.OPENED) == 2
    assert {one.connection for one in entries} == {1, 2}


def test_what_belongs_to_no_connection_is_passed_over() -> None:
    (segment,) = [one for one in segments_of(CONVERSATION) if one.payload == b"answer"]
    assert entries_of([segment]) == []


@pytest.mark.parametrize("addresses", [("127.0.0.1", "10.1.2.3"), ("::1", "2001:db8::7")])
def test_frames_carry_checksums_that_hold(addresses: tuple[str, str]) -> None:
    segment = Segment(
        0.0, addresses[0], 5, addresses[1], 6, Flags.ACK | Flags.PSH, 0xFFFFFFFF, 7, 4096, b"odd"
    )
    packet = dpkt.ethernet.Ethernet(frame(segment))
    inner = packet.data
    checksum, inner.data.sum = inner.data.sum, 0
    tcp = bytes(inner.data)
    source, destination = (bytes(one) for one in (inner.src, inner.dst))
    pseudo = source + destination + len(tcp).to_bytes(4, "big") + (6).to_bytes(4, "big")
    assert dpkt.in_cksum(pseudo + tcp) == checksum
    if len(source) == 4:
        assert dpkt.in_cksum(bytes(inner)[:20]) == 0
    assert inner.data.data == b"odd"
    assert inner.data.seq == 0xFFFFFFFF


def test_a_case_becomes_a_file_name_that_every_system_takes() -> None:
    assert (
        capture_name("hardening/h1[level=pkt,phase=2023-03]") == "hardening_h1_level=pkt,phase=2023-03.pcapng"
    )


def test_a_recording_stops_at_its_limit_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross_harness.recording.SIZE_LIMIT", 10)
    recording = Recording()
    note = recording.open(CLIENT, SERVER)
    note(EntryKind.DATA, b"12345")
    before = recording.complete
    note(EntryKind.DATA, b"1234567")
    assert (before, recording.complete) == (True, False)
    assert [one.data for one in recording.entries] == [b"", b"12345"]


# ---------------------------------------------------------------------------------------------- tshark


def tshark(path: Path, *arguments: str) -> list[list[str]]:
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed")
    done = subprocess.run(
        [program, "-r", str(path), "-N", "n", "-T", "fields", "-E", "separator=|", *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [line.split("|") for line in done.stdout.splitlines()]


@pytest.mark.strangers("tshark")
def test_wireshark_reads_names_comments_times_and_checksums(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    write_pcapng(
        path,
        segments_of(CONVERSATION),
        names={"server": SERVER[0], "client": CLIENT[0]},
        comments=[(0.4, "activate: {by: client}"), (0.45, "second")],
        started=133_485_408_000_000_000,
        title="a case",
    )
    rows = tshark(
        path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
        "-e", "frame.time_epoch", "-e", "ip.src_host", "-e", "frame.comment",
        "-e", "tcp.checksum.status", "-e", "ip.checksum.status", "-e", "tcp.analysis.flags",
    )  # fmt: skip
    assert len(rows) == 10
    assert {row[1] for row in rows} == {"client", "server"}
    assert [row[2] for row in rows if row[2]] == ["activate: {by: client},second"]
    assert {tuple(row[3:5]) for row in rows} == {("1", "1")}
    assert {row[5] for row in rows} == {""}
    assert float(rows[0][0]) == 1704067200.0
    assert float(rows[3][0]) == 1704067200.5


def activation(level: str) -> Scenario:
    return Scenario(
        id=f"mine/{level}",
        title="t",
        why="w",
        source="s",
        cast={
            "server": member("opc-da-server", phase="2023-03"),
            "client": member("opc-da-client", level=level, user="OPERATOR"),
        },
        steps=[
            step(
                "activate",
                by="client",
                class_="Opcross.Simulation.1",
                at="server",
                expect="ok" if level == "integrity" else "fault 0x5",
            )
        ],
    )


@pytest.mark.strangers("tshark")
@pytest.mark.parametrize("kind", [SimulatedNet, LoopbackNet], ids=lambda kind: kind.name)
@pytest.mark.parametrize("level", ["connect", "integrity"])
def test_wireshark_sees_the_activation_and_its_level(kind: type[Net], level: str, tmp_path: Path) -> None:
    """The evidence is the wire's: tshark, not our own reader, finds the level and the answer there."""
    result = play(activation(level), kind(), captures=tmp_path)
    assert result.verdict is Verdict.PASSED, result.reason
    # Ports are whatever the host took: let tshark try DCE/RPC on all of them.
    rows = tshark(
        Path(result.capture), "--enable-heuristic", "dcerpc_tcp", "-Y", "dcerpc",
        "-e", "dcerpc.pkt_type", "-e", "dcerpc.auth_level", "-e", "dcerpc.cn_status", "-e", "ip.src_host",
    )  # fmt: skip
    binds = [row for row in rows if row[0] == "11" and row[1]]
    assert binds[0][1] == {"connect": "2", "integrity": "5"}[level]
    assert binds[0][3] == "client"
    faults = [row for row in rows if row[0] == "3"]
    assert [int(row[2], 0) for row in faults] == ([5] if level == "connect" else [])
    malformed = tshark(Path(result.capture), "-Y", "_ws.malformed", "-e", "frame.number")
    assert malformed == []
