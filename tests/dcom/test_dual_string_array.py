"""Bindings: golden octets, the host[port] text, and what is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.dual_string_array import (
    MAX_ENTRIES,
    DualStringArray,
    SecurityBinding,
    StringBinding,
    host_and_port,
)
from opcross.errors import BadValue, LimitExceeded, Truncated, WireError
from opcross.levels import AuthService
from opcross.ndr._octets import Reader, Writer
from opcross.rpc.call import Endpoint

GOLDEN = bytes.fromhex(
    "0f00"  # 15 entries
    "0a00"  # security bindings at entry 10
    "0700 4100 5b00 3400 3900 5d00 0000"  # tower 7, "A[49]"
    "0800 0000"  # tower 8, no address
    "0000"  # end of the string bindings
    "0a00 ffff 0000"  # NTLM, no authorization service, no principal
    "0000"  # end of the security bindings
    "0000"  # one entry too many, as some senders count
)
ARRAY = DualStringArray((StringBinding("A[49]"), StringBinding("", 8)), (SecurityBinding(10),))

text = st.text(st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=12)
arrays = st.builds(
    DualStringArray,
    st.lists(st.builds(StringBinding, text, st.integers(1, 0xFFFF)), max_size=4).map(tuple),
    st.lists(
        st.builds(SecurityBinding, st.integers(1, 0xFFFF), text, st.integers(0, 0xFFFF)), max_size=4
    ).map(tuple),
)


def packed(array: DualStringArray) -> bytes:
    writer = Writer()
    array.write(writer)
    return writer.getvalue()


def test_golden_octets_unpack_field_by_field() -> None:
    assert DualStringArray.read(Reader(GOLDEN)) == ARRAY


def test_golden_octets_pack_without_the_superfluous_entry() -> None:
    assert packed(ARRAY) == bytes.fromhex("0e00") + GOLDEN[2:-2]


@given(arrays)
def test_packed_form_round_trips(array: DualStringArray) -> None:
    reader = Reader(packed(array))
    assert DualStringArray.read(reader) == array
    assert reader.remaining == 0


@given(arrays)
def test_units_round_trip(array: DualStringArray) -> None:
    assert DualStringArray.from_units(*array.units()) == array


@given(arrays, st.data())
def test_every_cut_is_truncated(array: DualStringArray, data: st.DataObject) -> None:
    octets = packed(array)
    cut = data.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(Truncated):
        DualStringArray.read(Reader(octets[:cut]))


@given(st.binary(max_size=200))
def test_noise_gives_an_array_or_a_wire_error(noise: bytes) -> None:
    with contextlib.suppress(WireError):
        DualStringArray.read(Reader(noise))


def test_an_empty_array_has_two_zeros() -> None:
    assert DualStringArray().units() == ((0, 0), 1)


def test_halves_may_lack_their_final_zero() -> None:
    assert DualStringArray.from_units([7, 0x41, 0, 10, 0xFFFF, 0], 3) == DualStringArray(
        (StringBinding("A"),), (SecurityBinding(10),)
    )


def test_a_binding_that_runs_into_the_other_half_is_truncated() -> None:
    with pytest.raises(Truncated, match="strings"):
        DualStringArray.from_units([7, 0x41, 0x42, 0, 0], 3)


def test_security_offset_behind_the_end_is_refused() -> None:
    with pytest.raises(BadValue, match="security_offset"):
        DualStringArray.from_units([0, 0], 3)


def test_too_many_entries_are_refused_before_they_are_read() -> None:
    with pytest.raises(LimitExceeded):
        DualStringArray.read(Reader((MAX_ENTRIES + 1).to_bytes(2, "little") + bytes(2)))
    with pytest.raises(LimitExceeded):
        DualStringArray.from_units([0] * (MAX_ENTRIES + 1), 0)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("host", ("host", None)),
        ("127.0.0.1[49152]", ("127.0.0.1", 49152)),
        ("fe80::1%2[135]", ("fe80::1%2", 135)),
        ("", ("", None)),
    ],
)
def test_host_and_port(address: str, expected: tuple[str, int | None]) -> None:
    assert host_and_port(address) == expected


@pytest.mark.parametrize(
    "address", ["host[]", "host[x]", "host[0]", "host[65536]", "[135]", "host135]", "h[²]"]
)
def test_host_and_port_refuses(address: str) -> None:
    with pytest.raises(BadValue):
        host_and_port(address)


def test_endpoints_keep_the_order_and_pass_over_what_cannot_be_dialled() -> None:
    array = DualStringArray(
        (
            StringBinding("second[1]"),
            StringBinding("udp[2]", 8),
            StringBinding("bad[x]"),
            StringBinding(""),
            StringBinding("first"),
        )
    )
    assert list(array.endpoints(135)) == [Endpoint("second", 1), Endpoint("first", 135)]


def test_of_writes_one_binding_per_address() -> None:
    array = DualStringArray.of(["PC", "10.0.0.1"], [AuthService.NTLM], port=49152)
    assert [b.network_address for b in array.strings] == ["PC[49152]", "10.0.0.1[49152]"]
    assert array.securities == (SecurityBinding(10),)
    assert DualStringArray.of(["PC"]).strings == (StringBinding("PC"),)
    assert StringBinding.at(Endpoint("PC", 5)).endpoint(1) == Endpoint("PC", 5)


def test_a_zero_character_cannot_be_packed() -> None:
    with pytest.raises(BadValue):
        packed(DualStringArray((StringBinding("a\0b"),)))
