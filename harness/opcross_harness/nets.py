"""The two nets, as a stage sees them: an event loop, addresses for hosts, a clock, a recording."""

from __future__ import annotations

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from opcross_harness.errors import BenchError
from opcross_harness.recording import SIZE_LIMIT, Entry, RecordedLoop, entries_of
from opcross_simulators.network import Limits, Network, Segment, SimulatedLoop, run

__all__ = [
    "CABLES",
    "FOREIGN_PROGRAMS",
    "LIMITS",
    "PORT_135",
    "VIRTUAL_TIME",
    "LoopbackNet",
    "Net",
    "SimulatedNet",
    "Venue",
    "can_bind_port_135",
]

FOREIGN_PROGRAMS = "foreign programs"
PORT_135 = "port 135"
CABLES = "cables that can be cut"
VIRTUAL_TIME = "virtual time"

LIMITS = Limits(virtual_seconds=40 * 86400.0, callbacks=20_000_000)
"""How far a case may go on the simulated net."""

SCM_PORT = 135
"""The port of the endpoint mapper and of activation."""

T = TypeVar("T")

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def ticks_of(moment: datetime) -> int:
    """A moment as ticks of 100 ns since 1601."""
    passed = moment - _EPOCH
    return (passed.days * 86400 + passed.seconds) * 10_000_000 + passed.microseconds * 10


class Records(Protocol):
    """What went over the wires of a venue."""

    @property
    def entries(self) -> Sequence[Entry]:
        """What happened on the connections, oldest first."""
        ...


