"""The catalogue of field failures, as far as pure rules decide it: who is refused, who logs what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pytest

from opcross.hardening import (
    AppCompat,
    PatchState,
    Switches,
    activation_level,
    judge_activation,
    operating_system,
    parse_month,
)
from opcross.levels import AuthLevel


@dataclass(frozen=True)
class Side:
    os: str
    month: str
    values: AppCompat = field(default_factory=AppCompat)
    asks: AuthLevel = AuthLevel.CONNECT
    legacy: AuthLevel | None = None

    @property
    def patch(self) -> PatchState:
        return PatchState(operating_system(self.os), parse_month(self.month))


@dataclass(frozen=True)
class Row:
    name: str
    client: Side
    server: Side
    sent: AuthLevel
    outcome: Literal["works", "refused"]
    client_event: int | None
    server_event: int | None


CONNECT, INTEGRITY = AuthLevel.CONNECT, AuthLevel.INTEGRITY
SERVER_2019 = "windows-server-2019"
WINDOWS_10 = "windows-10-21h2"
PHASE_2, PHASE_3 = Side(SERVER_2019, "2022-06"), Side(SERVER_2019, "2023-03")
FIXED = Side(WINDOWS_10, "2022-06")
NOTHING_GIVEN = AuthLevel.DEFAULT
REQUIRE_0 = AppCompat(require_integrity=0)

ROWS = [
    Row("H1 phase 2", FIXED, PHASE_2, CONNECT, "refused", 10037, 10036),
    Row("H1 phase 3", FIXED, PHASE_3, CONNECT, "refused", 10037, 10036),
    Row(
        "H2",
        Side("windows-xp-sp3", "unpatched", asks=NOTHING_GIVEN),
        PHASE_2,
        CONNECT,
        "refused",
        None,
        10036,
    ),
    Row(
        "H2 with dcomcnfg at integrity",
        Side("windows-xp-sp3", "unpatched", asks=NOTHING_GIVEN, legacy=INTEGRITY),
        PHASE_2,
        INTEGRITY,
        "works",
        None,
        None,
    ),
    Row(
        "H3",
        Side("windows-xp-sp1", "unpatched", asks=NOTHING_GIVEN, legacy=INTEGRITY),
        PHASE_2,
        CONNECT,
        "refused",
        None,
        10036,
    ),
    Row("H4", Side(WINDOWS_10, "2022-11"), PHASE_3, INTEGRITY, "works", None, None),
    Row(
        "H5",
        Side(WINDOWS_10, "2022-11", AppCompat(raise_level=1)),
        PHASE_3,
        CONNECT,
        "refused",
        10037,
        10036,
    ),
    Row(
        "H6",
        Side(WINDOWS_10, "2022-11", AppCompat(raise_level=0), asks=NOTHING_GIVEN),
        PHASE_3,
        CONNECT,
        "refused",
        10038,
        10036,
    ),
    Row("H7", FIXED, Side(SERVER_2019, "2021-09"), CONNECT, "works", 10037, 10036),
    Row("H9", FIXED, Side(SERVER_2019, "2023-03", REQUIRE_0), CONNECT, "refused", 10037, 10036),
    Row("H10 Windows 7", FIXED, Side("windows-7", "2023-03", REQUIRE_0), CONNECT, "works", 10037, None),
    Row("H10 Windows 8.1", FIXED, Side("windows-8.1", "2023-03", REQUIRE_0), CONNECT, "works", 10037, 10036),
    Row("H10 21H1", FIXED, Side("windows-10-21h1", "2023-03", REQUIRE_0), CONNECT, "works", 10037, 10036),
    Row(
        "H23", FIXED, Side(SERVER_2019, "2023-03", AppCompat(disable_log=1)), CONNECT, "refused", 10037, None
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_of_the_catalogue(row: Row) -> None:
    sent = activation_level(
        row.client.asks, patch=row.client.patch, values=row.client.values, legacy=row.client.legacy
    )
    verdict = judge_activation(
        sent.level,
        anonymous=False,
        patch=row.server.patch,
        values=row.server.values,
        switches=Switches(),
    )
    assert (sent.level, sent.event) == (row.sent, row.client_event)
    assert (verdict.allowed, verdict.log) == (row.outcome == "works", row.server_event == 10036)


def test_h17_anonymous_activation_passes_the_gate_without_an_event() -> None:
    sent = activation_level(AuthLevel.NONE, patch=FIXED.patch, values=AppCompat())
    verdict = judge_activation(
        sent.level, anonymous=True, patch=PHASE_3.patch, values=AppCompat(), switches=Switches()
    )
    assert (sent.level, verdict.allowed, verdict.log) == (AuthLevel.NONE, True, False)
