"""The verbs: each check passes on the evidence it asks for, and fails, in words, on any other."""

from __future__ import annotations

import re

import pytest

from opcross_harness.model import Step, member, step
from opcross_harness.result import Result, Verdict
from opcross_harness.verbs import VERBS
from tests.harness.test_cast import DA, activate, played

LOW = member("opc-da-client", os="windows-10-20h2", phase="2022-06", level="connect", user="OPERATOR")
REFUSED = activate(expect="fault 0x5")


def after_refusal(check: Step) -> Result:
    return played(LOW, REFUSED, check)


PASSING = [
    step("logged", at="server", event=10036),
    step("logged", at="server", event=10036, user="operator", address="client", count=1),
    step("logged", at="client", event=10037, level="connect"),
    step("not-logged", at="server", event=10027),
    step("not-logged", at="server", event=10036, user="SOMEBODY"),
    step("not-logged", at="server", event=10036, address="server"),
    step("not-logged", at="client", event=10037, level="pkt"),
    step("absent", at="server", object=DA),
    step("absent", at="server", object="{11111111-2222-3333-4444-555555555555}"),
    step("wire", from_="client", to="server", call="activation"),
    step(
        "wire", from_="client", to="server", call="activation", level="connect", answer="fault 0x5", count=1
    ),
    step("wire", from_="client", to="server", call="IRemoteSCMActivator", count=1),
    step("wire", from_="client", to="server", call="IOPCServer", count=0),
    step("wire", from_="server", to="client", call="activation", count=0),
]

FAILING = [
    (
        step("logged", at="server", event=10036, count=2),
        r"event 10036 2 times",
        r"10036 \(OPCSIM|10036 \(SERVER, OPERATOR, S-1-5-.*, 10\.0\.0\.2\) \(1 fit\)",
    ),
    (
        step("logged", at="server", event=10036, user="SOMEBODY", address="client"),
        r"event 10036 of user SOMEBODY from client \(10\.0\.0\.2\)",
        r"10036 \(.*OPERATOR.*\)",
    ),
    (step("logged", at="server", event=10027), r"event 10027", r"10036 \(.*\)"),
    (step("logged", at="client", event=10037, level="pkt"), r"event 10037 at level 4", r"10037 \(.*, 2\)"),
    (step("logged", at="client", event=10038, level="connect"), r"event 10038 at level 2", r"10037 .*"),
    (step("not-logged", at="server", event=10036), r"no event 10036", r"10036 \(.*\)"),
    (step("present", at="server", object=DA), f"an object of {DA}", r"no object"),
    (step("present", at="server", object=DA, count=2), f"2 objects of {DA}", r"no object"),
    (
        step("wire", from_="client", to="server", call="activation", level="integrity"),
        r"activation at integrity",
        r"IRemoteSCMActivator opnum 4 at connect: fault 0x00000005 ERROR_ACCESS_DENIED",
    ),
    (
        step("wire", from_="client", to="server", call="activation", answer="response"),
        r"activation answered by a response",
        r"IRemoteSCMActivator opnum 4 at connect: fault 0x00000005 .*",
    ),
    (
        step("wire", from_="client", to="server", call="activation", answer="fault 0x6f7", count=1),
        r"activation answered by fault 0x000006f7 RPC_X_BAD_STUB_DATA 1 times",
        r"IRemoteSCMActivator .*",
    ),
    (
        step("wire", from_="client", to="server", call="activation", count=3),
        r"activation 3 times",
        r"IRemoteSCMActivator .*; 1 in all",
    ),
    (step("wire", from_="client", to="server", call="IOPCServer"), r"IOPCServer", r"no call"),
]


def words_of(check: Step) -> str:
    return f"{check.verb} {check.arguments}"[:60]


@pytest.mark.parametrize("check", PASSING, ids=words_of)
def test_a_check_passes_on_the_evidence_it_asks_for(check: Step) -> None:
    result = after_refusal(check)
    assert result.verdict is Verdict.PASSED, result.reason


@pytest.mark.parametrize(("check", "expected", "actual"), FAILING, ids=[words_of(row[0]) for row in FAILING])
def test_a_check_fails_on_other_evidence_and_shows_both(check: Step, expected: str, actual: str) -> None:
    result = after_refusal(check)
    assert result.verdict is Verdict.FAILED
    wrong = result.wrong_line
    assert wrong is not None
    assert re.fullmatch(expected, wrong.expected), wrong.expected
    assert re.fullmatch(actual, wrong.actual), wrong.actual


def test_absent_fails_while_an_object_is_held() -> None:
    client = member("opc-da-client", level="integrity", user="OPERATOR")
    result = played(client, activate(), step("absent", at="server", object=DA))
    assert result.verdict is Verdict.FAILED
    assert result.wrong_line is not None
    assert re.fullmatch(rf"{re.escape(DA)} with \d+ references", result.wrong_line.actual)


def test_a_client_that_stops_pinging_loses_its_object_after_six_minutes() -> None:
    """[MS-DCOM] 3.1.2.3: three periods of 120 s without a ping, and the set is collected."""
    client = member("opc-da-client", level="integrity", user="OPERATOR")
    result = played(
        client,
        activate(),
        step("wait", seconds=3600),
        step("present", at="server", object=DA, count=1),
        step("pinging", by="client", on=False),
        step("wait", seconds=1200),
        step("absent", at="server", object=DA),
        step("call", by="client", method="GetStatus", expect="refused"),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_a_client_that_pings_again_in_time_keeps_its_object() -> None:
    client = member("opc-da-client", level="integrity", user="OPERATOR")
    result = played(
        client,
        activate(),
        step("wait", seconds=300),
        step("pinging", by="client", on=False),
        step("wait", seconds=100),
        step("pinging", by="client", on=True),
        step("wait", seconds=3600),
        step("call", by="client", method="GetStatus"),
    )
    assert result.verdict is Verdict.PASSED, result.reason


def test_every_verb_tells_what_it_is_for() -> None:
    for name, verb in VERBS.items():
        assert verb.name == name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert verb.summary.endswith(".")
        assert verb.arguments.json_schema()["additionalProperties"] is False
