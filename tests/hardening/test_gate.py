"""The gate of a server: phase, registry value and level."""

from __future__ import annotations

import pytest

from opcross.hardening import (
    AnonymousRule,
    AppCompat,
    PatchState,
    Switches,
    gate_is_on,
    judge_activation,
    operating_system,
    parse_month,
)
from opcross.levels import AuthLevel

MONTHS = ["unpatched", "2021-06", "2021-09", "2022-06", "2023-03"]
REFUSED_WHEN_ON = [AuthLevel.CONNECT, AuthLevel.CALL, AuthLevel.PKT]
ALWAYS_ENOUGH = [AuthLevel.INTEGRITY, AuthLevel.PRIVACY]


def patch(month: str, os: str = "windows-10-21h2") -> PatchState:
    return PatchState(operating_system(os), parse_month(month))


@pytest.mark.parametrize(
    ("month", "value", "on"),
    [
        ("unpatched", None, False),
        ("unpatched", 1, False),
        ("2021-06", None, False),
        ("2021-06", 0, False),
        ("2021-06", 1, True),
        ("2022-06", None, True),
        ("2022-06", 0, False),
        ("2022-06", 1, True),
        ("2023-03", None, True),
        ("2023-03", 0, True),
        ("2023-03", 1, True),
    ],
)
def test_the_registry_value_counts_until_the_third_phase(month: str, value: int | None, on: bool) -> None:
    assert gate_is_on(patch(month), AppCompat(require_integrity=value)) is on


@pytest.mark.parametrize("level", REFUSED_WHEN_ON)
def test_a_gate_that_is_on_refuses_and_logs_below_integrity(level: AuthLevel) -> None:
    verdict = judge_activation(
        level, anonymous=False, patch=patch("2023-03"), values=AppCompat(), switches=Switches()
    )
    assert not verdict.allowed
    assert verdict.log
    assert "integrity" in verdict.why


@pytest.mark.parametrize("month", MONTHS)
@pytest.mark.parametrize("level", ALWAYS_ENOUGH)
def test_integrity_and_privacy_pass_everywhere(level: AuthLevel, month: str) -> None:
    verdict = judge_activation(
        level, anonymous=False, patch=patch(month), values=AppCompat(1), switches=Switches()
    )
    assert (verdict.allowed, verdict.log) == (True, False)


@pytest.mark.parametrize(
    ("month", "value", "logged"),
    [("unpatched", None, False), ("2021-06", None, False), ("2021-09", None, True), ("2022-06", 0, True)],
)
def test_a_gate_that_is_off_audits_once_the_events_exist(month: str, value: int | None, logged: bool) -> None:
    verdict = judge_activation(
        AuthLevel.CONNECT,
        anonymous=False,
        patch=patch(month),
        values=AppCompat(require_integrity=value),
        switches=Switches(),
    )
    assert (verdict.allowed, verdict.log) == (True, logged)


@pytest.mark.parametrize("level", [AuthLevel.NONE, AuthLevel.CONNECT])
@pytest.mark.parametrize(
    ("rule", "allowed"), [(AnonymousRule.EXEMPT, True), (AnonymousRule.GATED, False)], ids=str
)
def test_an_activation_in_nobodys_name_follows_the_switch(
    level: AuthLevel, rule: AnonymousRule, allowed: bool
) -> None:
    verdict = judge_activation(
        level,
        anonymous=True,
        patch=patch("2023-03"),
        values=AppCompat(),
        switches=Switches(anonymous=rule),
    )
    assert (verdict.allowed, verdict.log) == (allowed, not allowed)


def test_logging_can_be_switched_off_without_opening_the_gate() -> None:
    verdict = judge_activation(
        AuthLevel.CONNECT,
        anonymous=False,
        patch=patch("2022-06"),
        values=AppCompat(disable_log=1),
        switches=Switches(),
    )
    assert (verdict.allowed, verdict.log) == (False, False)


def test_windows_7_refuses_without_an_event() -> None:
    verdict = judge_activation(
        AuthLevel.CONNECT,
        anonymous=False,
        patch=patch("2022-06", "windows-7"),
        values=AppCompat(),
        switches=Switches(),
    )
    assert (verdict.allowed, verdict.log) == (False, False)
