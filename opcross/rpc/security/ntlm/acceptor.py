"""The server side of NTLM ([MS-NLMP] 3.2).

It hashes what arrived, octet for octet: clients differ in how they lay out an NTLMv2 response. It is
liberal in what it needs not judge (the case of the domain, a missing MIC, OEM character sets), and strict in
every proof.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from opcross.codes import NtStatus
from opcross.errors import BadValue, LogonFailed, WireError
from opcross.levels import AuthLevel
from opcross.rpc.call import Identity
from opcross.rpc.security.accounts import Accounts
from opcross.rpc.security.ntlm.context import NtlmContext, NtlmState, refuse
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
from opcross.rpc.security.ntlm.policy import NtlmPolicy, NtlmVersion, TargetNames
from opcross.rpc.security.ntlm.responses import (
    hmac_md5,
    key_exchange_key,
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

__all__ = ["NtlmAcceptor"]

_F = NegotiateFlags
_GRANTED: Final = (
    _F.SIGN | _F.SEAL | _F.KEY_EXCH | _F.KEY_128 | _F.KEY_56 | _F.ALWAYS_SIGN | _F.VERSION
    | _F.EXTENDED_SESSIONSECURITY | _F.IDENTIFY | _F.REQUEST_TARGET
)  # fmt: skip
_PROTECTION: Final = _F.SIGN | _F.SEAL | _F.KEY_EXCH
_MIC_PRESENT: Final = 0x00000002
_V1_SIZE: Final = 24


@dataclass(frozen=True, slots=True)
class _Proof:
    """A response that was right: its form, the KeyExchangeKey, and the client's pairs (NTLMv2 only)."""

    version: NtlmVersion
    key: bytes
    pairs: tuple[AvPair, ...] = ()


