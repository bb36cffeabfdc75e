"""``DaService``: OPC Data Access without any transport ([OPC DA] 2.05a and 3.0).

Providers are simulated servers, the DCOM client, and the far end of a tunnel; consumers are the DCOM
exporter, the tunnel broker and the OPC UA wrapper. ``docs/reference/semantics.md`` says point by point what
a provider does; :func:`opcross.opc.da.conformance.check_da_service` holds a provider to it.

A whole call that fails raises :class:`~opcross.errors.HResultError` (or, where the provider is far away,
:class:`~opcross.errors.TransportLost` or another error of the tree). What fails item by item stands in an
``errors`` column of HRESULTs, and never raises. Columns go in and come out in the order asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from opcross.opc.caller import Caller
    from opcross.opc.da.batch import Batch, WriteBatch
    from opcross.opc.da.model import (
        AvailableProperty,
        BrowsePage,
        BrowseRequest,
        Change,
        GroupChange,
        GroupSettings,
        GroupState,
        ItemAttributes,
        ItemDefinition,
        ItemProperties,
        ItemResults,
        Organization,
        RevisedRates,
        ServerStatus,
    )

__all__ = ["ChangeStream", "DaGroup", "DaService", "DaSession"]


class DaService(Protocol):
    """A Data Access server, wherever it is."""

    async def open(self, caller: Caller, *, locale: int = 0) -> DaSession:
        """Begin a session in the name of ``caller``; rights, locale and groups belong to it.

        Raises :class:`~opcross.errors.AccessDenied` for a caller who has no business here.
        """
        ...


class DaSession(Protocol):
    """What one client has of a server."""

    async def close(self) -> None:
        """End the session; its groups go with it. Closing twice does nothing."""
        ...

    async def status(self) -> ServerStatus:
        """The state of the server."""
        ...

    async def shutdown(self) -> str:
        """Wait until the server asks its clients to leave; the reason (IOPCShutdown::ShutdownRequest)."""
        ...

    # -- settings of the client (IOPCCommon)

    async def locales(self) -> tuple[int, ...]:
        """The LCIDs that the server speaks."""
        ...

    async def locale(self) -> int:
        """The LCID of this session."""
        ...

    async def set_locale(self, locale: int) -> None:
        """Choose a locale; raises E_INVALIDARG for one that is not spoken."""
        ...

    async def set_client_name(self, name: str) -> None:
        """Tell the server what the client calls itself."""
        ...

    async def error_text(self, code: int, locale: int | None = None) -> str:
        """Words for an HRESULT of this server, never empty; ``locale`` None is the session's."""
        ...

    # -- the address space

    async def organization(self) -> Organization:
        """Whether the address space has branches."""
        ...

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        """One page of a branch; there is no position to keep.

        Raises OPC_E_UNKNOWNITEMID or OPC_E_INVALIDITEMID for a branch that is not there,
        OPC_E_INVALIDCONTINUATIONPOINT, OPC_E_INVALIDFILTER, and E_INVALIDARG.
        """
        ...

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        """The access paths by which an item can be reached; most servers have none."""
        ...

    async def available_properties(self, item_id: str) -> tuple[AvailableProperty, ...]:
        """The properties that an item has. Raises OPC_E_UNKNOWNITEMID or OPC_E_INVALIDITEMID."""
        ...

    async def properties(
        self, item_ids: Sequence[str], ids: Sequence[int] = (), *, values: bool = True
    ) -> tuple[ItemProperties, ...]:
        """Properties of items, all of them where ``ids`` is empty; an unknown item is an error in its row."""
        ...

    # -- items without a group

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """What AddItems would say, without adding; handles are 0."""
        ...

    async def read(self, item_ids: Sequence[str], max_ages: Sequence[int] | np.ndarray | int) -> Batch:
        """Values no older than ``max_ages`` (milliseconds; 0 from the device); handles are positions."""
        ...

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        """Write to the device; an HRESULT for each.

        Raises :class:`~opcross.errors.AccessDenied` where this provider may not write at all.
        """
        ...

    # -- groups

    async def add_group(self, settings: GroupSettings) -> DaGroup:
        """A new group. Raises OPC_E_DUPLICATENAME; E_INVALIDARG for a deadband outside 0 to 100."""
        ...


