"""What a :class:`~opcross.opc.da.service.DaService` takes and gives, beside batches of values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, IntEnum, IntFlag
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.da.batch import Batch, hresult_of

__all__ = [
    "ALWAYS_CACHE",
    "PAGE_SIZE",
    "AccessRights",
    "AvailableProperty",
    "BrowseElement",
    "BrowseFilter",
    "BrowsePage",
    "BrowseRequest",
    "Change",
    "EuType",
    "GroupChange",
    "GroupSettings",
    "GroupState",
    "ItemAttributes",
    "ItemDefinition",
    "ItemProperties",
    "ItemProperty",
    "ItemResults",
    "Organization",
    "RevisedRates",
    "ServerState",
    "ServerStatus",
]

if TYPE_CHECKING:
    from collections.abc import Sequence

ALWAYS_CACHE: Final = 0xFFFFFFFF
"""A MaxAge (in milliseconds) that any cached value fulfils; 0 demands the device."""

PAGE_SIZE: Final = 1_000
"""Elements in a page of a browse, where the consumer does not say."""


class AccessRights(IntFlag):
    """OPC_READABLE and OPC_WRITEABLE."""

    NONE = 0
    READABLE = 1
    WRITEABLE = 2


class EuType(IntEnum):
    """OPCEUTYPE: what EU information an item has."""

    NONE = 0
    ANALOG = 1
    ENUMERATED = 2


class ServerState(IntEnum):
    """OPCSERVERSTATE."""

    RUNNING = 1
    FAILED = 2
    NO_CONFIGURATION = 3
    SUSPENDED = 4
    TEST = 5
    COMM_FAULT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """OPCSERVERSTATUS. Times are ticks; ``last_update_time`` 0: nothing was ever sent to this client."""

    start_time: int
    current_time: int
    last_update_time: int = 0
    state: ServerState | int = ServerState.RUNNING
    group_count: int = 0
    band_width: int = 0xFFFFFFFF
    version: tuple[int, int, int] = (0, 0, 0)
    vendor: str = ""


# -- browsing ------------------------------------------------------------------------------------------


class Organization(IntEnum):
    """OPCNAMESPACETYPE: whether there are branches at all."""

    HIERARCHICAL = 1
    FLAT = 2


class BrowseFilter(Enum):
    """Which elements of a branch are wanted.

    BRANCHES are elements with children, ITEMS elements that are items (an element may be both), LEAVES items
    without children (what OPC_LEAF of DA 2 means), ALL both kinds, FLAT every item at and below the branch.
    """

    ALL = "all"
    BRANCHES = "branches"
    ITEMS = "items"
    LEAVES = "leaves"
    FLAT = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowseRequest:
    """A page of the elements of a branch.

    ``branch`` is the item id of the branch, empty for the root. ``name_filter`` has the wildcards of
    ``MatchPattern`` (``*``, ``?``, ``#``, ``[charlist]``, ``[!charlist]``), ``vendor_filter`` is the server's
    own. ``data_type`` (VT_EMPTY for any) and ``rights`` (NONE for any) restrict items only. ``continuation``
    is what the page before gave. ``limit`` 0 leaves the size of the page to the service. ``properties`` None
    asks for none, an empty tuple for all of them.
    """

    branch: str = ""
    filter: BrowseFilter = BrowseFilter.ALL
    name_filter: str = ""
    vendor_filter: str = ""
    data_type: int = VarType.EMPTY
    rights: AccessRights = AccessRights.NONE
    continuation: str = ""
    limit: int = 0
    properties: tuple[int, ...] | None = None
    property_values: bool = False


@dataclass(frozen=True, slots=True)
class BrowseElement:
    """One element; ``item_id`` of a branch is what browsing it asks for, and may be no item."""

    name: str
    item_id: str
    is_item: bool = True
    has_children: bool = False
    properties: ItemProperties | None = None


@dataclass(frozen=True, slots=True)
class BrowsePage:
    """Elements, and where the next page goes on; an empty ``continuation`` means that this was the last."""

    elements: tuple[BrowseElement, ...]
    continuation: str = ""


@dataclass(frozen=True, slots=True)
class AvailableProperty:
    """A property that an item has: its id, the words for it, and its type."""

    id: int
    description: str
    data_type: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemProperty:
    """OPCITEMPROPERTY. ``item_id`` is set where the property can be read as an item of its own."""

    id: int
    description: str = ""
    data_type: int = VarType.EMPTY
    value: Variant | None = None
    item_id: str = ""
    error: int = Hresult.S_OK


@dataclass(frozen=True, slots=True)
class ItemProperties:
    """OPCITEMPROPERTIES: what is known of one item. ``error`` is that of the whole item."""

    properties: tuple[ItemProperty, ...] = ()
    error: int = Hresult.S_OK


# -- items ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """OPCITEMDEF. ``requested_type`` VT_EMPTY asks for the item's own type."""

    item_id: str
    access_path: str = ""
    active: bool = True
    client: int = 0
    requested_type: int = VarType.EMPTY


@dataclass(frozen=True, slots=True)
class ItemResults:
    """OPCITEMRESULTs as columns: handles, canonical types and rights count where ``errors`` is no failure."""

    handles: np.ndarray
    types: np.ndarray
    rights: np.ndarray
    errors: np.ndarray

    def __len__(self) -> int:
        return len(self.errors)

    @property
    def hresult(self) -> int:
        """S_FALSE when a row failed, else S_OK."""
        return hresult_of(self.errors)

    @classmethod
    def of(cls, rows: Sequence[tuple[int, int, int, int]]) -> ItemResults:
        """From rows of handle, type, rights, error."""
        columns = np.array(rows, np.uint32).reshape(-1, 4)
        return cls(columns[:, 0], columns[:, 1].astype(np.uint16), columns[:, 2], columns[:, 3])


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAttributes:
    """OPCITEMATTRIBUTES. ``eu_info`` is None, an array of two VT_R8 (low, high), or an array of VT_BSTR."""

    item_id: str
    access_path: str = ""
    active: bool = True
    client: int = 0
    server: int = 0
    rights: AccessRights = AccessRights.READABLE
    requested_type: int = VarType.EMPTY
    canonical_type: int = VarType.EMPTY
    eu_type: EuType = EuType.NONE
    eu_info: Variant = field(default_factory=lambda: Variant(VarType.EMPTY))


# -- groups --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSettings:
    """What AddGroup asks for.

    An empty ``name`` lets the server choose one. ``update_rate`` is in milliseconds, ``deadband`` in
    percent of the EU range, ``time_bias`` in minutes (None: the server's own zone).
    """

    name: str = ""
    active: bool = True
    update_rate: int = 1_000
    client: int = 0
    time_bias: int | None = None
    deadband: float = 0.0
    locale: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """What SetState asks for; None leaves a setting as it is."""

    active: bool | None = None
    update_rate: int | None = None
    client: int | None = None
    time_bias: int | None = None
    deadband: float | None = None
    locale: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """The state of a group; ``update_rate`` and ``keep_alive`` are the revised ones, in milliseconds.

    ``keep_alive`` 0 means that no keep-alives are sent.
    """

    name: str
    active: bool
    update_rate: int
    client: int
    time_bias: int
    deadband: float
    locale: int
    keep_alive: int = 0


@dataclass(frozen=True, slots=True)
class RevisedRates:
    """Sampling rates of items in milliseconds, as revised; ``errors`` row by row."""

    rates: np.ndarray
    errors: np.ndarray


@dataclass(frozen=True, slots=True)
class Change:
    """What a change stream gives: values under the client's handles.

    No rows mean a keep-alive: nothing changed, the subscription lives.
    """

    batch: Batch

    @property
    def keep_alive(self) -> bool:
        """Whether this only says that the subscription lives."""
        return not len(self.batch)
