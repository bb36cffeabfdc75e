"""Log-ons: our client against our acceptor, and what either side refuses."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import NtStatus
from opcross.errors import BadValue, LocalMisuse, LogonFailed, OpcrossError, PeerViolation, WireError
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import ChannelSecurity, Identity
from opcross.rpc.security import (
    Account,
    AccountTable,
    Credentials,
    NtlmVersion,
    TargetNames,
    acceptor,
    initiator,
    nt_hash_of,
)
from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.messages import (
    Authenticate,
    AvId,
    AvPair,
    Challenge,
    ClientChallenge,
    Negotiate,
    find_av,
    pack_av_pairs,
)
from opcross.rpc.security.ntlm.responses import nt_owf_v2
from tests.rpc.security.exchange import (
    ACCOUNTS,
    BODY,
    DOMAIN,
    HEADER,
    NOW,
    PASSWORD,
    TARGET,
    TRAILER,
    USER,
    check_protection,
    client,
    entropy,
    log_on,
    pair,
    server,
)

F = NegotiateFlags
LEVELS = [AuthLevel.CONNECT, AuthLevel.CALL, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
VERSIONS = ["v2", "v2-no-mic", "ntlm2-session", "v1"]


def messages(one: Any, other: Any) -> tuple[Negotiate, Challenge, Authenticate]:
    first, second, third = log_on(one, other)[:3]
    return Negotiate.unpack(first), Challenge.unpack(second), Authenticate.unpack(third)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_user_logs_on(level: AuthLevel, version: str) -> None:
    one, other = client(level, version=version), server(level)
    log_on(one, other)
    assert other.identity == Identity(DOMAIN, USER, "CLIENT")
    assert one.identity is None
    assert (one.service, one.signature_size) == (AuthService.NTLM, 16)
    check_protection(one, other, level)


@pytest.mark.parametrize(
    ("level", "wanted"),
    [
        (AuthLevel.CONNECT, F(0)),
        (AuthLevel.CALL, F.SIGN | F.KEY_EXCH),
        (AuthLevel.PKT, F.SIGN | F.KEY_EXCH),
        (AuthLevel.INTEGRITY, F.SIGN | F.KEY_EXCH),
        (AuthLevel.PRIVACY, F.SIGN | F.SEAL | F.KEY_EXCH),
    ],
    ids=lambda each: getattr(each, "word", ""),
)
def test_each_level_asks_for_its_protection_and_no_more(level: AuthLevel, wanted: NegotiateFlags) -> None:
    for message in messages(client(level), server(level)):
        assert message.flags & (F.SIGN | F.SEAL | F.KEY_EXCH) == wanted
        assert message.flags & F.EXTENDED_SESSIONSECURITY
        assert message.flags & F.KEY_128


@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_nobody_logs_on_anonymously(level: AuthLevel) -> None:
    one, other = client(level, anonymous=True), server(level)
    *_, proof = messages(one, other)
    assert proof.flags & F.ANONYMOUS
    assert (proof.user, proof.nt_response, proof.lm_response) == ("", b"", b"\0")
    assert other.identity == Identity(anonymous=True)
    check_protection(one, other, level)


def test_a_channel_without_credentials_is_anonymous() -> None:
    other = server()
    security = ChannelSecurity(AuthLevel.INTEGRITY, AuthService.NTLM)
    log_on(initiator(security, entropy=entropy(), wall_time=NOW), other)
    assert other.identity is not None
    assert other.identity.anonymous


def test_an_nt_hash_serves_as_well_as_a_password() -> None:
    other = server()
    credentials = Credentials(USER, domain=DOMAIN, nt_hash=nt_hash_of(PASSWORD))
    security = ChannelSecurity(AuthLevel.INTEGRITY, AuthService.NTLM, credentials)
    log_on(initiator(security, entropy=entropy(), wall_time=NOW), other)
    assert other.complete


def test_the_client_answers_a_time_stamp_with_a_mic_and_its_target() -> None:
    _, challenge, proof = messages(client(), server())
    assert find_av(challenge.pairs, AvId.TIMESTAMP) == NOW.to_bytes(8, "little")
    blob = ClientChallenge.unpack(proof.nt_response[16:])
    assert blob.timestamp == NOW
    assert find_av(blob.pairs, AvId.FLAGS) == b"\2\0\0\0"
    assert find_av(blob.pairs, AvId.TARGET_NAME) == "RPCSS/opcsrv".encode("utf-16-le")
    assert proof.mic not in (None, bytes(16))
    assert proof.lm_response == bytes(24)


def test_without_a_time_stamp_there_is_no_mic_and_an_lmv2_response() -> None:
    _, challenge, proof = messages(client(), server(send_timestamp=False))
    assert find_av(challenge.pairs, AvId.TIMESTAMP) is None
    assert proof.mic is None
    assert proof.lm_response.strip(b"\0")


def test_the_options_of_a_stack_show_on_the_wire() -> None:
    one = client(
        version="v2-no-mic",
        version_field=None,
        uppercase_domain=True,
        channel_bindings=b"B" * 16,
        send_target_name=False,
        domain="Lab",
    )
    opening, _, proof = messages(one, server())
    assert opening.version is None
    assert not opening.flags & F.VERSION
    assert (proof.version, proof.mic, proof.domain) == (None, None, "LAB")
    pairs = ClientChallenge.unpack(proof.nt_response[16:]).pairs
    assert find_av(pairs, AvId.CHANNEL_BINDINGS) == b"B" * 16
    assert find_av(pairs, AvId.TARGET_NAME) is None


def test_the_challenge_names_the_acceptor_as_windows_does() -> None:
    _, challenge, _ = messages(client(), server())
    assert challenge.target == "LAB"
    assert challenge.flags & F.TARGET_TYPE_DOMAIN
    assert [pair.id for pair in challenge.pairs] == [2, 1, 4, 3, 5, 7]
    assert find_av(challenge.pairs, AvId.DNS_COMPUTER_NAME) == "opcsrv.lab.test".encode("utf-16-le")


def test_a_workgroup_host_names_itself() -> None:
    _, challenge, _ = messages(client(), server(target=TargetNames(computer="STATION")))
    assert challenge.target == "STATION"
    assert challenge.flags & F.TARGET_TYPE_SERVER
    assert find_av(challenge.pairs, AvId.NB_DOMAIN_NAME) == "STATION".encode("utf-16-le")


@pytest.mark.parametrize("version", ["v2", "v2-no-mic"])
@pytest.mark.parametrize(
    ("hashed", "sent"), [("LAB", "LAB"), ("LAB", "lab"), ("", "LAB"), ("Lab", "Lab")], ids=repr
)
def test_stacks_that_hash_another_spelling_of_the_domain_log_on(
    version: str, hashed: str, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "opcross.rpc.security.ntlm.initiator.nt_owf_v2",
        lambda key, user, _domain: nt_owf_v2(key, user, hashed),
    )
    other = server()
    log_on(client(domain=sent, version=version), other)
    assert other.identity is not None
    assert other.identity.domain == sent


def test_a_client_of_the_oem_character_set_is_answered_in_it() -> None:
    context = server(AuthLevel.CONNECT)
    challenge = Challenge.unpack(context.step(Negotiate(flags=F.OEM | F.NTLM).pack()))
    assert challenge.flags & (F.UNICODE | F.OEM) == F.OEM
    assert challenge.target == "LAB"


def refused(one: Any, other: Any) -> LogonFailed:
    with pytest.raises(LogonFailed) as caught:
        log_on(one, other)
    assert not other.complete
    assert other.identity is None
    return caught.value


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_password_is_refused(version: str) -> None:
    error = refused(client(password="wrong", version=version), server())
    assert (error.code, error.name) == (NtStatus.WRONG_PASSWORD, "STATUS_WRONG_PASSWORD")


@pytest.mark.parametrize("version", VERSIONS)
def test_an_unknown_user_is_refused(version: str) -> None:
    assert refused(client(user="nobody", version=version), server()).code == NtStatus.NO_SUCH_USER


def test_a_disabled_account_is_told_only_to_who_knows_its_password() -> None:
    accounts = AccountTable([Account(USER, nt_hash_of(PASSWORD), DOMAIN, status=NtStatus.ACCOUNT_DISABLED)])
    assert refused(client(), server(accounts=accounts)).code == NtStatus.ACCOUNT_DISABLED
    assert refused(client(password="no"), server(accounts=accounts)).code == NtStatus.WRONG_PASSWORD


@pytest.mark.parametrize(
    ("version", "minimum", "accepted"),
    [
        ("v1", NtlmVersion.V1, True),
        ("v1", NtlmVersion.NTLM2_SESSION, False),
        ("ntlm2-session", NtlmVersion.NTLM2_SESSION, True),
        ("v1", NtlmVersion.V2, False),
        ("ntlm2-session", NtlmVersion.V2, False),
        ("v2", NtlmVersion.V2, True),
    ],
)
def test_a_response_below_the_minimum_is_refused(version: str, minimum: NtlmVersion, accepted: bool) -> None:
    one, other = client(version=version), server(minimum=minimum)
    if accepted:
        log_on(one, other)
    else:
        assert refused(one, other).code == NtStatus.NTLM_BLOCKED


def test_a_bare_lm_response_is_refused() -> None:
    context = server(AuthLevel.CONNECT)
    context.step(Negotiate(flags=F.UNICODE).pack())
    with pytest.raises(LogonFailed, match="no response that NTLM knows"):
        context.step(Authenticate(flags=F.UNICODE, user=USER, lm_response=b"L" * 24).pack())


def test_anonymous_log_on_can_be_forbidden() -> None:
    error = refused(client(anonymous=True), server(allow_anonymous=False))
    assert error.code == NtStatus.ACCESS_DENIED


def test_a_missing_mic_is_refused_where_the_policy_wants_one() -> None:
    assert "wants a MIC" in refused(client(version="v2-no-mic"), server(require_mic=True)).reason
    log_on(client(), server(require_mic=True))


def test_a_client_that_ignores_the_time_stamp_is_accepted_without_a_mic() -> None:
    """j-Interop answers with NTLMv2 and no MIC whatever the challenge says."""
    one, other = pair(AuthLevel.PRIVACY, version="v2-no-mic", version_field=None)
    check_protection(one, other, AuthLevel.PRIVACY)


def tampered(position: int, bits: int, which: int) -> LogonFailed | WireError:
    """A log-on in which one octet of one message changes on the way."""
    one, other = client(AuthLevel.CONNECT), server(AuthLevel.CONNECT)
    token: bytes = b""
    for index, speaker in enumerate((one, other, one, other)):
        try:
            token = speaker.step(token)
        except (LogonFailed, WireError) as error:
            return error
        if index == which:
            changed = bytearray(token)
            changed[position] ^= bits
            token = bytes(changed)
    raise AssertionError("the change went unnoticed")


@pytest.mark.parametrize(
    ("which", "position", "bits"),
    [(0, 14, 0x08), (1, 22, 0x08), (1, 25, 0x01), (2, 62, 0x08), (2, 72, 0x01), (2, 90, 0x01)],
    ids=["negotiate flags", "challenge flags", "nonce", "authenticate flags", "MIC", "a name"],
)
def test_the_mic_notices_a_change_in_any_message(which: int, position: int, bits: int) -> None:
    assert isinstance(tampered(position, bits, which), LogonFailed)


def test_a_promised_mic_that_has_no_room_is_refused() -> None:
    """Otherwise whoever strips the MIC would also silence it."""
    one, other = client(), server()
    first = one.step(b"")
    proof = Authenticate.unpack(one.step(other.step(first)))
    stripped = Authenticate(
        flags=proof.flags,
        lm_response=proof.lm_response,
        nt_response=proof.nt_response,
        domain=proof.domain,
        user=proof.user,
        encrypted_session_key=proof.encrypted_session_key,
    )
    with pytest.raises(LogonFailed, match="no room"):
        other.step(stripped.pack())


def test_a_recorded_log_on_does_not_open_another_context() -> None:
    first, _, third = log_on(client(), server())[:3]
    other = acceptor(
        AuthService.NTLM,
        AuthLevel.INTEGRITY,
        accounts=ACCOUNTS,
        target=TARGET,
        entropy=entropy("another day"),
        wall_time=NOW,
    )
    assert other is not None
    other.step(first)
    with pytest.raises(LogonFailed):
        other.step(third)


def test_an_acceptor_refuses_privacy_to_a_client_that_did_not_choose_sealing() -> None:
    with pytest.raises(BadValue, match="sealing"):
        log_on(client(AuthLevel.CONNECT), server(AuthLevel.PRIVACY))


@pytest.mark.parametrize("level", [AuthLevel.PKT, AuthLevel.INTEGRITY], ids=lambda x: x.word)
def test_a_client_that_did_not_choose_signing_logs_on_and_fails_with_its_first_request(
    level: AuthLevel,
) -> None:
    """This is how Windows does it, and Samba's tests look for it."""
    other = server(level)
    log_on(client(AuthLevel.CONNECT), other)
    assert other.complete
    with pytest.raises(BadValue, match="signing was not negotiated"):
        other.verify(b"", b"", b"", bytes(16))


