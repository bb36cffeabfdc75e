"""The bench under test: what must fail fails with the line marked, what breaks is broken, on both nets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from opcross.errors import LocalMisuse
from opcross_harness.model import Scenario, member, step
from opcross_harness.nets import LoopbackNet, Net, SimulatedNet, can_bind_port_135
from opcross_harness.playing import play
from opcross_harness.recording import EntryKind
from opcross_harness.result import LineState, Result, Verdict
from opcross_harness.telling import tell_failure, tell_result
from tests.harness.bell_vocabulary import BELLS

NETS: list[type[Net]] = [SimulatedNet, LoopbackNet]


def bells(*, says: str = "ok", breaks: str = "", expect: str | None = "ok", **more: Any) -> Scenario:
    values: dict[str, Any] = {
        "id": "towers/bell",
        "title": "a bell answers another",
        "why": "A tower has\nmore than one bell.",
        "source": "the handbook",
        "cast": {"great": member("bell", says=says, breaks=breaks or "nothing"), "small": member("bell")},
        "steps": [
            step("wait", seconds=0),
            step("ring", by="small", at="great", expect=expect),
            step("wait", seconds=1),
        ],
    }
    return Scenario(**(values | more))


def played(scenario: Scenario, net: Net | None = None, **options: Any) -> Result:
    return play(scenario, net, vocabulary=BELLS, **options)


@pytest.fixture(params=NETS, ids=lambda kind: kind.name)
def net(request: pytest.FixtureRequest) -> Net:
    if request.param is LoopbackNet and not can_bind_port_135():
        pytest.skip("port 135 can't be bound here")
    made: Net = request.param()
    return made


@pytest.mark.parametrize(
    ("says", "expect", "verdict"),
    [
        ("ok", "ok", Verdict.PASSED),
        ("ok", None, Verdict.PASSED),
        ("denied", "access-denied", Verdict.PASSED),
        ("denied", "0x80070005", Verdict.PASSED),
        ("denied", "hresult 0x80070005", Verdict.PASSED),
        ("fault", "access-denied", Verdict.PASSED),
        ("fault", "fault 0x5", Verdict.PASSED),
        ("fault", "refused", Verdict.PASSED),
        ("no-interface", "no-interface", Verdict.PASSED),
        ("gibberish", "unreachable", Verdict.PASSED),
        ("denied", "ok", Verdict.FAILED),
        ("denied", None, Verdict.FAILED),
        ("denied", "fault 0x80070005", Verdict.FAILED),
        ("denied", "not-registered", Verdict.FAILED),
        ("fault", "hresult 0x5", Verdict.FAILED),
        ("ok", "refused", Verdict.FAILED),
        ("gibberish", "refused", Verdict.FAILED),
        ("gibberish", "timed-out", Verdict.FAILED),
    ],
)
def test_an_outcome_is_judged_by_what_was_expected(says: str, expect: str | None, verdict: Verdict) -> None:
    assert played(bells(says=says, expect=expect)).verdict is verdict


def test_both_nets_give_the_same_verdict(net: Net) -> None:
    assert played(bells(), net).verdict is Verdict.PASSED
    failed = played(bells(says="denied"), net)
    assert failed.verdict is Verdict.FAILED
    assert failed.net == net.name


GOLDEN = """\
failed towers/bell: a bell answers another
  why      A tower has more than one bell.
  source   the handbook
  cast     great: {is: bell, says: denied, breaks: nothing}
           small: {is: bell}
  steps
      0.000  ok    wait: {seconds: 0}
