"""Takes DCE/RPC calls out of a capture, by a few lines of its own rather than by the product's code."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import dpkt

REQUEST, RESPONSE, BIND, ALTER = 0, 2, 11, 14
_OBJECT_UUID = 0x80


@dataclass(frozen=True)
class CapturedCall:
    """A request stub and its response stub, without verification trailer and security."""

    interface: UUID | None
    opnum: int
    request: bytes
    response: bytes


def _halves(path: Path) -> dict[tuple[bytes, int, bytes, int], bytes]:
    segments: dict[tuple[bytes, int, bytes, int], dict[int, bytes]] = defaultdict(dict)
    with path.open("rb") as file:
        for _, raw in dpkt.pcap.Reader(file):
            ip = dpkt.ethernet.Ethernet(raw).data
            if isinstance(ip, dpkt.ip.IP) and isinstance(ip.data, dpkt.tcp.TCP) and ip.data.data:
                tcp = ip.data
                segments[ip.src, tcp.sport, ip.dst, tcp.dport].setdefault(tcp.seq, bytes(tcp.data))
    halves = {}
    for key, parts in segments.items():
        out, expected = b"", min(parts)
        for seq in sorted(parts):
            out += parts[seq][max(expected - seq, 0) :]
            expected = max(expected, seq + len(parts[seq]))
        halves[key] = out
    return halves


def _pdus(data: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    at = 0
    while at + 16 <= len(data) and data[at] == 5:
        _, _, kind, flags, _, size, auth, call_id = struct.unpack_from("<BBBB4sHHI", data, at)
        body = data[at + 16 : at + size]
        if auth:
            pad = body[-auth - 6]
            body = body[: -auth - 8 - pad]
        yield kind, flags, call_id, body
        at += size


def calls(path: Path) -> Iterator[CapturedCall]:
    """Every call whose request and response were captured whole."""
    halves = _halves(path)
    for (source, sport, target, dport), data in halves.items():
        contexts: dict[int, UUID] = {}
        answers = {
            call: body
            for kind, _, call, body in _pdus(halves.get((target, dport, source, sport), b""))
            if kind == RESPONSE
        }
        for kind, flags, call, body in _pdus(data):
            if kind in (BIND, ALTER):
                at = 12
                for _ in range(body[8]):
                    context, syntaxes = struct.unpack_from("<HB", body, at)
                    contexts[context] = UUID(bytes_le=body[at + 4 : at + 20])
                    at += 24 + 20 * syntaxes
            elif kind == REQUEST and call in answers:
                context, opnum = struct.unpack_from("<HH", body, 4)
                stub = body[24 if flags & _OBJECT_UUID else 8 :]
                yield CapturedCall(contexts.get(context), opnum, stub, answers[call][8:])
