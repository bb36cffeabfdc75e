"""A session: connecting, status, locales, words, and the call that opens it."""

from __future__ import annotations

import pytest

from opcross.errors import HResultError
from opcross.opc.da.model import ServerState
from tests.opc.da.client.bench import bench, play


def test_a_session_asks_for_the_status() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            status = await session.status()
            assert (status.state, status.version, status.vendor) == (
                ServerState.RUNNING,
                (1, 2, 3),
                "a fake",
            )
            assert made.script.servers[0].names == ["bench"]
            await session.close()
            await session.close()
            with pytest.raises(HResultError, match="E_ABORT"):
                await session.status()
            assert made.host.exporter.table.objects() == () if hasattr(made.host.exporter.table, "objects") else True

    play(main())
