"""DCE/RPC requests and responses out of the shared captures, by hand: no code of ours reads them."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dpkt

from tests.data_files import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUEST, _RESPONSE = 0, 2
_FIRST_AND_LAST = 0x03
_OBJECT = 0x80
_VERIFICATION = bytes.fromhex("8ae3137102f43671")


@dataclass(frozen=True)
class CapturedPdu:
    """One request or response in a single fragment, without verifier and verification trailer."""

    request: bool
    opnum: int | None
    stub: bytes


def captured_pdus(name: str) -> Iterator[CapturedPdu]:
    """Those of ``captures/<name>``, in order; PDUs that span segments are left out."""
    path = data_file(f"captures/{name}")
    with path.open("rb") as file:
        reader = dpkt.pcapng.Reader(file) if name.endswith("ng") else dpkt.pcap.Reader(file)
        for _, frame in reader:
            packet = dpkt.ethernet.Ethernet(frame).data
            if isinstance(packet, dpkt.ip.IP) and isinstance(packet.data, dpkt.tcp.TCP):
                yield from _pdus(bytes(packet.data.data))


def _pdus(data: bytes) -> Iterator[CapturedPdu]:
    while data[:2] == b"\x05\x00" and len(data) >= 24:
        length, auth = struct.unpack_from("<HH", data, 8)
        pdu, data = data[:length], data[length:]
        kind, flags = pdu[2], pdu[3]
        if len(pdu) < length or kind not in (_REQUEST, _RESPONSE) or flags & 3 != _FIRST_AND_LAST:
            continue
        body = pdu[24 + (16 if flags & _OBJECT else 0) :]
        if auth:
            pad = pdu[length - auth - 8 + 2]
            body = body[: len(body) - auth - 8 - pad]
        if kind == _REQUEST and _VERIFICATION in body:
            body = body[: body.index(_VERIFICATION)]
        yield CapturedPdu(
            kind == _REQUEST, struct.unpack_from("<H", pdu, 22)[0] if kind == _REQUEST else None, body
        )


def captured_objrefs(name: str) -> Iterator[bytes]:
    """Every standard OBJREF in the stubs, cut where its bindings say that it ends."""
    for pdu in captured_pdus(name):
        start = pdu.stub.find(b"MEOW\x01\x00\x00\x00")
        while start >= 0:
            (entries,) = struct.unpack_from("<H", pdu.stub, start + 64)
            yield pdu.stub[start : start + 68 + 2 * entries]
            start = pdu.stub.find(b"MEOW\x01\x00\x00\x00", start + 1)
