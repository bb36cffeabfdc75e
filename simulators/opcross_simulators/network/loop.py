"""The simulated loop: asyncio on a virtual clock.

Nothing waits: when no callback is ready, the clock jumps to the next timer. When there is none either, the
run is :class:`~opcross_simulators.network.limits.Stalled`, since nothing outside can wake it.

It derives from :class:`asyncio.AbstractEventLoop`, the documented base, and not from ``BaseEventLoop``,
whose inside (selector, ready queue, timers) changes with Python. Of asyncio's underscored names it uses
those that are there for loops: ``_set_running_loop``, ``Handle._run`` and ``TimerHandle._scheduled``.

What a seed decides is what a real machine leaves open: the order of timers set at different instants for
the same one, and on the network jitter, segment borders, ports and sequence numbers. Callbacks of
``call_soon`` stay in their order, which asyncio guarantees. The same seed and program give the same run.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket  # noqa: TID251  (constants only; no socket is made here)
import sys
import threading
import weakref
from asyncio.events import _get_running_loop, _set_running_loop
from collections import deque
from contextlib import contextmanager
from itertools import count
from random import Random  # noqa: TID251  (seeded by the network's seed)
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar, TypeVarTuple, Unpack

from opcross.errors import LocalMisuse
from opcross_simulators.network._refusals import Refusals
from opcross_simulators.network._threads import guard_threads
from opcross_simulators.network._timers import TimerQueue
from opcross_simulators.network.addresses import AddressInfo, socket_address
from opcross_simulators.network.limits import BudgetSpent, Limits, Stalled
from opcross_simulators.network.network import Network
from opcross_simulators.network.servers import SimulatedServer
from opcross_simulators.network.tasks import SimulatedTask, describe, in_order
from opcross_simulators.network.transports import SimulatedTransport

if TYPE_CHECKING:
    from asyncio.events import _ExceptionHandler, _TaskFactory
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator, Iterable, Sequence
    from contextvars import Context

__all__ = ["WALL_START", "SimulatedLoop"]

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

WALL_START: Final = 133_485_408_000_000_000
"""2024-01-01T00:00:00Z in 100 ns ticks since 1601: where the wall clock starts unless told otherwise."""

_TICKS: Final = 10_000_000
_GRACE: Final = Limits(virtual_seconds=3_600.0, callbacks=1_000_000)
_log: Final = logging.getLogger("asyncio")


class SimulatedLoop(Refusals):
    """An event loop on a virtual clock, over a :class:`~opcross_simulators.network.network.Network`.

    :meth:`time` starts at 0.0 s. :meth:`wall_time` starts at ``start``, in 100 ns ticks since 1601.
    A loop and its network serve one run; give ``asyncio.Runner`` a ``loop_factory``, or call
    :func:`~opcross_simulators.network.runs.run`.
    Jobs for an executor run at once, in line, whatever the executor.
    """

    def __init__(
        self, network: Network | None = None, *, start: int = WALL_START, limits: Limits | None = None
    ) -> None:
        self.network = network if network is not None else Network()
        self.network.attach(self)
        self._start = start
        limits = limits or Limits()
        self._limits = limits
        self._last_time = limits.virtual_seconds
        self._last_callback = limits.callbacks
        self._callbacks = 0
        self._now = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers = TimerQueue(Random(f"timers {self.network.seed}"))  # noqa: S311  (a simulation)
        self._task_numbers = count(1)
        self._task_factory: _TaskFactory | None = None
        self._exception_handler: _ExceptionHandler | None = None
        self._thread: int | None = None
        self._stopping = False
        self._closed = False
        self._generators: dict[int, weakref.ref[AsyncGenerator[Any, Any]]] = {}
        self._generators_shut = False
        self._debug = sys.flags.dev_mode or (
            not sys.flags.ignore_environment and bool(os.environ.get("PYTHONASYNCIODEBUG"))
        )

    def __repr__(self) -> str:
        return f"<SimulatedLoop now={self._now} running={self.is_running()} closed={self._closed}>"

    # Clocks

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now

    def wall_time(self) -> int:
        """The virtual wall clock, in 100 ns ticks since 1601."""
        return self._start + round(self._now * _TICKS)

    # Running

    def run_forever(self) -> None:
        """Run until :meth:`stop`. Raises Stalled or BudgetSpent when that can't come."""
        self._check_closed()
        self._check_not_running()
        guard_threads()
        with self._running():
            while True:
                self._turn()
                if self._stopping:
                    break

    def run_until_complete(self, future: Generator[Any, None, _T] | Awaitable[_T]) -> _T:
        """Run until ``future`` is done and return its result."""
        self._check_closed()
        self._check_not_running()
        is_new = not asyncio.isfuture(future)
        task: asyncio.Future[_T] = asyncio.ensure_future(future, loop=self)  # type: ignore[arg-type]  # generators too, as asyncio

        if is_new:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # an error from here speaks for itself
        task.add_done_callback(_stop_loop_of)
        try:
            self.run_forever()
        except BaseException:
            if is_new and task.done() and not task.cancelled():
                task.exception()  # the caller gets this error already
            raise
        finally:
            task.remove_done_callback(_stop_loop_of)
        if not task.done():
            raise RuntimeError("Event loop stopped before Future completed.")
        return task.result()

    @contextmanager
    def _running(self) -> Generator[None]:
        hooks = sys.get_asyncgen_hooks()
        depth = sys.get_coroutine_origin_tracking_depth()
        self._thread = threading.get_ident()
        try:
            if self._debug:
                sys.set_coroutine_origin_tracking_depth(10)
            sys.set_asyncgen_hooks(firstiter=self._generator_started, finalizer=self._generator_dropped)
            _set_running_loop(self)
            yield
        finally:
            self._stopping = False
            self._thread = None
            _set_running_loop(None)
            sys.set_asyncgen_hooks(*hooks)
            sys.set_coroutine_origin_tracking_depth(depth)

    def _turn(self) -> None:
        """Move the clock if nothing is ready, then run what is ready now."""
        ready = self._ready
        if not ready:
            when = self._timers.next_time()
            if when is None:
                if self._stopping:
                    return
                raise Stalled(self._now, self._waiting())
            if when > self._now:
                if when > self._last_time:
                    self._last_time = self._now + _GRACE.virtual_seconds
                    raise self._spent("virtual_seconds", self._limits.virtual_seconds)
                self._now = when
        ready.extend(self._timers.due(self._now))
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle.cancelled():
                continue
            self._callbacks += 1
            if self._callbacks > self._last_callback:
                self._last_callback = self._callbacks + _GRACE.callbacks
                ready.appendleft(handle)
                raise self._spent("callbacks", self._limits.callbacks)
            handle._run()

    def _spent(self, budget: str, limit: float) -> BudgetSpent:
        return BudgetSpent(budget, limit, self._now, self._waiting())

    def _waiting(self) -> tuple[str, ...]:
        return tuple(describe(task) for task in in_order(asyncio.all_tasks(self)))

    def stop(self) -> None:
        """Stop after the callbacks that are ready now."""
        self._stopping = True

    def is_running(self) -> bool:
        """Whether the loop runs."""
        return self._thread is not None

    def is_closed(self) -> bool:
        """Whether the loop is closed."""
        return self._closed

    def close(self) -> None:
        """Forget everything: callbacks, timers and connections."""
        if self.is_running():
            raise RuntimeError("Cannot close a running event loop")
        if not self._closed:
            self.network.detach()
            self._closed = True
            self._ready.clear()
            self._timers.clear()

    def _check_closed(self) -> None:
        if self._closed:
            raise RuntimeError("Event loop is closed")

    def _check_not_running(self) -> None:
        if self.is_running():
            raise RuntimeError("This event loop is already running")
        if _get_running_loop() is not None:
            raise RuntimeError("Cannot run the event loop while another loop is running")

    # Callbacks

    def call_soon(
        self, callback: Callable[[Unpack[_Ts]], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call ``callback`` in the next turn, behind those that are ready."""
        self._check_closed()
        if self._debug:
            self._check_callback(callback, "call_soon")
            self._check_thread()
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_soon_threadsafe(
        self, callback: Callable[[Unpack[_Ts]], object], *args: *_Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """As :meth:`call_soon`; refused from another thread while the loop runs."""
        self._check_thread()
        return self.call_soon(callback, *args, context=context)

    def call_later(
        self,
        delay: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call ``callback`` after ``delay`` virtual seconds."""
        if delay is None:
            raise TypeError("delay must not be None")
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self,
        when: float,
        callback: Callable[[Unpack[_Ts]], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """Call ``callback`` at the virtual time ``when``."""
        if when is None:
            raise TypeError("when cannot be None")
        self._check_closed()
        if self._debug:
            self._check_callback(callback, "call_at")
            self._check_thread()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._timers.push(handle, self._now)
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        self._timers.cancelled(handle)

    def _check_callback(self, callback: object, method: str) -> None:
        if asyncio.iscoroutine(callback) or asyncio.iscoroutinefunction(callback):
            raise TypeError(f"coroutines cannot be used with {method}()")
        if not callable(callback):
            raise TypeError(f"a callable object was expected by {method}(), got {callback!r}")

    def _check_thread(self) -> None:
        if self._thread is not None and self._thread != threading.get_ident():
            raise LocalMisuse(
                "a simulated loop takes nothing from other threads, since that can't be replayed",
                event="call from another thread",
            )

    # Futures and tasks

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T],
        *,
        name: str | None = None,
        context: Context | None = None,
        **options: Any,  # noqa: ANN401  (what a newer Python's Task takes)
    ) -> asyncio.Task[_T]:
        """Run ``coro`` as a task; ``options`` are those that newer Pythons give to tasks."""
        self._check_closed()
        if self._task_factory is None:
            return SimulatedTask(coro, loop=self, name=name, context=context, **options)
        if context is not None:
            options["context"] = context
        given: Any = coro  # the type that a factory takes differs between Pythons
        task: Any = self._task_factory(self, given, **options)
        if name is not None and hasattr(task, "set_name"):
            task.set_name(name)
        made: asyncio.Task[_T] = task
        return made

    def next_task_number(self) -> int:
        """Number the tasks of this loop from 1."""
        return next(self._task_numbers)

    def set_task_factory(self, factory: _TaskFactory | None) -> None:
        """Let ``factory`` make the tasks, or the loop again."""
        if factory is not None and not callable(factory):
            raise TypeError("task factory must be a callable or None")
        self._task_factory = factory

    def get_task_factory(self) -> _TaskFactory | None:
        """What makes the tasks, if not the loop."""
        return self._task_factory

    # Executors

    def run_in_executor(
        self, executor: object, func: Callable[[Unpack[_Ts]], _T], *args: *_Ts
    ) -> asyncio.Future[_T]:
        """Run ``func`` at once; the future is done when this returns."""
        self._check_closed()
        if self._debug:
            self._check_callback(func, "run_in_executor")
        future: asyncio.Future[_T] = self.create_future()
        try:
            future.set_result(func(*args))
        except (SystemExit, KeyboardInterrupt):
            raise
        except StopIteration as error:  # a future can't hold one
            future.set_exception(RuntimeError(f"the job raised {error!r}"))
        except BaseException as error:  # noqa: BLE001  (the future carries it to whoever waits)
            future.set_exception(error)
        return future

    def set_default_executor(self, executor: object) -> None:
        """Accept an executor and leave it alone: jobs run in line."""

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """Nothing to do: there is no executor."""

    # Asynchronous generators

    def _generator_started(self, generator: AsyncGenerator[Any, Any]) -> None:
        key = id(generator)
        # The key finds the entry again; the order is that of insertion, so nothing depends on the id.
        self._generators[key] = weakref.ref(generator, lambda _: self._generators.pop(key, None) and None)

    def _generator_dropped(self, generator: AsyncGenerator[Any, Any]) -> None:
        self._generators.pop(id(generator), None)
        if not self._closed:
            self.call_soon_threadsafe(self.create_task, generator.aclose())

    async def shutdown_asyncgens(self) -> None:
        """Close each asynchronous generator that is still open."""
        self._generators_shut = True
        generators = [generator for each in self._generators.values() if (generator := each()) is not None]
        self._generators.clear()
        results = await asyncio.gather(*[each.aclose() for each in generators], return_exceptions=True)
        for generator, result in zip(generators, results, strict=True):
            if isinstance(result, Exception):
                self.call_exception_handler(
                    {
                        "message": f"an error occurred during closing of {generator!r}",
                        "exception": result,
                        "asyncgen": generator,
                    }
                )

    # Errors and debugging

    def get_exception_handler(self) -> _ExceptionHandler | None:
        """The handler that was set, or None."""
        return self._exception_handler

    def set_exception_handler(self, handler: _ExceptionHandler | None) -> None:
        """Let ``handler`` hear of errors that nobody waits for."""
        if handler is not None and not callable(handler):
            raise TypeError(f"A callable object or None is expected, got {handler!r}")
        self._exception_handler = handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Log ``context``, as asyncio does."""
        lines = [context.get("message") or "Unhandled exception in event loop"]
        lines += [
            f"{key}: {value!r}"
            for key, value in sorted(context.items())
            if key not in ("message", "exception", "source_traceback", "handle_traceback")
        ]
        error = context.get("exception")
        _log.error(
            "\n".join(lines),
            exc_info=(type(error), error, error.__traceback__) if error is not None else False,
        )

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Tell the handler of an error that nobody waits for."""
        if self._exception_handler is None:
            self.default_exception_handler(context)
            return
        try:
            self._exception_handler(self, context)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (a broken handler must not end the run)
            self.default_exception_handler(
                {
                    "message": "Unhandled error in exception handler",
                    "exception": error,
                    "context": context,
                }
            )

    def get_debug(self) -> bool:
        """Whether the loop looks for misuse."""
        return self._debug

    def set_debug(self, enabled: bool) -> None:
        """Look for misuse, or not."""
        self._debug = enabled
        if self.is_running():
            sys.set_coroutine_origin_tracking_depth(10 if enabled else 0)

    # Names

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002  (asyncio's signature)
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Look ``host`` up on the simulated network."""
        passive = bool(flags & socket.AI_PASSIVE)
        return list(self.network.resolve(host, port, family=family, kind=type, passive=passive))

    async def getnameinfo(
        self, sockaddr: tuple[str, int] | tuple[str, int, int] | tuple[str, int, int, int], flags: int = 0
    ) -> tuple[str, str]:
        """The name of the host that has an address, or the address itself."""
        name = None if flags & socket.NI_NUMERICHOST else self.network.name_of(sockaddr[0])
        return name or sockaddr[0], str(sockaddr[1])

    # Connections

    async def create_connection(
        self,
        protocol_factory: Callable[[], Any],
        host: str | None = None,
        port: int | str | None = None,
        *,
        ssl: object = None,
        family: int = 0,
        proto: int = 0,
        flags: int = 0,
        sock: object = None,
        local_addr: tuple[str, int] | None = None,
        server_hostname: str | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        happy_eyeballs_delay: float | None = None,
        interleave: int | None = None,
        all_errors: bool = False,
    ) -> tuple[SimulatedTransport, Any]:
        """Connect to ``host`` from the host that has ``local_addr``, or from the one that runs.

        The addresses of ``host`` are tried one after the other, whatever ``happy_eyeballs_delay`` says.
        Raises what asyncio raises: ConnectionRefusedError, TimeoutError, socket.gaierror, OSError.
        """
        _refuse_sockets(ssl or server_hostname or ssl_handshake_timeout or ssl_shutdown_timeout, sock)
        if host is None and port is None:
            raise ValueError("host and port was not specified and no sock specified")
        targets = self.network.resolve(host, port, family=family)
        source, source_port = None, 0
        if local_addr is not None:
            address = self.network.resolve(*local_addr, family=family)[0][4]
            source, source_port = address[0], address[1]
        errors: list[OSError] = []
        for _, _, _, _, (destination, number, *_) in targets:
            try:
                connection = await self.network.connect(
                    destination, number, source=source, source_port=source_port
                )
                break
            except OSError as error:
                errors.append(_describe_failure(error, destination, number, local_addr))
        else:
            _raise_failures(errors, all_errors=all_errors)
        try:
            protocol = protocol_factory()
        except BaseException:
            connection.release()
            raise
        transport = SimulatedTransport(self, connection, protocol)
        made = self.create_future()
        self.call_soon(made.set_result, None)  # behind connection_made
        try:
            await made
        except BaseException:
            transport.close()
            raise
        return transport, protocol

    async def create_server(  # type: ignore[override]  # one signature for asyncio's overloads
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | Sequence[str] | None = None,
        port: int | str | None = None,
        *,
        family: int = socket.AF_UNSPEC,
        flags: int = socket.AI_PASSIVE,
        sock: object = None,
        backlog: int = 100,
        ssl: object = None,
        reuse_address: bool | None = None,
        reuse_port: bool | None = None,
        keep_alive: bool | None = None,
        ssl_handshake_timeout: float | None = None,
        ssl_shutdown_timeout: float | None = None,
        start_serving: bool = True,
    ) -> SimulatedServer:
        """Listen on every address of ``host`` (None: of the host that runs), on one port for all.

        Raises OSError with EADDRNOTAVAIL or EADDRINUSE, or socket.gaierror.
        """
        _refuse_sockets(ssl or ssl_handshake_timeout or ssl_shutdown_timeout, sock)
        if host is None and port is None:
            raise ValueError("Neither host/port nor sock were specified")
        names: Iterable[str | None] = [host or None] if host is None or isinstance(host, str) else host
        infos: dict[AddressInfo, None] = {}
        for name in names:
            infos.update(
                dict.fromkeys(self.network.resolve(name, port, family=family, passive=bool(flags & 1)))
            )
        server = SimulatedServer(self, protocol_factory, self.network.running_host())
        server.bind(infos)
        if start_serving:
            server.listen()
        return server


def _stop_loop_of(future: asyncio.Future[Any]) -> None:
    if not future.cancelled() and isinstance(future.exception(), (SystemExit, KeyboardInterrupt)):
        return  # it passes through the loop by itself
    future.get_loop().stop()


def _refuse_sockets(tls: object, sock: object) -> None:
    if tls:
        raise NotImplementedError("a simulated loop has no TLS")
    if sock is not None:
        raise NotImplementedError("a simulated loop has no sockets")


def _describe_failure(
    error: OSError, destination: str, port: int, local_addr: tuple[str, int] | None
) -> OSError:
    """Say which address failed, in asyncio's words."""
    import errno

    strerror = error.strerror or str(error)
    if local_addr is not None and error.errno in (errno.EADDRNOTAVAIL, errno.EADDRINUSE):
        text = f"error while attempting to bind on address {local_addr!r}: {strerror.lower()}"
    elif error.errno == errno.ECONNREFUSED:
        text = f"Connect call failed {socket_address(destination, port)!r}"
    else:
        text = f"{strerror}: {socket_address(destination, port)!r}"
    return OSError(error.errno, text)


def _raise_failures(errors: list[OSError], *, all_errors: bool) -> NoReturn:
    if all_errors:
        raise ExceptionGroup("create_connection failed", errors)
    if len({str(error) for error in errors}) == 1:
        raise errors[0]
    raise OSError(f"Multiple exceptions: {', '.join(str(error) for error in errors)}")
