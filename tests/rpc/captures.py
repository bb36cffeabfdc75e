"""Takes the RPC streams out of a pcap file, for tests that hold captures against our PDUs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dpkt

from opcross.rpc.pdu import HEADER_SIZE, Header
from tests.data_files import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator


def rpc_pdus(name: str) -> list[bytes]:
    """Every PDU of every RPC stream of a capture, in the order of streams and octets."""
    return [pdu for stream in _streams(name) for pdu in _cut(stream)]


def _streams(name: str) -> Iterator[bytes]:
    segments: dict[tuple[bytes, int, bytes, int], dict[int, bytes]] = {}
    with data_file(name).open("rb") as file:
        for _, frame in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(frame).data
            tcp = getattr(ip, "data", None)
            if isinstance(tcp, dpkt.tcp.TCP) and tcp.data:
                segments.setdefault((ip.src, tcp.sport, ip.dst, tcp.dport), {})[tcp.seq] = tcp.data
    for parts in segments.values():
        stream = b"".join(parts[sequence] for sequence in sorted(parts))
        if stream[:2] == b"\x05\x00":
            yield stream


def _cut(stream: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + HEADER_SIZE <= len(stream):
        length = Header.unpack(stream[offset:]).frag_length
        yield stream[offset : offset + length]
        offset += length
