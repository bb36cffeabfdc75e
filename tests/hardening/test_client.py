"""What a Windows client really sends ([MS-DCOM] notes 37, 80, 81)."""

from __future__ import annotations

import pytest

from opcross.hardening import (
    AppCompat,
    PatchState,
    RaiseMode,
    activation_level,
    call_level,
    operating_system,
    parse_month,
    raise_mode,
    repeats_without_security,
)
from opcross.levels import AuthLevel

DEFAULT, NONE, CONNECT, CALL, PKT, INTEGRITY, PRIVACY = AuthLevel


def patch(os: str, month: str) -> PatchState:
    return PatchState(operating_system(os), parse_month(month))


@pytest.mark.parametrize(
    ("month", "value", "mode"),
    [
        ("2021-06", 2, RaiseMode.NONE),
        ("2021-09", None, RaiseMode.DEFAULT),
        ("2021-09", 2, RaiseMode.ALL),
        ("2022-10", None, RaiseMode.DEFAULT),
        ("2022-11", None, RaiseMode.ALL),
        ("2022-11", 1, RaiseMode.DEFAULT),
        ("2022-11", 0, RaiseMode.NONE),
        ("2022-11", 7, RaiseMode.ALL),
    ],
)
def test_the_raise_value_is_read_once_the_updates_know_it(
    month: str, value: int | None, mode: RaiseMode
) -> None:
    assert raise_mode(patch("windows-10-21h2", month), AppCompat(raise_level=value)) is mode


@pytest.mark.parametrize(
    ("os", "month", "asked", "legacy", "values", "level", "event"),
    [
        # Nothing given by the application.
        ("windows-xp-sp1", "unpatched", DEFAULT, None, AppCompat(), CONNECT, None),
        ("windows-xp-sp1", "unpatched", DEFAULT, INTEGRITY, AppCompat(), CONNECT, None),
        ("windows-xp-sp3", "unpatched", DEFAULT, None, AppCompat(), CONNECT, None),
        ("windows-xp-sp3", "unpatched", DEFAULT, NONE, AppCompat(), CONNECT, None),
        ("windows-xp-sp3", "unpatched", DEFAULT, INTEGRITY, AppCompat(), INTEGRITY, None),
        ("windows-vista", "unpatched", DEFAULT, PKT, AppCompat(), PKT, None),
        ("windows-10-21h2", "unpatched", DEFAULT, None, AppCompat(), CONNECT, None),
        ("windows-10-21h2", "2021-09", DEFAULT, None, AppCompat(), INTEGRITY, None),
        ("windows-10-21h2", "2021-09", DEFAULT, PRIVACY, AppCompat(), PRIVACY, None),
        ("windows-10-21h2", "2021-09", DEFAULT, None, AppCompat(raise_level=0), CONNECT, 10038),
        ("windows-10-21h2", "2021-09", DEFAULT, INTEGRITY, AppCompat(raise_level=0), INTEGRITY, None),
        ("windows-7", "2022-06", DEFAULT, None, AppCompat(), INTEGRITY, None),
        # A level given by the application.
        ("windows-xp-sp3", "unpatched", CONNECT, INTEGRITY, AppCompat(), CONNECT, None),
        ("windows-10-21h2", "2022-06", CONNECT, INTEGRITY, AppCompat(), CONNECT, 10037),
        ("windows-10-21h2", "2022-06", CALL, None, AppCompat(), PKT, 10037),
        ("windows-10-21h2", "2022-06", PKT, None, AppCompat(disable_log=1), PKT, None),
        ("windows-10-21h2", "2022-06", INTEGRITY, None, AppCompat(), INTEGRITY, None),
        ("windows-10-21h2", "2022-11", CONNECT, None, AppCompat(), INTEGRITY, None),
        ("windows-10-21h2", "2022-11", PRIVACY, None, AppCompat(), PRIVACY, None),
        ("windows-10-21h2", "2022-11", CONNECT, None, AppCompat(raise_level=1), CONNECT, 10037),
        ("windows-7", "2022-06", CONNECT, None, AppCompat(), CONNECT, None),
        # Without security: nothing raises it.
        ("windows-10-21h2", "2022-11", NONE, INTEGRITY, AppCompat(raise_level=2), NONE, None),
    ],
)
def test_the_level_of_an_activation(
    os: str,
    month: str,
    asked: AuthLevel,
    legacy: AuthLevel | None,
    values: AppCompat,
    level: AuthLevel,
    event: int | None,
) -> None:
    result = activation_level(asked, patch=patch(os, month), values=values, legacy=legacy)
    assert (result.level, result.event) == (level, event)


@pytest.mark.parametrize(
    ("os", "month", "asked", "hint", "legacy", "level"),
    [
        ("windows-xp-sp3", "unpatched", DEFAULT, CONNECT, None, CONNECT),
        ("windows-xp-sp3", "unpatched", DEFAULT, CONNECT, INTEGRITY, INTEGRITY),
        ("windows-xp-sp3", "unpatched", NONE, PKT, None, PKT),
        ("windows-10-21h2", "2022-09", CONNECT, NONE, None, CONNECT),
        ("windows-10-21h2", "2022-09", DEFAULT, CONNECT, None, CONNECT),
        ("windows-10-21h2", "2022-10", CONNECT, CONNECT, None, INTEGRITY),
        ("windows-10-21h2", "2022-10", CONNECT, PRIVACY, None, PRIVACY),
        ("windows-10-21h2", "2022-10", PRIVACY, CONNECT, None, PRIVACY),
    ],
)
def test_the_level_of_a_call(
    os: str, month: str, asked: AuthLevel, hint: AuthLevel, legacy: AuthLevel | None, level: AuthLevel
) -> None:
    assert call_level(asked, hint, patch=patch(os, month), legacy=legacy) is level


def test_only_default_security_is_repeated_without_security() -> None:
    assert repeats_without_security(DEFAULT)
    assert not repeats_without_security(CONNECT)
    assert not repeats_without_security(DEFAULT, remote_call_flags=0x2)
    assert repeats_without_security(DEFAULT, remote_call_flags=0x8)
