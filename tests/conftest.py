"""What every test shares: Hypothesis profiles, and asynchronous tests on a plain ``asyncio.Runner``."""

from __future__ import annotations

import asyncio
import inspect
import os
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

hypothesis.settings.register_profile("fast", max_examples=50, deadline=None, derandomize=True)
hypothesis.settings.register_profile(
    "deep",
    max_examples=2000,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fast"))

_OTHER_RUNNERS = ("asyncio", "anyio", "trio")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run ``async def`` tests on a fresh loop, unless another plugin was asked for by a mark."""
    function = pyfuncitem.obj
    if not inspect.iscoroutinefunction(function):
        return None
    if any(pyfuncitem.get_closest_marker(name) for name in _OTHER_RUNNERS):
        return None
    names = inspect.signature(function).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names if name in pyfuncitem.funcargs}
    with asyncio.Runner() as runner:
        runner.run(function(**arguments))
    return True


@pytest.fixture(autouse=True)
def _no_stray_tasks() -> Generator[None]:
    """Each test starts and ends without a loop set for its thread."""
    yield
    asyncio.set_event_loop(None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A foreign program that was installed must take part: its skip is a failure.

    ``OPCROSS_STRANGERS`` names the programs that are here; ``@pytest.mark.strangers("tshark")`` names
    those that a test needs. A skip for missing shared data stays a skip.
    """
    report = yield
    marker = item.get_closest_marker("strangers")
    here = set(os.environ.get("OPCROSS_STRANGERS", "").split())
    if marker and report.skipped and here and set(marker.args) <= here and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if "shared test data is missing" not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although its foreign programs are installed: {reason}"
    return report
