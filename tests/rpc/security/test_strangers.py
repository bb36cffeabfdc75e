"""Log-ons with other people's NTLM and SPNEGO, in process: both directions where the other side can.

impacket is a client that never verifies; its own functions check our signatures here. pyspnego and scapy do
both sides and verify.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from opcross.codes import NtStatus
from opcross.errors import LogonFailed
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Identity
from opcross.rpc.security import NtlmVersion, nt_hash_of
from tests.rpc.security.exchange import (
    BODY,
    DOMAIN,
    HEADER,
    PASSWORD,
    TRAILER,
    USER,
    client,
    server,
)

if TYPE_CHECKING:
    from pathlib import Path

NTLM, SPNEGO = AuthService.NTLM, AuthService.NEGOTIATE
LEVELS = [AuthLevel.CONNECT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
PROTECTING = LEVELS[1:]
BOTH = pytest.mark.parametrize("service", [NTLM, SPNEGO], ids=lambda each: each.name)
AT_LEVELS = pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)


# impacket


@pytest.fixture
def impacket_ntlm() -> Any:
    return pytest.importorskip("impacket.ntlm")


class ImpacketSession:
    """impacket's functions, called in the order in which its RPC transport calls them."""

    def __init__(self, ntlm: Any, flags: int, key: bytes) -> None:
        from Cryptodome.Cipher import ARC4

        self.ntlm, self.flags, self.sequence = ntlm, flags, {"Client": 0, "Server": 0}
        self.sign_keys = {side: ntlm.SIGNKEY(flags, key, _mode(side)) for side in self.sequence}
        self.handles = {
            side: ARC4.new(ntlm.SEALKEY(flags, key, _mode(side))).encrypt for side in self.sequence
        }

    def sign(self, side: str, data: bytes) -> bytes:
        signature = self.ntlm.SIGN(
            self.flags, self.sign_keys[side], data, self.sequence[side], self.handles[side]
        )
        self.sequence[side] += 1
        return bytes(signature.getData())

    def seal(self, side: str, data: bytes, body: bytes) -> tuple[bytes, bytes]:
        sealed, signature = self.ntlm.SEAL(
            self.flags, self.sign_keys[side], b"", data, body, self.sequence[side], self.handles[side]
        )
        self.sequence[side] += 1
        return sealed, bytes(signature.getData())


def _mode(side: str) -> Any:
    # impacket compares the mode with text for the client and with octets for the server.
    return "Client" if side == "Client" else b"Server"


@pytest.mark.strangers("impacket")
@pytest.mark.parametrize("v2", [True, False], ids=["ntlmv2", "ntlm2-session"])
@AT_LEVELS
def test_impacket_logs_on(impacket_ntlm: Any, level: AuthLevel, v2: bool) -> None:
    other = server(level)
    signing = level is not AuthLevel.CONNECT
    opening = impacket_ntlm.getNTLMSSPType1("WS", DOMAIN, signing, use_ntlmv2=v2)
    challenge = other.step(opening.getData())
    proof, key = impacket_ntlm.getNTLMSSPType3(opening, challenge, USER, PASSWORD, DOMAIN, use_ntlmv2=v2)
    assert other.step(proof.getData()) == b""
    assert other.identity == Identity(DOMAIN, USER, "WS")
    if not signing:
        return
    theirs = ImpacketSession(impacket_ntlm, proof["flags"], key)
    for _ in range(3):
        if level is AuthLevel.PRIVACY:
            sealed, signature = theirs.seal("Client", HEADER + BODY + TRAILER, BODY)
            assert other.unseal(HEADER, sealed, TRAILER, signature) == BODY
            expected = theirs.seal("Server", HEADER + BODY + TRAILER, BODY)
            assert other.seal(HEADER, BODY, TRAILER) == expected
        else:
            other.verify(HEADER, BODY, TRAILER, theirs.sign("Client", HEADER + BODY + TRAILER))
            assert other.sign(HEADER, BODY, TRAILER) == theirs.sign("Server", HEADER + BODY + TRAILER)


@pytest.mark.strangers("impacket")
@AT_LEVELS
def test_impacket_logs_on_as_nobody(impacket_ntlm: Any, level: AuthLevel) -> None:
    other = server(level)
    opening = impacket_ntlm.getNTLMSSPType1("", "", level is not AuthLevel.CONNECT)
    challenge = other.step(opening.getData())
    proof, key = impacket_ntlm.getNTLMSSPType3(opening, challenge, "", "", "")
    other.step(proof.getData())
    assert other.identity is not None
    assert other.identity.anonymous
    if level is not AuthLevel.CONNECT:
        theirs = ImpacketSession(impacket_ntlm, proof["flags"], key)
        other.verify(HEADER, BODY, TRAILER, theirs.sign("Client", HEADER + BODY + TRAILER))


