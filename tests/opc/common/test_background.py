"""Tasks that outlive their call."""

from __future__ import annotations

import asyncio

import pytest

from opcross.opc.common.background import Background


def unheard(error: Exception) -> None:
    raise AssertionError("nothing fails here") from error


async def test_what_fails_is_reported() -> None:
    reported: list[Exception] = []
    background = Background(reported.append)

    async def fail() -> None:
        raise ValueError("no")

    background.start(fail())
    await background.settle(1)
    assert [str(error) for error in reported] == ["no"]
    assert len(background) == 0


async def test_settling_waits_for_tasks_and_those_they_start() -> None:
    background = Background(unheard)
    done: list[int] = []

    async def work(depth: int) -> None:
        await asyncio.sleep(0.001)
        if depth:
            background.start(work(depth - 1))
        done.append(depth)

    background.start(work(2))
    await background.settle(5)
    assert done == [2, 1, 0]


async def test_what_does_not_end_is_cancelled() -> None:
    background = Background(unheard)
    task = background.start(asyncio.sleep(3600))
    await background.settle(0.01)
    assert task.cancelled()


async def test_a_task_may_settle_the_others() -> None:
    """The one that closes everything is a task of the kind itself, sometimes."""
    background = Background(unheard)

    async def close() -> None:
        await background.settle(0.01)

    other = background.start(asyncio.sleep(3600))
    await background.start(close())
    assert other.cancelled()


async def test_cancelling_a_task_is_no_failure() -> None:
    reported: list[Exception] = []
    background = Background(reported.append)
    task = background.start(asyncio.sleep(3600))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert reported == []
