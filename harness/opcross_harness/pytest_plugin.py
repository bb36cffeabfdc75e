"""The pytest plugin: scenario files as tests, and fixtures for tests of one's own.

It imports nothing heavy when pytest loads it, adds nothing to a test that does not ask for it, and
leaves event loops alone, so it lives beside anyio and pytest-asyncio.
"""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--opcross-scenarios`` and the ini value of the same name."""
    group = parser.getgroup("opcross", "scenarios of Opcross")
    group.addoption(
        "--opcross-scenarios",
        action="store_true",
        default=False,
        help="collect *.scenario.yaml files as tests",
    )
    parser.addini("opcross_scenarios", "collect *.scenario.yaml files as tests", type="bool", default=False)
