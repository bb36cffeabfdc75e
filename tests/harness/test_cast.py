"""The cast: settings that make no sense, what each member can do, what a net or an installation lacks."""

from __future__ import annotations

import pytest

from opcross_harness.cast import CAST_KINDS
from opcross_harness.cast.accounts import credentials_of, password_of
from opcross_harness.errors import ScenarioError
from opcross_harness.loader import parse_scenario
from opcross_harness.model import CastMember, Scenario, Step, member, step
from opcross_harness.nets import SimulatedNet
from opcross_harness.playing import play
from opcross_harness.result import Result, Verdict

DA = "Opcross.Simulation.1"


def scenario(cast: dict[str, CastMember], *steps: Step) -> Scenario:
    return Scenario(id="cast", title="a cast", why="it is tested", source="none", cast=cast, steps=steps)


def played(client: CastMember, *steps: Step, server: CastMember | None = None) -> Result:
    cast = {"server": server or member("opc-da-server"), "client": client}
    return play(scenario(cast, *steps), SimulatedNet())


def activate(**more: object) -> Step:
    return step("activate", by="client", class_=DA, at="server", **more)


GOOD = member("opc-da-client", level="integrity", user="OPERATOR")


@pytest.mark.parametrize(
    ("cast", "complaint"),
    [
        ("{is: opc-da-client, phase: 2022-06}", '"phase" needs "os"'),
        ("{is: opc-da-client, os: windows-7, profile: j-interop}", '"profile" is for stacks'),
        ("{is: opc-da-client, os: windows-77}", "windows-77"),
        ("{is: opc-da-client, profile: j-introp}", "j-introp"),
        ("{is: opc-da-client, on: nobody}", '"nobody" is no cast member'),
        ("{is: opc-da-client, level: integrety}", "integrety"),
        ("{is: opc-da-server, phase: 2022-13}", "2022-13"),
        ("{is: opc-da-server, anonymous: perhaps}", "perhaps"),
        ("{is: impacket-client, phase: 2022-06}", 'unknown key "phase"'),
        ("{is: opc-da-sever}", "opc-da-sever"),
    ],
)
def test_a_setting_that_makes_no_sense_is_found_when_the_file_is_read(cast: str, complaint: str) -> None:
    text = f"""\
format: 1
id: cast
title: a cast
why: it is tested
source: none
cast:
  other: {cast}
steps:
  - wait: {{seconds: 1}}
"""
    with pytest.raises(ScenarioError, match=complaint) as error:
        parse_scenario(text)
    assert error.value.line == 7


def test_every_kind_describes_its_settings() -> None:
    for kind in CAST_KINDS.values():
        schema = kind.settings.json_schema()
        assert schema["additionalProperties"] is False
        assert kind.summary.endswith(".")


def test_a_wrong_password_fails_the_log_on_and_not_the_gate() -> None:
    client = member("opc-da-client", level="integrity", user="OPERATOR", password="wrong")
    result = played(client, activate(expect="refused"), step("not-logged", at="server", event=10036))
    assert result.verdict is Verdict.PASSED, result.reason


def test_a_user_without_an_account_cannot_log_on() -> None:
    server = member("opc-da-server", users=["SOMEBODY"])
    assert played(GOOD, activate(expect="refused"), server=server).verdict is Verdict.PASSED


def test_a_client_without_windows_keeps_no_event_log() -> None:
    result = played(GOOD, step("logged", at="client", event=10037))
    assert result.verdict is Verdict.UNSUPPORTED
    assert "event log" in result.reason


def test_a_step_on_an_object_that_is_not_held_is_the_scenario_s_fault() -> None:
    result = played(GOOD, step("call", by="client", method="GetStatus"))
    assert result.verdict is Verdict.BROKEN
    assert 'holds no object "object"' in result.reason


def test_an_unknown_class_is_the_scenario_s_fault_and_an_unknown_clsid_the_server_s_answer() -> None:
    unknown = step("activate", by="client", class_="No.Such.Server", at="server")
    assert played(GOOD, unknown).verdict is Verdict.BROKEN
    nobody = "{11111111-2222-3333-4444-555555555555}"
    clsid = step("activate", by="client", class_=nobody, at="server", expect="not-registered")
    assert played(GOOD, clsid).verdict is Verdict.PASSED, played(GOOD, clsid).reason


def test_a_restart_of_the_server_ends_its_objects_and_the_client_notices() -> None:
    result = played(
        GOOD,
        activate(),
        step("present", at="server", object=DA, count=1),
        step("restart", at="server"),
        step("absent", at="server", object=DA),
        # Nobody activated anything since: the server has no process, and its old port is closed.
        step("call", by="client", method="GetStatus", expect="unreachable"),
        activate(),
        step("call", by="client", method="GetStatus"),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_updates_count_after_a_restart() -> None:
    client = member("opc-da-client", level="connect", user="OPERATOR")
    result = played(
        client,
        activate(),
        step("patch", at="server", phase="2023-03"),
        activate(),
        step("restart", at="server"),
        activate(expect="fault 0x5"),
        server=member("opc-da-server", phase="unpatched"),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_a_client_that_dies_leaves_its_object_for_six_minutes() -> None:
    client = member("opc-da-client", os="windows-10-21h2", phase="2023-03", user="OPERATOR")
    result = played(
        client,
        activate(),
        step("restart", at="client"),
        step("wait", seconds=300),
        step("present", at="server", object=DA, count=1),
        step("wait", seconds=600),
        step("absent", at="server", object=DA),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_the_steps_on_an_object() -> None:
    result = played(
        GOOD,
        activate(as_="mine"),
        step("query-interface", by="client", on="mine", interface="IOPCCommon"),
        step("query-interface", by="client", on="mine", interface="IOPCServerList", expect="no-interface"),
        step("call", by="client", on="mine", method="IOPCCommon::GetLocaleID"),
        step("resolve", by="client", on="mine"),
        step("ping", by="client", on="mine"),
        step("release", by="client", on="mine"),
        step("absent", at="server", object=DA),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_foreign_programs_are_unsupported_where_nothing_is_real() -> None:
    result = played(member("impacket-client", user="OPERATOR"), activate())
    assert result.verdict is Verdict.UNSUPPORTED
    assert "foreign programs" in result.reason


def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    told = CAST_KINDS["impacket-client"].missing()
    assert told is not None
    assert "opcross[strangers]" in told


def test_passwords_stay_out_of_what_is_printed() -> None:
    result = played(GOOD, activate(expect="refused"))
    text = repr(credentials_of("OPERATOR")) + repr(result)
    assert password_of("OPERATOR") not in text
