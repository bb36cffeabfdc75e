"""impacket activates and calls at every level that the phase allows, and is refused where it does not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from opcross.codes import RpcStatus
from opcross.levels import AuthLevel
from tests.strangers.hosting import (
    CLSID,
    IID_IOPCCOMMON,
    IID_IOPCSERVER,
    PASSWORD,
    USER,
    HostInThread,
    unused_address,
)
from tests.strangers.impacket_program import converse

pytestmark = [pytest.mark.strangers("impacket"), pytest.mark.usefixtures("port_135")]
pytest.importorskip("impacket")

METHODS = ["RemoteCreateInstance", "RemoteActivation"]
GATED = [AuthLevel.CONNECT, AuthLevel.PKT]
SAFE = [AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
OPEN_PHASES = ["unpatched", "2021-06", "2021-10"]
HARDENED_PHASES = ["2022-06", "2022-11", "2023-03"]
GET_STATUS = {"do": "call", "iid": str(IID_IOPCSERVER), "opnum": 6}
RELEASE = {"do": "release"}
AT_METHODS = pytest.mark.parametrize("method", METHODS)


def activate(method: str = "RemoteCreateInstance") -> dict[str, Any]:
    return {"do": "activate", "clsid": str(CLSID), "iid": str(IID_IOPCSERVER), "method": method}


def forms(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["form"] for answer in answers]


@AT_METHODS
@pytest.mark.parametrize("phase", OPEN_PHASES + HARDENED_PHASES)
@pytest.mark.parametrize("level", SAFE, ids=lambda each: each.word)
def test_integrity_and_privacy_are_served_in_every_phase(level: AuthLevel, phase: str, method: str) -> None:
    source = unused_address()
    with HostInThread(phase) as server:
        answers = converse(server.address, source, activate(method), GET_STATUS, RELEASE, level=int(level))
        assert forms(answers) == ["result"] * 3
        assert server.events(10036) == []
        assert server.objects() == ()


@AT_METHODS
@pytest.mark.parametrize("phase", HARDENED_PHASES)
@pytest.mark.parametrize("level", GATED, ids=lambda each: each.word)
def test_less_is_refused_by_a_hardened_host_with_status_5_and_event_10036(
    level: AuthLevel, phase: str, method: str
) -> None:
    source = unused_address()
    with HostInThread(phase, lenient=True) as server:
        (refusal,) = converse(server.address, source, activate(method), level=int(level))
        assert (refusal["form"], refusal["code"]) == ("fault", RpcStatus.ACCESS_DENIED)
        (event,) = server.events(10036)
        assert (event.event.value("User Name"), event.event.value("Client IP Address")) == (USER, source)
        assert server.objects() == ()


@pytest.mark.parametrize("phase", OPEN_PHASES)
@pytest.mark.parametrize("level", GATED, ids=lambda each: each.word)
def test_less_is_served_while_the_gate_is_off_and_audited_once_events_exist(
    level: AuthLevel, phase: str
) -> None:
    with HostInThread(phase, lenient=True) as server:
        answers = converse(server.address, unused_address(), activate(), GET_STATUS, level=int(level))
        assert forms(answers) == ["result"] * 2
        assert len(server.events(10036)) == (1 if phase == "2021-10" else 0)
        assert [row.clsid for row in server.objects()] == [CLSID]


def test_unsigned_requests_at_packet_level_need_a_lenient_host() -> None:
    """impacket sends no verifiers at this level; a strict host must not take them for signed."""
    with HostInThread("2021-06") as server:
        (refusal,) = converse(server.address, unused_address(), activate(), level=int(AuthLevel.PKT))
        assert refusal["form"] == "fault"
        assert server.objects() == ()


@pytest.mark.parametrize("phase", ["unpatched", "2023-03"])
def test_without_security_the_limits_refuse_and_not_the_gate(phase: str) -> None:
    source = unused_address()
    with HostInThread(phase) as server:
        (refusal,) = converse(server.address, source, activate(), level=int(AuthLevel.NONE), user="")
        assert (refusal["form"], refusal["code"]) == ("fault", RpcStatus.ACCESS_DENIED)
        (event,) = server.events(10027)
        assert ("ANONYMOUS LOGON", source) == (event.event.data[3][1], event.event.data[5][1])
        assert server.events(10036) == []


def test_call_level_is_rejected_at_the_bind() -> None:
    with HostInThread("unpatched") as server:
        (refusal,) = converse(server.address, unused_address(), activate(), level=int(AuthLevel.CALL))
        assert (refusal["form"], refusal["code"]) == ("bind rejected", 9)


def test_a_wrong_password_is_refused_without_event_10036() -> None:
    """So a log tells a bad log-on from a low level."""
    with HostInThread("2023-03") as server:
        (refusal,) = converse(server.address, unused_address(), activate(), level=6, password=PASSWORD + "?")
        assert refusal["form"] == "fault"
        assert server.events(10036) == []
        assert any("log-on" in line for line in server.told)


def test_server_alive_needs_no_log_on_and_names_the_host_without_a_port() -> None:
    with HostInThread("2023-03") as server:
        (answer,) = converse(server.address, unused_address(), {"do": "server-alive"}, level=2)
        assert server.address in answer["bindings"]
        assert not any("[" in binding for binding in answer["bindings"])


def test_another_interface_a_ping_and_a_release_work_at_privacy() -> None:
    with HostInThread("2023-03") as server:
        query = {"do": "query", "iid": str(IID_IOPCCOMMON)}
        locale = {"do": "call", "iid": str(IID_IOPCCOMMON), "opnum": 4}
        answers = converse(
            server.address, unused_address(), activate(), query, locale, {"do": "ping"}, RELEASE, level=6
        )
        assert forms(answers) == ["result"] * 5
        activated, queried, called, pinged, _ = answers
        assert UUID(queried["ipid"]) != UUID(activated["ipid"])
        assert bytes.fromhex(called["stub"])[8:] == (0x409).to_bytes(4, "little") + bytes(4)
        assert pinged["set"] != 0
        assert server.objects() == ()
