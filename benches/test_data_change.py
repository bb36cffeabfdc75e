"""OnDataChange of 10,000 VT_R8 items, from columns to octets and back, without a socket.

The limits are physical: copying the same octets once, and signing and verifying the same fragments alone.
The peer is impacket's NDR, from the same numbers; its arrays stand behind unique pointers, 20 octets more,
because it misplaces bodies of VARIANTs in arrays that don't. It is slow enough to get one round.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches.measuring import measure
from opcross.levels import AuthLevel
from opcross.ndr import VariantColumn, VarType
from opcross.ndr._stream import Unpacker
from opcross.opc.da.batch import Batch
from opcross.opc.da.interfaces_generated import TABLE, IOPCDataCallback
from opcross.rpc.association import CallReceived
from opcross.rpc.security.ntlm.session import Session
from tests.rpc.association.cores import ECHO
from tests.rpc.association.test_ntlm import logged_on

COUNT = 10_000
METHOD = IOPCDataCallback["OnDataChange"]
BATCH = Batch(
    np.arange(COUNT),
    VariantColumn.of_numbers(VarType.R8, np.random.default_rng(1).normal(size=COUNT)),
    0xC0,
    133_000_000_000_000_000,
)
FLAGS, KEY = 0xE2888235, bytes(range(16))
_UNSIGNED = "OnDataChange of 10,000 VT_R8 items"
_SIGNED = "the same, signed and verified"


def request() -> dict[str, Any]:
    return {
        "transid": 0,
        "group": 1,
        "masterquality": BATCH.master_quality,
        "mastererror": BATCH.master_error,
        "client_items": BATCH.handles,
        "values": BATCH.values,
        "qualities": BATCH.qualities,
        "time_stamps": BATCH.time_stamps,
        "errors": BATCH.errors,
    }


def pack() -> bytes:
    return METHOD.pack_request(request())


def unpack(stub: bytes) -> Batch:
    got = METHOD.unpack_request(stub)
    return Batch(got["client_items"], got["values"], got["qualities"], got["time_stamps"], got["errors"])


def test_what_is_measured_comes_back_whole() -> None:
    assert unpack(pack()) == BATCH


@pytest.mark.benchmark(group=_UNSIGNED)
def test_copying_the_octets(benchmark: BenchmarkFixture) -> None:
    stub = pack()
    assert len(benchmark(bytearray, stub)) == len(stub)


@pytest.mark.benchmark(group=_UNSIGNED)
def test_pack_ours(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(pack)) == 540_044


@pytest.mark.benchmark(group=_UNSIGNED)
def test_unpack_ours(benchmark: BenchmarkFixture) -> None:
    stub = pack()
    assert len(benchmark(unpack, stub)) == COUNT


def their_call() -> Any:  # noqa: ANN401  (an untyped class)
    """impacket's objects for the same request, arrays behind unique pointers."""
    oaut = pytest.importorskip("impacket.dcerpc.v5.dcom.oaut", reason="impacket is the peer here")
    dtypes = pytest.importorskip("impacket.dcerpc.v5.dtypes")
    ndr = pytest.importorskip("impacket.dcerpc.v5.ndr")

    def array_of(element: Any) -> Any:  # noqa: ANN401
        array = type("Array", (ndr.NDRUniConformantArray,), {"item": element})
        return type("Pointer", (ndr.NDRPOINTER,), {"referent": (("Data", array),)})

    class OnDataChange(ndr.NDRCALL):  # type: ignore[name-defined, misc]  # an untyped module
        opnum = 3
        structure = (
            ("dwTransid", dtypes.ULONG),
            ("hGroup", dtypes.ULONG),
            ("hrMasterquality", dtypes.ULONG),
            ("hrMastererror", dtypes.ULONG),
            ("dwCount", dtypes.ULONG),
            ("phClientItems", array_of("<L")),
            ("pvValues", array_of(oaut.VARIANT)),
            ("pwQualities", array_of("<H")),
            ("pftTimeStamps", array_of("<Q")),
            ("pErrors", array_of("<L")),
        )

    call = OnDataChange()
    call["dwCount"] = COUNT
    call["hGroup"] = 1
    call["phClientItems"] = BATCH.handles.tolist()
    for number in BATCH.values.numbers().tolist():
        variant = oaut.VARIANT()
        variant["clSize"] = 4
        variant["vt"] = oaut.VARENUM.VT_R8
        variant["_varUnion"]["tag"] = oaut.VARENUM.VT_R8
        variant["_varUnion"]["dblVal"] = number
        call["pvValues"].append(variant)
    call["pwQualities"] = BATCH.qualities.tolist()
    call["pftTimeStamps"] = BATCH.time_stamps.tolist()
    call["pErrors"] = BATCH.errors.tolist()
    return call


@pytest.mark.benchmark(group=_UNSIGNED)
def test_pack_impacket(benchmark: BenchmarkFixture) -> None:
    packed = measure(benchmark, lambda: bytes(their_call().getData()), rounds=1)
    unpacker = Unpacker(packed)
    unpacker.skip(5 * 4)
    assert len(TABLE.codec("unique(carray(n,u32))").read(unpacker)) == COUNT
    assert TABLE.codec("unique(carray(n,variant))").read(unpacker) == BATCH.values


@pytest.mark.benchmark(group=_UNSIGNED)
def test_unpack_impacket(benchmark: BenchmarkFixture) -> None:
    call = their_call()
    packed = bytes(call.getData())
    again = measure(benchmark, lambda: type(call)(packed), rounds=1)
    assert len(again["pvValues"]) == COUNT


class Alone:
    """The fragments of the call, signed by one session and verified by another, and nothing else."""

    def __init__(self) -> None:
        pair = logged_on(AuthLevel.INTEGRITY)
        pair.client.call(ECHO, 3, pack())
        fragments = pair.client.pdus_to_send()
        self.parts = [(pdu[:24], pdu[24:-24], pdu[-24:-16]) for pdu in fragments]
        self.sender = Session(FLAGS, KEY, client=True)
        self.receiver = Session(FLAGS, KEY, client=False)

    def run(self) -> int:
        sign, verify = self.sender.sign, self.receiver.verify
        for head, body, trailer in self.parts:
            verify(head, body, trailer, sign(head, body, trailer))
        return len(self.parts)


@pytest.mark.benchmark(group=_SIGNED)
def test_signing_and_verifying_alone(benchmark: BenchmarkFixture) -> None:
    assert benchmark(Alone().run) > 90


@pytest.mark.benchmark(group=_SIGNED)
def test_the_whole_way_at_integrity(benchmark: BenchmarkFixture) -> None:
    """Columns, NDR, fragments, signatures, and back to columns: two associations and no socket."""
    pair = logged_on(AuthLevel.INTEGRITY)

    def whole_way() -> Batch:
        pair.client.call(ECHO, 3, pack())
        events = pair.server.receive_data(b"".join(pair.client.pdus_to_send()), 0.0)
        (active,) = (event.call for event in events if isinstance(event, CallReceived))
        batch = unpack(active.call.stub)
        pair.server.reply(active, b"")
        for pdu in pair.server.pdus_to_send():
            pair.client.receive_data(pdu)
        return batch

    assert len(benchmark(whole_way)) == COUNT
