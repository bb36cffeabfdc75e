"""The verbs of Data Access pass on the evidence they ask for, and fail, in words, on any other."""

from __future__ import annotations

import re

import pytest

from opcross_harness.model import Step, member, step
from opcross_harness.result import Result, Verdict
from tests.harness.test_cast import played

CLIENT = member("opc-da-client", level="integrity", user="OPERATOR")
ITEM, OTHER = "Bucket Brigade.Real8", "Bucket Brigade.Int4"
CONNECT = step("connect", by="client", at="server")
HOLD = step("plant", at="server", item=ITEM, value="2.5")
READ = step("read", by="client", items=[ITEM, "No.Such.Item"])
SUBSCRIBE = step("subscribe", by="client", items=[ITEM], rate=50)


def after(*steps: Step) -> Result:
    return played(CLIENT, CONNECT, HOLD, *steps)


PASSING = [
    [READ, step("received", by="client", item=ITEM, value="2.5", quality="good", error="ok")],
    [READ, step("received", by="client", item="No.Such.Item", error="unknownitemid")],
    [step("status", by="client")],
    [step("browse", by="client", branch="Random"), step("browsed", by="client", includes=["Random.Real8"])],
    [step("write", by="client", item=ITEM, value="7"), READ],
    [step("write", by="client", item="Random.Real8", value="7", expect="bad-rights")],
    [step("write", by="client", item=OTHER, value="7", type="VT_I4", quality="local-override"), READ],
    [SUBSCRIBE, step("received", by="client", item=ITEM, value="2.5", count=1)],
    [SUBSCRIBE, step("wait", seconds=1), step("silent", by="client", item=ITEM, seconds=1)],
    [SUBSCRIBE, step("received", by="client", item=ITEM), step("refresh", by="client")],
    [SUBSCRIBE, step("unsubscribe", by="client"), step("disconnect", by="client")],
    [SUBSCRIBE, step("slow-down", by="client", seconds=1), step("forget", by="client")],
    [step("noticed", by="client", notice="polling", count=0)],
    [step("plant", at="server", item=ITEM), step("stop-application", at="server", reason="tea")],
    [step("kill-application", at="server"), step("noticed", by="client", notice="lost", within=60)],
    [step("cut", from_="client", to="server"), step("mend", from_="client", to="server")],
]

FAILING = [
    (
        [READ, step("received", by="client", item=ITEM, value="3")],
        rf"{re.escape(ITEM)}: 3",
        r"1: 2\.5 \(good\)",
    ),
    (
        [READ, step("received", by="client", item=ITEM, quality="bad", at_least=2)],
        rf"{re.escape(ITEM)}: bad, at least 2 times",
        r"1: 2\.5 \(good\)",
    ),
    (
        [READ, step("received", by="client", item="No.Such.Item", error="ok")],
        r"No\.Such\.Item: error S_OK",
        r"1: .*\(bad, OPC_E_UNKNOWNITEMID\)",
    ),
    ([step("received", by="client", item=OTHER, within=0.1)], r".*: something", r"nothing"),
    (
        [SUBSCRIBE, step("silent", by="client", item=ITEM, seconds=1)],
        rf"nothing of {re.escape(ITEM)} for 1 s",
        r"1: 2\.5 \(good\)",
    ),
    (
        [step("browse", by="client", branch="Random"), step("browsed", by="client", count=3)],
        r"3 item ids",
        r"18: Random\..*, \.\.\.",
    ),
    ([step("noticed", by="client", notice="polling", within=0.1)], r"notice polling", r"no notice"),
    (
        [step("write", by="client", item="Random.Real8", value="7")],
        r"ok",
        r"hresult 0xc0040006 OPC_E_BADRIGHTS",
    ),
]


def words_of(steps: list[Step]) -> str:
    return " ".join(each.verb for each in steps)


@pytest.mark.parametrize("steps", PASSING, ids=words_of)
def test_a_verb_passes_on_the_evidence_it_asks_for(steps: list[Step]) -> None:
    result = after(*steps)
    assert result.verdict is Verdict.PASSED, result.reason


@pytest.mark.parametrize(("steps", "expected", "actual"), FAILING, ids=[words_of(row[0]) for row in FAILING])
def test_a_verb_fails_on_other_evidence_and_shows_both(steps: list[Step], expected: str, actual: str) -> None:
    result = after(*steps)
    assert result.verdict is Verdict.FAILED, result.reason
    wrong = result.wrong_line
    assert wrong is not None
    assert re.fullmatch(expected, wrong.expected), wrong.expected
    assert re.fullmatch(actual, wrong.actual), wrong.actual


def test_a_client_that_has_not_connected_is_a_mistake_of_the_file() -> None:
    result = played(CLIENT, step("read", by="client", items=[ITEM]))
    assert result.verdict is Verdict.BROKEN
    assert "has not connected" in result.reason


def test_a_plant_that_cannot_be_held_so_is_a_mistake_of_the_file() -> None:
    result = played(CLIENT, step("plant", at="server", item=OTHER, value="many"))
    assert result.verdict is Verdict.BROKEN
    assert OTHER in result.reason
