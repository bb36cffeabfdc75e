"""``opcross run``: selection, order, exit codes, reports, processes."""

from __future__ import annotations

import json
import shlex
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from opcross.cli import main
from opcross_harness import runner, suite
from opcross_harness.errors import BenchError, ScenarioError
from opcross_harness.loader import parse_scenario
from opcross_harness.reports import JSON_FORMAT, json_report, junit_report
from opcross_harness.result import Line, LineState, Result, Verdict
from opcross_harness.runner import Options, Run
from opcross_harness.suite import KNOWN_GOOD, find_cases, matcher, suite_path

SCENARIO = """\
format: 1
id: mine/gate
title: the gate refuses
why: An example.
source: KB5004442
row: H1
matrix: {level: [connect, integrity], phase: [2022-06, 2023-03]}
cast:
  server: {is: opc-da-server, phase: $phase}
  client: {is: opc-da-client, level: $level, user: OPERATOR}
steps:
  - activate: {by: client, class: Opcross.Simulation.1, at: server}
    expect: $EXPECT
  - logged: {at: server, event: 10036, count: 1}
"""


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    path = tmp_path / "gate.scenario.yaml"
    path.write_text(SCENARIO.replace("$EXPECT", "access-denied"), encoding="utf-8")
    return path


def run_json(*arguments: str, report: Path) -> tuple[int, dict[str, object]]:
    code = main(["run", *arguments, "--json", str(report)])
    return code, json.loads(report.read_text(encoding="utf-8"))


