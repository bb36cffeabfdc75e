"""The items of a group, as the client knows them: enough to build the group again on another connection.

Handles are the client's own: they count up, they never change, and servers get them as client handles. So
a callback names an item of this table, whatever handles the consumer chose for it, and whatever handles the
server has given since it was started again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights, ItemDefinition

if TYPE_CHECKING:
    from opcross.opc.da.model import ItemResults

__all__ = ["ItemTable", "Selection"]

_ROW: Final = np.dtype(
    [
        ("handle", np.uint32),
        ("server", np.uint32),
        ("client", np.uint32),
        ("requested", np.uint16),
        ("canonical", np.uint16),
        ("rights", np.uint32),
        ("active", np.bool_),
        ("buffered", np.bool_),
        ("settled", np.bool_),
        ("error", np.uint32),
    ]
)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which of the handles asked for a server can be asked about.

    ``errors`` has a row for each handle asked for; ``positions`` are those rows that are known, ``handles``
    and ``servers`` the client's own handles and the server's, one for each position.
    """

    errors: np.ndarray
    positions: np.ndarray
    handles: np.ndarray
    servers: np.ndarray


@dataclass(slots=True)
class ItemTable:
    """Items in the order of adding.

    An item is settled once the server has taken it; until then it is known to callbacks only. ``deadbands``,
    ``rates`` and ``buffering`` are what was set for single items, by handle.
    """

    rows: np.ndarray = field(default_factory=lambda: np.zeros(0, _ROW))
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    deadbands: dict[int, float] = field(default_factory=dict)
    rates: dict[int, int] = field(default_factory=dict)
    buffering: dict[int, bool] = field(default_factory=dict)
    next_handle: int = 1

    # -- adding and removing

    def reserve(self, items: Sequence[ItemDefinition]) -> np.ndarray:
        """Own handles for items that are about to be added: values may come before the answer does."""
        rows = np.zeros(len(items), _ROW)
        rows["handle"] = np.arange(self.next_handle, self.next_handle + len(items))
        rows["client"] = [item.client for item in items]
        rows["requested"] = [item.requested_type for item in items]
        rows["active"] = [item.active for item in items]
        rows["rights"] = AccessRights.READABLE
        self.next_handle += len(items)
        self.rows = np.concatenate([self.rows, rows])
        handles: np.ndarray = rows["handle"].copy()
        for handle, item in zip(handles.tolist(), items, strict=True):
            self.names[handle] = (item.item_id, item.access_path)
        return handles

    def settle(self, handles: np.ndarray, results: ItemResults) -> None:
        """What the server said of reserved items; those that it refused are forgotten."""
        rows = self.find(handles)
        refused = results.errors >= np.uint32(0x80000000)
        keep = (rows >= 0) & ~refused
        target = rows[keep]
        self.rows["server"][target] = results.handles[keep]
        self.rows["canonical"][target] = results.types[keep]
        self.rows["rights"][target] = results.rights[keep]
        self.rows["settled"][target] = True
        self.rows["error"][target] = 0
        self.remove(handles[refused])

    def rebind(self, handles: np.ndarray, results: ItemResults) -> None:
        """What another server object said of items that it was given again; refused ones stay, broken."""
        rows = self.find(handles)
        self.rows["server"][rows] = results.handles
        refused = results.errors >= np.uint32(0x80000000)
        self.rows["error"][rows] = np.where(refused, results.errors, 0)
        taken = rows[~refused]
        self.rows["canonical"][taken] = results.types[~refused]
        self.rows["rights"][taken] = results.rights[~refused]

    def forget_unsettled(self) -> None:
        """Drop items whose adding the loss of the connection cut short."""
        self.remove(self.rows["handle"][~self.rows["settled"]])

    def remove(self, handles: np.ndarray) -> None:
        """Forget items."""
        if not len(handles):
            return
        self.rows = self.rows[~np.isin(self.rows["handle"], handles)]
        for handle in handles.tolist():
            for held in (self.names, self.deadbands, self.rates, self.buffering):
                held.pop(handle, None)

    # -- finding

    def find(self, handles: np.ndarray) -> np.ndarray:
        """Row numbers; -1 for a handle that is not there."""
        known = self.rows["handle"]
        if not len(known):
            return np.full(len(handles), -1)
        rows = np.minimum(np.searchsorted(known, handles), len(known) - 1)
        return np.where(known[rows] == handles, rows, -1)

    def select(self, handles: np.ndarray) -> Selection:
        """The handles that a server can be asked about; OPC_E_INVALIDHANDLE in the rows of the others."""
        handles = np.asarray(handles)
        errors = np.full(len(handles), DaCode.E_INVALIDHANDLE, np.uint32)
        rows = self.find(handles)
        known = rows >= 0
        known[known] &= self.rows["settled"][rows[known]]
        errors[known] = self.rows["error"][rows[known]]
        positions = np.flatnonzero(known & (errors == 0))
        chosen = rows[positions]
        return Selection(errors, positions, self.rows["handle"][chosen], self.rows["server"][chosen])

    def streaming(self) -> np.ndarray:
        """Handles of the items that a change stream tells of: active, readable, taken by the server."""
        rows = self.rows
        readable = (rows["rights"] & AccessRights.READABLE) != 0
        return self._handles(rows["settled"] & rows["active"] & readable & (rows["error"] == 0))

    def active(self) -> np.ndarray:
        """Handles of all active, readable items, those that the server has refused since included."""
        rows = self.rows
        readable = (rows["rights"] & AccessRights.READABLE) != 0
        return self._handles(rows["settled"] & rows["active"] & readable)

    def settled(self) -> np.ndarray:
        """Handles of all items of the group."""
        return self._handles(self.rows["settled"])

    def clients(self, handles: np.ndarray) -> np.ndarray:
        """The consumer's handles of items that are there."""
        clients: np.ndarray = self.rows["client"][self.find(handles)]
        return clients

    def servers(self, handles: np.ndarray) -> np.ndarray:
        """The server's handles of items that are there."""
        servers: np.ndarray = self.rows["server"][self.find(handles)]
        return servers

    def _handles(self, mask: np.ndarray) -> np.ndarray:
        handles: np.ndarray = self.rows["handle"][mask]
        return handles

    def definitions(self, handles: np.ndarray) -> list[ItemDefinition]:
        """Items as a server is given them: under the client's own handles."""
        rows = self.rows[self.find(handles)]
        return [
            ItemDefinition(
                item_id=self.names[handle][0],
                access_path=self.names[handle][1],
                active=active,
                client=handle,
                requested_type=requested,
            )
            for handle, active, requested in zip(
                rows["handle"].tolist(), rows["active"].tolist(), rows["requested"].tolist(), strict=True
            )
        ]

    def copy(self) -> ItemTable:
        """The same settled items, with the same handles of client and consumer; nothing of the server."""
        twin = ItemTable(
            self.rows[self.rows["settled"]].copy(),
            dict(self.names),
            dict(self.deadbands),
            dict(self.rates),
            dict(self.buffering),
            self.next_handle,
        )
        twin.rows["server"] = 0
        return twin