@pytest.mark.strangers("impacket")
def test_impackets_mistakes_are_refused(impacket_ntlm: Any) -> None:
    for password, v2, policy, code in (
        ("wrong", True, NtlmVersion.V1, NtStatus.WRONG_PASSWORD),
        ("wrong", False, NtlmVersion.V1, NtStatus.WRONG_PASSWORD),
        (PASSWORD, False, NtlmVersion.V2, NtStatus.NTLM_BLOCKED),
    ):
        other = server(AuthLevel.CONNECT, minimum=policy)
        opening = impacket_ntlm.getNTLMSSPType1(use_ntlmv2=v2)
        challenge = other.step(opening.getData())
        proof, _ = impacket_ntlm.getNTLMSSPType3(opening, challenge, USER, password, DOMAIN, use_ntlmv2=v2)
        with pytest.raises(LogonFailed) as caught:
            other.step(proof.getData())
        assert caught.value.code == code


@pytest.mark.strangers("impacket")
def test_without_extended_security_signatures_equal_those_of_impacket(impacket_ntlm: Any) -> None:
    """One stream, one sequence number, and a checksum over the body alone."""
    from Cryptodome.Cipher import ARC4

    one, other = client(AuthLevel.PRIVACY, version="v1"), server(AuthLevel.PRIVACY)
    other.step(one.step(other.step(one.step(b""))))
    handle = ARC4.new(one._session._send.seal_key).encrypt  # type: ignore[attr-defined]  # the agreed key
    for number, speaker in enumerate((one, other, one)):
        sealed, signature = impacket_ntlm.SEAL(0, b"", b"", BODY, BODY, number, handle)
        assert speaker.seal(HEADER, BODY, TRAILER) == (sealed, signature.getData())
        listener = other if speaker is one else one
        assert listener.unseal(HEADER, sealed, TRAILER, signature.getData()) == BODY


# pyspnego


@pytest.fixture
def spnego() -> Any:
    return pytest.importorskip("spnego")