@pytest.mark.parametrize(
    "level", [AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY], ids=lambda x: x.word
)
def test_a_client_refuses_a_challenge_that_would_leave_it_unprotected(level: AuthLevel) -> None:
    stripping = server(AuthLevel.CONNECT, unprotected_at_connect=True)
    assert "does not offer" in refused(client(level), stripping).reason


@pytest.mark.parametrize("missing", [F.EXTENDED_SESSIONSECURITY, F.KEY_128], ids=lambda each: each.name)
def test_a_client_refuses_weakened_protection(missing: NegotiateFlags) -> None:
    one, other = client(), server()
    challenge = Challenge.unpack(other.step(one.step(b"")))
    weak = Challenge(
        flags=challenge.flags & ~missing,
        challenge=challenge.challenge,
        target=challenge.target,
        target_info=challenge.target_info,
        version=challenge.version,
    )
    with pytest.raises(LogonFailed, match="lacks"):
        one.step(weak.pack())


def test_at_connect_a_stripped_challenge_is_fine_for_both() -> None:
    """j-Interop's own acceptor strips the flags at its callback port."""
    one, other = client(AuthLevel.CONNECT), server(AuthLevel.CONNECT, unprotected_at_connect=True)
    log_on(one, other)
    stripping = server(AuthLevel.CONNECT, unprotected_at_connect=True)
    asked = F.UNICODE | F.SIGN | F.SEAL | F.KEY_EXCH | F.EXTENDED_SESSIONSECURITY | F.KEY_128
    granted = Challenge.unpack(stripping.step(Negotiate(flags=asked).pack())).flags
    assert not granted & (F.SIGN | F.SEAL | F.KEY_EXCH)
    assert granted & F.EXTENDED_SESSIONSECURITY