class Venue(ABC):
    """The ground on which one stage stands.

    ``problems`` collects what the event loop reported and nobody waited for: errors in callbacks, tasks
    that failed unheard.
    """

    recording: Records

    def __init__(self) -> None:
        self.problems: list[str] = []

    def listen_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """Collect what the loop has to complain of."""

        def collect(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            error = context.get("exception")
            detail = f": {type(error).__name__}: {error}" if error is not None else ""
            self.problems.append(f"{context.get('message', 'the event loop reported an error')}{detail}")

        loop.set_exception_handler(collect)

    @abstractmethod
    def now(self) -> float:
        """Seconds since the stage was set."""

    @abstractmethod
    def wall_time(self) -> int:
        """Ticks of 100 ns since 1601."""

    @abstractmethod
    def address_for(self, host: str) -> str:
        """An address for a host; each name has one of its own."""

    @abstractmethod
    def scm_port(self, host: str) -> int:
        """The port on which a host's activation listens: 135 wherever that can be had."""

    @abstractmethod
    def segments(self) -> Iterable[Segment]:
        """What went over the wires, as TCP segments."""

    def cut(self, address: str, other: str) -> None:
        """Cut the cable between two addresses: what they send each other is lost, and neither is told."""
        raise BenchError("this net has no cables")

    def mend(self, address: str, other: str) -> None:
        """Mend the cable between two addresses."""
        raise BenchError("this net has no cables")

    @abstractmethod
    def budget(self, real: float) -> float:
        """Seconds on the net's clock that a case may take, when it may take ``real`` real ones."""


class Net(ABC):
    """A kind of net."""

    name: ClassVar[str]
    abilities: frozenset[str]

    @abstractmethod
    def run(self, main: Callable[[Venue], Coroutine[Any, Any, T]], seed: int) -> T:
        """Make a fresh venue, run ``main`` on it to the end, and take it down."""


class _LoopbackVenue(Venue):
    """Real sockets on 127.0.0.0/8; each process has a block of addresses of its own."""

    def __init__(self, loop: RecordedLoop, block: tuple[int, int], *, has_135: bool) -> None:
        super().__init__()
        self.listen_to(loop)
        self._loop = loop
        self._block = block
        self._has_135 = has_135
        self._hosts: dict[str, int] = {}
        self._started = loop.time()
        self.recording = loop.recording

    def now(self) -> float:
        return self._loop.time() - self._started

    def wall_time(self) -> int:
        return ticks_of(datetime.now(UTC))

    def address_for(self, host: str) -> str:
        number = self._hosts.setdefault(host, len(self._hosts) + 1)
        if number > 250:
            raise BenchError("a stage has room for 250 hosts")
        return f"127.{self._block[0]}.{self._block[1]}.{number}"

    def scm_port(self, host: str) -> int:
        if self._has_135:
            return SCM_PORT
        self.address_for(host)
        return 20_135 + self._hosts[host] * 16

    def segments(self) -> Iterable[Segment]:
        from opcross_harness.captures import segments_of

        return segments_of(self.recording.entries)

    def budget(self, real: float) -> float:
        return real


class LoopbackNet(Net):
    """Real sockets, where foreign programs can take part."""

    name = "loopback"

    def __init__(self) -> None:
        self._has_135 = can_bind_port_135()
        self.abilities = frozenset({FOREIGN_PROGRAMS} | ({PORT_135} if self._has_135 else set()))

    def run(self, main: Callable[[Venue], Coroutine[Any, Any, T]], seed: int) -> T:
        """Run on a real event loop."""
        with asyncio.Runner(loop_factory=RecordedLoop) as runner:
            loop = runner.get_loop()
            assert isinstance(loop, RecordedLoop)
            venue = _LoopbackVenue(loop, _address_block(), has_135=self._has_135)
            return runner.run(main(venue))


class _SegmentRecords:
    """The segments that passed the tap of a simulated network; beyond a limit, only the first of them."""

    def __init__(self) -> None:
        self._size = 0
        self.segments: list[Segment] = []

    def add(self, segment: Segment) -> None:
        self._size += len(segment.payload)
        if self._size <= SIZE_LIMIT:
            self.segments.append(segment)

    @property
    def entries(self) -> Sequence[Entry]:
        return entries_of(self.segments)


class _SimulatedVenue(Venue):
    """Hosts and links in memory, on a virtual clock."""

    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__()
        self.listen_to(loop)
        self._loop = loop
        self._records = _SegmentRecords()
        self.recording = self._records
        loop.network.tap(self._records.add)

    def now(self) -> float:
        return self._loop.time()

    def wall_time(self) -> int:
        return self._loop.wall_time()

    def address_for(self, host: str) -> str:
        network = self._loop.network
        found = network.hosts.get(host) or network.host(host)
        return found.addresses[0]

    def scm_port(self, host: str) -> int:
        return SCM_PORT

    def cut(self, address: str, other: str) -> None:
        self._loop.network.cut(address, other)

    def mend(self, address: str, other: str) -> None:
        self._loop.network.restore(address, other)

    def segments(self) -> Iterable[Segment]:
        return self._records.segments

    def budget(self, real: float) -> float:
        return LIMITS.virtual_seconds


class SimulatedNet(Net):
    """A network in memory, where long waits cost nothing and a seed replays a run exactly."""

    name = "simulated"

    def __init__(self) -> None:
        self.abilities = frozenset({PORT_135, VIRTUAL_TIME, CABLES})

    def run(self, main: Callable[[Venue], Coroutine[Any, Any, T]], seed: int) -> T:
        """Run on a fresh network with this seed."""

        async def on_stage() -> T:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, SimulatedLoop)
            return await main(_SimulatedVenue(loop))

        return run(on_stage(), network=Network(seed), limits=LIMITS)


def _address_block() -> tuple[int, int]:
    """Two octets that no other process on this machine uses at the same time, as far as ids tell."""
    number = os.getpid() & 0x7FFF
    return 64 + (number >> 8), number & 0xFF


def can_bind_port_135() -> bool:
    """Whether this process may listen on port 135 of a loopback address."""

    async def attempt() -> bool:
        high, low = _address_block()
        try:
            server = await asyncio.get_running_loop().create_server(
                asyncio.Protocol, f"127.{high}.{low}.254", SCM_PORT
            )
        except OSError:
            return False
        server.close()
        await server.wait_closed()
        return True

    with asyncio.Runner() as runner:
        return runner.run(attempt())