def test_a_run_reports_verdicts_and_how_to_repeat_them(
    gate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    junit = tmp_path / "junit.xml"
    code, report = run_json(
        str(gate), "--net", "simulated", "--seed", "3", "--junit", str(junit), report=tmp_path / "r.json"
    )
    assert code == 1
    assert report["format"] == JSON_FORMAT
    assert report["seed"] == 3
    assert report["counts"] == {"passed": 2, "failed": 2, "unsupported": 0, "broken": 0}
    scenarios = report["scenarios"]
    assert isinstance(scenarios, list)
    assert [(each["id"], each["verdict"]) for each in scenarios] == [
        ("mine/gate[level=connect,phase=2022-06]", "passed"),
        ("mine/gate[level=connect,phase=2023-03]", "passed"),
        ("mine/gate[level=integrity,phase=2022-06]", "failed"),
        ("mine/gate[level=integrity,phase=2023-03]", "failed"),
    ]
    failed = scenarios[2]
    assert failed["row"] == "H1"
    assert failed["steps"][0]["state"] == "wrong"
    assert failed["steps"][0]["line"] == 12
    assert failed["steps"][0]["expected"].startswith("access-denied")
    assert failed["steps"][0]["actual"] == "ok"
    assert failed["steps"][1]["state"] == "not reached"
    assert failed["virtual_seconds"] > 0

    known_good = report["known_good"]
    assert isinstance(known_good, list)
    assert [each["verdict"] for each in known_good] == ["passed", "passed"]

    told = capsys.readouterr().out
    assert "> " in told
    assert f"  rerun    {failed['rerun']}" in told
    assert "2 passed, 2 failed" in told
    assert "known-good scenario: passed first and last (simulated)" in told

    suites = ET.parse(junit).getroot()
    (mine,) = [group for group in suites if group.get("name") == "opcross"]
    assert (mine.get("tests"), mine.get("failures"), mine.get("errors")) == ("4", "2", "0")
    assert mine[2].get("classname") == "opcross.mine"
    assert mine[2].find("failure") is not None

    # The printed command does what it says.
    words = shlex.split(str(failed["rerun"]))
    assert words[0] == "opcross"
    again, repeated = run_json(*words[2:], report=tmp_path / "again.json")
    assert again == 1
    once = repeated["scenarios"]
    assert isinstance(once, list)
    for key in ("id", "steps", "virtual_seconds"):
        assert [each[key] for each in once] == [failed[key]]


def test_processes_give_the_verdicts_of_one_process_in_the_same_order(gate: Path, tmp_path: Path) -> None:
    reports = []
    for jobs in ("1", "3"):
        code, report = run_json(
            str(gate), "--net", "simulated", "--jobs", jobs, report=tmp_path / f"{jobs}.json"
        )
        assert code == 1
        scenarios = report["scenarios"]
        assert isinstance(scenarios, list)
        reports.append([(one["id"], one["verdict"], one["steps"]) for one in scenarios])
    assert reports[0] == reports[1]


def test_unsupported_fails_a_strict_run_only(gate: Path) -> None:
    text = SCENARIO.replace("$EXPECT", "access-denied").replace("level: [connect, integrity]", "level: [pkt]")
    gate.write_text(text.replace("steps:", "steps:\n  - wait: {seconds: 600}"), encoding="utf-8")
    assert main(["run", str(gate), "--net", "loopback"]) == 0
    assert main(["run", str(gate), "--net", "loopback", "--strict"]) == 1


def test_auto_takes_the_simulated_net_where_it_can(gate: Path, tmp_path: Path) -> None:
    _, report = run_json(str(gate), report=tmp_path / "r.json")
    assert {one["net"] for one in report["scenarios"]} == {"simulated"}  # type: ignore[attr-defined]  # json


def test_a_report_on_standard_output_stands_there_alone(
    gate: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["run", str(gate), "--net", "simulated", "--json", "-"])
    told = capsys.readouterr()
    assert json.loads(told.out)["counts"]["passed"] == 2
    assert "2 passed, 2 failed" in told.err


def test_quiet_says_only_what_went_wrong(gate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-q", "run", str(gate), "--net", "simulated"])
    told = capsys.readouterr().out
    assert "passed      mine/gate" not in told
    assert "failed mine/gate[level=integrity,phase=2022-06]" in told


def test_list_says_what_would_be_played(gate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(gate), "--list", "-k", "connect and not 2023-03"]) == 0
    assert capsys.readouterr().out == "mine/gate[level=connect,phase=2022-06]  the gate refuses\n"


def test_captures_are_written_for_each_case_and_for_both_ends_of_the_run(gate: Path, tmp_path: Path) -> None:
    folder = tmp_path / "captures"
    main(["run", str(gate), "--net", "simulated", "-k", "connect", "--captures", str(folder)])
    assert {str(path.relative_to(folder)) for path in folder.rglob("*.pcapng")} == {
        "mine_gate_level=connect,phase=2022-06.pcapng",
        "mine_gate_level=connect,phase=2023-03.pcapng",
        "first/known-good.pcapng",
        "last/known-good.pcapng",
    }


# ------------------------------------------------------------------------------------ a broken bench


@pytest.fixture
def own_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite of one's own, in the place of the one that ships."""
    folder = tmp_path / "suite"
    folder.mkdir()
    monkeypatch.setattr(suite, "suite_path", lambda: folder)
    monkeypatch.setattr(runner, "suite_path", lambda: folder)
    return folder


def test_a_known_good_scenario_that_fails_means_a_broken_bench(
    own_suite: Path, gate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dead server must not look like a refusal: nothing else is played then."""
    original = Path(suite_path() / "known-good.scenario.yaml").read_text(encoding="utf-8")
    dead = original.replace(
        "class: Opcross.Simulation.1, at: server}", "class: OPC.ServerList.1, at: server}"
    )
    assert dead != original
    (own_suite / "known-good.scenario.yaml").write_text(dead, encoding="utf-8")
    code, report = run_json(str(gate), "--net", "simulated", report=tmp_path / "r.json")
    assert code == 2
    assert report["scenarios"] == []
    assert [one["verdict"] for one in report["known_good"]] != ["passed"]  # type: ignore[attr-defined]  # json
    assert "the bench is broken" in capsys.readouterr().out


def test_a_suite_without_its_known_good_scenario_is_an_error(own_suite: Path, gate: Path) -> None:
    assert list(own_suite.iterdir()) == []
    with pytest.raises(BenchError, match="known-good scenario is missing"):
        runner.run_suite(
            runner.Plan("simulated", find_cases([str(gate)])), Run(0), Options(), lambda case, result: None
        )
    assert main(["run", str(gate)]) == 2


def result(verdict: Verdict, name: str = "a/b") -> Result:
    lines = (Line("ring: {}", LineState.WRONG, expected="x", actual="bell \x07"),)
    return Result(
        name, "t", "w", "s", None, "simulated", 0, verdict, "opcross run a/b", "a \x00 b", lines=lines
    )


@pytest.mark.parametrize(
    ("verdicts", "known_good", "strict", "code"),
    [
        ([Verdict.PASSED], [Verdict.PASSED], False, 0),
        ([Verdict.PASSED, Verdict.UNSUPPORTED], [Verdict.PASSED], False, 0),
        ([Verdict.PASSED, Verdict.UNSUPPORTED], [Verdict.PASSED], True, 1),
        ([Verdict.PASSED, Verdict.FAILED], [Verdict.PASSED], False, 1),
        ([Verdict.FAILED, Verdict.BROKEN], [Verdict.PASSED], False, 2),
        ([Verdict.PASSED], [Verdict.PASSED, Verdict.FAILED], False, 2),
        ([Verdict.PASSED], [Verdict.UNSUPPORTED], False, 2),
    ],
)
def test_the_exit_code_says_how_it_went(
    verdicts: list[Verdict], known_good: list[Verdict], strict: bool, code: int
) -> None:
    run = Run(0, [result(one) for one in verdicts], [result(one) for one in known_good])
    assert run.exit_code(strict=strict) == code


def test_junit_tells_failed_from_broken_and_unsupported() -> None:
    results = [result(verdict, f"a/{verdict.value}") for verdict in Verdict]
    root = junit_report(results, [result(Verdict.PASSED, KNOWN_GOOD)])
    ours, known_good = root
    kinds = [[child.tag for child in case] for case in ours]
    assert kinds == [[], ["failure"], ["skipped"], ["error"]]
    assert known_good.get("name") == "opcross.known-good"
    # Evidence may hold what XML can't.
    text = ET.tostring(root, encoding="unicode")
    ET.fromstring(text)
    assert "a ? b" in text
    assert "bell ?" in text


def test_the_json_report_counts_every_verdict() -> None:
    report = json_report(0, [result(verdict) for verdict in Verdict], [])
    assert report["counts"] == {"passed": 1, "failed": 1, "unsupported": 1, "broken": 1}
    json.dumps(report)


# ----------------------------------------------------------------------------------------- selection


def test_without_words_the_whole_suite_is_selected_but_its_known_good_scenario() -> None:
    ids = {case.scenario.id for case in find_cases([])}
    assert "hardening/h1" in ids
    assert KNOWN_GOOD not in ids
    assert {case.scenario.id for case in find_cases([KNOWN_GOOD])} == {KNOWN_GOOD}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("hardening/h9", {"hardening/h9"}),
        ("hardening", None),
        ("hardening/", None),
    ],
)
def test_a_word_is_an_id_or_the_beginning_of_ids(word: str, expected: set[str] | None) -> None:
    ids = {case.scenario.id for case in find_cases([word])}
    suite = {case.scenario.id for case in find_cases([])}
    assert ids == (expected or {each for each in suite if each.startswith("hardening/")})


def test_the_id_of_a_case_selects_that_case() -> None:
    wanted = find_cases(["hardening/h1"])[3].id
    assert [case.id for case in find_cases([wanted])] == [wanted]
    assert find_cases([wanted, "hardening/h1"])[0].id == wanted


def test_a_word_that_means_nothing_is_an_error_with_the_nearest_id() -> None:
    with pytest.raises(ScenarioError) as caught:
        find_cases(["hardening/h1x"])
    assert caught.value.near in {case.id for case in find_cases([])} | {"hardening/h1"}


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("", True),
        ("gate", True),
        ("GATE", True),
        ("refuses", True),
        ("pkt", False),
        ("connect and 2022-06", True),
        ("connect and not 2022-06", False),
        ("pkt or (connect and gate)", True),
        ("not (pkt or connect)", False),
        ("level=connect,phase=2022-06", True),
        ("mine/gate[level=connect,phase=2022-06]", True),
    ],
)
def test_an_expression_looks_at_id_and_title(expression: str, fits: bool) -> None:
    case = parse_scenario(SCENARIO.replace("$EXPECT", "ok")).cases()[0]
    assert matcher(expression)(case) is fits


def test_options_can_be_said_again() -> None:
    options = Options(targets=("a", "b c"), expression="x and y", net="loopback", seed=4, jobs=2, strict=True)
    words = options.arguments()
    assert words[:7] == ["run", "--net", "loopback", "--seed", "4", "--jobs", "2"]
    assert words[7:] == ["--strict", "--expression=x and y", "--", "a", "b c"]
