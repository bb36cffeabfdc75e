"""The conformance suite against every provider at hand: the simulated server, and the same behind DCOM.

What is true of the simulated server must be true of the same server behind anything else.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from opcross.net import wall_time
from opcross.opc.da.conformance import (
    DA_CHECKS,
    DaCheck,
    DaSubject,
    MakeSubject,
    NotApplicable,
    Verdict,
    check_da_service,
    run_check,
    survey,
)
from opcross.opc.da.exporter import DA_2, DA_3
from opcross_simulators.network import Network, SimulatedLoop, run
from tests.opc.da.subjects import behind_dcom, simulated

SERVER, CLIENT = "10.0.0.5", "10.0.0.9"
EVERY_CHECK = pytest.mark.parametrize("check", DA_CHECKS, ids=str)


SEMANTICS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "semantics.md"
POINT = re.compile(r"^`(?P<id>[a-z0-9-]+)` \((?P<certainty>[a-z]+)(?P<more>[^\n]*)\)$", re.MULTILINE)


def two_computers() -> Network:
    network = Network(seed=7)
    network.host("SERVER", [SERVER])
    network.host("CLIENT", [CLIENT])
    return network


def play(check: DaCheck, make: MakeSubject) -> None:
    """Play one check on a virtual clock, with two computers at hand."""
    try:
        run(run_check(check, make), network=two_computers())
    except NotApplicable as reason:
        pytest.skip(str(reason))


@asynccontextmanager
async def on_the_simulated_network(**options: Any) -> AsyncGenerator[DaSubject]:
    """Behind DCOM, from one simulated computer to the other."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    async with behind_dcom(SERVER, CLIENT, wall_time=loop.wall_time, **options) as subject:
        yield subject


@EVERY_CHECK
def test_the_simulated_server_conforms(check: DaCheck) -> None:
    play(check, simulated)


@EVERY_CHECK
def test_the_simulated_server_behind_dcom_conforms(check: DaCheck) -> None:
    play(check, on_the_simulated_network)


@EVERY_CHECK
def test_a_server_of_da_2_behind_dcom_conforms(check: DaCheck) -> None:
    """Most servers in the field are such."""
    play(check, lambda: on_the_simulated_network(specifications=frozenset({DA_2})))


@EVERY_CHECK
def test_a_server_of_da_3_behind_dcom_conforms(check: DaCheck) -> None:
    """Few servers lack DA 2, but the specification allows it."""
    play(check, lambda: on_the_simulated_network(specifications=frozenset({DA_3})))


def test_a_client_that_may_not_write_conforms() -> None:
    """It refuses what would change the plant; that is part of the contract, too."""
    outcomes = run(survey(lambda: on_the_simulated_network(allow_write=False)), network=two_computers())
    assert [str(one.error) for one in outcomes if one.verdict is Verdict.FAILED] == []
    assert "write-forbidden" in {one.check.id for one in outcomes if one.verdict is Verdict.PASSED}


def test_polling_in_place_of_callbacks_loses_little() -> None:
    """Where no callback gets through the cache is polled; the server sends nothing, so it keeps no samples.

    Nor is there anybody to whom it could say that it leaves.
    """
    outcomes = run(survey(lambda: on_the_simulated_network(callbacks=False)), network=two_computers())
    lost = {one.check.id for one in outcomes if one.verdict is Verdict.FAILED}
    assert lost == {"status-last-update", "shutdown-reason", "buffering-samples"}


async def test_it_conforms_over_real_sockets() -> None:
    """Once with the kernel's network and a clock that does not wait for us."""

    @asynccontextmanager
    async def over_sockets() -> AsyncGenerator[DaSubject]:
        async with behind_dcom("127.0.0.2", "127.0.0.3", wall_time=wall_time) as subject:
            yield replace(subject, rate=20, settle=0.15)

    await check_da_service(over_sockets)


def test_every_point_in_words_has_a_check_and_every_check_its_words() -> None:
    """The page is the contract; a point without a check says so."""
    points = {found["id"]: found for found in POINT.finditer(SEMANTICS.read_text(encoding="utf-8"))}
    checked = {name for name, found in points.items() if not found["more"].endswith(", not checked")}
    assert checked == {check.id for check in DA_CHECKS}
    for check in DA_CHECKS:
        assert points[check.id]["certainty"] == check.certainty.value, check.id
