"""One client of an exported service: his session, his groups, and when they end.

The session ends when the client holds none of its objects any more: not the server, not a group, not a
connection point. Clients that die are no different; pings tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError
from opcross.opc.codes import DaCode
from opcross.opc.common.holdings import Holdings
from opcross.opc.da.exporter.group import GroupObject

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from opcross.dcom.exporter import ObjectExporter
    from opcross.opc.common.background import Background
    from opcross.opc.da.exporter.options import ExporterOptions
    from opcross.opc.da.model import GroupState
    from opcross.opc.da.service import DaGroup, DaSession

__all__ = ["Adopted", "ClientSession"]

_LONGEST_NAME: Final = 1_024


@dataclass(frozen=True, slots=True)
class Adopted:
    """A group of the service that has become an object."""

    group: GroupObject
    state: GroupState
    objref: bytes


class ClientSession:
    """A session and its groups. ``ended`` is called once, when all of it is over."""

    def __init__(
        self,
        service: DaSession,
        exporter: ObjectExporter,
        *,
        options: ExporterOptions,
        background: Background,
        report: Callable[[Exception], None],
        ended: Callable[[ClientSession], None],
    ) -> None:
        self.service: Final = service
        self.options: Final = options
        self.background: Final = background
        self.report: Final = report
        self.holdings: Final = Holdings(self._let_go)
        self._exporter = exporter
        self._ended = ended
        self._handles = count(1)
        self._groups: dict[int, GroupObject] = {}
        self._over = False
        self._at_end: list[Callable[[], object]] = []

    @property
    def groups(self) -> tuple[GroupObject, ...]:
        """The groups that have not been removed, oldest first."""
        return tuple(group for group in self._groups.values() if not group.removed)

    def at_end(self, action: Callable[[], object]) -> None:
        """Do something when the session ends."""
        self._at_end.append(action)

    # -- what a client may ask for

    def check_count(self, number: int) -> None:
        """Raise E_INVALIDARG for no items at all, and for more than one call may have."""
        if not 0 < number <= self.options.items_per_call:
            raise HResultError(
                Hresult.E_INVALIDARG, f"{number} items in a call, at most {self.options.items_per_call}"
            )

    def check_name(self, name: str) -> None:
        """Raise E_INVALIDARG for a name that nobody can mean."""
        if len(name) > _LONGEST_NAME:
            raise HResultError(Hresult.E_INVALIDARG, f"a name of {len(name)} characters")

    def check_room(self) -> None:
        """Raise E_OUTOFMEMORY where the client has as many groups as he may have."""
        if len(self._groups) >= self.options.groups:
            raise HResultError(Hresult.E_OUTOFMEMORY, f"a client has at most {self.options.groups} groups")

    # -- groups

    async def adopt(self, service: DaGroup, iid: UUID, *, cloned: bool = False) -> Adopted:
        """Make an object of a new group, and a reference to it; one that was ``cloned`` has items already.

        Raises :class:`HResultError` with E_NOINTERFACE, the group being removed again.
        """
        try:
            state = await service.state()
            group = GroupObject(self, service, state, next(self._handles))
            if cloned:
                group.know(await service.items())
            if self._over:
                raise HResultError(Hresult.E_ABORT, "the session has ended")
            objref = self.holdings.give(group, iid)
        except BaseException:
            self.background.start(_remove(service, self.report))
            raise
        self._groups[group.server_handle] = group
        return Adopted(group, state, objref)

    def find(self, name: str) -> GroupObject:
        """The group of a name; raises E_INVALIDARG for none."""
        for group in self.groups:
            if group.name == name:
                return group
        raise HResultError(Hresult.E_INVALIDARG, f"no group {name!r}")

    async def remove(self, server_handle: int, *, force: bool) -> int:
        """RemoveGroup: S_OK, or OPC_S_INUSE where the client holds the group still and did not ``force``.

        Raises E_INVALIDARG for no such group.
        """
        group = self._groups.get(server_handle)
        if group is None or group.removed:
            raise HResultError(Hresult.E_INVALIDARG, f"no group {server_handle}")
        if group.held and not force:
            await group.mark_removed()
            # The client may have let go of it while the name was changed.
            self._bury()
            return DaCode.S_INUSE
        group.removed = True
        del self._groups[server_handle]
        group.close()
        if group.held:
            self._exporter.disconnect(group.point)
            self._exporter.disconnect(group)
        await group.remove()
        return Hresult.S_OK

    # -- the end

    def _let_go(self) -> None:
        self._bury()
        if not self.holdings:
            self.end()

    def _bury(self) -> None:
        """Take away the groups that were removed and are held no longer."""
        for group in tuple(self._groups.values()):
            if group.removed and not group.held:
                self._groups.pop(group.server_handle, None)
                group.close()
                self.background.start(group.remove())

    def end(self) -> None:
        """Everything goes: callbacks stop in their midst, the session closes. Ending twice does nothing."""
        if self._over:
            return
        self._over = True
        groups, self._groups = self._groups, {}
        for group in groups.values():
            group.close(at_once=True)
        for action in self._at_end:
            action()
        self.background.start(self._close())

    async def _close(self) -> None:
        try:
            await self.service.close()
        except OpcrossError as error:
            self.report(error)
        finally:
            self._ended(self)


async def _remove(service: DaGroup, report: Callable[[Exception], None]) -> None:
    try:
        await service.remove()
    except OpcrossError as error:
        report(error)
