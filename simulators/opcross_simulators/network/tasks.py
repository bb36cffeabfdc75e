"""Tasks that a simulated loop makes, and a word about where one waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from opcross_simulators.network.loop import SimulatedLoop

__all__ = ["SimulatedTask", "describe", "in_order"]

_T = TypeVar("_T")


class SimulatedTask(asyncio.Task[_T]):
    """A task whose hash is its number.

    asyncio keeps tasks in sets (TaskGroup cancels its children in the order of one). With the usual hash,
    an address in memory, that order would differ from run to run.
    """

    def __init__(
        self,
        coro: Any,  # noqa: ANN401  (older Pythons take generators too)
        *,
        loop: SimulatedLoop,
        **options: Any,  # noqa: ANN401  (what this Python's Task takes)
    ) -> None:
        self.number = loop.next_task_number()  # before the base class: it hashes the task
        super().__init__(coro, loop=loop, **options)

    def __hash__(self) -> int:
        return self.number


def in_order(tasks: set[asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    """``tasks`` in the order in which they were made."""
    return sorted(tasks, key=lambda task: (getattr(task, "number", -1), task.get_name()))


def describe(task: asyncio.Task[Any]) -> str:
    """The task's name and the place in which it waits."""
    awaited: Any = task.get_coro()
    name = getattr(awaited, "__qualname__", type(awaited).__name__)
    place = ""
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        if frame is not None:
            place = f" at {frame.f_code.co_qualname}:{frame.f_lineno}"
        awaited = getattr(awaited, "cr_await", None)
    return f"{task.get_name()} ({name}{place})"