class DaGroup(Protocol):
    """A group of items of one session. ``handles`` are server handles that :meth:`add_items` gave.

    An unknown handle gives OPC_E_INVALIDHANDLE in its row.
    """

    async def remove(self) -> None:
        """Take the group away; its streams end. Removing twice does nothing."""
        ...

    # -- state

    async def state(self) -> GroupState:
        """The settings as the server revised them."""
        ...

    async def set_state(self, change: GroupChange) -> int:
        """Change settings; the revised update rate. Whoever asked for another knows it was revised."""
        ...

    async def set_name(self, name: str) -> None:
        """Rename. Raises OPC_E_DUPLICATENAME, or E_INVALIDARG for an empty name."""
        ...

    async def set_keep_alive(self, milliseconds: int) -> int:
        """Longest silence of a change stream of an active group; the revised time, 0 switches it off."""
        ...

    async def clone(self, name: str) -> DaGroup:
        """A private copy with all items, inactive, with no streams. Raises OPC_E_DUPLICATENAME."""
        ...

    # -- items

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """Add items; the same item may be added twice, under two handles."""
        ...

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """As :meth:`add_items`, without adding."""
        ...

    async def remove_items(self, handles: np.ndarray) -> np.ndarray:
        """Remove items; an HRESULT for each."""
        ...

    async def set_active(self, handles: np.ndarray, *, active: bool) -> np.ndarray:
        """Activate or deactivate items; an HRESULT for each."""
        ...

    async def set_clients(self, handles: np.ndarray, clients: np.ndarray) -> np.ndarray:
        """Give items other client handles; an HRESULT for each."""
        ...

    async def set_types(self, handles: np.ndarray, types: np.ndarray) -> np.ndarray:
        """Ask for items in other types; OPC_E_BADTYPE where there is no way to convert."""
        ...

    async def items(self) -> tuple[ItemAttributes, ...]:
        """Every item of the group, in the order of adding."""
        ...

    # -- values

    async def read(self, handles: np.ndarray, max_ages: np.ndarray | int | None = None) -> Batch:
        """Values under client handles, in the requested types.

        ``max_ages`` None reads the cache as OPC_DS_CACHE does, for which group and item have to be active;
        0 reads the device whatever is active; other ages are those of ReadMaxAge, in milliseconds.
        """
        ...

    async def write(self, handles: np.ndarray, values: WriteBatch) -> np.ndarray:
        """Write to the device; an HRESULT for each."""
        ...

    async def refresh(self, max_age: int | None = None) -> Batch:
        """All active items, of the cache (None), the device (0), or no older than ``max_age`` milliseconds.

        Raises E_FAIL when the group is inactive or has no active items.
        """
        ...

    async def subscribe(self) -> ChangeStream:
        """A stream of changes of its own; its first change has all active items."""
        ...

    # -- deadband and sampling of single items (DA 3)

    async def set_deadbands(self, handles: np.ndarray, percents: np.ndarray) -> np.ndarray:
        """Deadbands in percent; OPC_E_DEADBANDNOTSUPPORTED unless analog, E_INVALIDARG outside 0 to 100."""
        ...

    async def deadbands(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Percents (float32) and errors; OPC_E_DEADBANDNOTSET where the group's counts."""
        ...

    async def clear_deadbands(self, handles: np.ndarray) -> np.ndarray:
        """Back to the group's deadband; OPC_E_DEADBANDNOTSET where there was none."""
        ...

    async def set_sampling(self, handles: np.ndarray, rates: np.ndarray) -> RevisedRates:
        """Sampling rates of items in milliseconds; OPC_S_UNSUPPORTEDRATE where revised."""
        ...

    async def sampling(self, handles: np.ndarray) -> RevisedRates:
        """The rates; OPC_E_RATENOTSET where the group's counts."""
        ...

    async def clear_sampling(self, handles: np.ndarray) -> np.ndarray:
        """Back to the group's update rate."""
        ...

    async def set_buffering(self, handles: np.ndarray, enabled: np.ndarray) -> np.ndarray:
        """Keep every sample between two updates, not just the newest; OPC_E_NOBUFFERING."""
        ...

    async def buffering(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Whether samples are kept (bool), and errors."""
        ...


class ChangeStream(Protocol):
    """Changes of a group, pulled by the consumer.

    While nobody pulls, newer values take the place of older ones, item by item, so a slow consumer gets
    fewer changes and never old ones. Buffered items keep their samples, up to a bound.
    """

    async def next(self) -> Change:
        """Wait for the next change, or a keep-alive.

        Raises :class:`~opcross.errors.HResultError` (E_ABORT) once the group was removed, the session or this
        stream closed, and :class:`~opcross.errors.TransportLost` when the provider is gone for good.
        """
        ...

    async def close(self) -> None:
        """End the stream. Closing twice does nothing."""
        ...
