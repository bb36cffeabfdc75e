"""The suite can fail: services that break one rule each are caught by the check of that rule."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.da.conformance import (
    DA_CHECKS,
    Certainty,
    ConformanceError,
    DaCheck,
    DaSubject,
    NotApplicable,
    Verdict,
    check_da_service,
    run_check,
    survey,
)
from opcross_simulators.network import run
from tests.opc.da.faults import FAULTS, GoodOnly, goes_at_once, no_end, refreshes_nothing
from tests.opc.da.faulty import Fault, FaultyService
from tests.opc.da.subjects import simulated

CHECKS = {check.id: check for check in DA_CHECKS}


@asynccontextmanager
async def faulty(fault: Fault) -> AsyncGenerator[DaSubject]:
    async with simulated() as subject:
        yield replace(subject, service=FaultyService(subject.service, fault))


@pytest.mark.parametrize(
    ("fault", "check"), [(fault, check) for _, fault, check in FAULTS], ids=[name for name, _, _ in FAULTS]
)
def test_a_fault_is_found_by_the_check_of_its_rule(fault: Fault, check: str) -> None:
    """And the failure says what was expected and what came."""
    with pytest.raises(ConformanceError) as failure:
        run(run_check(CHECKS[check], lambda: faulty(fault)))
    assert failure.value.check == check
    assert str(failure.value).startswith(f"{check}: ")
    assert failure.value.expected
    assert failure.value.actual


def test_replacing_nothing_breaks_nothing() -> None:
    """So what the faults break is what they replace."""
    outcomes = run(survey(lambda: faulty(Fault())))
    assert [str(outcome.error) for outcome in outcomes if outcome.verdict is Verdict.FAILED] == []


@pytest.mark.parametrize(
    ("fault", "checks"),
    [
        (Fault(session={"shutdown": goes_at_once}), {"shutdown-waits", "shutdown-reason"}),
        (Fault(stream=GoodOnly), {"stream-quality"}),
        (
            Fault(group={"refresh": refreshes_nothing}),
            {"refresh-inactive-group", "refresh-no-active-items"},
        ),
    ],
    ids=["shutdown", "good-only", "refresh"],
)
def test_other_checks_do_not_mind(fault: Fault, checks: set[str]) -> None:
    """One broken rule gives failures of that rule, all of them in one group."""
    with pytest.raises(ExceptionGroup) as failures:
        run(check_da_service(lambda: faulty(fault)))
    found = failures.value.exceptions
    assert {error.check for error in found if isinstance(error, ConformanceError)} == checks
    assert len(found) == len(checks)


def test_a_service_that_conforms_raises_nothing() -> None:
    run(check_da_service(simulated))


def test_a_service_that_hangs_fails_its_check() -> None:
    """The suite never hangs with it."""
    with pytest.raises(ConformanceError, match=r"expected an end within 30 s, found none"):
        run(run_check(CHECKS["status-times"], lambda: faulty(Fault(session={"status": no_end}))))


def test_errors_outside_the_tree_are_findings() -> None:
    """A consumer relies on the tree; whatever else comes out of a provider is its mistake."""
    with pytest.raises(ConformanceError, match=r"expected errors of opcross.errors only, found KeyError"):
        run(run_check(CHECKS["properties-all"], lambda: faulty(Fault(session={"properties": stumbles_on}))))


async def stumbles_on(session: Any, item_ids: Any, ids: Any = (), *, values: bool = True) -> Any:
    raise KeyError(item_ids[0])


def test_errors_of_the_tree_are_findings_too_where_success_is_due() -> None:
    async def refuse(session: Any) -> Any:
        raise HResultError(Hresult.E_NOTIMPL)

    with pytest.raises(ConformanceError, match=r"expected success, found HResultError: E_NOTIMPL"):
        run(run_check(CHECKS["status-times"], lambda: faulty(Fault(session={"status": refuse}))))


def test_what_a_subject_lacks_is_reported_and_not_failed() -> None:
    @asynccontextmanager
    async def bare() -> AsyncGenerator[DaSubject]:
        async with simulated() as subject:
            yield DaSubject(service=subject.service, number=subject.number, writable=False, da3=False)

    outcomes = {outcome.check.id: outcome for outcome in run(survey(bare))}
    assert outcomes["deadband"].verdict is Verdict.NOT_APPLICABLE
    assert isinstance(outcomes["read-bad-quality"].error, NotApplicable)
    assert outcomes["read-device"].verdict is Verdict.PASSED
    failed = {name for name, outcome in outcomes.items() if outcome.verdict is Verdict.FAILED}
    assert failed == {"write-forbidden"}, "this service does write"


def test_checks_have_names_and_words() -> None:
    assert len(CHECKS) == len(DA_CHECKS) > 60
    for check in DA_CHECKS:
        assert isinstance(check, DaCheck)
        assert check.summary.endswith(".")
        assert check.certainty in tuple(Certainty)
        assert str(check) == check.id
