"""The three messages: golden bytes in both directions, every cut, and round trips."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LimitExceeded, Truncated, WireError
from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.messages import (
    MAX_AV_PAIRS,
    Authenticate,
    AvId,
    AvPair,
    Challenge,
    ClientChallenge,
    Negotiate,
    find_av,
    pack_av_pairs,
    unpack_av_pairs,
    version_field,
)
from tests.rpc.security import vectors as v

if TYPE_CHECKING:
    from collections.abc import Callable

XP = version_field(5, 1, 2600)
VISTA = version_field(6, 0, 6000)

CHALLENGES = {
    "4.2.2": (
        v.V1_CHALLENGE,
        Challenge(
            flags=NegotiateFlags(v.V1_FLAGS),
            challenge=v.SERVER_CHALLENGE,
            target="Server",
            version=VISTA,
            offsets=(56, 0),
        ),
    ),
    "4.2.3": (
        v.NTLM2_SESSION_CHALLENGE,
        Challenge(
            flags=NegotiateFlags(v.NTLM2_SESSION_FLAGS),
            challenge=v.SERVER_CHALLENGE,
            target="Server",
            version=VISTA,
            offsets=(56, 0),
        ),
    ),
    "4.2.4": (
        v.V2_CHALLENGE,
        Challenge(
            flags=NegotiateFlags(v.V2_FLAGS),
            challenge=v.SERVER_CHALLENGE,
            target="Server",
            target_info=pack_av_pairs(
                [
                    AvPair(AvId.NB_DOMAIN_NAME, "Domain".encode("utf-16-le")),
                    AvPair(AvId.NB_COMPUTER_NAME, "Server".encode("utf-16-le")),
                ]
            ),
            version=VISTA,
        ),
    ),
}


def answer(flags: int, lm: str, nt: str, key: str = "") -> Authenticate:
    return Authenticate(
        flags=NegotiateFlags(flags),
        lm_response=bytes.fromhex(lm),
        nt_response=bytes.fromhex(nt),
        domain=v.DOMAIN,
        user=v.USER,
        workstation="COMPUTER",
        encrypted_session_key=bytes.fromhex(key),
        version=XP,
    )


AUTHENTICATES = {
    "4.2.2": (
        v.V1_AUTHENTICATE,
        answer(0xE2808235, v.V1["LMv1Response"], v.V1["NTLMv1Response"], v.V1["EncryptedRandomSessionKey"]),
    ),
    "4.2.3": (
        v.NTLM2_SESSION_AUTHENTICATE,
        answer(0x82088235, v.NTLM2_SESSION["LMv1Response"], v.NTLM2_SESSION["NTLMv1Response"]),
    ),
    "4.2.4": (
        v.V2_AUTHENTICATE,
        answer(0xE2888235, v.V2["LMv2Response"], v.V2["NTLMv2Response"], v.V2["EncryptedRandomSessionKey"]),
    ),
}
NEGOTIATES = {
    "chromium": (v.CHROMIUM_NEGOTIATE, Negotiate(flags=NegotiateFlags(0x00088207))),
    "with names and a version": (
        bytes.fromhex(
            "4e544c4d5353500001000000"  # signature, type
            "07b20ea2"  # flags
            "0300 0300 2e000000"  # domain
            "0600 0600 28000000"  # workstation
            "0a00 614a 0000000f"  # version 10.0.19041
            "434c49454e54 4c4142".replace(" ", "")
        ),
        Negotiate(
            flags=NegotiateFlags(0xA20EB207),
            domain="LAB",
            workstation="CLIENT",
            version=version_field(10, 0, 19041),
        ),
    ),
}

GOLDEN: list[tuple[str, Callable[[bytes], Any], bytes, Any]] = [
    (f"{cls.__name__} {name}", cls.unpack, octets, message)
    for cls, table in ((Negotiate, NEGOTIATES), (Challenge, CHALLENGES), (Authenticate, AUTHENTICATES))
    for name, (octets, message) in table.items()
]
IDS = [row[0] for row in GOLDEN]


@pytest.mark.parametrize(("unpack", "octets", "message"), [row[1:] for row in GOLDEN], ids=IDS)
def test_golden_messages_unpack_to_their_values_and_pack_to_their_octets(
    unpack: Callable[[bytes], Any], octets: bytes, message: Any
) -> None:
    assert unpack(octets) == message
    assert unpack(octets).pack() == octets
    assert message.pack() == octets


@pytest.mark.parametrize(("unpack", "octets"), [row[1:3] for row in GOLDEN], ids=IDS)
def test_every_cut_of_a_message_is_truncated(unpack: Callable[[bytes], Any], octets: bytes) -> None:
    for size in range(len(octets)):
        with pytest.raises(Truncated):
            unpack(octets[:size])


def test_a_message_with_a_mic_keeps_the_order_of_its_sender() -> None:
    """Chromium lays the responses out before the names."""
    message = Authenticate.unpack(v.CHROMIUM_AUTHENTICATE)
    assert message.mic is not None
    assert message.mic.hex() == v.CHROMIUM["MIC"]
    assert (message.domain, message.user, message.workstation) == ("Domain", "User", "COMPUTER")
    assert message.pack() == v.CHROMIUM_AUTHENTICATE
    moved = replace(message, offsets=None).pack()
    assert moved != v.CHROMIUM_AUTHENTICATE
    assert Authenticate.unpack(moved) == message


@pytest.mark.parametrize("size", [32, 40])
def test_a_challenge_whose_header_ends_early_is_read(size: int) -> None:
    """jCIFS ends the header before the fields that it does not use."""
    target = "SRV".encode("utf-16-le")
    head = v.V1_CHALLENGE[:12] + b"\6\0\6\0" + size.to_bytes(4, "little")
    octets = head + b"\1\2\0\0" + v.SERVER_CHALLENGE + bytes(size - 32) + target
    message = Challenge.unpack(octets)
    assert (message.target, message.target_info, message.version) == ("SRV", b"", None)


def test_names_are_latin_1_where_unicode_was_not_agreed() -> None:
    message = replace(AUTHENTICATES["4.2.2"][1], flags=NegotiateFlags.OEM, user="J\u00fcrgen")
    assert b"J\xfcrgen" in message.pack()
    assert Authenticate.unpack(message.pack()).user == "J\u00fcrgen"


def patched(octets: bytes, position: int, value: bytes) -> bytes:
    return octets[:position] + value + octets[position + len(value) :]


@pytest.mark.parametrize(
    ("octets", "error", "words"),
    [
        (patched(v.V2_AUTHENTICATE, 0, b"X"), BadValue, "Authenticate.Signature"),
        (patched(v.V2_AUTHENTICATE, 8, b"\2"), BadValue, "expected message type 3, found 2"),
        (patched(v.V2_AUTHENTICATE, 40, b"\x10"), BadValue, "inside the header"),
        (patched(v.V2_AUTHENTICATE, 40, b"\xff\xff"), Truncated, "Authenticate.UserName"),
        (patched(v.V2_AUTHENTICATE, 36, b"\7\0"), BadValue, "not UTF-16"),
        (patched(v.V2_AUTHENTICATE, 36, b"\xff\xff"), LimitExceeded, "1024 are allowed"),
        (v.V2_AUTHENTICATE + bytes(0x10000), LimitExceeded, "65535 are allowed"),
    ],
)
def test_a_message_that_lies_is_refused_with_the_field_named(
    octets: bytes, error: type[WireError], words: str
) -> None:
    with pytest.raises(error, match=words):
        Authenticate.unpack(octets)


def test_a_name_that_the_character_set_lacks_is_refused_when_it_is_packed() -> None:
    with pytest.raises(BadValue, match="can't be encoded"):
        replace(AUTHENTICATES["4.2.2"][1], flags=NegotiateFlags.OEM, user="\u65e5").pack()


def test_pairs_are_limited_in_number() -> None:
    many = pack_av_pairs([AvPair(AvId.FLAGS, b"")] * (MAX_AV_PAIRS + 1))
    with pytest.raises(LimitExceeded, match="64 pairs"):
        unpack_av_pairs(many)


def test_pairs_without_an_end_are_truncated() -> None:
    with pytest.raises(Truncated):
        unpack_av_pairs(pack_av_pairs([AvPair(AvId.FLAGS, b"1234")])[:-4])


def test_pairs_of_unknown_ids_survive() -> None:
    pairs = (AvPair(0x99, b"later"), AvPair(AvId.TIMESTAMP, bytes(8)))
    assert unpack_av_pairs(pack_av_pairs(pairs) + b"ignored") == pairs
    assert find_av(pairs, AvId.TIMESTAMP) == bytes(8)
    assert find_av(pairs, AvId.FLAGS) is None


def test_a_client_challenge_survives_a_round_trip() -> None:
    blob = bytes.fromhex(v.CHROMIUM["temp"])
    parsed = ClientChallenge.unpack(blob)
    assert parsed.timestamp == v.CHROMIUM_TIME
    assert parsed.challenge == v.CLIENT_CHALLENGE
    assert parsed.pack() == blob


NAMES = st.text(st.characters(codec="utf-16-le"), max_size=20)
FLAGS = st.integers(0, 0xFFFFFFFF).map(lambda bits: NegotiateFlags(bits | NegotiateFlags.UNICODE))


@given(
    st.builds(
        Authenticate,
        flags=FLAGS,
        lm_response=st.binary(max_size=24),
        nt_response=st.binary(min_size=1, max_size=60),
        domain=NAMES,
        user=NAMES,
        workstation=NAMES,
        encrypted_session_key=st.binary(max_size=16),
        version=st.binary(min_size=8, max_size=8),
        mic=st.none() | st.binary(min_size=16, max_size=16),
    )
)
def test_every_authenticate_survives_a_round_trip(message: Authenticate) -> None:
    octets = message.pack()
    assert Authenticate.unpack(octets) == message
    assert Authenticate.unpack(octets).pack() == octets


@given(
    st.builds(
        Challenge,
        flags=FLAGS.map(lambda flags: flags | NegotiateFlags.TARGET_INFO),
        challenge=st.binary(min_size=8, max_size=8),
        target=NAMES.filter(bool),
        target_info=st.binary(max_size=60),
        version=st.none() | st.binary(min_size=8, max_size=8),
    )
)
def test_every_challenge_survives_a_round_trip(message: Challenge) -> None:
    octets = message.pack()
    assert Challenge.unpack(octets) == message
    assert Challenge.unpack(octets).pack() == octets


@given(st.sampled_from(GOLDEN), st.data())
def test_noise_in_a_message_raises_wire_errors_only(
    row: tuple[str, Any, bytes, Any], data: st.DataObject
) -> None:
    octets = bytearray(row[2])
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        message = row[1](bytes(octets))
        if isinstance(message, Challenge):
            _ = message.pairs
        if isinstance(message, Authenticate):
            ClientChallenge.unpack(message.nt_response[16:])