class NtlmAcceptor(NtlmContext):
    """One log-on as a server: NEGOTIATE comes, CHALLENGE goes, AUTHENTICATE comes."""

    def __init__(
        self,
        accounts: Accounts,
        target: TargetNames,
        level: AuthLevel,
        *,
        entropy: Callable[[int], bytes],
        wall_time: int,
        policy: NtlmPolicy,
    ) -> None:
        super().__init__()
        self._accounts = accounts
        self._target = target
        self._level = level
        self._entropy = entropy
        self._wall_time = wall_time
        self._policy = policy
        self._negotiate = b""
        self._challenge = b""
        self._nonce = b""

    def _start(self, token: bytes) -> bytes:
        asked = Negotiate.unpack(token).flags
        self._negotiate = token
        self._nonce = self._entropy(8)
        names = self._target
        pairs = names.pairs()
        if self._policy.send_timestamp:
            pairs += (AvPair(AvId.TIMESTAMP, self._wall_time.to_bytes(8, "little")),)
        flags = self._grant(asked)
        self._challenge = Challenge(
            flags=flags,
            challenge=self._nonce,
            target=names.domain or names.computer,
            target_info=pack_av_pairs(pairs),
            version=self._policy.version_field if flags & _F.VERSION else bytes(8),
        ).pack()
        self._state = NtlmState.CHALLENGE
        return self._challenge

    def _grant(self, asked: NegotiateFlags) -> NegotiateFlags:
        flags = asked & _GRANTED | _F.NTLM | _F.TARGET_INFO
        # A client that names no character set gets OEM; the specification would send it away.
        flags |= _F.UNICODE if asked & _F.UNICODE else _F.OEM
        flags |= _F.TARGET_TYPE_DOMAIN if self._target.domain else _F.TARGET_TYPE_SERVER
        if self._policy.unprotected_at_connect and self._level <= AuthLevel.CONNECT:
            flags &= ~_PROTECTION
        return flags

    def _finish(self, token: bytes) -> bytes:
        message = Authenticate.unpack(token)
        if self._level.effective >= AuthLevel.PRIVACY and not message.flags & _F.SEAL:
            # Windows judges no other level here: without signing it is the first request that fails.
            raise BadValue(
                "privacy needs sealing, which the client did not choose", path="Authenticate.flags"
            )
        anonymous = not (message.user or message.nt_response or message.lm_response.strip(b"\0"))
        proof = self._judge_anonymous() if anonymous else self._judge(message)
        exported = self._exported_key(message, proof, token)
        self._identity = Identity(
            domain=message.domain,
            user=message.user,
            workstation=message.workstation,
            anonymous=anonymous,
        )
        if anonymous:
            self._identity = Identity(workstation=message.workstation, anonymous=True)
        self._session = Session(message.flags, exported, client=False)
        self._state = NtlmState.DONE
        return b""

    def _judge_anonymous(self) -> _Proof:
        if not self._policy.allow_anonymous:
            raise refuse("anonymous log-on is not allowed", NtStatus.ACCESS_DENIED)
        return _Proof(NtlmVersion.V2, bytes(16))

    def _judge(self, message: Authenticate) -> _Proof:
        who = f"{message.domain}\\{message.user}"
        version = self._version_of(message)
        if version is None:
            raise refuse(f"{who} sent no response that NTLM knows")
        if version < self._policy.minimum:
            raise refuse(
                f"{who} used {version.name}, the policy wants {self._policy.minimum.name}",
                NtStatus.NTLM_BLOCKED,
            )
        nt_hash = self._accounts.nt_hash(message.domain, message.user)
        if nt_hash is None:
            raise refuse(f"there is no account {who}", NtStatus.NO_SUCH_USER)
        proof = (
            self._judge_v2(message, nt_hash)
            if version is NtlmVersion.V2
            else self._judge_v1(message, nt_hash, version)
        )
        if proof is None:
            raise refuse(f"the password of {who} is wrong", NtStatus.WRONG_PASSWORD)
        status = self._accounts.status(message.domain, message.user)
        if status != NtStatus.OK:
            raise LogonFailed(status, f"the account {who} may not log on")
        return proof

    @staticmethod
    def _version_of(message: Authenticate) -> NtlmVersion | None:
        """The form of the response; an NT response of 24 octets is one of the older two."""
        if len(message.nt_response) > _V1_SIZE:
            return NtlmVersion.V2
        if len(message.nt_response) != _V1_SIZE:
            return None
        return (
            NtlmVersion.NTLM2_SESSION
            if message.flags & _F.EXTENDED_SESSIONSECURITY and len(message.lm_response) == _V1_SIZE
            else NtlmVersion.V1
        )

    def _judge_v2(self, message: Authenticate, nt_hash: bytes) -> _Proof | None:
        claimed, temp = message.nt_response[:16], message.nt_response[16:]
        try:
            content = ClientChallenge.unpack(temp)
        except WireError as error:
            raise error.under("Authenticate.NtChallengeResponse") from None
        # Stacks disagree on which spelling of the domain goes into the key.
        for domain in dict.fromkeys((message.domain, upper(message.domain), "")):
            key = nt_owf_v2(nt_hash, message.user, domain)
            if hmac.compare_digest(nt_proof(key, self._nonce, temp), claimed):
                return _Proof(NtlmVersion.V2, hmac_md5(key, claimed), content.pairs)
        return None

    def _judge_v1(self, message: Authenticate, nt_hash: bytes, version: NtlmVersion) -> _Proof | None:
        expected = (
            session_response(nt_hash, self._nonce, message.lm_response[:8])
            if version is NtlmVersion.NTLM2_SESSION
            else nt_response_v1(nt_hash, self._nonce)
        )
        if not hmac.compare_digest(expected, message.nt_response):
            return None
        base = session_base_key_v1(nt_hash)
        return _Proof(version, key_exchange_key(message.flags, base, message.lm_response, self._nonce))

    def _exported_key(self, message: Authenticate, proof: _Proof, token: bytes) -> bytes:
        """The ExportedSessionKey; the MIC is checked with it where there is one."""
        keys = [proof.key]
        encrypted = message.encrypted_session_key
        if message.flags & _F.KEY_EXCH and len(encrypted) == 16:
            # Without signing or sealing some stacks exchange a key all the same; then the MIC tells.
            exchanged = rc4(proof.key, encrypted)
            keys = [exchanged] if message.flags & (_F.SIGN | _F.SEAL) else [exchanged, proof.key]
        elif message.flags & _F.KEY_EXCH and message.flags & (_F.SIGN | _F.SEAL):
            raise refuse(f"KEY_EXCH needs a session key of 16 octets, {len(encrypted)} came")
        said = int.from_bytes((find_av(proof.pairs, AvId.FLAGS) or b"")[:4], "little")
        if not said & _MIC_PRESENT:
            if self._policy.require_mic:
                raise refuse("the policy wants a MIC, and AUTHENTICATE has none", NtStatus.ACCESS_DENIED)
            return keys[0]
        if message.mic is None:
            raise refuse("the response promises a MIC, and AUTHENTICATE has no room for one")
        blank = Authenticate.without_mic(token)
        for key in keys:
            expected = message_integrity_code(key, self._negotiate, self._challenge, blank)
            if hmac.compare_digest(expected, message.mic):
                self._carries_mic = True
                return key
        raise refuse("the MIC does not match: a message of the exchange was altered", NtStatus.ACCESS_DENIED)
