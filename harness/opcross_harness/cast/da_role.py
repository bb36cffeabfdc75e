"""The role of a Data Access client: what the verbs of Data Access ask of a cast member.

What a client receives, by reading or by a subscription, it keeps as evidence; checks look there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from opcross_harness.cast.base import ClientRole, ServerRole

if TYPE_CHECKING:
    from opcross.opc.da.batch import ItemValue
    from opcross_harness.outcomes import Outcome

__all__ = ["Connection", "DaClientRole", "PlantRole", "Reading", "Subscription", "Writing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """What a scenario asks of a connection. ``callbacks`` False plays a client that offers no way back."""

    class_name: str
    callbacks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``max_age`` is in milliseconds: 0 is the device, None the cache of a group."""

    items: tuple[str, ...]
    max_age: int = 0
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """``type`` is a VARTYPE's word, empty for the item's own; ``value`` as a person writes it."""

    item: str
    value: str
    type: str = ""
    quality: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """``rate`` and ``keep_alive`` are in milliseconds, ``deadband`` in percent.

    None leaves what there is, for a group that exists already; else its default.
    """

    group: str = "group"
    items: tuple[str, ...] = ()
    rate: int | None = None
    deadband: float | None = None
    active: bool | None = None
    keep_alive: int | None = None


class DaClientRole(ClientRole):
    """A client that speaks Data Access, to one server at a time."""

    async def connect(self, server: ServerRole, connection: Connection) -> Outcome:
        """Open a session on a server."""
        raise self._cannot("open a Data Access session")

    async def disconnect(self) -> Outcome:
        """End the session."""
        raise self._cannot("end a Data Access session")

    async def status(self) -> Outcome:
        """Ask for the server's status."""
        raise self._cannot("ask for the status of a server")

    async def browse(self, branch: str, *, flat: bool) -> Outcome:
        """Browse a branch; what was found stands in :meth:`browsed`."""
        raise self._cannot("browse")

    async def read(self, reading: Reading) -> Outcome:
        """Read items."""
        raise self._cannot("read items")

    async def write(self, writing: Writing) -> Outcome:
        """Write an item; the outcome is that of the item."""
        raise self._cannot("write items")

    async def subscribe(self, subscription: Subscription) -> Outcome:
        """Make a group, or change it, and receive its changes."""
        raise self._cannot("subscribe")

    async def unsubscribe(self, group: str) -> Outcome:
        """Take a group away."""
        raise self._cannot("unsubscribe")

    async def refresh(self, group: str) -> Outcome:
        """Ask for all active items of a group."""
        raise self._cannot("refresh a group")

    async def slow_down(self, seconds: float) -> None:
        """Take so long over each change from now on."""
        raise self._cannot("be slow")

    # -- evidence

    def browsed(self) -> tuple[str, ...]:
        """The item ids that the last browse found."""
        raise self._cannot("tell what it browsed")

    def received(self, item: str) -> tuple[ItemValue, ...]:
        """What came of an item since :meth:`forget`, oldest first."""
        raise self._cannot("tell what it received")

    def forget(self) -> None:
        """Begin the evidence anew."""
        raise self._cannot("tell what it received")

    def notices(self) -> tuple[str, ...]:
        """The kinds of what the client told its user: ``polling``, ``lost``, ``shutdown`` and the like."""
        raise self._cannot("tell what it noticed")


class PlantRole(ServerRole):
    """A server host whose plant a scenario may touch."""

    def override(self, item: str, *, value: str | None, quality: int | None, error: int | None) -> None:
        """Hold an item at a value, a quality or an error, whatever its signal says."""
        raise self._cannot("have its plant touched")

    def clear_override(self, item: str) -> None:
        """Let an item follow its signal again."""
        raise self._cannot("have its plant touched")

    async def stop_application(self, class_name: str, reason: str) -> None:
        """End a server application in order: its clients are asked to leave."""
        raise self._cannot("stop an application in order")

    async def kill_application(self, class_name: str) -> None:
        """End a server application without a word, as a crash does."""
        raise self._cannot("kill an application")
