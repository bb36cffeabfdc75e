"""The management interface, the router, and the verification trailer."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, Fault, WireError
from opcross.ndr import Reader
from opcross.rpc import (
    ENDPOINT_MAPPER,
    MANAGEMENT,
    Call,
    Caller,
    EndpointMap,
    EndpointMapper,
    Management,
    Router,
    Statistics,
    SyntaxId,
)
from opcross.rpc.pdu import NDR20, NDR64
from opcross.rpc.verification_trailer import MAGIC, VerificationTrailer, find_trailer, request_trailer

OFFERED = (ENDPOINT_MAPPER, SyntaxId(UUID(int=7), 1, 2))
NOBODY = Caller("192.0.2.1")


async def ask(opnum: int, stub: bytes = b"") -> Reader:
    statistics = Statistics()
    statistics.calls_in = 3
    statistics.packets_out = 2**32 + 5
    face = Management(
        lambda: OFFERED,
        statistics=statistics,
        principal=lambda service: "host/opcsrv" if service == 10 else None,
    )
    return Reader(await face.call(Call(MANAGEMENT, opnum, stub, NOBODY)))


async def test_inq_if_ids_lists_what_is_offered() -> None:
    reader = await ask(0)
    assert reader.u32()
    assert (reader.u32(), reader.u32()) == (2, 2)
    reader.skip(8)
    found = tuple(SyntaxId(reader.guid(), reader.u16(), reader.u16()) for _ in range(2))
    assert found == OFFERED
    assert reader.u32() == 0
    reader.finish()


@pytest.mark.parametrize(
    ("asked", "values"), [(0, []), (2, [3, 0]), (4, [3, 0, 0, 5]), (2**32 - 1, [3, 0, 0, 5])]
)
async def test_inq_stats_gives_no_more_than_was_asked_for(asked: int, values: list[int]) -> None:
    reader = await ask(1, asked.to_bytes(4, "little"))
    assert (reader.u32(), reader.u32()) == (len(values), len(values))
    assert [reader.u32() for _ in values] == values
    assert reader.u32() == 0
    reader.finish()


async def test_the_server_listens_and_nobody_may_stop_it() -> None:
    assert (await ask(2)).rest() == bytes(4) + b"\1\0\0\0"
    assert (await ask(3)).u32() == 5


@pytest.mark.parametrize(
    ("service", "size", "text", "status"),
    [(10, 64, b"host/opcsrv\0", 0), (10, 5, b"host\0", 0), (10, 0, b"", 0), (99, 64, b"\0", 0x6BF)],
)
async def test_inq_princ_name_fits_the_clients_buffer(
    service: int, size: int, text: bytes, status: int
) -> None:
    reader = await ask(4, service.to_bytes(4, "little") + size.to_bytes(4, "little"))
    assert (reader.u32(), reader.u32()) == (size, 0)
    assert reader.take(reader.u32()) == text
    reader.align(4)
    assert reader.u32() == status


async def test_there_are_five_methods() -> None:
    with pytest.raises(Fault) as caught:
        await ask(5)
    assert (caught.value.code, caught.value.did_not_execute) == (0x1C010002, True)


async def test_a_router_asks_the_first_that_accepts() -> None:
    router = Router(EndpointMapper(EndpointMap()), Management(lambda: OFFERED))
    assert router.accepts(MANAGEMENT)
    assert not router.accepts(OFFERED[1])
    assert await router.call(Call(MANAGEMENT, 3, b"", NOBODY)) == b"\5\0\0\0"
    with pytest.raises(Fault) as caught:
        await router.call(Call(OFFERED[1], 0, b"", NOBODY))
    assert caught.value.code == 0x1C010003


# -- verification trailer --------------------------------------------------------------------------


def test_a_trailer_is_written_command_by_command() -> None:
    octets = request_trailer(MANAGEMENT, 2, 7, 1)
    assert octets.startswith(MAGIC + bytes.fromhex("01000400 01000000 02802800"))
    assert octets.endswith(bytes.fromhex("03c01000 00000000 10000000 07000000 0100 0200"))


def test_a_trailer_is_found_behind_a_stub() -> None:
    trailer = find_trailer(b"stub" + request_trailer(MANAGEMENT, 2, 7, 1))
    assert trailer is not None
    assert trailer.offset == 4
    assert trailer.bits == 1
    assert trailer.syntaxes == (MANAGEMENT, NDR20)
    assert trailer.mismatch(interface=MANAGEMENT, opnum=2, call_id=7, context_id=1) == ""


@pytest.mark.parametrize(
    ("interface", "opnum", "call_id", "context_id"),
    [(ENDPOINT_MAPPER, 2, 7, 1), (MANAGEMENT, 3, 7, 1), (MANAGEMENT, 2, 8, 1), (MANAGEMENT, 2, 7, 0)],
)
def test_a_trailer_vouches_for_every_field(
    interface: SyntaxId, opnum: int, call_id: int, context_id: int
) -> None:
    trailer = find_trailer(request_trailer(MANAGEMENT, 2, 7, 1))
    assert trailer is not None
    assert trailer.mismatch(interface=interface, opnum=opnum, call_id=call_id, context_id=context_id)


def test_a_trailer_of_another_transfer_syntax_does_not_fit() -> None:
    octets = VerificationTrailer(syntaxes=(MANAGEMENT, NDR64)).pack()
    trailer = find_trailer(octets)
    assert trailer is not None
    assert trailer.mismatch(interface=MANAGEMENT, opnum=0, call_id=0, context_id=0)


@given(
    st.binary(max_size=40).map(lambda stub: stub + bytes(-len(stub) % 4)),
    st.none() | st.integers(0, 2**32 - 1),
    st.none() | st.tuples(st.binary(min_size=4, max_size=4), *[st.integers(0, 0xFFFF)] * 3),
)
def test_trailers_survive_the_wire(
    stub: bytes, bits: int | None, header: tuple[bytes, int, int, int] | None
) -> None:
    trailer = VerificationTrailer(bits=bits, header=header, offset=len(stub))
    found = find_trailer(stub + trailer.pack())
    if bits is None and header is None:
        assert found == VerificationTrailer(bits=0, offset=len(stub))
    else:
        assert found == trailer


@pytest.mark.parametrize(
    "stub",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"xyz" + request_trailer(MANAGEMENT, 2, 7, 1), id="off its boundary"),
        pytest.param(MAGIC + b"data", id="the magic number as data"),
        pytest.param(request_trailer(MANAGEMENT, 2, 7, 1) + b"more", id="not at the end"),
    ],
)
def test_what_does_not_read_to_the_end_is_no_trailer(stub: bytes) -> None:
    assert find_trailer(stub) is None


@pytest.mark.parametrize(
    "command", ["09c0 0400 00000000", "02c0 0400 00000000"], ids=["unknown", "too short"]
)
def test_a_command_that_must_be_processed_and_cannot_be_is_refused(command: str) -> None:
    with pytest.raises(BadValue):
        find_trailer(MAGIC + bytes.fromhex(command))


@given(st.binary(max_size=80))
def test_noise_behind_the_magic_number_is_no_trailer_or_a_wire_error(octets: bytes) -> None:
    try:
        find_trailer(MAGIC + octets)
    except WireError:
        return
