"""The items of a group as its callbacks know them: server handles, and the client's handles for them.

Completions of asynchronous calls go to the client under his own handles, also where the service has only
errors to say.
"""

from __future__ import annotations

import numpy as np

__all__ = ["HandleTable"]

_ROW = np.dtype([("server", np.uint32), ("client", np.uint32), ("active", np.bool_)])


class HandleTable:
    """Columns, ordered by server handle; what is added waits beside them until somebody looks."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, _ROW)
        self._added: list[np.ndarray] = []

    def __len__(self) -> int:
        return len(self._sorted())

    def add(self, servers: np.ndarray, clients: np.ndarray, active: np.ndarray) -> None:
        """Take items in."""
        rows = np.zeros(len(servers), _ROW)
        rows["server"], rows["client"], rows["active"] = servers, clients, active
        self._added.append(rows)

    def remove(self, servers: np.ndarray) -> None:
        """Forget items; unknown ones are passed over."""
        rows = self._sorted()
        self._rows = rows[~np.isin(rows["server"], servers)]

    def set_clients(self, servers: np.ndarray, clients: np.ndarray) -> None:
        """Give known items other client handles."""
        places, known = self._find(servers)
        self._rows["client"][places[known]] = clients[known]

    def set_active(self, servers: np.ndarray, *, active: bool) -> None:
        """Note whether known items are active."""
        places, known = self._find(servers)
        self._rows["active"][places[known]] = active

    def clients(self, servers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Client handles (0 for unknown items), and which items are known."""
        places, known = self._find(servers)
        found = np.zeros(len(servers), np.uint32)
        found[known] = self._rows["client"][places[known]]
        return found, known

    def active_clients(self) -> np.ndarray:
        """The client handles of all active items."""
        rows = self._sorted()
        return np.asarray(rows["client"][rows["active"]])

    def _find(self, servers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        rows = self._sorted()
        places = np.searchsorted(rows["server"], servers)
        known = places < len(rows)
        known[known] = rows["server"][places[known]] == servers[known]
        return places, known

    def _sorted(self) -> np.ndarray:
        if self._added:
            rows = np.concatenate([self._rows, *self._added])
            self._rows = rows[np.argsort(rows["server"], kind="stable")]
            self._added = []
        return self._rows