def test_the_challenge_grants_what_was_asked_and_nothing_else() -> None:
    asked = F.UNICODE | F.SIGN | F.SEAL | F.KEY_EXCH | F.EXTENDED_SESSIONSECURITY | F.KEY_128 | F.LM_KEY
    granted = Challenge.unpack(server().step(Negotiate(flags=asked).pack())).flags
    assert granted & asked == asked & ~F.LM_KEY
    assert granted & ~asked == F.NTLM | F.TARGET_INFO | F.TARGET_TYPE_DOMAIN


@pytest.mark.parametrize("size", [0, 1, 8, 17])
def test_a_key_exchange_without_a_whole_key_is_refused(size: int) -> None:
    one, other = client(version="v2-no-mic"), server()
    proof = Authenticate.unpack(one.step(other.step(one.step(b""))))
    short = Authenticate(
        flags=proof.flags,
        lm_response=proof.lm_response,
        nt_response=proof.nt_response,
        domain=proof.domain,
        user=proof.user,
        encrypted_session_key=bytes(size),
    )
    with pytest.raises(LogonFailed, match="16 octets"):
        other.step(short.pack())


def test_a_time_stamp_of_another_size_is_refused_by_the_client() -> None:
    one = client()
    one.step(b"")
    flags = server_flags()
    odd = Challenge(
        flags=flags, challenge=bytes(8), target_info=pack_av_pairs([AvPair(AvId.TIMESTAMP, b"1234")])
    )
    with pytest.raises(BadValue, match="8 octets"):
        one.step(odd.pack())


