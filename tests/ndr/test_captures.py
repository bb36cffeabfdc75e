"""What Windows machines said to each other, taken apart by the tables and put together again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from opcross.ndr import HRESULT, Interface, Method, Reader, Writer
from opcross.ndr._stream import Packer, Unpacker
from opcross.ndr._variant import same_value
from opcross.ndr.tables import load
from tests.data_files import data_file
from tests.ndr.captures import CapturedCall, calls

_TRAILER = bytes.fromhex("8ae3137102f43671")


def interfaces() -> dict[Any, Interface]:
    return {i.iid: i for spec in ("com", "common", "da") for i in load(spec).values()}


def orpc(name: str, data: bytes, method: Method) -> Reader:
    """A reader behind ORPCTHIS or ORPCTHAT."""
    unpacker = Unpacker(data)
    if method.interface not in ("IRemoteSCMActivator", "IOXIDResolver"):
        load("com").struct(name).read(unpacker)
    return unpacker


def again(write: Any, method: Method, name: str) -> bytes:
    """Pack behind ORPCTHIS or ORPCTHAT without extensions, as the capture has it."""
    packer = Packer()
    if method.interface not in ("IRemoteSCMActivator", "IOXIDResolver"):
        codec = load("com").struct(name)
        codec.write(packer, codec.default())
    write(packer)
    return packer.getvalue()


def check(call: CapturedCall, method: Method) -> None:
    reader = orpc("ORPCTHIS", call.request, method)
    asked = method.read_request(reader)
    rest = call.request[reader.offset :].lstrip(b"\0")
    assert not rest or rest.startswith(_TRAILER)
    packed = again(lambda writer: method.write_request(writer, asked), method, "ORPCTHIS")
    assert same_value(method.read_request(orpc("ORPCTHIS", packed, method), strict=True), asked)

    reader = orpc("ORPCTHAT", call.response, method)
    got = method.read_response(reader, request=asked)
    assert reader.offset == len(call.response)
    hresult = got.pop(HRESULT)
    packed = again(
        lambda writer: method.write_response(writer, got, hresult=hresult, request=asked), method, "ORPCTHAT"
    )
    back = method.read_response(orpc("ORPCTHAT", packed, method), request=asked, strict=True)
    assert same_value(back, {**got, HRESULT: hresult})


def test_an_opc_session_of_two_machines_decodes_to_the_last_octet() -> None:
    known = interfaces()
    seen: Counter[str] = Counter()
    for call in calls(data_file("captures/suricata-verify_opcda.pcap")):
        if call.interface is None:
            continue
        method = known[call.interface][call.opnum]
        check(call, method)
        seen[method.qualified_name] += 1
    assert seen == {
        "IOPCItemMgt.AddItems": 6,
        "IOPCItemMgt.SetActiveState": 12,
        "IOPCItemMgt.SetClientHandles": 6,
        "IOPCSyncIO.Read": 6,
        "IOPCDataCallback.OnDataChange": 6,
    }


def test_the_octets_of_an_opc_session_come_back_as_they_were() -> None:
    """Only alignment gaps may differ: Windows leaves in them what its memory held.

    They are the gap behind an odd number of characters, and the one in front of a VARIANT.
    """
    known = interfaces()
    compared = unlike = 0
    for call in calls(data_file("captures/suricata-verify_opcda.pcap")):
        if call.interface is None:
            continue
        method = known[call.interface][call.opnum]
        head = load("com").struct("ORPCTHIS")
        unpacker = Unpacker(call.request)
        this = head.read(unpacker)
        asked = method.read_request(unpacker)
        packer = Packer()
        head.write(packer, this)
        method.write_request(packer, asked)
        gaps = gaps_of(packer.getvalue(), call.request[: unpacker.offset])
        assert gaps <= {"IOPCItemMgt.AddItems": {82, 83}}.get(method.qualified_name, set())
        compared, unlike = compared + 1, unlike + bool(gaps)

        head = load("com").struct("ORPCTHAT")
        unpacker = Unpacker(call.response)
        that = head.read(unpacker)
        got = method.read_response(unpacker, request=asked)
        hresult = got.pop(HRESULT)
        packer = Packer()
        head.write(packer, that)
        method.write_response(packer, got, hresult=hresult, request=asked)
        gaps = gaps_of(packer.getvalue(), call.response)
        assert gaps <= {"IOPCSyncIO.Read": {36, 37, 38, 39}}.get(method.qualified_name, set())
        compared, unlike = compared + 1, unlike + bool(gaps)
    assert (compared, unlike) == (72, 8)


def gaps_of(packed: bytes, captured: bytes) -> set[int]:
    """Where the two differ; ours has zeros there."""
    assert len(packed) == len(captured)
    different = {at for at in range(len(packed)) if packed[at] != captured[at]}
    assert not any(packed[at] for at in different)
    return different


def test_values_of_an_opc_session_are_those_that_the_frames_show() -> None:
    known = interfaces()
    reads = [
        call
        for call in calls(data_file("captures/suricata-verify_opcda.pcap"))
        if call.interface == known_iid("IOPCSyncIO")
    ]
    method = known[known_iid("IOPCSyncIO")]["Read"]
    got = method.read_response(orpc("ORPCTHAT", reads[0].response, method))
    rows = got["item_values"]
    assert len(rows) == 1
    assert rows[0].data_value == rows["data_value"][0]
    assert rows["quality"].tolist() == [rows[0].quality]


def known_iid(name: str) -> Any:
    return load("da")[name].iid


@pytest.mark.parametrize(
    "interface", ["IOXIDResolver", "IRemUnknown2", "IClassFactory", "IDispatch", "IRemoteSCMActivator"]
)
def test_dcom_calls_of_windows_machines_decode_to_the_last_octet(interface: str) -> None:
    iid = load("com")[interface].iid
    seen = 0
    for call in calls(data_file("captures/suricata-verify_dcerpc-ctxids.pcap")):
        if call.interface == iid:
            check(call, load("com")[interface][call.opnum])
            seen += 1
    assert seen


def test_writer_continues_where_orpcthis_ended() -> None:
    """Alignment counts from the start of the stub, so eight octets in front shift nothing, four do."""
    method = load("com")["IOXIDResolver"]["SimplePing"]
    writer = Writer()
    writer.u32(7)
    method.write_request(writer, {"set_id": 5})
    assert writer.getvalue() == bytes.fromhex("07000000000000000500000000000000")
    reader = Reader(writer.getvalue(), offset=4)
    assert method.read_request(reader, strict=True) == {"set_id": 5}
