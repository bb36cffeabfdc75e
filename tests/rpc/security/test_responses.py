"""The values of [MS-NLMP] 4.2, one by one."""

from __future__ import annotations

import pytest

from opcross.errors import BadValue
from opcross.rpc.security.credentials import nt_hash_of
from opcross.rpc.security.ntlm import responses as r
from opcross.rpc.security.ntlm.messages import Authenticate, AvId, AvPair, Challenge, ClientChallenge
from tests.rpc.security import vectors as v

NT_HASH = nt_hash_of(v.PASSWORD)
LM_HASH = r.lm_owf_v1(v.PASSWORD)
BASE_KEY = r.session_base_key_v1(NT_HASH)
LM_V1 = r.lm_response_v1(LM_HASH, v.SERVER_CHALLENGE)
KEY_V2 = r.nt_owf_v2(NT_HASH, v.USER, v.DOMAIN)
LM_KEY, NON_NT_KEY = 0x80, 0x400000


def v1_key(flags: int) -> bytes:
    return r.key_exchange_key(flags, BASE_KEY, LM_V1, v.SERVER_CHALLENGE, LM_HASH)


V1_VALUES = {
    "LMOWFv1": LM_HASH,
    "NTOWFv1": NT_HASH,
    "SessionBaseKey": BASE_KEY,
    "KeyExchangeKey": v1_key(v.V1_FLAGS),
    "NTLMv1Response": r.nt_response_v1(NT_HASH, v.SERVER_CHALLENGE),
    "LMv1Response": LM_V1,
    "EncryptedRandomSessionKey": r.rc4(v1_key(v.V1_FLAGS), v.RANDOM_SESSION_KEY),
    "KeyExchangeKey_with_REQUEST_NON_NT_SESSION_KEY": v1_key(v.V1_FLAGS | NON_NT_KEY),
    "EncryptedRandomSessionKey_with_REQUEST_NON_NT_SESSION_KEY": r.rc4(
        v1_key(v.V1_FLAGS | NON_NT_KEY), v.RANDOM_SESSION_KEY
    ),
    "KeyExchangeKey_with_LM_KEY": v1_key(v.V1_FLAGS | LM_KEY),
    "EncryptedRandomSessionKey_with_LM_KEY": r.rc4(v1_key(v.V1_FLAGS | LM_KEY), v.RANDOM_SESSION_KEY),
}


@pytest.mark.parametrize("name", V1_VALUES)
def test_ntlmv1_gives_the_values_of_4_2_2(name: str) -> None:
    assert V1_VALUES[name].hex() == v.V1[name]


def test_the_ntlm2_session_response_gives_the_values_of_4_2_3() -> None:
    lm = v.CLIENT_CHALLENGE + bytes(16)
    assert lm.hex() == v.NTLM2_SESSION["LMv1Response"]
    answer = r.session_response(NT_HASH, v.SERVER_CHALLENGE, v.CLIENT_CHALLENGE)
    assert answer.hex() == v.NTLM2_SESSION["NTLMv1Response"]
    key = r.key_exchange_key(v.NTLM2_SESSION_FLAGS, BASE_KEY, lm, v.SERVER_CHALLENGE)
    assert key.hex() == v.NTLM2_SESSION["KeyExchangeKey"]


def test_ntlmv2_gives_the_values_of_4_2_4() -> None:
    pairs = Challenge.unpack(v.V2_CHALLENGE).pairs
    temp = ClientChallenge(timestamp=0, challenge=v.CLIENT_CHALLENGE, pairs=pairs).pack()
    proof = r.nt_proof(KEY_V2, v.SERVER_CHALLENGE, temp)
    base = r.hmac_md5(KEY_V2, proof)
    assert {
        "NTOWFv2": KEY_V2.hex(),
        "temp": temp.hex(),
        "NTProofStr": proof.hex(),
        "LMv2Response": r.lm_response_v2(KEY_V2, v.SERVER_CHALLENGE, v.CLIENT_CHALLENGE).hex(),
        "SessionBaseKey": base.hex(),
        "EncryptedRandomSessionKey": r.rc4(base, v.RANDOM_SESSION_KEY).hex(),
    }.items() <= v.V2.items()


def test_chromiums_mic_and_channel_bindings_come_out() -> None:
    pairs = (
        *Challenge.unpack(v.CHROMIUM_CHALLENGE).pairs,
        AvPair(AvId.FLAGS, b"\2\0\0\0"),
        AvPair(AvId.CHANNEL_BINDINGS, bytes.fromhex(v.CHROMIUM["channel_bindings_md5"])),
        AvPair(AvId.TARGET_NAME, v.CHROMIUM_SPN.encode("utf-16-le")),
    )
    temp = ClientChallenge(timestamp=v.CHROMIUM_TIME, challenge=v.CLIENT_CHALLENGE, pairs=pairs).pack()
    assert temp.hex() == v.CHROMIUM["temp"]
    proof = r.nt_proof(KEY_V2, v.SERVER_CHALLENGE, temp)
    assert proof.hex() == v.CHROMIUM["NTProofStr"]
    base = r.hmac_md5(KEY_V2, proof)
    assert base.hex() == v.CHROMIUM["SessionBaseKey"]
    blank = Authenticate.without_mic(v.CHROMIUM_AUTHENTICATE)
    mic = r.message_integrity_code(base, v.CHROMIUM_NEGOTIATE, v.CHROMIUM_CHALLENGE, blank)
    assert mic.hex() == v.CHROMIUM["MIC"]
    assert Authenticate.unpack(v.CHROMIUM_AUTHENTICATE).mic == mic


def test_session_keys_from_lm_hashes_need_the_lm_hash() -> None:
    with pytest.raises(BadValue, match="LM hashes"):
        r.key_exchange_key(LM_KEY, BASE_KEY, LM_V1, v.SERVER_CHALLENGE)


@pytest.mark.parametrize(("text", "expected"), [("opc", "OPC"), ("straße", "STRAßE"), ("ünal", "ÜNAL")])
def test_upper_case_maps_one_character_to_one_as_windows_does(text: str, expected: str) -> None:
    assert r.upper(text) == expected
