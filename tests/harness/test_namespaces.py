"""Port 135 without privileges: the run goes on in a namespace of its own, once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from opcross_harness import namespaces, runner
from opcross_harness.nets import PORT_135, LoopbackNet
from opcross_harness.runner import Options, run_command
from opcross_harness.suite import find_cases

ROOT = Path(__file__).resolve().parents[2]


def test_a_run_inside_never_enters_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(namespaces.INSIDE, "1")
    assert not namespaces.can_enter()


def test_without_the_tools_there_is_no_way_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(namespaces.INSIDE, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name, path=None: None)
    assert not namespaces.can_enter()


def test_a_run_that_wants_port_135_and_cannot_have_it_goes_inside_with_the_same_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[list[str]] = []
    monkeypatch.setattr("opcross_harness.nets.can_bind_port_135", lambda: False)
    monkeypatch.setattr(namespaces, "can_enter", lambda: True)

    def run_inside(arguments: Sequence[str]) -> int:
        seen.append(list(arguments))
        return 7

    monkeypatch.setattr(namespaces, "run_inside", run_inside)
    options = Options(targets=("hardening/h9",), net="loopback", seed=3)
    assert run_command(options) == 7
    assert seen == [options.arguments()]
    # On the simulated net nobody needs it.
    assert run_command(Options(targets=("hardening/h9",), net="simulated")) == 0


def test_without_port_135_our_own_cast_plays_on_high_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross_harness.nets.can_bind_port_135", lambda: False)
    monkeypatch.setattr(namespaces, "can_enter", lambda: False)
    assert PORT_135 not in LoopbackNet().abilities
    run = runner.Run(0)
    runner.run_suite(
        runner.Plan("loopback", find_cases(["hardening/h9"])),
        run,
        Options(),
        lambda case, result: None,
    )
    assert {result.verdict.value for result in [*run.results, *run.known_good]} == {"passed"}


NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
FOLDERS = [str(ROOT), str(ROOT / "simulators"), str(ROOT / "harness"), sysconfig.get_path("purelib")]
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "PYTHONPATH": os.pathsep.join(FOLDERS),
    "PYTHONDONTWRITEBYTECODE": "1",
}


def interpreter_of_nobody() -> str | None:
    """A Python of our version that a user without rights may run, with all that we import; else None."""
    if not shutil.which("setpriv") or subprocess.run(["id", "-u"], capture_output=True).stdout != b"0\n":
        return None
    if subprocess.run([*NOBODY, "unshare", "-Urn", "true"], capture_output=True).returncode:
        return None
    script = (
        "import sys, cyclopts, numpy, opcross_harness.runner\n"
        f"sys.exit(sys.version_info[:2] != {sys.version_info[:2]!r})"
    )
    for candidate in (sys.executable, "/usr/bin/python3"):
        command = [*NOBODY, "env", candidate, "-c", script]
        if subprocess.run(command, cwd="/", capture_output=True, env=ENVIRONMENT).returncode == 0:
            return candidate
    return None


def test_a_user_without_rights_gets_port_135_in_a_namespace() -> None:
    ports = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
    if not ports.exists() or int(ports.read_text(encoding="ascii")) <= 135:
        pytest.skip("everybody may bind port 135 here")
    interpreter = interpreter_of_nobody()
    if interpreter is None:
        pytest.skip("no user without rights can be played here")
    script = (
        "import sys\nfrom opcross_harness import namespaces, nets\nfrom opcross.cli import main\n"
        "assert not nets.can_bind_port_135()\nassert namespaces.can_enter()\n"
        "sys.exit(main(['run', 'hardening/h9', '-k', 'pkt', '--net', 'loopback']))\n"
    )
    command = [*NOBODY, "env", interpreter, "-c", script]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "known-good scenario: passed first and last (loopback)" in done.stdout
