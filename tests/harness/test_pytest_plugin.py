"""The pytest plugin, run in processes of its own beside anyio and pytest-asyncio."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCENARIO = """\
format: 1
id: mine/gate
title: the gate refuses
why: An example.
source: KB5004442
matrix: {level: [connect, integrity]}
cast:
  server: {is: opc-da-server, phase: 2023-03}
  client: {is: opc-da-client, level: $level, user: OPERATOR}
steps:
  - activate: {by: client, class: Opcross.Simulation.1, at: server}
    expect: access-denied
"""

PLAYBOOK = """\
import anyio
import asyncio
import pytest
from opcross_harness.model import Scenario, member, step
from opcross_harness.result import Verdict


def scenario(expect):
    return Scenario(
        id="mine/playbook", title="t", why="w", source="s",
        cast={
            "server": member("opc-da-server", phase="2023-03"),
            "client": member("opc-da-client", level="connect", user="OPERATOR"),
        },
        steps=[step("activate", by="client", class_="Opcross.Simulation.1", at="server", expect=expect)],
    )


def test_a_playbook(opcross_play, opcross_seed, opcross_net, opcross_captures):
    result = opcross_play(scenario("access-denied"))
    assert result.verdict is Verdict.PASSED
    assert result.seed == opcross_seed == 5
    assert opcross_net.name == "simulated"
    assert opcross_captures is None
    assert opcross_play(scenario("ok")).verdict is Verdict.FAILED


@pytest.mark.asyncio
async def test_pytest_asyncio_still_works():
    await asyncio.sleep(0)


@pytest.mark.anyio
async def test_anyio_still_works(anyio_backend):
    await anyio.sleep(0)


@pytest.fixture
def anyio_backend():
    return "asyncio"
"""

INI = "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"


def run_pytest(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gate.scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(INI, encoding="utf-8")
    return tmp_path


def test_scenario_files_are_left_alone_unless_asked_for(folder: Path) -> None:
    done = run_pytest(folder, "--collect-only", "-q")
    assert "no tests collected" in done.stdout
    assert done.returncode == 5


def test_each_case_is_a_test_and_a_failure_shows_the_play(folder: Path) -> None:
    done = run_pytest(folder, "--opcross-scenarios", "--opcross-seed", "9", "--opcross-net", "simulated")
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "failed mine/gate[level=integrity]: the gate refuses" in done.stdout
    assert "expected  access-denied" in done.stdout
    assert (
        f"rerun    opcross run {folder / 'gate.scenario.yaml'} -k 'mine/gate[level=integrity]' --seed 9"
        in done.stdout
    )


def test_a_wrong_file_is_told_in_one_line(folder: Path) -> None:
    (folder / "gate.scenario.yaml").write_text(SCENARIO.replace("activate:", "actvate:"), encoding="utf-8")
    done = run_pytest(folder, "--opcross-scenarios")
    assert 'gate.scenario.yaml:11: unknown verb "actvate" (did you mean "activate"?)' in done.stdout
    assert "Traceback" not in done.stdout


def test_the_ini_file_can_ask_for_scenarios(folder: Path) -> None:
    (folder / "pytest.ini").write_text(f"{INI}opcross_scenarios = true\n", encoding="utf-8")
    assert "2 tests collected" in run_pytest(folder, "--collect-only", "-q").stdout


def test_what_the_net_lacks_is_skipped(folder: Path) -> None:
    waiting = SCENARIO.replace("steps:\n", "steps:\n  - wait: {seconds: 600}\n")
    (folder / "gate.scenario.yaml").write_text(waiting, encoding="utf-8")
    done = run_pytest(folder, "--opcross-scenarios", "--opcross-net", "loopback", "-rs")
    assert "2 skipped" in done.stdout
    assert "the loopback net has no virtual time" in done.stdout


def test_playbooks_run_beside_anyio_and_pytest_asyncio(folder: Path) -> None:
    (folder / "test_playbook.py").write_text(PLAYBOOK, encoding="utf-8")
    done = run_pytest(folder, "--opcross-seed", "5", "-q")
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_loading_the_plugin_imports_nothing_heavy(folder: Path) -> None:
    (folder / "test_light.py").write_text(
        "import sys\n\n\ndef test_light():\n"
        "    heavy = {'numpy', 'cryptography', 'ruamel', 'cyclopts', 'rich', 'opcross'} & set(sys.modules)\n"
        "    assert not heavy\n",
        encoding="utf-8",
    )
    done = run_pytest(folder, "-q", "-p", "no:hypothesispytest", "-p", "no:benchmark")
    assert "1 passed" in done.stdout, done.stdout
