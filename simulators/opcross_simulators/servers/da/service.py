"""``SimulatedDaService``: a Data Access server before a simulated plant, without any transport."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross_simulators.servers.da.cache import DeviceCache
from opcross_simulators.servers.da.facts import ItemFacts
from opcross_simulators.servers.da.session import SimulatedSession
from opcross_simulators.servers.da.settings import DaServerSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.opc.caller import Caller
    from opcross_simulators.plant.simulated import SimulatedPlant

__all__ = ["SimulatedDaService"]


class SimulatedDaService:
    """Implements :class:`~opcross.opc.da.service.DaService`, on the running loop and its clock.

    ``wall_time`` gives ticks of 100 ns since 1601. The server starts when it is made.
    """

    def __init__(
        self,
        plant: SimulatedPlant,
        *,
        wall_time: Callable[[], int],
        settings: DaServerSettings | None = None,
    ) -> None:
        self.plant: Final = plant
        self.settings: Final = settings or DaServerSettings()
        self.wall_time: Final = wall_time
        self.start_time: Final = wall_time()
        self.facts: Final = ItemFacts(plant.items)
        self.device: Final = DeviceCache(plant, now=asyncio.get_running_loop().time, wall_time=wall_time)
        self._sessions: list[SimulatedSession] = []
        self._leaving: str | None = None

    @property
    def sessions(self) -> tuple[SimulatedSession, ...]:
        """Who is here, oldest first."""
        return tuple(self._sessions)

    def clients(self) -> tuple[str, ...]:
        """What the clients call themselves, or who they are: the value of ``@Clients``."""
        return tuple(
            session.client_name or session.caller.user or session.caller.address for session in self._sessions
        )

    async def open(self, caller: Caller, *, locale: int = 0) -> SimulatedSession:
        """See :meth:`opcross.opc.da.service.DaService.open`."""
        if len(self._sessions) >= self.settings.sessions:
            most = self.settings.sessions
            raise HResultError(Hresult.E_OUTOFMEMORY, f"the server has at most {most} clients")
        session = SimulatedSession(self, caller, locale or self.settings.locales[0])
        session.check_locale(locale or self.settings.locales[0])
        self._sessions.append(session)
        if self._leaving is not None:
            session.ask_to_leave(self._leaving)
        return session

    def shutdown(self, reason: str) -> None:
        """Ask every client to leave, those that come later too."""
        self._leaving = reason
        for session in self._sessions:
            session.ask_to_leave(reason)

    async def close(self) -> None:
        """End every session."""
        for session in tuple(self._sessions):
            await session.close()

    def forget(self, session: SimulatedSession) -> None:
        """A session has ended."""
        if session in self._sessions:
            self._sessions.remove(session)
