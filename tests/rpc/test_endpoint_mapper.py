"""ept_map, ept_lookup and the towers in them."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, Fault, Truncated, WireError
from opcross.ndr import Reader, Writer
from opcross.rpc import ENDPOINT_MAPPER, Call, Caller, EndpointEntry, EndpointMap, EndpointMapper, SyntaxId
from opcross.rpc.pdu import NDR64
from opcross.rpc.tower import Tower

FACE = SyntaxId(UUID("12345678-1234-abcd-ef00-01234567cffb"), 1, 2)
SECOND = SyntaxId(UUID("12345678-1234-abcd-ef00-01234567cffc"), 3, 0)
ENTRIES = (
    EndpointEntry(interface=FACE, port=49664, annotation="first"),
    EndpointEntry(interface=SECOND, port=49665, address="192.0.2.7"),
    EndpointEntry(interface=FACE, port=49666, object=UUID(int=5)),
)
CALLER = Caller("192.0.2.1", local_address="127.0.0.6")
NOT_REGISTERED = 0x16C9A0D6

# The tower of epmapper itself at port 135 of 10.0.0.1, written out floor by floor.
GOLDEN = bytes.fromhex(
    "0500"
    "1300 0d 0883afe11f5dc91191a408002b14a0fa 0300 0200 0000"
    "1300 0d 045d888aeb1cc9119fe808002b104860 0200 0200 0000"
    "0100 0b 0200 0000"
    "0100 07 0200 0087"
    "0100 09 0400 0a000001"
)


def mapper() -> EndpointMapper:
    return EndpointMapper(EndpointMap(ENTRIES))


async def ask(opnum: int, stub: bytes, *, little: bool = True) -> bytes:
    return await mapper().call(Call(ENDPOINT_MAPPER, opnum, stub, CALLER, little=little))


def map_stub(
    tower: bytes | None, most: int = 4, object_: UUID | None = None, *, little: bool = True
) -> bytes:
    writer = Writer(little=little)
    writer.u32(1)
    writer.guid(object_ or UUID(int=0))
    writer.u32(0 if tower is None else 2)
    if tower is not None:
        writer.u32(len(tower))
        writer.u32(len(tower))
        writer.put(tower)
        writer.align(4)
    writer.put(bytes(20))
    writer.u32(most)
    return writer.getvalue()


def mapped(answer: bytes) -> tuple[list[Tower], int]:
    reader = Reader(answer, offset=20)
    count, most, first, actual = reader.u32(), reader.u32(), reader.u32(), reader.u32()
    assert (first, actual) == (0, count)
    assert most >= count
    reader.skip(4 * count)
    towers = []
    for _ in range(count):
        reader.align(4)
        reader.u32()
        towers.append(Tower.unpack(reader.take(reader.u32())))
    reader.align(4)
    status = reader.u32()
    reader.finish()
    return towers, status


def test_a_tower_is_packed_floor_by_floor() -> None:
    assert len(GOLDEN) == 75
    tower = Tower(interface=ENDPOINT_MAPPER, port=135, address="10.0.0.1")
    assert tower.pack() == GOLDEN
    assert Tower.unpack(GOLDEN) == tower


@pytest.mark.parametrize("cut", range(len(GOLDEN)))
def test_a_cut_tower_is_truncated(cut: int) -> None:
    with pytest.raises(Truncated):
        Tower.unpack(GOLDEN[:cut])


def test_a_tower_of_pipes_is_understood_and_not_served() -> None:
    pipes = GOLDEN[: 2 + 50] + bytes.fromhex("01000b02000000 01000f010000 010011010000")
    assert not Tower.unpack(pipes).tcp


def test_a_tower_must_begin_with_uuids() -> None:
    with pytest.raises(BadValue, match="floor of protocol"):
        Tower.unpack(GOLDEN.replace(b"\x0d", b"\x0c", 1))


@given(st.binary(max_size=120))
def test_noise_is_a_tower_or_a_wire_error(octets: bytes) -> None:
    try:
        Tower.unpack(octets)
    except WireError:
        return


async def test_map_finds_an_interface_at_the_address_that_was_called() -> None:
    towers, status = mapped(await ask(3, map_stub(Tower(interface=FACE).pack())))
    assert status == 0
    assert towers == [Tower(interface=FACE, port=49664, address="127.0.0.6")]


async def test_map_prefers_the_address_of_the_entry() -> None:
    towers, _ = mapped(await ask(3, map_stub(Tower(interface=SECOND).pack())))
    assert [(tower.port, tower.address) for tower in towers] == [(49665, "192.0.2.7")]


async def test_map_knows_objects() -> None:
    towers, _ = mapped(await ask(3, map_stub(Tower(interface=FACE).pack(), object_=UUID(int=5))))
    assert [tower.port for tower in towers] == [49664, 49666]


@pytest.mark.parametrize("little", [True, False], ids=["little", "big"])
async def test_map_reads_both_byte_orders(little: bool) -> None:
    towers, _ = mapped(await ask(3, map_stub(Tower(interface=FACE).pack(), little=little), little=little))
    assert [tower.port for tower in towers] == [49664]


@pytest.mark.parametrize(
    "tower",
    [
        pytest.param(Tower(interface=SyntaxId(FACE.uuid, 2)).pack(), id="another major version"),
        pytest.param(Tower(interface=SyntaxId(FACE.uuid, 1, 3)).pack(), id="a newer minor version"),
        pytest.param(Tower(interface=SyntaxId(UUID(int=1))).pack(), id="unknown"),
        pytest.param(Tower(interface=FACE, transfer=NDR64).pack(), id="NDR64"),
        pytest.param(None, id="no tower"),
    ],
)
async def test_map_says_what_is_not_registered(tower: bytes | None) -> None:
    assert mapped(await ask(3, map_stub(tower))) == ([], NOT_REGISTERED)


async def test_map_gives_no_more_than_was_asked_for() -> None:
    stub = map_stub(Tower(interface=FACE).pack(), most=1, object_=UUID(int=5))
    towers, _ = mapped(await ask(3, stub))
    assert len(towers) == 1


async def test_a_tower_of_any_length_is_not_believed() -> None:
    stub = bytearray(map_stub(Tower(interface=FACE).pack()))
    stub[28:32] = b"\xff\xff\xff\x7f"
    with pytest.raises(Fault):
        await ask(3, bytes(stub))


def lookup_stub(
    inquiry: int = 0,
    interface: SyntaxId | None = None,
    option: int = 1,
    handle: bytes = bytes(20),
    most: int = 2,
) -> bytes:
    writer = Writer()
    writer.u32(inquiry)
    writer.u32(0)
    writer.u32(0 if interface is None else 1)
    if interface is not None:
        writer.guid(interface.uuid)
        writer.u16(interface.major)
        writer.u16(interface.minor)
    writer.u32(option)
    writer.put(handle)
    writer.u32(most)
    return writer.getvalue()


def looked_up(answer: bytes) -> tuple[bytes, list[tuple[str, int]], int]:
    reader = Reader(answer)
    handle = reader.take(20)
    count = reader.u32()
    reader.skip(12)
    notes = []
    for _ in range(count):
        reader.skip(20)
        reader.skip(4)
        notes.append(reader.take(reader.u32()).rstrip(b"\0").decode())
        reader.align(4)
    ports = []
    for _ in range(count):
        reader.u32()
        ports.append(Tower.unpack(reader.take(reader.u32())).port)
        reader.align(4)
    status = reader.u32()
    reader.finish()
    return handle, list(zip(notes, ports, strict=True)), status


async def test_lookup_goes_through_all_entries_page_by_page() -> None:
    handle, first, _ = looked_up(await ask(2, lookup_stub()))
    assert first == [("first", 49664), ("", 49665)]
    assert handle != bytes(20)
    handle, second, status = looked_up(await ask(2, lookup_stub(handle=handle)))
    assert (handle, second, status) == (bytes(20), [("", 49666)], 0)


@pytest.mark.parametrize(
    ("wanted", "option", "ports"),
    [
        (SyntaxId(FACE.uuid, 9, 9), 1, [49664, 49666]),
        (SyntaxId(FACE.uuid, 1, 1), 2, [49664, 49666]),
        (SyntaxId(FACE.uuid, 1, 3), 2, []),
        (SyntaxId(FACE.uuid, 1, 1), 3, []),
        (SyntaxId(FACE.uuid, 1, 9), 4, [49664, 49666]),
        (SyntaxId(FACE.uuid, 2, 0), 5, [49664, 49666]),
    ],
)
async def test_lookup_minds_versions(wanted: SyntaxId, option: int, ports: list[int]) -> None:
    _, found, status = looked_up(await ask(2, lookup_stub(1, wanted, option, most=9)))
    assert [port for _, port in found] == ports
    assert status == (0 if ports else NOT_REGISTERED)


@pytest.mark.parametrize(("opnum", "answer"), [(0, "cda0c916"), (1, "cda0c916"), (6, "cda0c916")])
async def test_nobody_registers_over_the_network(opnum: int, answer: str) -> None:
    assert (await ask(opnum, b"")).hex() == answer


async def test_handles_are_freed_and_unknown_methods_refused() -> None:
    assert await ask(4, bytes(20)) == bytes(24)
    assert await ask(5, b"") == bytes(20)
    with pytest.raises(Fault) as caught:
        await ask(7, b"")
    assert caught.value.did_not_execute


@given(st.sampled_from([2, 3]), st.binary(max_size=150))
def test_noise_is_answered_or_refused(opnum: int, stub: bytes) -> None:
    call = mapper().call(Call(ENDPOINT_MAPPER, opnum, stub, CALLER))
    try:
        call.send(None)
    except (StopIteration, WireError, Fault):
        return


def test_the_map_takes_entries_once_and_gives_them_up() -> None:
    endpoints = EndpointMap()
    endpoints.register(ENTRIES[0])
    endpoints.register(ENTRIES[0])
    assert list(endpoints.entries) == [ENTRIES[0]]
    endpoints.unregister(ENTRIES[0])
    endpoints.unregister(ENTRIES[0])
    assert not endpoints.entries
