"""Foreign programs dial port 135 and nothing else; where it can't be had there is nothing to test."""

from __future__ import annotations

import pytest

from opcross_harness.nets import can_bind_port_135


@pytest.fixture(scope="session")
def port_135() -> None:
    """Skip where this process may not listen on port 135 of a loopback address."""
    if not can_bind_port_135():
        pytest.skip("port 135 of 127.0.0.0/8 can't be bound here: run as root or in `unshare -Urn`")
