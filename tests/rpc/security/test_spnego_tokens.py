"""NegTokenInit and NegTokenResp: golden bytes, cuts, limits and round trips."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LeftOver, LimitExceeded, Truncated, WireError
from opcross.ndr._octets import Reader
from opcross.rpc.security.spnego.der import pack_oid, pack_tlv, read_tag, unpack_oid
from opcross.rpc.security.spnego.tokens import (
    NegState,
    NegTokenInit,
    NegTokenResp,
    pack_mechanisms,
    unpack_token,
)

NTLM = "1.3.6.1.4.1.311.2.2.10"
MS_KRB5 = "1.2.840.48018.1.2.2"
KRB5 = "1.2.840.113554.1.2.2"

GOLDEN = {
    "init with NTLM only": (
        # InitialContextToken, SPNEGO, NegTokenInit, mechTypes
        "601c 06062b0601050502 a012 3010 a00e 300c 060a2b06010401823702020a",
        NegTokenInit(mechanisms=(NTLM,)),
    ),
    "init with three mechanisms and a token": (
        (
            "6038 06062b0601050502 a02e 302c"
            "a024 3022 06092a864882f712010202 06092a864886f712010202 060a2b06010401823702020a"
            "a204 0402 5054"
        ),
        NegTokenInit(mechanisms=(MS_KRB5, KRB5, NTLM), token=b"PT"),
    ),
    "init with flags and a MIC in [3]": (
        "6028 06062b0601050502 a01e 301c a00e 300c 060a2b06010401823702020a a104 03020164 a304 0402 4d49",
        NegTokenInit(mechanisms=(NTLM,), required_flags=bytes.fromhex("03020164"), mic=b"MI"),
    ),
    "init with hints": (
        "6026 06062b0601050502 a01c 301a a00e 300c 060a2b06010401823702020a a308 3006 a004 1b02 6e6f",
        NegTokenInit(mechanisms=(NTLM,), hints=bytes.fromhex("3006a0041b026e6f")),
    ),
    "response with a challenge": (
        "a11b 3019 a003 0a0101 a10c 060a2b06010401823702020a a204 0402 4348",
        NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=NTLM, token=b"CH"),
    ),
    "the end, with a MIC": (
        "a119 3017 a003 0a0100 a310 040e" + "4d" * 14,
        NegTokenResp(state=NegState.ACCEPT_COMPLETED, mic=b"M" * 14),
    ),
    "nothing at all": ("a102 3000", NegTokenResp()),
}
ROWS = [(bytes.fromhex(octets.replace(" ", "")), token) for octets, token in GOLDEN.values()]


@pytest.mark.parametrize(("octets", "token"), ROWS, ids=list(GOLDEN))
def test_golden_tokens_unpack_to_their_values_and_pack_to_their_octets(
    octets: bytes, token: NegTokenInit | NegTokenResp
) -> None:
    assert unpack_token(octets) == token
    assert token.pack() == octets
    assert unpack_token(octets).pack() == octets


@pytest.mark.parametrize("octets", [row[0] for row in ROWS], ids=list(GOLDEN))
def test_every_cut_of_a_token_is_truncated(octets: bytes) -> None:
    for size in range(len(octets)):
        with pytest.raises(Truncated):
            unpack_token(octets[:size])


@pytest.mark.parametrize("octets", [row[0] for row in ROWS], ids=list(GOLDEN))
def test_octets_behind_a_token_are_refused(octets: bytes) -> None:
    with pytest.raises(LeftOver):
        unpack_token(octets + b"\0")


def test_a_long_token_has_long_lengths() -> None:
    token = NegTokenResp(token=bytes(300))
    assert token.pack().startswith(bytes.fromhex("a1820138 30820134 a2820130 0482012c".replace(" ", "")))
    assert unpack_token(token.pack()) == token


def test_needlessly_long_lengths_are_read() -> None:
    assert unpack_token(bytes.fromhex("a1820004 30820000".replace(" ", ""))) == NegTokenResp()


def test_the_list_of_mechanisms_is_kept_as_it_came() -> None:
    """The MIC covers its octets, even those of an encoder that writes long lengths."""
    odd = bytes.fromhex("30820 00c 060a2b06010401823702020a".replace(" ", ""))
    octets = pack_tlv(0x60, pack_oid("1.3.6.1.5.5.2") + pack_tlv(0xA0, pack_tlv(0x30, pack_tlv(0xA0, odd))))
    token = unpack_token(octets)
    assert isinstance(token, NegTokenInit)
    assert token.list_octets() == odd != pack_mechanisms([NTLM])


def test_elements_of_later_versions_are_passed_over() -> None:
    octets = pack_tlv(0xA1, pack_tlv(0x30, pack_tlv(0xA0, b"\x0a\1\1") + pack_tlv(0xA9, b"later")))
    assert unpack_token(octets) == NegTokenResp(state=NegState.ACCEPT_INCOMPLETE)


@pytest.mark.parametrize(
    ("octets", "error", "words"),
    [
        ("0582", Truncated, "NegotiationToken"),
        ("05000000", LeftOver, "NegotiationToken"),
        ("0400", BadValue, "starts with 0x60"),
        ("a180", BadValue, "a length of 0 octets"),
        ("a185 0000000000", BadValue, "a length of 5 octets"),
        ("a102 0400", BadValue, "expected tag 0x30"),
        ("a107 3005 a0030a0104", BadValue, "04 is no state"),
        ("a10c 300a a0030a0101 a0030a0101", BadValue, "doubled or out of order"),
        ("a10b 3009 a2020400 a0030a0101", BadValue, "doubled or out of order"),
        ("a104 3002 3000", BadValue, "is unknown"),
        ("a106 3004 a1020600", BadValue, "an empty OID"),
        ("a108 3006 a1040602 8001", BadValue, "leading zero"),
        ("600a 06082b06010505020101", BadValue, "expected SPNEGO"),
        ("600c 06062b0601050502 a002 3000", BadValue, "mechTypes are missing"),
        ("6010 06062b0601050502 a006 3004 a002 3000", BadValue, "no mechanism is named"),
    ],
)
def test_what_is_not_spnego_is_refused_with_a_clear_word(
    octets: str, error: type[WireError], words: str
) -> None:
    with pytest.raises(error, match=words):
        unpack_token(bytes.fromhex(octets.replace(" ", "")))


def test_numbers_and_sizes_are_limited() -> None:
    with pytest.raises(LimitExceeded, match="32 mechanisms"):
        unpack_token(NegTokenInit(mechanisms=(NTLM,) * 33).pack())
    with pytest.raises(LimitExceeded, match="64 are allowed"):
        unpack_token(NegTokenResp(mechanism="1.3." + "1." * 70 + "1").pack())
    with pytest.raises(LimitExceeded, match="65535 are allowed"):
        unpack_token(NegTokenResp(token=bytes(0x10000)).pack())


OIDS = st.builds(
    lambda first, second, rest: ".".join(str(arc) for arc in (first, second, *rest)),
    st.integers(0, 2),
    st.integers(0, 39),
    st.lists(st.integers(0, 2**40), max_size=7),
)


@given(OIDS)
def test_every_oid_survives_a_round_trip(oid: str) -> None:
    _, content = read_tag(Reader(pack_oid(oid)), "oid", 0x06)
    assert unpack_oid(content, "oid") == oid


@given(
    st.builds(
        NegTokenInit,
        mechanisms=st.lists(OIDS, min_size=1, max_size=5).map(tuple),
        token=st.none() | st.binary(max_size=300),
        mic=st.none() | st.binary(max_size=20),
    )
    | st.builds(
        NegTokenResp,
        state=st.none() | st.sampled_from(NegState),
        mechanism=st.none() | OIDS,
        token=st.none() | st.binary(max_size=300),
        mic=st.none() | st.binary(max_size=20),
    )
)
def test_every_token_survives_a_round_trip(token: NegTokenInit | NegTokenResp) -> None:
    assert unpack_token(token.pack()) == token


@given(
    st.binary(max_size=80) | st.sampled_from([row[0] for row in ROWS]),
    st.integers(0, 60),
    st.integers(0, 255),
)
def test_noise_raises_wire_errors_only(octets: bytes, position: int, value: int) -> None:
    changed = octets[:position] + bytes([value]) + octets[position + 1 :]
    with contextlib.suppress(WireError):
        unpack_token(changed)
