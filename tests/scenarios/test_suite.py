"""The scenario suite: every case on both nets, every row of the catalogue, and a suite that bites."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from opcross.hardening import ActivationLevel
from opcross.hardening import Verdict as GateVerdict
from opcross.levels import AuthLevel
from opcross_harness.model import Case
from opcross_harness.nets import PORT_135, LoopbackNet, Net, SimulatedNet
from opcross_harness.playing import play
from opcross_harness.rehearsal import rehearse
from opcross_harness.result import Verdict
from opcross_harness.suite import KNOWN_GOOD, find_cases, load_suite, suite_path
from opcross_simulators.windows.boot import Application, Boot

pytestmark = pytest.mark.scenarios

ROWS = {f"H{number}" for number in (*range(1, 13), *range(16, 22), 23, 24)} | {"G13", "G31"}
LINES = range(12, 45)
"""How long a scenario is: longer ones are two."""

CASES = [*find_cases([KNOWN_GOOD]), *find_cases([])]


def name_of(case: Case) -> str:
    return case.id


def missing_for(case: Case) -> list[str]:
    """What this installation lacks for a case: impacket, on a machine without the extra."""
    return [text for part in rehearse(case).parts if (text := part.kind.missing())]


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_on_the_simulated_net(case: Case) -> None:
    net = SimulatedNet()
    result = play(case, net)
    beyond = rehearse(case).needs - net.abilities
    wanted = Verdict.UNSUPPORTED if beyond or missing_for(case) else Verdict.PASSED
    assert result.verdict is wanted, result.reason


@pytest.fixture(scope="module")
def loopback() -> LoopbackNet:
    net = LoopbackNet()
    if PORT_135 not in net.abilities:
        pytest.skip("port 135 of 127.0.0.0/8 can't be bound here: run as root or in `unshare -Urn`")
    return net


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_on_loopback(case: Case, loopback: LoopbackNet) -> None:
    """Verdicts are those of the simulated net, and foreign programs take part."""
    result = play(case, loopback)
    missing = missing_for(case)
    if missing and "impacket" in os.environ.get("OPCROSS_STRANGERS", "").split():
        pytest.fail(f"impacket should be installed: {missing}")
    beyond = rehearse(case).needs - loopback.abilities
    wanted = Verdict.UNSUPPORTED if beyond or missing else Verdict.PASSED
    assert result.verdict is wanted, result.reason


def test_every_row_has_a_scenario() -> None:
    assert {scenario.row for scenario in load_suite(suite_path() / "hardening")} - {None} == ROWS


def test_scenarios_are_short_and_cite_their_source() -> None:
    for scenario in load_suite(suite_path()):
        text = Path(scenario.place.file).read_text(encoding="utf-8")
        assert len(text.splitlines()) in LINES, scenario.id
        assert scenario.source
        assert scenario.why


def test_a_seed_replays_a_case_to_the_octet(tmp_path: Path) -> None:
    (case,) = find_cases(["hardening/levels-admitted[level=privacy,phase=2023-03,method=RemoteActivation]"])

    def octets(name: str, seed: int) -> bytes:
        result = play(case, SimulatedNet(), seed=seed, captures=tmp_path / name)
        assert result.verdict is Verdict.PASSED
        assert result.capture is not None
        return Path(result.capture).read_bytes()

    assert octets("first", 7) == octets("second", 7)
    assert octets("third", 8) != octets("first", 7)


# The suite bites: a host that gets one thing wrong fails the scenarios that are about it, and no others.


def _everything_passes(*_: Any, **__: Any) -> GateVerdict:
    return GateVerdict(allowed=True, log=False, why="the gate is broken")


def _nothing_passes(*_: Any, **__: Any) -> GateVerdict:
    return GateVerdict(allowed=False, log=True, why="the gate is broken")


def _silent(log: Any, event: Any, **_: Any) -> None:
    """A log that takes nothing."""


def _verdicts(word: str) -> dict[str, Verdict]:
    net: Net = SimulatedNet()
    return {case.id: play(case, net).verdict for case in find_cases([word])}


@pytest.mark.parametrize("row", ["h1", "h2", "h8", "h9", "h10", "h11", "h12", "h16", "h23", "levels-refused"])
def test_a_gate_that_lets_everything_pass_is_noticed(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross_simulators.windows.gate.judge_activation", _everything_passes)
    assert set(_verdicts(f"hardening/{row}").values()) == {Verdict.FAILED}


@pytest.mark.parametrize("row", ["h4", "h7", "h17", "g31", "levels-open", "levels-admitted", "h11-remedy"])
def test_a_gate_that_lets_nothing_pass_is_noticed(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross_simulators.windows.gate.judge_activation", _nothing_passes)
    assert set(_verdicts(f"hardening/{row}").values()) == {Verdict.FAILED}


@pytest.mark.parametrize("row", ["h1", "h2", "h5", "h6", "h7", "h18", "h24", "levels-refused"])
def test_a_log_that_takes_nothing_is_noticed(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross_simulators.windows.event_log.SystemLog.write", _silent)
    assert set(_verdicts(f"hardening/{row}").values()) == {Verdict.FAILED}


@pytest.mark.parametrize("row", ["h4", "h5", "h2-remedy"])
def test_a_client_system_that_raises_nothing_is_noticed(row: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_asked(requested: AuthLevel, **_: Any) -> ActivationLevel:
        return ActivationLevel(max(requested, AuthLevel.CONNECT), None)

    monkeypatch.setattr("opcross_simulators.windows.calling.activation_level", as_asked)
    assert set(_verdicts(f"hardening/{row}").values()) == {Verdict.FAILED}


def test_an_exporter_that_judges_no_level_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    own: Callable[..., Application] = Boot.application

    def levelled(boot: Boot, app_id: Any) -> Application:
        return dataclasses.replace(own(boot, app_id), level=AuthLevel.NONE)

    monkeypatch.setattr(Boot, "application", levelled)
    assert set(_verdicts("hardening/h20").values()) == {Verdict.FAILED}
