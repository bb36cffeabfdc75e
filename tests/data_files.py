"""Finds the shared test data (captures, event logs, vectors), which stays outside the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"


def data_file(name: str) -> Path:
    """The path of a shared data file; the test is skipped where it is missing."""
    path = Path(os.environ.get("OPCROSS_DATA", _BESIDE)) / name
    if not path.exists():
        pytest.skip(f"shared test data is missing: {name}")
    return path
