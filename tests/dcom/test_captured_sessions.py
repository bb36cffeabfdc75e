"""What Windows peers said to each other on IRemUnknown and IOXIDResolver, and what we say in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.interfaces_generated import IEnumString, IOXIDResolver, IRemUnknown, IRemUnknown2
from opcross.dcom.orpc import OrpcThat, OrpcThis
from opcross.dcom.rem_unknown import RemUnknownClient
from opcross.dcom.wire_forms import DualStringForm, VersionForm
from opcross.errors import WireError
from opcross.levels import AuthLevel
from opcross.ndr import Reader, Writer
from opcross.rpc.call import Call, Caller, SyntaxId
from tests.dcom.captured import CapturedPdu, captured_pdus
from tests.dcom.direct import DirectNet
from tests.dcom.plant import CLIENT, Plant, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CAPTURE = "suricata-verify_dcerpc-ctxids.pcap"
COM_5_7 = b"\5\0\7\0"


def exchanges() -> Iterator[tuple[CapturedPdu, CapturedPdu]]:
    """Requests, each with the response that follows it."""
    asked: CapturedPdu | None = None
    for pdu in captured_pdus(CAPTURE):
        if pdu.request:
            asked = pdu
        elif asked is not None:
            yield asked, pdu


def remote_unknown(opnum: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The exchanges of a method of IRemUnknown: the request, and the octets of the response."""
    for asked, answered in exchanges():
        if asked.opnum != opnum or asked.stub[:4] != COM_5_7:
            continue
        reader = Reader(asked.stub)
        OrpcThis.read(reader)
        try:
            request = IRemUnknown[opnum].read_request(reader)
        except WireError:
            continue  # the same opnum of another interface
        if reader.remaining < 8 and 0 < len(request.get("iids") or request.get("interface_refs") or ()) < 5:
            yield request, answered.stub


async def test_windows_refuses_a_query_in_the_octets_that_we_use() -> None:
    plant = Plant(DirectNet())
    caller = Caller(CLIENT, level=AuthLevel.INTEGRITY)
    ipid = plant.exporter.grant(Words(), IEnumString.iid, caller).ipid
    refused = 0
    for request, response in remote_unknown(3):
        reader = Reader(response)
        OrpcThat.read(reader)
        if IRemUnknown[3].read_response(reader)["hresult"] != Hresult.E_NOINTERFACE:
            continue
        stub = Writer()
        OrpcThis(cid=UUID(int=1)).write(stub)
        IRemUnknown[3].write_request(stub, {**request, "ripid": ipid})
        call = Call(SyntaxId(IRemUnknown2.iid), 3, stub.getvalue(), caller, plant.exporter.ipid_rem_unknown)
        assert await plant.exporter.call(call) == response
        refused += 1
    assert refused > 5


async def test_our_client_reads_the_references_that_windows_gives() -> None:
    granted = 0
    for request, response in remote_unknown(3):

        async def send(
            iid: UUID, opnum: int, write: Callable[[Writer], None], answer: bytes = response
        ) -> Reader:
            reader = Reader(answer)
            OrpcThat.read(reader)
            return reader

        results = await RemUnknownClient(send).query_interface(request["ripid"], 5, request["iids"])
        for hresult, std in results:
            if hresult == Hresult.S_OK:
                assert std.public_refs == request["refs"] == 5
                assert std.oxid
                assert std.ipid.int
                granted += 1
    assert granted == 2


def test_windows_releases_five_references() -> None:
    releases = [request for request, _ in remote_unknown(5)]
    assert releases
    for request in releases:
        assert {reference.public_refs for reference in request["interface_refs"]} == {5}
        assert {reference.private_refs for reference in request["interface_refs"]} == {0}


def test_server_alive2_packs_back_to_the_same_octets() -> None:
    (response,) = [answered.stub for asked, answered in exchanges() if asked.opnum == 5 and asked.stub == b""]
    method = IOXIDResolver["ServerAlive2"]
    answer = method.unpack_response(response, strict=True)
    form = answer["or_bindings"]
    bindings = DualStringArray.from_units([int(unit) for unit in form.string_array], form.security_offset)
    assert [binding.network_address for binding in bindings.strings] == ["DC1", "192.168.56.101"]
    ours = {
        "com_version": VersionForm(5, 7),
        "or_bindings": DualStringForm.of(bindings),
        "reserved": 0,
    }
    assert method.pack_response(ours) == response
