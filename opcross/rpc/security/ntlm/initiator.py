"""The client side of NTLM ([MS-NLMP] 3.1 and 3.2.5.1.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from opcross.codes import NtStatus
from opcross.errors import BadValue, LocalMisuse
from opcross.levels import AuthLevel
from opcross.rpc.security.credentials import Credentials
from opcross.rpc.security.ntlm.context import NtlmContext, NtlmState, missing_protection, refuse
from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.messages import (
    MAX_TOKEN,
    Authenticate,
    AvId,
    AvPair,
    Challenge,
    ClientChallenge,
    Negotiate,
    find_av,
    pack_av_pairs,
)
from opcross.rpc.security.ntlm.responses import (
    hmac_md5,
    key_exchange_key,
    lm_response_v2,
    message_integrity_code,
    nt_owf_v2,
    nt_proof,
    nt_response_v1,
    rc4,
    session_base_key_v1,
    session_response,
    upper,
)
from opcross.rpc.security.ntlm.session import Session

__all__ = ["NtlmInitiator", "initiator_flags"]

_F = NegotiateFlags
_COMMON: Final = _F.UNICODE | _F.OEM | _F.REQUEST_TARGET | _F.NTLM | _F.ALWAYS_SIGN | _F.KEY_128 | _F.KEY_56
_MIC_PRESENT: Final = 0x00000002
_ROOM: Final = 4 * 1024  # for all of an AUTHENTICATE but the server's pairs


def initiator_flags(credentials: Credentials, level: AuthLevel) -> NegotiateFlags:
    """What NEGOTIATE asks for at a level: signing from PKT on, sealing at PRIVACY."""
    flags = _COMMON
    options = credentials.ntlm
    if options.version != "v1":
        flags |= _F.EXTENDED_SESSIONSECURITY
    if options.version_field is not None:
        flags |= _F.VERSION
    if level.effective >= AuthLevel.PKT:
        flags |= _F.SIGN | _F.KEY_EXCH
    if level.effective >= AuthLevel.PRIVACY:
        flags |= _F.SEAL
    return flags


class NtlmInitiator(NtlmContext):
    """One log-on as a client: NEGOTIATE goes, CHALLENGE comes, AUTHENTICATE goes.

    It refuses a challenge that would leave ``level`` without the protection it names, and, unless plain
    NTLMv1 is asked for, one that would weaken it (no extended session security, no 128-bit keys).
    """

    def __init__(
        self,
        credentials: Credentials | None,
        level: AuthLevel,
        *,
        entropy: Callable[[int], bytes],
        wall_time: int,
        target: str = "",
    ) -> None:
        super().__init__()
        self._credentials = credentials or Credentials()
        self._level = level
        self._entropy = entropy
        self._wall_time = wall_time
        self._target = target
        self._negotiate = b""
        options = self._credentials.ntlm
        if options.channel_bindings is not None and len(options.channel_bindings) != 16:
            raise LocalMisuse("channel bindings are given by their MD5 hash, 16 octets")

    def _start(self, token: bytes) -> bytes:
        if token:
            raise BadValue(f"{len(token)} octets came before the client opened", path="Negotiate")
        options = self._credentials.ntlm
        flags = initiator_flags(self._credentials, self._level)
        self._negotiate = Negotiate(flags=flags, version=options.version_field).pack()
        self._state = NtlmState.CHALLENGE
        return self._negotiate

    def _finish(self, token: bytes) -> bytes:
        challenge = Challenge.unpack(token)
        flags = self._agree(challenge)
        name = self._credentials
        domain = upper(name.domain) if name.ntlm.uppercase_domain else name.domain
        lm, nt, key, mic_wanted = self._respond(challenge, flags, domain)
        exported, encrypted = key, b""
        if flags & _F.KEY_EXCH:
            exported = self._entropy(16)
            encrypted = rc4(key, exported)
        message = Authenticate(
            flags=flags,
            lm_response=lm,
            nt_response=nt,
            domain=domain,
            user=name.user,
            workstation=name.workstation,
            encrypted_session_key=encrypted,
            version=name.ntlm.version_field if flags & _F.VERSION else None,
            mic=bytes(16) if mic_wanted else None,
        ).pack()
        if mic_wanted:
            mic = message_integrity_code(exported, self._negotiate, token, message)
            message = message[:72] + mic + message[88:]
        self._carries_mic = mic_wanted
        self._session = Session(flags, exported, client=True)
        self._state = NtlmState.DONE
        return message

    def _agree(self, challenge: Challenge) -> NegotiateFlags:
        """The flags of AUTHENTICATE: what we asked for and the server granted."""
        asked = initiator_flags(self._credentials, self._level)
        flags = asked & challenge.flags
        # Of the two character sets exactly one stays; REQUEST_TARGET and NTLM need no answer.
        flags |= _F.REQUEST_TARGET | _F.NTLM
        flags = flags & ~_F.OEM if flags & _F.UNICODE else flags | _F.OEM
        flags |= challenge.flags & _F.TARGET_INFO
        if self._credentials.anonymous:
            flags |= _F.ANONYMOUS
        if not flags & (_F.SIGN | _F.SEAL):
            flags &= ~_F.KEY_EXCH
        missing = missing_protection(self._level, flags)
        if missing:
            raise refuse(f"the server's challenge does not offer {missing}", NtStatus.ACCESS_DENIED)
        if self._level.effective >= AuthLevel.PKT and self._credentials.ntlm.version != "v1":
            weak = (_F.EXTENDED_SESSIONSECURITY | _F.KEY_128) & ~flags
            if weak:
                raise refuse(f"the server's challenge lacks {weak!r}", NtStatus.ACCESS_DENIED)
        return flags

    def _respond(
        self, challenge: Challenge, flags: NegotiateFlags, domain: str
    ) -> tuple[bytes, bytes, bytes, bool]:
        """LM response, NT response, KeyExchangeKey, and whether a MIC goes with them."""
        credentials = self._credentials
        nonce = challenge.challenge
        if credentials.anonymous:
            return b"\0", b"", bytes(16), False
        nt_hash = credentials.response_key()
        if credentials.ntlm.version in ("v2", "v2-no-mic"):
            return self._respond_v2(challenge, nt_owf_v2(nt_hash, credentials.user, domain))
        if flags & _F.EXTENDED_SESSIONSECURITY:
            own = self._entropy(8)
            lm, nt = own + bytes(16), session_response(nt_hash, nonce, own)
        else:
            lm = nt = nt_response_v1(nt_hash, nonce)
        return lm, nt, key_exchange_key(flags, session_base_key_v1(nt_hash), lm, nonce), False

    def _respond_v2(self, challenge: Challenge, response_key: bytes) -> tuple[bytes, bytes, bytes, bool]:
        options = self._credentials.ntlm
        pairs = challenge.pairs
        stamp = find_av(pairs, AvId.TIMESTAMP)
        if stamp is not None and len(stamp) != 8:
            raise BadValue(f"a time stamp has 8 octets, not {len(stamp)}", path="Challenge.TargetInfo")
        mic_wanted = stamp is not None and options.version == "v2"
        own = self._entropy(8)
        temp = ClientChallenge(
            timestamp=int.from_bytes(stamp, "little") if stamp else self._wall_time,
            challenge=own,
            pairs=self._echo(pairs, mic=mic_wanted),
        ).pack()
        proof = nt_proof(response_key, challenge.challenge, temp)
        # With a time stamp, current Windows sends no LMv2 response ([MS-NLMP] 3.1.5.1.2).
        lm = bytes(24) if mic_wanted else lm_response_v2(response_key, challenge.challenge, own)
        return lm, proof + temp, hmac_md5(response_key, proof), mic_wanted

    def _echo(self, pairs: tuple[AvPair, ...], *, mic: bool) -> tuple[AvPair, ...]:
        """The server's pairs with our own: flags, channel bindings, target name."""
        options = self._credentials.ntlm
        added: list[AvPair] = []
        if mic:
            raw = find_av(pairs, AvId.FLAGS) or b""
            flags = int.from_bytes(raw[:4], "little") | _MIC_PRESENT
            pairs = tuple(pair for pair in pairs if pair.id != AvId.FLAGS)
            added.append(AvPair(AvId.FLAGS, flags.to_bytes(4, "little")))
        if options.channel_bindings is not None:
            added.append(AvPair(AvId.CHANNEL_BINDINGS, options.channel_bindings))
        if options.send_target_name and self._target:
            added.append(AvPair(AvId.TARGET_NAME, self._target.encode("utf-16-le", "replace")))
        echoed = (*pairs, *added)
        if len(pack_av_pairs(echoed)) > MAX_TOKEN - _ROOM:
            raise BadValue("leaves no room for a response", path="Challenge.TargetInfo")
        return echoed
