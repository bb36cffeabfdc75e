"""COM version negotiation."""

from __future__ import annotations

import pytest

from opcross.dcom.version import ComVersion


def version(numbers: tuple[int, int]) -> ComVersion:
    return ComVersion(major=numbers[0], minor=numbers[1])


@pytest.mark.parametrize(
    ("server", "client", "served"),
    [
        ((5, 7), (5, 7), True),
        ((5, 7), (5, 1), True),
        ((5, 4), (5, 7), False),
        ((5, 7), (6, 0), False),
        ((5, 7), (4, 0), False),
    ],
)
def test_a_server_serves_its_major_and_no_newer_minor(
    server: tuple[int, int], client: tuple[int, int], served: bool
) -> None:
    assert version(server).serves(version(client)) is served


def test_a_client_takes_the_lower_minor() -> None:
    assert ComVersion(major=5, minor=7).agree(ComVersion(major=5, minor=4)) == ComVersion(major=5, minor=4)
    assert ComVersion(major=5, minor=2).agree(ComVersion(major=5, minor=7)) == ComVersion(major=5, minor=2)
    assert ComVersion(major=5, minor=7).agree(ComVersion(major=6, minor=1)) == ComVersion(major=5, minor=7)
    assert str(ComVersion(major=5, minor=6)) == "5.6"
