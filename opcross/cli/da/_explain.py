"""Errors in plain words: what happened, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import (
    BindRejected,
    Fault,
    FileError,
    HResultError,
    LogonFailed,
    OpcrossError,
    PeerViolation,
    Refused,
    TransportLost,
    WireError,
)
from opcross.levels import AuthLevel
from opcross.net import LossReason, loss_reason
from opcross.opc.codes import code_name, code_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Explanation", "Question", "explain"]


@dataclass(frozen=True, slots=True)
class Question:
    """What was tried: on which host and port, which server, by whom; ``the_list`` is the host's OPCEnum."""

    host: str
    port: int = 135
    server: str = ""
    user: str = ""
    level: AuthLevel = AuthLevel.INTEGRITY
    the_list: bool = False

    @property
    def address(self) -> str:
        """The host as ``opcross da servers`` takes it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 135 else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happened, and what helps; ``hints`` may be none."""

    text: str
    hints: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self.text, *(f"  {hint}" for hint in self.hints)])


def explain(error: OpcrossError, question: Question, *, connected: bool = False) -> Explanation:
    """Plain words for an error of a command, before or after it was ``connected``."""
    if isinstance(error, FileError):
        return Explanation(str(error))
    if isinstance(error, TransportLost):
        return _lost(error, question)
    if isinstance(error, LogonFailed):
        return _no_logon(error, question)
    if isinstance(error, Fault | HResultError):
        if error.access_denied:
            return _denied_inside(error, question) if connected else _denied(error, question)
        return _refused(error, question)
    if isinstance(error, BindRejected):
        return Explanation(
            f"{question.host} refused the connection: {error}",
            ("Whatever listens there speaks RPC, but not to us: is it the port of activations?",),
        )
    if isinstance(error, WireError | PeerViolation):
        return Explanation(
            f"{question.host} answered something that the protocol forbids: {error}",
            ("-v shows where; --log-file keeps it for a report.",),
        )
    return Explanation(str(error))


_LOSSES: Final[dict[LossReason, Callable[[Question], Explanation]]] = {
    LossReason.UNKNOWN_HOST: lambda q: Explanation(
        f'no host is called "{q.host}"', ("Check its spelling, or give its address.",)
    ),
    LossReason.REFUSED: lambda q: Explanation(
        f"nobody listens on {q.host} port {q.port}: the connection was refused",
        (
            "Windows takes activations on port 135; a firewall may refuse in its name.",
            "A simulated host is asked on the port of its ready line: HOST:PORT.",
        ),
    ),
    LossReason.UNREACHABLE: lambda q: Explanation(
        f"{q.host} port {q.port} cannot be reached",
        ("Is the host on, is it the right address, and do firewalls let TCP 135 through?",),
    ),
    LossReason.SILENT: lambda q: Explanation(
        f"no answer from {q.host} port {q.port}",
        (
            "Is the host on, and do firewalls let TCP 135 and the ports of its servers through?",
            "--timeout gives a slow server more time.",
        ),
    ),
}


def _lost(error: TransportLost, question: Question) -> Explanation:
    make = _LOSSES.get(loss_reason(error))
    if make is None:
        return Explanation(f"the connection to {question.host} is gone: {error.reason}")
    explanation = make(question)
    if error.endpoint and error.endpoint != f"{question.host}[{question.port}]":
        # Hosts name further addresses and ports; the user should know which one failed.
        return Explanation(f"{explanation.text} ({error.endpoint})", explanation.hints)
    return explanation


def _no_logon(error: LogonFailed, question: Question) -> Explanation:
    who = question.user or "nobody"
    return Explanation(
        f"the log-on of {who} failed: {error}",
        ("Check domain, user and password; too many attempts may lock the account.",),
    )


def _denied_inside(error: Refused, question: Question) -> Explanation:
    return Explanation(
        f"{question.host} refused this call: access denied ({error.name} 0x{error.code:08x})",
        ("The server was reached; the user lacks a right of its own, or Remote Access in dcomcnfg.",),
    )


def _denied(error: Refused, question: Question) -> Explanation:
    who = question.user or "a caller without a name"
    text = f"{question.host} refused {who}: access denied ({error.name} 0x{error.code:08x})"
    hints = []
    if not question.user:
        hints.append("No user was given: use --user 'DOMAIN\\name'.")
    if question.level.effective < AuthLevel.INTEGRITY:
        hints.append(
            f"The level was {question.level.word}. A host hardened by KB5004442 (CVE-2021-26414) refuses "
            "every activation below integrity, and writes event 10036 into its System log."
        )
        hints.append("Leave --level at integrity, or use privacy.")
    else:
        if question.user:
            hints.append("Check domain, user and password: this host does not say whether they were right.")
        hints.append(
            "In dcomcnfg of the host the user needs Remote Launch, Remote Activation and Remote Access, for "
            "the computer's limits and for the server; members of Distributed COM Users have the limits."
        )
        hints.append("The host's System log tells more: events 10016, 10027 and 10036 of DistributedCOM.")
    if question.the_list:
        hints.append(f"This was the host's OPCEnum. {_NAME_IT}")
    return Explanation(text, tuple(hints))


_NAME_IT: Final = (
    "Without OPCEnum, name the CLSID yourself: opcda://HOST/PROGID/CLSID, as it stands in the host's "
    "registry under HKCR\\PROGID\\CLSID."
)


def _list_hint(question: Question) -> str:
    return f'"opcross da servers {question.address}" lists the OPC servers of that host.'


_HINTS: Final[dict[int, Callable[[Question], str]]] = {
    Hresult.CO_E_SERVER_EXEC_FAILURE: lambda q: (
        "The server's process did not start in time: look at its own log, and at its identity in dcomcnfg."
    ),
    Hresult.CO_E_RUNAS_LOGON_FAILURE: lambda q: (
        "The identity under which the server runs cannot log on: look at its Identity tab in dcomcnfg."
    ),
    Hresult.CO_E_START_SERVICE_FAILURE: lambda q: (
        "The server's service does not start: see services.msc there."
    ),
    Hresult.E_NOINTERFACE: lambda q: "The class is there, but it is no OPC Data Access server.",
    Hresult.RPC_E_VERSION_MISMATCH: lambda q: "The host speaks another version of COM.",
}


def _refused(error: Refused, question: Question) -> Explanation:
    code = code_text(error.code)
    if error.code == Hresult.CO_E_CLASSSTRING:
        return Explanation(
            f'{question.host} has no OPC server called "{question.server}": {code}', (_list_hint(question),)
        )
    if error.code == Hresult.REGDB_E_CLASSNOTREG:
        what = "OPCEnum" if question.the_list else f'"{question.server}"'
        hint = _NAME_IT if question.the_list else _list_hint(question)
        return Explanation(f"{what} is not registered on {question.host}: {code}", (hint,))
    make = _HINTS.get(error.code)
    known = code_name(error.code) != "HRESULT"
    reason = f": {error.reason}" if error.reason else ""
    text = f"{question.host} said no: {code}{reason}" if known else f"{question.host} said no: {error}"
    return Explanation(text, () if make is None else (make(question),))
