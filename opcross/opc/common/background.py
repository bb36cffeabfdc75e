"""Tasks that outlive the call in which they began, kept so that none is lost."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from opcross.dcom.call_context import detached

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["Background"]


class Background:
    """Runs tasks outside of any call; ``report`` hears of those that failed."""

    def __init__(self, report: Callable[[Exception], None]) -> None:
        self._report = report
        self._tasks: Final[set[asyncio.Task[None]]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run ``work``; calls that it makes belong to no chain of calls that led here."""
        task = asyncio.get_running_loop().create_task(work, context=detached())
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def settle(self, limit: float) -> None:
        """Wait until all tasks have ended, those that they start included; cancel them after ``limit`` s."""
        own = asyncio.current_task()
        deadline = asyncio.get_running_loop().time() + limit
        while tasks := {task for task in self._tasks if task is not own}:
            left = deadline - asyncio.get_running_loop().time()
            done, _ = await asyncio.wait(tasks, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
            if not done:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and isinstance(error := task.exception(), Exception):
            self._report(error)
