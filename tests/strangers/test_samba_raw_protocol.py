"""Samba's ``raw_protocol``: what Windows answers to protocol that is right, odd or wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.strangers.hosting import unused_address
from tests.strangers.test_simulate_command import simulated

pytestmark = [pytest.mark.strangers("samba"), pytest.mark.usefixtures("port_135")]

TOOL = Path(__file__).resolve().parents[2] / "tools" / "samba_raw_protocol.py"
AT_LEAST = 173


@pytest.mark.timeout(400)
def test_a_simulated_host_passes_what_applies_to_it() -> None:
    """The rest is listed with reasons in docs/reference/samba-raw-protocol.md; the tool checks that."""
    if not Path("/usr/lib/python3/dist-packages/samba/tests/dcerpc/raw_protocol.py").exists():
        pytest.skip("Samba's tests are not installed (Debian: python3-samba)")
    address = unused_address()
    account = ("--domain", "LAB", "--user", "opc", "--password", "Secret.Raw.1")
    with simulated("--address", address, *account, "--conformance", "-q"):
        command = [sys.executable, str(TOOL), "--server", address, "--minimum", str(AT_LEAST)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    passed = re.search(r"(\d+) passed of 194", done.stdout)
    assert passed, done.stdout[-2000:]
    assert int(passed[1]) >= AT_LEAST
