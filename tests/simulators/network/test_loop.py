"""The virtual clock, the order of callbacks, and how a run ends that would not end."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import pytest

from opcross.errors import LocalMisuse, OpcrossError
from opcross_simulators.network import (
    WALL_START,
    BudgetSpent,
    Limits,
    Network,
    SimulatedLoop,
    Stalled,
    run,
)


def test_six_minutes_pass_at_once() -> None:
    async def main() -> float:
        await asyncio.sleep(360)
        return asyncio.get_running_loop().time()

    assert run(main()) == 360.0


def test_the_wall_clock_follows_the_virtual_clock() -> None:
    async def main() -> tuple[int, int]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        before = loop.wall_time()
        await asyncio.sleep(1.5)
        return before, loop.wall_time()

    assert run(main()) == (WALL_START, WALL_START + 15_000_000)
    assert run(main(), start=1_000) == (1_000, 15_001_000)


def test_callbacks_keep_the_order_of_call_soon_for_every_seed() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        for number in range(50):
            asyncio.get_running_loop().call_soon(seen.append, number)
        await asyncio.sleep(0)
        return seen

    assert all(run(main(), network=Network(seed)) == list(range(50)) for seed in range(5))


def test_timers_set_together_for_one_instant_keep_their_order() -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        for number in range(50):
            asyncio.get_running_loop().call_at(1.0, seen.append, number)
        await asyncio.sleep(2)
        return seen

    assert all(run(main(), network=Network(seed)) == list(range(50)) for seed in range(5))


def test_timers_set_at_different_instants_for_one_race_by_the_seed() -> None:
    async def main() -> str:
        seen: list[str] = []
        loop = asyncio.get_running_loop()
        loop.call_at(8.0, seen.append, "a")
        await asyncio.sleep(1)
        loop.call_at(8.0, seen.append, "b")
        await asyncio.sleep(1)
        loop.call_at(8.0, seen.append, "c")
        await asyncio.sleep(7)
        return "".join(seen)

    orders = [run(main(), network=Network(seed)) for seed in range(30)]
    assert len(set(orders)) > 1
    assert all(sorted(order) == ["a", "b", "c"] for order in orders)
    assert orders == [run(main(), network=Network(seed)) for seed in range(30)]


def test_cancelled_timers_are_forgotten() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        handles = [loop.call_later(1_000 + number, print, "never") for number in range(1_000)]
        for handle in handles:
            handle.cancel()
            handle.cancel()
        late = loop.call_later(3, lambda: None)
        await asyncio.sleep(5)
        late.cancel()
        await asyncio.sleep(1)
        return loop.time()

    assert run(main()) == 6.0


def test_a_program_that_waits_for_nothing_is_stalled() -> None:
    async def inner() -> None:
        await asyncio.get_running_loop().create_future()

    async def main() -> None:
        task = asyncio.create_task(inner(), name="the waiter")
        await asyncio.sleep(1)
        await task

    with pytest.raises(Stalled, match=r"the waiter .*inner.* at .*inner:\d+") as caught:
        run(main())
    assert isinstance(caught.value, OpcrossError)
    assert caught.value.now == 1.0
    assert len(caught.value.waiting) == 2


def test_a_stalled_program_can_still_clean_up() -> None:
    seen = []

    async def main() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(1)
            seen.append("cleaned up")

    with pytest.raises(Stalled):
        run(main())
    assert seen == ["cleaned up"]


def test_time_has_a_budget() -> None:
    async def main() -> None:
        while True:  # noqa: ASYNC110  (the budget ends it)
            await asyncio.sleep(10)

    with pytest.raises(BudgetSpent, match="100 virtual seconds") as caught:
        run(main(), limits=Limits(virtual_seconds=100))
    assert caught.value.now == 100.0


def test_callbacks_have_a_budget() -> None:
    async def main() -> None:
        while True:  # noqa: ASYNC110  (the budget ends it)
            await asyncio.sleep(0)

    with pytest.raises(BudgetSpent, match="1000 callbacks") as caught:
        run(main(), limits=Limits(callbacks=1_000))
    assert caught.value.budget == "callbacks"


def test_starting_a_thread_is_refused() -> None:
    async def main() -> None:
        thread = threading.Thread(target=print)
        with pytest.raises(LocalMisuse, match="thread"):
            thread.start()

    run(main())
    thread = threading.Thread(target=lambda: None)
    thread.start()  # outside a run nothing is refused
    thread.join()


def test_calls_from_another_thread_are_refused() -> None:
    errors: list[BaseException] = []
    begin = threading.Event()
    over = threading.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        holder.append(loop)
        begin.set()
        over.wait(10)

    holder: list[asyncio.AbstractEventLoop] = []

    def call() -> None:
        begin.wait(10)
        try:
            holder[0].call_soon_threadsafe(print)
        except LocalMisuse as error:
            errors.append(error)
        over.set()

    thread = threading.Thread(target=call)
    thread.start()
    run(main())
    thread.join()
    assert len(errors) == 1


def test_executor_jobs_run_in_line() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        here = threading.get_ident()
        future = loop.run_in_executor(None, threading.get_ident)
        assert future.done()
        assert await future == here
        assert await asyncio.to_thread(threading.get_ident) == here
        with pytest.raises(RuntimeError, match="StopIteration"):
            await loop.run_in_executor(None, next, iter(()))

    run(main())


def test_the_runner_of_asyncio_runs_it() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable", default="unset")

    async def set_it() -> None:
        variable.set("set")

    async def get_it() -> str:
        return variable.get()

    with asyncio.Runner(loop_factory=SimulatedLoop, debug=True) as runner:
        runner.run(set_it())
        assert runner.run(get_it()) == "set"
        assert runner.get_loop().get_debug()
        loop = runner.get_loop()
    assert loop.is_closed()
    with pytest.raises(RuntimeError, match="closed"):
        loop.call_soon(print)


def test_it_runs_beside_a_real_loop_but_not_inside_one() -> None:
    async def inner() -> str:
        return "inner"

    async def outer() -> None:
        loop = SimulatedLoop()
        coroutine = inner()
        with pytest.raises(RuntimeError, match="another loop is running"):
            loop.run_until_complete(coroutine)
        coroutine.close()
        loop.close()

    asyncio.run(outer())
    assert run(inner()) == "inner"
    assert asyncio.run(inner()) == "inner"


def test_run_until_complete_hands_errors_and_stops_on() -> None:
    loop = SimulatedLoop()

    async def fail() -> None:
        raise KeyError("on purpose")

    with pytest.raises(KeyError, match="on purpose"):
        loop.run_until_complete(fail())
    future = loop.create_future()
    loop.call_later(1, loop.stop)
    with pytest.raises(RuntimeError, match="stopped before Future completed"):
        loop.run_until_complete(future)
    future.cancel()

    async def leave() -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        loop.run_until_complete(leave())
    loop.close()
    loop.close()


def test_run_forever_runs_until_stop() -> None:
    loop = SimulatedLoop()
    seen: list[float] = []
    loop.call_later(1, lambda: seen.append(loop.time()))
    loop.call_later(2, loop.stop)
    loop.call_later(3, lambda: seen.append(loop.time()))
    loop.run_forever()
    assert seen == [1.0]
    loop.stop()
    loop.run_forever()  # one turn, as asyncio does it
    loop.close()


def test_debug_mode_finds_misuse() -> None:
    async def coroutine() -> None:
        pass

    async def main() -> None:
        loop = asyncio.get_running_loop()
        callbacks: list[Any] = [coroutine, 7]
        for wrong in callbacks:
            with pytest.raises(TypeError):
                loop.call_soon(wrong)
            with pytest.raises(TypeError):
                loop.call_later(1, wrong)

    run(main(), debug=True)


def test_unhandled_errors_reach_the_handler() -> None:
    contexts: list[dict[str, Any]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: contexts.append(context))
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)
        assert loop.get_exception_handler() is not None

    run(main())
    assert isinstance(contexts[0]["exception"], ZeroDivisionError)


def test_unhandled_errors_are_logged_without_a_handler(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)

        def broken(_: object, __: object) -> None:
            raise RuntimeError("the handler broke")

        asyncio.get_running_loop().set_exception_handler(broken)
        asyncio.get_running_loop().call_soon(lambda: [][1])
        await asyncio.sleep(0)

    run(main())
    assert "ZeroDivisionError" in caplog.text
    assert "the handler broke" in caplog.text


def test_a_task_factory_is_asked() -> None:
    class Marked(asyncio.Task[Any]):
        pass

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **options: Marked(coro, loop=loop, **options))
        task = asyncio.create_task(asyncio.sleep(1, "x"), name="named")
        assert isinstance(task, Marked)
        assert task.get_name() == "named"
        assert await task == "x"
        assert loop.get_task_factory() is not None
        loop.set_task_factory(None)
        assert not isinstance(asyncio.create_task(asyncio.sleep(0)), Marked)

    run(main())


def test_what_needs_an_operating_system_is_refused() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        with pytest.raises(NotImplementedError, match="file descriptors"):
            loop.add_reader(0, print)
        with pytest.raises(NotImplementedError, match="TLS"):
            await loop.create_connection(asyncio.Protocol, "localhost", 1, ssl=True)
        with pytest.raises(NotImplementedError, match="datagrams"):
            await loop.create_datagram_endpoint(asyncio.DatagramProtocol)
        with pytest.raises(NotImplementedError, match="processes"):
            await asyncio.create_subprocess_exec("true")

    run(main())


def test_a_task_group_cancels_in_the_order_of_its_tasks() -> None:
    """Its set of tasks has no order of its own, so the loop's tasks bring one."""

    async def main() -> list[int]:
        ended: list[int] = []

        async def wait(number: int) -> None:
            try:
                await asyncio.sleep(100)
            finally:
                ended.append(number)

        async def fail() -> None:
            await asyncio.sleep(1)
            raise ValueError("on purpose")

        with pytest.raises(ExceptionGroup):  # noqa: PT012  (the group raises)
            async with asyncio.TaskGroup() as group:
                for number in range(20):
                    group.create_task(wait(number))
                group.create_task(fail())
        return ended

    assert run(main()) == run(main())