@pytest.fixture
def account_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pyspnego's acceptor takes its accounts from a file that the environment names."""
    path = tmp_path / "accounts"
    path.write_text(f"{DOMAIN}:{USER}:{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("NTLM_USER_FILE", str(path))


def requested(spnego: Any, level: AuthLevel) -> Any:
    flags = spnego.ContextReq.none
    if level >= AuthLevel.PKT:
        flags |= spnego.ContextReq.integrity
    if level >= AuthLevel.PRIVACY:
        flags |= spnego.ContextReq.confidentiality
    return flags


def iov(spnego: Any, *buffers: tuple[str, bytes]) -> list[Any]:
    return [spnego.iov.IOVBuffer(getattr(spnego.iov.BufferType, kind), data) for kind, data in buffers]


def check_against_pyspnego(spnego: Any, ours: Any, theirs: Any, level: AuthLevel) -> None:
    for _ in range(3):
        if level is AuthLevel.PRIVACY:
            parts = ("sign_only", HEADER), ("data", BODY), ("sign_only", TRAILER), ("header", b"")
            wrapped = theirs.wrap_iov([*iov(spnego, *parts[:3]), spnego.iov.BufferType.header]).buffers
            assert ours.unseal(HEADER, wrapped[1].data, TRAILER, wrapped[3].data) == BODY
            sealed, signature = ours.seal(HEADER, BODY, TRAILER)
            parts = ("sign_only", HEADER), ("data", sealed), ("sign_only", TRAILER), ("header", signature)
            assert theirs.unwrap_iov(iov(spnego, *parts)).buffers[1].data == BODY
        elif level is AuthLevel.INTEGRITY:
            ours.verify(HEADER, BODY, TRAILER, theirs.sign(HEADER + BODY + TRAILER))
            theirs.verify(HEADER + BODY + TRAILER, ours.sign(HEADER, BODY, TRAILER))


@pytest.mark.strangers("pyspnego")
@BOTH
@AT_LEVELS
def test_pyspnego_logs_on(spnego: Any, level: AuthLevel, service: AuthService) -> None:
    other = server(level, service)
    theirs = spnego.client(
        f"{DOMAIN}\\{USER}",
        PASSWORD,
        hostname="opcsrv",
        service="RPCSS",
        protocol="ntlm" if service is NTLM else "negotiate",
        context_req=requested(spnego, level),
        options=spnego.NegotiateOptions.use_ntlm
        if service is NTLM
        else spnego.NegotiateOptions.use_negotiate,
    )
    token = b""
    while not theirs.complete:
        token = theirs.step(token)
        if token:
            token = other.step(token)
    assert other.complete
    assert other.identity is not None
    assert (other.identity.domain, other.identity.user) == (DOMAIN, USER)
    check_against_pyspnego(spnego, other, theirs, level)


@pytest.mark.strangers("pyspnego")
@pytest.mark.usefixtures("account_file")
@BOTH
@AT_LEVELS
def test_pyspnego_accepts_our_client(spnego: Any, level: AuthLevel, service: AuthService) -> None:
    one = client(level, service)
    theirs = spnego.server(
        hostname="opcsrv",
        service="RPCSS",
        protocol="ntlm" if service is NTLM else "negotiate",
        context_req=requested(spnego, level),
        options=spnego.NegotiateOptions.use_ntlm
        if service is NTLM
        else spnego.NegotiateOptions.use_negotiate,
    )
    token = b""
    while not (one.complete and theirs.complete):
        token = one.step(token)
        if token:
            token = theirs.step(token) or b""
    assert theirs.client_principal == f"{DOMAIN}\\{USER}"
    check_against_pyspnego(spnego, one, theirs, level)


# scapy


@pytest.fixture
def scapy() -> Any:
    pytest.importorskip("scapy.layers.ntlm")
    from types import SimpleNamespace

    from scapy.layers import gssapi, ntlm, spnego
    from scapy.layers.dcerpc import DceRpc5  # noqa: F401  (binds the layers that dissect tokens)

    return SimpleNamespace(gssapi=gssapi, ntlm=ntlm, spnego=spnego)


def scapy_flags(scapy: Any, level: AuthLevel) -> Any:
    flags = scapy.gssapi.GSS_C_FLAGS(0)
    if level >= AuthLevel.PKT:
        flags |= scapy.gssapi.GSS_C_FLAGS.GSS_C_INTEG_FLAG
    if level >= AuthLevel.PRIVACY:
        flags |= scapy.gssapi.GSS_C_FLAGS.GSS_C_CONF_FLAG
    return flags


def scapy_token(scapy: Any, octets: bytes) -> Any:
    return scapy.gssapi.GSSAPI_BLOB(octets) if octets[:1] in b"\x60\xa1" else scapy.ntlm.NTLM_Header(octets)


def check_against_scapy(scapy: Any, ssp: Any, context: Any, ours: Any, level: AuthLevel) -> None:
    def parts(body: bytes, *, sealing: bool) -> list[Any]:
        pieces = ((False, HEADER), (sealing, body), (False, TRAILER))
        return [scapy.gssapi.SSP.WRAP_MSG(conf_req_flag=conf, sign=True, data=data) for conf, data in pieces]

    def mic_parts() -> list[Any]:
        return [scapy.gssapi.SSP.MIC_MSG(sign=True, data=data) for data in (HEADER, BODY, TRAILER)]

    for _ in range(3):
        if level is AuthLevel.PRIVACY:
            wrapped, signature = ssp.GSS_WrapEx(context, parts(BODY, sealing=True))
            assert ours.unseal(HEADER, bytes(wrapped[1].data), TRAILER, bytes(signature)) == BODY
            sealed, answer = ours.seal(HEADER, BODY, TRAILER)
            theirs = scapy.ntlm.NTLMSSP_MESSAGE_SIGNATURE(answer)
            assert ssp.GSS_UnwrapEx(context, parts(sealed, sealing=True), theirs)[1].data == BODY
        elif level is AuthLevel.INTEGRITY:
            ours.verify(HEADER, BODY, TRAILER, bytes(ssp.GSS_GetMICEx(context, mic_parts())))
            theirs = scapy.ntlm.NTLMSSP_MESSAGE_SIGNATURE(ours.sign(HEADER, BODY, TRAILER))
            ssp.GSS_VerifyMICEx(context, mic_parts(), theirs)


@pytest.mark.strangers("scapy")
@BOTH
@AT_LEVELS
def test_scapy_logs_on(scapy: Any, level: AuthLevel, service: AuthService) -> None:
    other = server(level, service)
    ssp = scapy.ntlm.NTLMSSP(UPN=f"{USER}@{DOMAIN}", PASSWORD=PASSWORD)
    if service is SPNEGO:
        ssp = scapy.spnego.SPNEGOSSP([ssp])
    context, token, status = ssp.GSS_Init_sec_context(None, req_flags=scapy_flags(scapy, level))
    while token is not None:
        answer = other.step(bytes(token))
        if not answer:
            break
        context, token, status = ssp.GSS_Init_sec_context(context, scapy_token(scapy, answer))
    assert status == scapy.gssapi.GSS_S_COMPLETE
    assert other.identity is not None
    assert (other.identity.domain, other.identity.user) == (DOMAIN, USER)
    check_against_scapy(scapy, ssp, context, other, level)


@pytest.mark.strangers("scapy")
@BOTH
@AT_LEVELS
def test_scapy_accepts_our_client(scapy: Any, level: AuthLevel, service: AuthService) -> None:
    one = client(level, service)
    # Without signing scapy would still insist on a MIC, and encrypt it without a key exchange.
    mic = level is not AuthLevel.CONNECT
    ssp = scapy.ntlm.NTLMSSP(IDENTITIES={USER: nt_hash_of(PASSWORD)}, USE_MIC=mic)
    if service is SPNEGO:
        ssp = scapy.spnego.SPNEGOSSP([ssp])
    context, token, status = None, b"", None
    for _ in range(3):
        token = one.step(token)
        if not token:
            break
        context, answer, status = ssp.GSS_Accept_sec_context(context, scapy_token(scapy, token))
        token = bytes(answer) if answer is not None else b""
        if one.complete:
            break
    assert status == scapy.gssapi.GSS_S_COMPLETE
    assert one.complete
    check_against_scapy(scapy, ssp, context, one, level)
