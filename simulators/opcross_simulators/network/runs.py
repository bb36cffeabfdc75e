"""One run of one program on a simulated network, from its start to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from opcross_simulators.network.loop import WALL_START, SimulatedLoop
from opcross_simulators.network.tasks import in_order

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from opcross_simulators.network.limits import Limits
    from opcross_simulators.network.network import Network

__all__ = ["run"]

_T = TypeVar("_T")


def run(
    main: Coroutine[Any, Any, _T],
    *,
    network: Network | None = None,
    start: int = WALL_START,
    limits: Limits | None = None,
    debug: bool | None = None,
) -> _T:
    """Run ``main`` on a new :class:`SimulatedLoop`, as :func:`asyncio.run` does on a real one.

    Tasks left over are cancelled in the order in which they were made, so the end of a run replays too.
    """
    loop = SimulatedLoop(network, start=start, limits=limits)
    with asyncio.Runner(loop_factory=lambda: loop, debug=debug) as runner:
        try:
            return runner.run(main)
        finally:
            runner.run(_cancel_in_order())


async def _cancel_in_order() -> None:
    """Cancel every other task, eldest first, and wait for them."""
    others = [task for task in in_order(asyncio.all_tasks()) if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
