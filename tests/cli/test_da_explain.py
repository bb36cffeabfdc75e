"""What is said of errors: what happened, and what to do about it."""

from __future__ import annotations

import socket  # noqa: TID251  (the name of an error; nothing is opened)

import pytest

from opcross.cli.da._explain import Question, explain
from opcross.codes import Hresult, NtStatus, RpcStatus
from opcross.errors import (
    AccessDenied,
    BindRejected,
    Fault,
    FileError,
    HResultError,
    LocalMisuse,
    LogonFailed,
    OpcrossError,
    PeerViolation,
    TimedOut,
    TransportLost,
    Truncated,
)
from opcross.levels import AuthLevel
from opcross.net import LossReason, loss_reason

ASKED = Question("plant1", 135, "Vendor.Server.1", "PLANT\\operator")
THE_LIST = Question("plant1", 1135, "Vendor.Server.1", "PLANT\\operator", the_list=True)


def lost(cause: BaseException | None, text: str = "cannot connect") -> TransportLost:
    error = TransportLost(text, endpoint="plant1[135]")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (lost(socket.gaierror(-2, "Name or service not known")), LossReason.UNKNOWN_HOST),
        (lost(ConnectionRefusedError(111, "refused")), LossReason.REFUSED),
        (lost(OSError(113, "No route to host")), LossReason.UNREACHABLE),
        (lost(TimeoutError()), LossReason.SILENT),
        (TimedOut("no answer"), LossReason.SILENT),
        (lost(ConnectionResetError(104, "reset")), LossReason.BROKEN),
        (lost(None), LossReason.BROKEN),
        (lost(lost(lost(ConnectionRefusedError()))), LossReason.REFUSED),
    ],
)
def test_the_reason_of_a_loss_is_found_among_its_causes(error: TransportLost, reason: LossReason) -> None:
    """The client wraps an error each time it passes a layer."""
    assert loss_reason(error) is reason


def test_causes_in_a_ring_come_to_an_end() -> None:
    one, other = lost(None), lost(None)
    one.__cause__, other.__cause__ = other, one
    assert loss_reason(one) is LossReason.BROKEN


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (lost(socket.gaierror(-2, "unknown")), ['no host is called "plant1"']),
        (lost(ConnectionRefusedError()), ["nobody listens on plant1 port 135", "HOST:PORT"]),
        (lost(OSError(113, "No route")), ["plant1 port 135 cannot be reached", "firewalls"]),
        (TimedOut("no answer"), ["no answer from plant1", "--timeout"]),
        (lost(None, "the server closed the connection"), ["is gone: the server closed the connection"]),
        (LogonFailed(NtStatus.WRONG_PASSWORD), ["log-on of PLANT\\operator failed", "lock the account"]),
        (
            AccessDenied(),
            ["E_ACCESSDENIED 0x80070005", "dcomcnfg", "10027", "Check domain, user and password"],
        ),
        (Fault(RpcStatus.ACCESS_DENIED), ["ERROR_ACCESS_DENIED 0x00000005", "Distributed COM Users"]),
        (
            HResultError(Hresult.REGDB_E_CLASSNOTREG),
            ['"Vendor.Server.1" is not registered', '"opcross da servers plant1" lists'],
        ),
        (
            HResultError(Hresult.CO_E_CLASSSTRING),
            ['no OPC server called "Vendor.Server.1"', '"opcross da servers plant1" lists'],
        ),
        (
            HResultError(Hresult.CO_E_SERVER_EXEC_FAILURE),
            ["CO_E_SERVER_EXEC_FAILURE", "did not start in time"],
        ),
        (HResultError(Hresult.CO_E_RUNAS_LOGON_FAILURE), ["cannot log on", "Identity"]),
        (HResultError(Hresult.CO_E_START_SERVICE_FAILURE), ["service does not start"]),
        (HResultError(Hresult.E_NOINTERFACE), ["no OPC Data Access server"]),
        (HResultError(0xC0040007), ["OPC_E_UNKNOWNITEMID"]),
        (HResultError(0xC0DE0001, "odd"), ["0xc0de0001", "odd"]),
        (Fault(RpcStatus.SERVER_TOO_BUSY), ["nca_s_server_too_busy"]),
        (BindRejected(2, "reason"), ["refused the connection", "port of activations"]),
        (PeerViolation("two ends"), ["the protocol forbids: two ends"]),
        (Truncated("4 octets", offset=8), ["the protocol forbids", "offset 8"]),
        (FileError("write it so"), ["write it so"]),
        (LocalMisuse("not so"), ["not so"]),
    ],
)
def test_an_error_is_told_with_what_helps(error: OpcrossError, words: list[str]) -> None:
    told = str(explain(error, ASKED))
    for word in words:
        assert word in told, told


@pytest.mark.parametrize("level", [AuthLevel.CONNECT, AuthLevel.CALL, AuthLevel.PKT, AuthLevel.NONE])
def test_a_refusal_below_integrity_is_told_with_the_hardening(level: AuthLevel) -> None:
    """The very refusal that this program was made for."""
    question = Question("plant1", 135, "Vendor.Server.1", "PLANT\\operator", level)
    told = str(explain(AccessDenied(), question))
    assert "KB5004442" in told
    assert "10036" in told
    assert "Leave --level at integrity" in told


def test_nobody_is_told_to_name_himself() -> None:
    told = str(explain(AccessDenied(), Question("plant1", 135, "Vendor.Server.1")))
    assert "--user" in told
    assert "Check domain" not in told


def test_a_closed_list_of_servers_is_told_with_the_way_around() -> None:
    assert "opcda://HOST/PROGID/CLSID" in str(explain(AccessDenied(), THE_LIST))
    told = str(explain(HResultError(Hresult.REGDB_E_CLASSNOTREG), THE_LIST))
    assert told.startswith("OPCEnum is not registered")
    assert "opcda://HOST/PROGID/CLSID" in told


def test_a_refusal_inside_a_session_is_no_matter_of_the_log_on() -> None:
    told = str(explain(AccessDenied(), ASKED, connected=True))
    assert "was reached" in told
    assert "password" not in told


def test_the_endpoint_that_failed_is_named_where_it_is_another() -> None:
    """A host names further addresses; the first one answered."""
    error = TimedOut("no answer", endpoint="10.9.9.9[49152]")
    assert "(10.9.9.9[49152])" in str(explain(error, ASKED))


@pytest.mark.parametrize(("host", "port", "address"), [("::1", 135, "[::1]"), ("plant1", 99, "plant1:99")])
def test_a_hint_names_the_host_as_the_command_takes_it(host: str, port: int, address: str) -> None:
    assert Question(host, port).address == address
