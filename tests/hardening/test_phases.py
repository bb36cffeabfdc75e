"""Which phase a system is in, and what its updates brought."""

from __future__ import annotations

import pytest

from opcross.errors import FileError
from opcross.hardening import (
    OPERATING_SYSTEMS,
    Feature,
    Month,
    PatchState,
    Phase,
    month_word,
    operating_system,
    parse_month,
    phase_of,
)


@pytest.mark.parametrize(
    ("month", "phase"),
    [
        ("unpatched", Phase.UNPATCHED),
        ("2021-05", Phase.UNPATCHED),
        ("2021-06", Phase.OPTIONAL),
        ("2022-05", Phase.OPTIONAL),
        ("2022-06", Phase.DEFAULT),
        ("2023-02", Phase.DEFAULT),
        ("2023-03", Phase.ENFORCED),
        ("2026-01", Phase.ENFORCED),
    ],
)
def test_a_month_means_the_last_phase_in_force(month: str, phase: Phase) -> None:
    assert phase_of(parse_month(month), operating_system("windows-server-2019")) is phase


@pytest.mark.parametrize(
    ("name", "last"),
    [
        # The last state a system can reach: the builds up to which CVE-2021-26414 lists it as affected.
        ("windows-10-1507", Phase.ENFORCED),
        ("windows-10-1607", Phase.ENFORCED),
        ("windows-server-2016", Phase.ENFORCED),
        ("windows-10-1809", Phase.ENFORCED),
        ("windows-server-2019", Phase.ENFORCED),
        ("windows-10-1909", Phase.DEFAULT),
        ("windows-10-20h2", Phase.ENFORCED),
        ("windows-10-21h1", Phase.DEFAULT),
        ("windows-10-21h2", Phase.ENFORCED),
        ("windows-10-22h2", Phase.ENFORCED),
        ("windows-server-2022", Phase.ENFORCED),
        ("windows-11-21h2", Phase.ENFORCED),
        ("windows-11-22h2", Phase.ENFORCED),
        ("windows-server-2025", Phase.ENFORCED),
        ("windows-8.1", Phase.DEFAULT),
        ("windows-server-2012-r2", Phase.ENFORCED),
        ("windows-server-2012", Phase.ENFORCED),
        ("windows-7", Phase.DEFAULT),
        ("windows-server-2008-r2", Phase.ENFORCED),
        ("windows-server-2008", Phase.ENFORCED),
        ("windows-xp-sp3", Phase.UNPATCHED),
        ("windows-server-2003", Phase.UNPATCHED),
        ("windows-vista", Phase.UNPATCHED),
    ],
)
def test_a_system_stays_in_the_phase_of_its_last_update(name: str, last: Phase) -> None:
    assert phase_of(Month(2030, 1), operating_system(name)) is last


def test_a_system_that_shipped_late_was_never_without_the_phases_before_it() -> None:
    assert phase_of(None, operating_system("windows-server-2022")) is Phase.OPTIONAL
    assert phase_of(None, operating_system("windows-11-22h2")) is Phase.DEFAULT
    assert phase_of(None, operating_system("windows-server-2025")) is Phase.ENFORCED


@pytest.mark.parametrize(
    ("name", "month", "features"),
    [
        ("windows-10-21h2", "2021-06", set()),
        ("windows-10-21h2", "2021-08", set()),
        ("windows-10-21h2", "2021-09", {Feature.EVENTS, Feature.RAISE_DEFAULT}),
        ("windows-10-21h2", "2022-09", {Feature.EVENTS, Feature.RAISE_DEFAULT}),
        ("windows-10-21h2", "2022-10", {Feature.EVENTS, Feature.RAISE_DEFAULT, Feature.RAISE_CALLS}),
        ("windows-10-21h2", "2022-11", set(Feature)),
        ("windows-10-1809", "2021-08", {Feature.EVENTS}),
        ("windows-8.1", "2021-09", {Feature.RAISE_DEFAULT}),
        ("windows-8.1", "2021-10", {Feature.EVENTS, Feature.RAISE_DEFAULT}),
        ("windows-7", "2023-03", set(Feature) - {Feature.EVENTS}),
        ("windows-10-1909", "2023-03", {Feature.EVENTS, Feature.RAISE_DEFAULT}),
        ("windows-xp-sp3", "2023-03", set()),
    ],
)
def test_features_arrive_with_their_month(name: str, month: str, features: set[Feature]) -> None:
    patch = PatchState(operating_system(name), parse_month(month))
    assert {feature for feature in Feature if patch.has(feature)} == features


@pytest.mark.parametrize("text", ["2022", "2022-13", "2022-00", "22-06", "2022-6", "June 2022", "", "none"])
def test_a_month_is_spelled_in_one_way(text: str) -> None:
    with pytest.raises(FileError, match="YYYY-MM"):
        parse_month(text)


@pytest.mark.parametrize("text", ["2022-06", "unpatched"])
def test_a_month_is_written_as_it_is_read(text: str) -> None:
    assert month_word(parse_month(text)) == text


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Windows XP", "windows-xp-sp3"),
        ("server-2019", "windows-server-2019"),
        ("windows-10", "windows-10-22h2"),
        ("10-21H2", "windows-10-21h2"),
        ("windows-7-sp1", "windows-7"),
    ],
)
def test_systems_answer_to_their_aliases(word: str, name: str) -> None:
    assert operating_system(word).name == name


def test_an_unknown_system_gets_the_nearest_name() -> None:
    with pytest.raises(FileError) as caught:
        operating_system("windows-server-2018")
    assert caught.value.near == "windows-server-2019"


def test_names_and_aliases_are_unique() -> None:
    words = [word for system in OPERATING_SYSTEMS for word in (system.name, *system.aliases)]
    assert len(words) == len(set(words))