def test_target_information_that_leaves_no_room_is_refused_by_the_client() -> None:
    one = client()
    one.step(b"")
    large = pack_av_pairs([AvPair(0x77, bytes(65_000))])
    with pytest.raises(BadValue, match="no room"):
        one.step(Challenge(flags=server_flags(), challenge=bytes(8), target_info=large).pack())


def server_flags() -> NegotiateFlags:
    return Challenge.unpack(server().step(client().step(b""))).flags


def test_a_token_after_the_end_is_a_violation() -> None:
    one, other = pair(AuthLevel.CONNECT)
    for context in (one, other):
        with pytest.raises(PeerViolation, match="done"):
            context.step(b"more")


def test_a_token_after_a_failure_is_a_violation() -> None:
    other = server()
    with pytest.raises(WireError):
        other.step(b"noise")
    with pytest.raises(PeerViolation, match="failed"):
        other.step(client().step(b""))


def test_a_client_does_not_start_with_a_token_of_the_peer() -> None:
    with pytest.raises(BadValue, match="before the client opened"):
        client().step(b"hello")


def test_protection_before_the_end_is_misuse() -> None:
    with pytest.raises(LocalMisuse, match="not done"):
        client().sign(HEADER, BODY, TRAILER)


def test_secrets_do_not_show() -> None:
    credentials = Credentials(USER, "Sw0rdfish!", DOMAIN, nt_hash=b"sixteen octets!!")
    security = ChannelSecurity(AuthLevel.PKT, AuthService.NTLM, credentials)
    for shown in (repr(credentials), repr(security), repr(Account(USER, b"sixteen octets!!"))):
        assert "Sw0rdfish" not in shown
        assert "sixteen" not in shown


