"""Samba's client torture: its tests of the resolver, the endpoint mapper and the management interface.

Its tests of ComplexPing and ResolveOxid want a class of Windows itself, those of Insert want a mapper that
takes entries from the network, SimplePing wants a set that nobody made: these are left out.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.strangers.hosting import PASSWORD, USER, HostInThread

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.strangers("samba"), pytest.mark.usefixtures("port_135")]

SECURITY = pytest.mark.parametrize("security", ["connect", "sign", "seal", "spnego,sign", "spnego,seal"])


def torture(tmp_path: Path, host: HostInThread, security: str, suite: str) -> set[str]:
    """The tests of a suite that succeed; Samba verifies our signatures on the way."""
    program = shutil.which("smbtorture")
    if program is None:
        pytest.skip("smbtorture is not installed")
    settings = tmp_path / "smb.conf"
    folders = ("private dir", "lock directory", "state directory", "cache directory", "pid directory")
    settings.write_text("[global]\nworkgroup=LAB\n" + "".join(f"{name}={tmp_path}\n" for name in folders))
    done = subprocess.run(
        [
            program,
            "-s",
            str(settings),
            f"ncacn_ip_tcp:{host.address}[135,{security}]",
            "-U",
            f"OPCSRV\\{USER}%{PASSWORD}",
            suite,
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return set(re.findall(r"^success: (\S+)", done.stdout, re.MULTILINE))


@SECURITY
def test_the_resolver_is_alive_at_every_level(tmp_path: Path, security: str) -> None:
    with HostInThread("2023-03") as host:
        passed = torture(tmp_path, host, security, "rpc.oxidresolve")
    assert {"oxidresolver.ServerAlive", "oxidresolver.ServerAlive2"} <= passed


@SECURITY
def test_the_endpoint_mapper_maps_and_looks_up(tmp_path: Path, security: str) -> None:
    with HostInThread("2023-03") as host:
        passed = torture(tmp_path, host, security, "rpc.epmapper")
    assert {"epmapper.Map_simple", "epmapper.Lookup_simple"} <= passed


def test_the_management_interface_answers(tmp_path: Path) -> None:
    with HostInThread("2023-03") as host:
        assert torture(tmp_path, host, "sign", "rpc.mgmt") == {"mgmt"}


def test_a_wrong_password_makes_the_torture_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle's own test: without a good log-on nothing succeeds."""
    monkeypatch.setattr("tests.strangers.test_samba.PASSWORD", PASSWORD + "?")
    with HostInThread("2023-03") as host:
        assert torture(tmp_path, host, "sign", "rpc.oxidresolve") == set()
