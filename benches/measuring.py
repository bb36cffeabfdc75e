"""The one call into pytest-benchmark that its missing annotations would make untyped everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pytest_benchmark.fixture import BenchmarkFixture

T = TypeVar("T")


def measure(benchmark: BenchmarkFixture, work: Callable[..., T], **how: object) -> T:
    """Run ``work`` in rounds; gives what its last round gave."""
    result: T = benchmark.pedantic(work, **how)  # type: ignore[no-untyped-call]  # no annotations there
    return result