@pytest.mark.parametrize(
    "make",
    [
        lambda: Credentials("user"),
        lambda: Credentials("user", nt_hash=b"short"),
        lambda: client(AuthLevel.NONE),
        lambda: client(service=AuthService.KERBEROS),
        lambda: client(service=AuthService.NONE),
        lambda: client(channel_bindings=b"short"),
        lambda: initiator(
            ChannelSecurity(AuthLevel.PKT, credentials=object()), entropy=entropy(), wall_time=NOW
        ),
    ],
    ids=[
        "no secret",
        "short hash",
        "level none",
        "kerberos",
        "no service",
        "bindings",
        "strange credentials",
    ],
)
def test_misuse_is_told(make: Any) -> None:
    with pytest.raises(LocalMisuse):
        make()


def test_services_that_are_not_offered_have_no_acceptor() -> None:
    for service in (AuthService.KERBEROS, AuthService.NONE):
        made = acceptor(service, accounts=ACCOUNTS, target=TARGET, entropy=entropy(), wall_time=NOW)
        assert made is None


@pytest.mark.parametrize(
    ("domain", "user", "found"),
    [
        ("LAB", "opc", True),
        ("lab", "OPC", True),
        ("OTHER", "opc", False),
        ("", "opc", False),
        ("", "opc@lab", True),
        ("ANY", "local", True),
        ("", "LOCAL", True),
        ("", "@", False),
    ],
)
def test_accounts_are_found_as_windows_finds_them(domain: str, user: str, found: bool) -> None:
    assert (ACCOUNTS.nt_hash(domain, user) is not None) is found
    assert (ACCOUNTS.status(domain, user) == NtStatus.OK) is found


def corrupt(token: bytes, data: st.DataObject) -> bytes:
    kind = data.draw(st.sampled_from(["flip", "cut", "noise", "grow"]))
    if kind == "noise":
        return data.draw(st.binary(min_size=1, max_size=120))
    if kind == "cut":
        return token[: data.draw(st.integers(1, max(1, len(token) - 1)))]
    if kind == "grow":
        return token + data.draw(st.binary(min_size=1, max_size=20))
    octets = bytearray(token)
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    return bytes(octets)


@given(st.data(), st.sampled_from([AuthService.NTLM, AuthService.NEGOTIATE]), st.sampled_from(VERSIONS))
def test_noise_in_any_state_raises_errors_of_the_tree_only(
    data: st.DataObject, service: AuthService, version: str
) -> None:
    """And whoever did log on is the user who has the password."""
    level = data.draw(st.sampled_from(LEVELS))
    one, other = client(level, service, version=version), server(level, service)
    turn = data.draw(st.integers(0, 5))
    token = b""
    try:
        for index, speaker in enumerate(itertools.islice(itertools.cycle((one, other)), 6)):
            if not token and index:
                break
            token = speaker.step(token)
            if index == turn and token:
                token = corrupt(token, data)
    except OpcrossError as error:
        assert str(error)  # noqa: PT017  (any error of the tree will do, or none)
    identity = other.identity
    if identity is not None and version == "v2":
        assert identity.user.casefold() == USER or identity.anonymous
