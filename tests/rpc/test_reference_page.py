"""The reference page shows the tables of the code as they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "draw_rpc.py"


def test_the_page_is_current() -> None:
    if not SCRIPT.exists():
        pytest.skip("the tools are not part of an installed package")
    result = subprocess.run([sys.executable, str(SCRIPT), "--check"], check=False)
    assert result.returncode == 0, "run tools/draw_rpc.py"