>     0.000  WRONG ring: {by: small, at: great}, expect: ok
                   expected  ok
                   actual    hresult 0x80070005 E_ACCESSDENIED: the bell is locked
                   wait: {seconds: 1}
  rerun    opcross run towers/bell --seed 7 --net simulated"""


def test_a_failure_prints_the_play_with_the_wrong_line_marked() -> None:
    result = played(bells(says="denied"), seed=7)
    assert tell_failure(result) == GOLDEN
    assert result.reason.startswith("expected ok; actual hresult 0x80070005")
    assert [line.state for line in result.lines] == [LineState.DONE, LineState.WRONG, LineState.NOT_REACHED]


def test_a_case_is_told_in_one_line_with_its_times() -> None:
    told = tell_result(played(bells()))
    assert re.fullmatch(r"passed      towers/bell \(simulated, \d+\.\d\d s, 1\.\d\d s virtual\)", told)


def test_an_error_in_a_verb_is_the_fault_of_the_bench() -> None:
    result = played(bells(breaks="ring"))
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "ZeroDivisionError: the clapper fell out"
    assert "bell_vocabulary.py" in result.traceback
    assert result.wrong_line is not None
    assert result.wrong_line.state is LineState.UNDECIDED
    assert "ZeroDivisionError" in tell_failure(result)


def test_an_actor_that_cannot_enter_breaks_the_case_and_the_others_still_leave() -> None:
    result = played(bells(breaks="open"))
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "RuntimeError: the rope is torn"
    assert {line.state for line in result.lines} == {LineState.NOT_REACHED}


def test_an_actor_that_does_not_leave_breaks_the_case() -> None:
    result = played(bells(breaks="close"))
    assert result.verdict is Verdict.BROKEN
    assert "great did not leave: RuntimeError" in result.reason


def test_a_failure_stays_a_failure_when_the_end_is_untidy_as_well() -> None:
    result = played(bells(breaks="close", expect="refused"))
    assert result.verdict is Verdict.FAILED
    assert "great did not leave" in result.reason


def test_what_an_actor_cannot_do_is_unsupported() -> None:
    result = played(bells(breaks="unsupported"))
    assert result.verdict is Verdict.UNSUPPORTED
    assert result.reason == "needs a bell of bronze"


def test_a_missing_extra_makes_a_case_unsupported_before_anything_runs() -> None:
    result = played(bells(cast={"great": member("carillon"), "small": member("bell")}))
    assert result.verdict is Verdict.UNSUPPORTED
    assert result.reason == "carillons need the extra towers"
    assert result.virtual_seconds == 0


def test_a_net_that_lacks_what_a_step_needs_makes_the_case_unsupported(net: Net) -> None:
    steps = [step("ring", by="small", at="great", in_the_night=True)]
    result = played(bells(steps=steps), net)
    assert result.verdict is Verdict.UNSUPPORTED
    assert result.reason == f"the {net.name} net has no a ladder"


def test_a_long_wait_is_for_the_simulated_net() -> None:
    waiting = bells(steps=[step("wait", seconds=600)])
    simulated = played(waiting)
    assert simulated.verdict is Verdict.PASSED
    assert simulated.virtual_seconds >= 600
    loopback = played(waiting, LoopbackNet())
    assert loopback.verdict is Verdict.UNSUPPORTED
    assert loopback.reason == "the loopback net has no virtual time"


def test_a_case_that_never_ends_is_broken() -> None:
    result = played(bells(steps=[step("wait", seconds=30 * 86400), step("wait", seconds=30 * 86400)]))
    assert result.verdict is Verdict.BROKEN
    assert "virtual seconds" in result.reason or "took more than" in result.reason
    assert result.wrong_line is not None


def test_a_case_on_real_sockets_has_a_budget_of_time() -> None:
    result = played(bells(steps=[step("wait", seconds=2)]), LoopbackNet(), real_budget=0.05)
    assert result.verdict is Verdict.BROKEN
    assert result.reason == "the case took more than 0.05 seconds"


def test_a_scenario_of_several_cases_is_not_played_as_one() -> None:
    several = bells(matrix={"word": ["ok", "denied"]}, cast={"great": member("bell", says="$word")})
    with pytest.raises(LocalMisuse, match="has 2 cases"):
        played(several)


def test_the_same_seed_replays_the_simulated_net_exactly() -> None:
    first, second = (played(bells(says="denied"), seed=3) for _ in range(2))
    assert first.lines == second.lines
    assert first.virtual_seconds == second.virtual_seconds
    other = played(bells(says="denied"), seed=4)
    assert other.virtual_seconds != first.virtual_seconds


def test_a_scenario_outside_the_suite_is_rerun_by_its_file() -> None:
    assert played(bells(), in_suite=False).rerun == "opcross run towers/bell --seed 0 --net simulated"
    from opcross.yaml_files import Place

    scenario = bells(place=Place("my bells.scenario.yaml", 1))
    assert (
        played(scenario, in_suite=False).rerun
        == "opcross run 'my bells.scenario.yaml' -k towers/bell --seed 0 --net simulated"
    )


def test_a_capture_is_written_where_it_was_asked_for(net: Net, tmp_path: Path) -> None:
    result = played(bells(says="denied"), net, captures=tmp_path / "deep" / "folder")
    assert result.capture == str(tmp_path / "deep" / "folder" / "towers_bell.pcapng")
    assert Path(result.capture).stat().st_size > 200
    assert f"  capture  {result.capture}" in tell_failure(result)


def test_both_nets_record_the_same_conversation(net: Net) -> None:
    seen: list[tuple[EntryKind, bool, bytes]] = []

    class Listening(type(BELLS.verbs["ring"])):  # type: ignore[misc]  # a verb that listens in
        async def perform(self, stage: Any, arguments: Any, expect: Any) -> Any:
            finding = await super().perform(stage, arguments, expect)
            seen.extend((entry.kind, entry.from_client, entry.data) for entry in stage.recording.entries)
            return finding

    play(bells(), net, vocabulary=BELLS.extended(verbs=(Listening(),)))
    assert seen[:3] == [
        (EntryKind.OPENED, True, b""),
        (EntryKind.DATA, True, b"ring"),
        (EntryKind.DATA, False, b"ok"),
    ]
