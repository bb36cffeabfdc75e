"""Capture files: what went over the wires of a stage, as a pcapng that Wireshark opens.

The simulated net gives segments with the numbers of the wire; a recording of real sockets gives octets,
around which the segments are made here. Addresses carry the names of the cast, and the first packet of
each step carries the step as its comment.
"""

from __future__ import annotations

import ipaddress
import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from opcross_harness.recording import Entry, EntryKind
from opcross_simulators.network.segments import SEQUENCE_MASK, Flags, Segment

if TYPE_CHECKING:
    from opcross_harness.model import Case
    from opcross_harness.result import Line
    from opcross_harness.stage import Stage

__all__ = ["capture_name", "frame", "segments_of", "write_capture", "write_pcapng"]

_LINKTYPE_ETHERNET = 1
_WINDOW = 0xFFFF
_SEGMENT_SIZE = 1460
_EPOCH_1970 = 116_444_736_000_000_000  # ticks of 100 ns from 1601 to 1970


def capture_name(case_id: str) -> str:
    """A file name that every system takes."""
    return re.sub(r"[^A-Za-z0-9.=,_-]+", "_", case_id).strip("_") + ".pcapng"


def write_capture(folder: Path, case: Case, stage: Stage, lines: Sequence[Line]) -> Path:
    """Write the wires of a stage into a file of ``folder``, named after the case."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / capture_name(case.id)
    comments = [(line.began, line.text) for line in lines if line.began is not None]
    started = stage.wall_time() - round(stage.now() * 10_000_000)
    write_pcapng(
        path,
        stage.venue.segments(),
        names=stage.names,
        comments=comments,
        started=started,
        title=f"{case.id}: {case.scenario.title}",
    )
    return path


def write_pcapng(
    path: Path,
    segments: Iterable[Segment],
    *,
    names: dict[str, str],
    comments: Iterable[tuple[float, str]] = (),
    started: int = _EPOCH_1970,
    title: str = "",
) -> None:
    """Write segments as Ethernet frames.

    ``names`` gives each name its address; ``comments`` are texts with the time from which they hold, put
    on the first packet then; ``started`` is the wall time (100 ns since 1601) of time 0.
    """
    from pcapng import FileWriter
    from pcapng.blocks import EnhancedPacket, InterfaceDescription, NameResolution, SectionHeader

    options = {"shb_userappl": "opcross", **({"opt_comment": [title]} if title else {})}
    section = SectionHeader(options=options)
    section.new_member(InterfaceDescription, link_type=_LINKTYPE_ETHERNET, options={"if_name": "stage"})
    base = (started - _EPOCH_1970) // 10
    waiting = sorted(comments)
    with path.open("wb") as stream:
        writer = FileWriter(stream, section)
        records = [
            {"type": 1, "address": address, "names": [name]}
            for name, address in names.items()
            if _is_ipv4(address)
        ]
        if records:
            writer.write_block(section.new_member(NameResolution, records=records))
        for segment in segments:
            due = []
            while waiting and waiting[0][0] <= segment.time:
                due.append(waiting.pop(0)[1])
            moment = base + round(segment.time * 1_000_000)
            data = frame(segment)
            writer.write_block(
                section.new_member(
                    EnhancedPacket,
                    interface_id=0,
                    timestamp_high=moment >> 32,
                    timestamp_low=moment & 0xFFFFFFFF,
                    captured_len=len(data),
                    packet_len=len(data),
                    packet_data=data,
                    options={"opt_comment": due} if due else {},
                )
            )


def _is_ipv4(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).version == 4
    except ValueError:
        return False


# ------------------------------------------------------------------------------- segments of a recording


class _Numbers:
    """The sequence numbers of one connection: the next octet of each side."""

    def __init__(self, connection: int) -> None:
        start = (connection * 0x01000193) & SEQUENCE_MASK
        self.next = {True: start, False: (start ^ 0x5A5A5A5A) & SEQUENCE_MASK}


def segments_of(entries: Iterable[Entry]) -> Iterator[Segment]:
    """The TCP segments that a recording could have come in: handshake, data, an end to each side."""
    connections: dict[int, _Numbers] = {}
    for entry in entries:
        numbers = connections.setdefault(entry.connection, _Numbers(entry.connection))
        if entry.kind is EntryKind.OPENED:
            yield _segment(entry, numbers, Flags.SYN, from_client=True)
            yield _segment(entry, numbers, Flags.SYN | Flags.ACK, from_client=False)
            yield _segment(entry, numbers, Flags.ACK, from_client=True)
        elif entry.kind is EntryKind.CLOSED:
            yield _segment(entry, numbers, Flags.FIN | Flags.ACK, from_client=True)
            yield _segment(entry, numbers, Flags.FIN | Flags.ACK, from_client=False)
            yield _segment(entry, numbers, Flags.ACK, from_client=True)
        else:
            for start in range(0, len(entry.data), _SEGMENT_SIZE):
                part = entry.data[start : start + _SEGMENT_SIZE]
                last = start + _SEGMENT_SIZE >= len(entry.data)
                flags = Flags.ACK | (Flags.PSH if last else Flags(0))
                yield _segment(entry, numbers, flags, from_client=entry.from_client, payload=part)


def _segment(
    entry: Entry, numbers: _Numbers, flags: Flags, *, from_client: bool, payload: bytes = b""
) -> Segment:
    source, destination = (entry.client, entry.server) if from_client else (entry.server, entry.client)
    segment = Segment(
        time=entry.time,
        source=source[0],
        source_port=source[1],
        destination=destination[0],
        destination_port=destination[1],
        flags=flags,
        seq=numbers.next[from_client],
        ack=numbers.next[not from_client] if Flags.ACK in flags else 0,
        window=_WINDOW,
        payload=payload,
    )
    numbers.next[from_client] = (segment.seq + segment.length) & SEQUENCE_MASK
    return segment


# ------------------------------------------------------------------------------------------- frames


def frame(segment: Segment) -> bytes:
    """An Ethernet frame with this segment in it, checksums included ([RFC 791], [RFC 9293])."""
    source, destination = _packed(segment.source), _packed(segment.destination)
    tcp = _tcp(segment, source, destination)
    if len(source) == 4:
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0) + source + destination
        ip = ip[:10] + struct.pack(">H", _checksum(ip)) + ip[12:]
        kind = 0x0800
    else:
        ip = struct.pack(">IHBB", 6 << 28, len(tcp), 6, 64) + source + destination
        kind = 0x86DD
    return _hardware(destination) + _hardware(source) + struct.pack(">H", kind) + ip + tcp


def _packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def _hardware(address: bytes) -> bytes:
    """A locally administered address made of the last four octets."""
    return b"\x02\x00" + address[-4:]


def _tcp(segment: Segment, source: bytes, destination: bytes) -> bytes:
    head = struct.pack(
        ">HHIIBBHHH",
        segment.source_port,
        segment.destination_port,
        segment.seq,
        segment.ack,
        5 << 4,
        int(segment.flags),
        min(segment.window, 0xFFFF),
        0,
        0,
    )
    data = head + segment.payload
    pseudo = source + destination + struct.pack(">II", len(data), 6)
    return data[:16] + struct.pack(">H", _checksum(pseudo + data)) + data[18:]


def _checksum(data: bytes) -> int:
    """The Internet checksum ([RFC 1071])."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return int(~total & 0xFFFF)
