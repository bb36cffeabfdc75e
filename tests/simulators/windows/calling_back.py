"""Two computers on the simulated network: a server that calls back in its own name; clients with sinks."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.call_context import CallContext, current_call
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.com_class import IID_IUNKNOWN, ComObject, InterfaceHandler
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointAdviseResult,
    IConnectionPointProxy,
    IEnumString,
)
from opcross.dcom.remote_object import RemoteObject
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError, OpcrossError
from opcross.hardening import Month, operating_system
from opcross.levels import AuthLevel
from opcross.rpc.call import Caller
from opcross.rpc.security import Credentials
from opcross_simulators.clients import HABITS, StackClient
from opcross_simulators.network import Network, SimulatedLoop
from opcross_simulators.windows import (
    AccountConfig,
    HostConfig,
    InstalledClass,
    Program,
    Surroundings,
    WindowsClient,
    WindowsHost,
)
from tests.dcom.plant import Words

SERVER, PANEL = "10.0.0.5", "10.0.0.9"
CLSID = UUID("6e6f7273-0002-4000-8000-00000000c1a5")
APP_ID = UUID("6e6f7273-0003-4000-8000-00000000c1a5")
PROG_ID = "Test.Words.1"
ACCOUNT = AccountConfig("OPERATOR", "plant")
NEW = Month(2023, 3)


class CarefulWords(Words):
    """Gives CONNECT_E_CANNOTCONNECT where the sink cannot be called, as OPC servers do."""

    __hash__ = object.__hash__

    async def advise(self, *, unk_sink: bytes | None) -> IConnectionPointAdviseResult:
        try:
            return await super().advise(unk_sink=unk_sink)
        except OpcrossError as error:
            raise HResultError(Hresult.CONNECT_E_CANNOTCONNECT, str(error)) from error


@dataclass
class WordsProcess:
    """A server process that remembers what became of it."""

    surroundings: Surroundings
    made: list[CarefulWords] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    closed: int = 0

    async def create(self, context: CallContext) -> ComObject:
        self.made.append(CarefulWords())
        return self.made[-1]

    async def shutdown(self, reason: str) -> None:
        self.reasons.append(reason)
        for words in self.made:
            await words.tell()

    async def close(self) -> None:
        self.closed += 1


@dataclass(eq=False)
class Sink:
    """Remembers who called it."""

    callers: list[Caller] = field(default_factory=list)
    then: Callable[[], None] = lambda: None
    wait: Callable[[], Awaitable[object]] | None = None
    gone: int = 0

    def query(self, iid: UUID) -> InterfaceHandler | None:
        return TableHandler(IEnumString, self) if iid == IEnumString.iid else None

    def released(self) -> None:
        self.gone += 1

    async def reset(self) -> int:
        self.callers.append(current_call().caller)
        self.then()
        if self.wait is not None:
            await self.wait()
        return 0


def draw(seed: str) -> Callable[[int], bytes]:
    blocks = 0

    def entropy(size: int) -> bytes:
        nonlocal blocks
        blocks += 1
        return hashlib.shake_256(f"{seed}:{blocks}".encode()).digest(size)

    return entropy


def net() -> Network:
    network = Network(seed=7)
    network.host("SERVER", [SERVER])
    network.host("PANEL", [PANEL])
    return network


class Bench:
    """A server host with one class, whose processes are kept for inspection; and a client's computer."""

    def __init__(
        self,
        server: HostConfig,
        client: HostConfig | None = None,
        *,
        callback_level: AuthLevel | None = None,
    ) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        self.loop = loop
        self.processes: list[WordsProcess] = []
        self.told: list[str] = []
        self.installed = InstalledClass(
            clsid=CLSID,
            prog_id=PROG_ID,
            version_independent="Test.Words",
            description="a test",
            app_id=APP_ID,
            launch_process=self._launch,
            callback_level=callback_level,
        )
        self.server = self._host(replace(server, name="LINE1", address=SERVER), (self.installed,))
        self.panel = self._host(replace(client or HostConfig(), name="PANEL", address=PANEL), ())

    def _host(self, config: HostConfig, classes: tuple[InstalledClass, ...]) -> WindowsHost:
        return WindowsHost(
            config,
            entropy=draw(config.name),
            wall_time=self.loop.wall_time,
            classes=classes,
            tell=self.told.append,
        )

    def _launch(self, surroundings: Surroundings) -> WordsProcess:
        self.processes.append(WordsProcess(surroundings))
        return self.processes[-1]

    async def __aenter__(self) -> Bench:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.stop()

    def logged(self) -> list[int]:
        return [record.event.event_id for record in self.server.log]

    def windows(self, level: AuthLevel = AuthLevel.DEFAULT, user: str = "OPERATOR") -> WindowsClient:
        """A program on the client's computer, which asks for this level."""
        program = Program(activation_level=AuthLevel.INTEGRITY, call_level=level)
        domain = self.server.config.domain
        return self.panel.client(
            program, SERVER, credentials=Credentials(user, "plant", domain), timeout=60.0
        )

    def stack(self, profile: str, level: AuthLevel | None = None, user: str = "OPERATOR") -> StackClient:
        """A program on a stack of its own, on the same computer."""
        return StackClient(
            HABITS[profile],
            SERVER,
            address=PANEL,
            entropy=draw(profile),
            wall_time=self.loop.wall_time,
            credentials=Credentials(user, "plant"),
            level=level,
            timeout=60.0,
        )


@dataclass
class Advised:
    """A client whose sink was advised."""

    remote: RemoteObject
    point: IConnectionPointProxy
    callbacks: CallbackHost
    sink: Sink


async def activate(client: WindowsClient | StackClient) -> RemoteObject:
    """The object, with its connection point at hand."""
    remote = await client.activate(CLSID, (IConnectionPoint.iid,))
    await remote.query_interface(IConnectionPoint.iid)
    return remote


async def advise(client: WindowsClient | StackClient) -> Advised:
    """Activate, and hand a sink over; the server calls it before Advise returns."""
    callbacks = await client.open_callbacks()
    remote = await activate(client)
    point = IConnectionPointProxy(remote.interface(IConnectionPoint.iid))
    sink = Sink()
    await point.advise(unk_sink=callbacks.marshal(sink, IID_IUNKNOWN))
    return Advised(remote, point, callbacks, sink)


async def outcome(bench: Bench, client: WindowsClient | StackClient) -> str:
    """What became of a callback: who came at which level, or the code with which it failed."""
    try:
        advised = await advise(client)
    except HResultError as error:
        return error.name
    finally:
        await client.close()
    (caller,) = advised.sink.callers
    who = "nobody" if caller.identity is None else str(caller.identity)
    return f"{who} at {caller.level.word}"


def server_config(**values: object) -> HostConfig:
    base = HostConfig(os=operating_system("windows-server-2019"), phase=NEW, accounts=(ACCOUNT,))
    return replace(base, **values)  # type: ignore[arg-type]
