"""The good conversations are recorded once, before anything is damaged."""

from __future__ import annotations

import pytest

from tests.fuzz.conversations import calls


@pytest.fixture(scope="session", autouse=True)
def recorded() -> None:
    """Loops don't nest: a recording made while a host is under attack would need a loop in a loop."""
    assert calls()
