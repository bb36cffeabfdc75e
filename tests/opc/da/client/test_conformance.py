"""The simulated server behind the exporter, the wire format and the client is still the same server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import pytest

from opcross.opc.da.client import ClientOptions
from opcross.opc.da.conformance import DA_CHECKS, DaCheck, DaSubject, NotApplicable, run_check
from opcross.opc.da.exporter import DA_2, DA_3, DaExporter, ExporterOptions
from tests.dcom.direct import DirectNet
from tests.opc.da.client.bench import Host, new_client, play
from tests.opc.da.subjects import simulated

BOTH = frozenset({DA_2, DA_3})


def behind_the_wire(
    specifications: frozenset[str] = BOTH, **changes: bool
) -> Callable[[], AbstractAsyncContextManager[DaSubject]]:
    """A maker of subjects: a server of these specifications, reached by the client."""
    callbacks = changes.pop("callbacks", True)
    asynchronous = changes.pop("asynchronous", False)

    @asynccontextmanager
    async def make() -> AsyncGenerator[DaSubject]:
        async with simulated() as subject:
            exporter = DaExporter(subject.service, ExporterOptions(specifications=specifications))
            net = DirectNet()
            host = Host(net, exporter.create)
            await host.start()
            options = ClientOptions(allow_write=True, asynchronous=asynchronous)
            client, _, _ = new_client(net, options=options, callbacks=callbacks)
            try:
                yield replace(subject, service=client, **changes)  # type: ignore[arg-type]  # flags by name
            finally:
                await client.close()
                await exporter.aclose()
                await host.stop()

    return make


WAYS = {
    "both": behind_the_wire(),
    "2.05a": behind_the_wire(frozenset({DA_2}), da3=False, keep_alive=False, buffering=False),
    "3.0": behind_the_wire(frozenset({DA_3})),
    "polled": behind_the_wire(callbacks=False),
    "asynchronous": behind_the_wire(asynchronous=True),
}


UNHEARD = {
    "status-last-update": "the server has never sent anything",
    "shutdown-reason": "the server cannot ask us to leave",
    "buffering-samples": "a poll sees the newest sample only",
}
"""What a client cannot have without callbacks, and why."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("check", DA_CHECKS, ids=str)
def test_the_client_conforms(check: DaCheck, way: str) -> None:
    if way == "polled" and check.id in UNHEARD:
        pytest.skip(UNHEARD[check.id])

    async def main() -> None:
        try:
            await run_check(check, WAYS[way])
        except NotApplicable as reason:
            pytest.skip(str(reason))

    play(main())
