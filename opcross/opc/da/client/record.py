"""What the client remembers of a group: all that is needed to make it again at another server object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opcross.errors import TransportLost
from opcross.opc.da.client.items import ItemTable
from opcross.opc.da.client.sink import Transactions
from opcross.opc.da.model import GroupSettings

if TYPE_CHECKING:
    from opcross.opc.da.client.binding import GroupBinding

__all__ = ["GroupRecord"]


@dataclass(slots=True)
class GroupRecord:
    """A group. ``requested_rate`` and ``requested_keep_alive`` are what was asked for, ``update_rate`` and
    ``keep_alive`` what the server made of it, in milliseconds. ``number`` is what servers get as the
    client's handle of the group; ``client`` is the consumer's.
    """

    number: int
    name: str
    active: bool
    requested_rate: int
    update_rate: int
    client: int
    time_bias: int | None
    deadband: float
    locale: int
    requested_keep_alive: int = 0
    keep_alive: int = 0
    table: ItemTable = field(default_factory=ItemTable)
    binding: GroupBinding | None = None
    transactions: Transactions = field(default_factory=Transactions)

    def bound(self) -> GroupBinding:
        """The group at the server. Raises :class:`TransportLost` while there is no server."""
        if self.binding is None:
            raise TransportLost("the server is gone, the session tries to come back")
        return self.binding

    @property
    def has_container(self) -> bool:
        """Whether the group at the server could take a sink."""
        return self.binding is not None and self.binding.container is not None

    def settings(self, *, name: str, active: bool) -> GroupSettings:
        """What AddGroup is asked for."""
        return GroupSettings(
            name=name,
            active=active,
            update_rate=self.requested_rate,
            client=self.client,
            time_bias=self.time_bias,
            deadband=self.deadband,
            locale=self.locale,
        )
