"""Programs on a host: levels on the wire, and events in the host's own log."""

from __future__ import annotations

from uuid import UUID

import pytest

from opcross.hardening import DcomEvent, PatchState, operating_system, parse_month
from opcross.levels import AuthLevel
from opcross_simulators.windows.boot import Boot
from opcross_simulators.windows.calling import CallingRules, Program
from opcross_simulators.windows.registry import OLE_KEY, Registry

CLSID = UUID("6b3b8d23-fa8d-40b9-8dbd-b950333e2c52")


def rules(os: str, month: str, events: list[DcomEvent], **values: int) -> CallingRules:
    registry = Registry()
    for name, value in values.items():
        key = OLE_KEY if name.startswith(("Legacy", "DCOM")) else rf"{OLE_KEY}\AppCompat"
        registry.set(key, name, value)
    system = operating_system(os)
    return CallingRules(
        Boot.read(registry.snapshot(), system), PatchState(system, parse_month(month)), events.append
    )


def test_a_fixed_level_logs_10037() -> None:
    events: list[DcomEvent] = []
    program = Program(r"C:\old.exe", 77, AuthLevel.CONNECT, user_sid="S-1-5-21-1-2-3-1001")
    level = rules("windows-10-21h2", "2022-06", events).begin_activation(program, CLSID, "LINE1")
    assert level is AuthLevel.CONNECT
    assert [event.event_id for event in events] == [10037]
    assert [text for _, text in events[0].data] == [
        r"C:\old.exe",
        "77",
        "{6B3B8D23-FA8D-40B9-8DBD-B950333E2C52}",
        "LINE1",
        "2",
    ]
    assert events[0].user_sid == "S-1-5-21-1-2-3-1001"


def test_a_default_level_that_nothing_raises_logs_10038() -> None:
    events: list[DcomEvent] = []
    side = rules("windows-10-21h2", "2022-11", events, RaiseActivationAuthenticationLevel=0)
    assert side.begin_activation(Program(), CLSID, "LINE1") is AuthLevel.CONNECT
    assert [event.event_id for event in events] == [10038]


def test_a_raised_level_logs_nothing() -> None:
    events: list[DcomEvent] = []
    side = rules("windows-10-21h2", "2022-11", events)
    program = Program(activation_level=AuthLevel.CONNECT, call_level=AuthLevel.CONNECT)
    assert side.begin_activation(program, CLSID, "LINE1") is AuthLevel.INTEGRITY
    assert side.level_of_calls(program) is AuthLevel.INTEGRITY
    assert events == []


def test_the_machines_level_counts_where_the_program_gives_none() -> None:
    side = rules("windows-xp-sp3", "unpatched", [], LegacyAuthenticationLevel=5)
    assert side.begin_activation(Program(), CLSID, "LINE1") is AuthLevel.INTEGRITY
    assert side.level_of_calls(Program()) is AuthLevel.INTEGRITY
    assert side.level_of_calls(Program(call_level=AuthLevel.CONNECT)) is AuthLevel.CONNECT
    assert side.level_of_calls(Program(), hint=AuthLevel.PRIVACY) is AuthLevel.PRIVACY


def test_default_security_is_repeated_without_security_unless_forbidden() -> None:
    assert rules("windows-10-21h2", "2022-11", []).repeats(Program())
    assert not rules("windows-10-21h2", "2022-11", [], DCOMSCMRemoteCallFlags=2).repeats(Program())
    explicit = Program(activation_level=AuthLevel.INTEGRITY)
    assert not rules("windows-10-21h2", "2022-11", []).repeats(explicit)


@pytest.mark.parametrize(("os", "event_id"), [("windows-10-21h2", 10028), ("windows-7", 10009)])
def test_an_unreachable_computer_is_logged(os: str, event_id: int) -> None:
    events: list[DcomEvent] = []
    rules(os, "2022-06", events).unreachable(Program(), CLSID, "LINE1")
    assert [event.event_id for event in events] == [event_id]
