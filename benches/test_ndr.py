"""NDR: VARIANTs from numbers to octets and back, ours beside impacket's.

Both start from the same thousand floats and end with the same octets, and back. impacket's figure
includes making its objects, as nobody has such objects lying around; ``packing alone`` leaves that out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from opcross.ndr import Method, StructColumn, Variant, VariantColumn, VarType
from opcross.ndr._stream import Packer, Unpacker
from opcross.ndr.tables import load

oaut = pytest.importorskip("impacket.dcerpc.v5.dcom.oaut", reason="impacket is the peer here")
dtypes = pytest.importorskip("impacket.dcerpc.v5.dtypes")
ndr = pytest.importorskip("impacket.dcerpc.v5.ndr")

COUNT = 1000
NUMBERS = np.random.default_rng(1).normal(size=COUNT)
TABLE = load("da")
COUNTED = TABLE.codec("u32"), TABLE.codec("unique(carray(n,variant))")


class Variants(ndr.NDRUniConformantArray):  # type: ignore[name-defined, misc]  # an untyped module
    item = oaut.VARIANT


class VariantsPointer(ndr.NDRPOINTER):  # type: ignore[name-defined, misc]  # an untyped module
    referent = (("Data", Variants),)


class TheirCall(ndr.NDRCALL):  # type: ignore[name-defined, misc]  # an untyped module
    opnum = 4
    structure = (("count", dtypes.ULONG), ("values", VariantsPointer))


def our_pack(numbers: np.ndarray) -> bytes:
    packer = Packer()
    COUNTED[0].write(packer, len(numbers))
    COUNTED[1].write(packer, VariantColumn.of_numbers(VarType.R8, numbers))
    return packer.getvalue()


def our_unpack(data: bytes) -> np.ndarray:
    unpacker = Unpacker(data)
    COUNTED[0].read(unpacker)
    column: VariantColumn = COUNTED[1].read(unpacker)
    return column.numbers()


def their_call(numbers: list[float]) -> Any:  # noqa: ANN401  (an untyped class)
    call = TheirCall()
    call["count"] = len(numbers)
    for number in numbers:
        variant = oaut.VARIANT()
        variant["clSize"] = 4
        variant["vt"] = oaut.VARENUM.VT_R8
        variant["_varUnion"]["tag"] = oaut.VARENUM.VT_R8
        variant["_varUnion"]["dblVal"] = number
        call["values"].append(variant)
    return call


def their_unpack(data: bytes) -> list[float]:
    return [variant["_varUnion"]["dblVal"] for variant in TheirCall(data)["values"]]


def test_both_write_and_read_the_same() -> None:
    assert our_unpack(their_call(NUMBERS.tolist()).getData()).tolist() == NUMBERS.tolist()
    assert their_unpack(our_pack(NUMBERS)) == NUMBERS.tolist()


@pytest.mark.benchmark(group="pack 1,000 VT_R8 VARIANTs")
def test_pack_ours(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(our_pack, NUMBERS)) == 36016


@pytest.mark.benchmark(group="pack 1,000 VT_R8 VARIANTs")
def test_pack_theirs(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(lambda: their_call(NUMBERS.tolist()).getData())) == 36016


@pytest.mark.benchmark(group="pack 1,000 VT_R8 VARIANTs")
def test_pack_theirs_packing_alone(benchmark: BenchmarkFixture) -> None:
    call = their_call(NUMBERS.tolist())
    assert len(benchmark(call.getData)) == 36016


@pytest.mark.benchmark(group="unpack 1,000 VT_R8 VARIANTs")
def test_unpack_ours(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(our_unpack, our_pack(NUMBERS))) == COUNT


@pytest.mark.benchmark(group="unpack 1,000 VT_R8 VARIANTs")
def test_unpack_theirs(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(their_unpack, our_pack(NUMBERS))) == COUNT


MIXED = VariantColumn.of(
    [
        (
            Variant(VarType.R8, 0.5),
            Variant(VarType.I2, -1),
            Variant(VarType.BOOL, value=True),
            Variant(VarType.I4, 7),
        )[i % 4]
        for i in range(COUNT)
    ]
)
WITH_STRINGS = VariantColumn.of(
    [Variant(VarType.BSTR, "running") if i % 10 == 0 else Variant(VarType.R8, 0.5) for i in range(COUNT)]
)


@pytest.mark.benchmark(group="columns of 1,000")
@pytest.mark.parametrize("column", [MIXED, WITH_STRINGS], ids=["mixed widths", "a string in ten"])
def test_pack_columns(benchmark: BenchmarkFixture, column: VariantColumn) -> None:
    def pack() -> bytes:
        packer = Packer()
        COUNTED[1].write(packer, column)
        return packer.getvalue()

    assert Unpacker(benchmark(pack)).remaining


@pytest.mark.benchmark(group="columns of 1,000")
@pytest.mark.parametrize("column", [MIXED, WITH_STRINGS], ids=["mixed widths", "a string in ten"])
def test_unpack_columns(benchmark: BenchmarkFixture, column: VariantColumn) -> None:
    packer = Packer()
    COUNTED[1].write(packer, column)
    data = packer.getvalue()
    assert benchmark(lambda: COUNTED[1].read(Unpacker(data))) == column


READ: Method = TABLE["IOPCSyncIO"]["Read"]
REMOVE: Method = TABLE["IOPCServer"]["RemoveGroup"]


def rows() -> StructColumn[Any]:
    record: Any = TABLE.struct("OPCITEMSTATE")
    return StructColumn(
        record.make,
        {
            "client": np.arange(COUNT, dtype=np.uint32),
            "time_stamp": np.full(COUNT, 1 << 56, np.uint64),
            "quality": np.full(COUNT, 192, np.uint16),
            "reserved": 0,
            "data_value": VariantColumn.of_numbers(VarType.R8, NUMBERS),
        },
    )


@pytest.mark.benchmark(group="calls")
def test_pack_a_read_of_1000_items(benchmark: BenchmarkFixture) -> None:
    values = {"item_values": rows(), "errors": np.zeros(COUNT, np.uint32)}
    assert benchmark(READ.pack_response, values)


@pytest.mark.benchmark(group="calls")
def test_unpack_a_read_of_1000_items(benchmark: BenchmarkFixture) -> None:
    packed = READ.pack_response({"item_values": rows(), "errors": np.zeros(COUNT, np.uint32)})
    assert benchmark(READ.unpack_response, packed)


@pytest.mark.benchmark(group="calls")
def test_pack_a_small_request(benchmark: BenchmarkFixture) -> None:
    assert benchmark(REMOVE.pack_request, {"server_group": 1, "force": False})


@pytest.mark.benchmark(group="calls")
def test_unpack_a_small_request(benchmark: BenchmarkFixture) -> None:
    packed = REMOVE.pack_request({"server_group": 1, "force": False})
    assert benchmark(REMOVE.unpack_request, packed)
