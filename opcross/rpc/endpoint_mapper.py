"""The endpoint mapper: which port serves an interface ([C706] appendix O, [MS-RPCE] 2.2.1.2).

ept_map and ept_lookup answer from an :class:`EndpointMap`, which the owner of the host fills. The pages of
a look-up need no memory here: the handle that the client brings back says where to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.errors import Fault
from opcross.ndr import Reader, Writer
from opcross.rpc.call import Call, SyntaxId
from opcross.rpc.pdu.presentation import NDR20
from opcross.rpc.tower import Tower

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ENDPOINT_MAPPER", "EndpointEntry", "EndpointMap", "EndpointMapper"]

ENDPOINT_MAPPER: Final = SyntaxId(UUID("e1af8308-5d1f-11c9-91a4-08002b14a0fa"), 3, 0)

_NOT_REGISTERED: Final = 0x16C9A0D6
_CANT_PERFORM: Final = 0x16C9A0CD
_MOST_TOWERS: Final = 64
_MOST_ENTRIES: Final = 256
_LONGEST_TOWER: Final = 2000
_HANDLE_SIZE: Final = 20
_NIL: Final = UUID(int=0)
_ALL, _BY_INTERFACE, _BY_OBJECT, _BY_BOTH = range(4)
_COMPATIBLE, _EXACT, _MAJOR, _UP_TO = 2, 3, 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointEntry:
    """An interface at a TCP port. An empty address stands for the one at which the client called."""

    interface: SyntaxId
    port: int
    address: str = ""
    annotation: str = ""
    object: UUID = _NIL

    def tower(self, local_address: str) -> bytes:
        """The tower that describes this entry."""
        return Tower(interface=self.interface, port=self.port, address=self.address or local_address).pack()


class EndpointMap:
    """The registered endpoints of one host."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Sequence[EndpointEntry] = ()) -> None:
        self._entries = list(entries)

    @property
    def entries(self) -> tuple[EndpointEntry, ...]:
        """All of them, in the order of registration."""
        return tuple(self._entries)

    def register(self, entry: EndpointEntry) -> None:
        """Add an endpoint; a second time has no effect."""
        if entry not in self._entries:
            self._entries.append(entry)

    def unregister(self, entry: EndpointEntry) -> None:
        """Take an endpoint out again."""
        if entry in self._entries:
            self._entries.remove(entry)


class EndpointMapper:
    """The server face (a :class:`~opcross.rpc.call.Dispatcher`)."""

    __slots__ = ("_map", "_methods")

    def __init__(self, endpoints: EndpointMap) -> None:
        self._map = endpoints
        self._methods: tuple[Callable[[Call], bytes], ...] = (
            self._refuse,
            self._refuse,
            self._lookup,
            self._map_tower,
            self._free,
            self._inquire_object,
            self._refuse,
        )

    def accepts(self, interface: SyntaxId) -> bool:
        """Only the endpoint mapper's own interface."""
        return interface == ENDPOINT_MAPPER

    async def call(self, call: Call) -> bytes:
        """Answer one request."""
        if call.opnum >= len(self._methods):
            raise Fault(RpcStatus.OP_RNG_ERROR, did_not_execute=True)
        return self._methods[call.opnum](call)

    def _refuse(self, call: Call) -> bytes:
        """ept_insert, ept_delete, ept_mgmt_delete: nobody registers over the network."""
        return _CANT_PERFORM.to_bytes(4, "little")

    def _free(self, call: Call) -> bytes:
        """ept_lookup_handle_free: there is nothing to free."""
        return bytes(_HANDLE_SIZE + 4)

    def _inquire_object(self, call: Call) -> bytes:
        """ept_inq_object: this endpoint map has no object of its own."""
        return bytes(16 + 4)

    def _map_tower(self, call: Call) -> bytes:
        """ept_map (opnum 3)."""
        reader = Reader(call.stub, little=call.little)
        object_ = _optional_guid(reader, "object")
        wanted = _tower(reader)
        reader.align(4)
        reader.skip(_HANDLE_SIZE, "entry_handle")
        most = min(reader.u32("max_towers"), _MOST_TOWERS)
        found = [
            entry.tower(call.caller.local_address)
            for entry in self._map.entries
            if wanted is not None and _serves(entry, wanted) and entry.object in (_NIL, object_ or _NIL)
        ][:most]
        writer = Writer()
        writer.put(bytes(_HANDLE_SIZE))
        writer.u32(len(found))
        writer.u32(most)
        writer.u32(0)
        writer.u32(len(found))
        for index in range(len(found)):
            writer.u32(0x00020000 + 4 * index)
        for tower in found:
            _write_tower(writer, tower)
        writer.align(4)
        writer.u32(0 if found else _NOT_REGISTERED)
        return writer.getvalue()

    def _lookup(self, call: Call) -> bytes:
        """ept_lookup (opnum 2): entries from the position that the handle holds."""
        reader = Reader(call.stub, little=call.little)
        inquiry = reader.u32("inquiry_type")
        object_ = _optional_guid(reader, "object")
        interface = _optional_interface(reader)
        option = reader.u32("vers_option")
        reader.skip(4, "entry_handle.attributes")
        start = reader.guid("entry_handle.uuid").int
        most = min(reader.u32("max_ents"), _MOST_ENTRIES)
        entries = [
            entry
            for entry in self._map.entries
            if (inquiry not in (_BY_INTERFACE, _BY_BOTH) or _matches(entry.interface, interface, option))
            and (inquiry not in (_BY_OBJECT, _BY_BOTH) or entry.object == (object_ or _NIL))
        ]
        page = entries[start : start + most]
        following = start + len(page)
        writer = Writer()
        writer.u32(0)
        writer.guid(UUID(int=following if page and following < len(entries) else 0))
        writer.u32(len(page))
        writer.u32(most)
        writer.u32(0)
        writer.u32(len(page))
        for index, entry in enumerate(page):
            writer.guid(entry.object)
            writer.u32(0x00020000 + 4 * index)
            text = entry.annotation.encode("ascii", "replace")[:63] + b"\0"
            writer.u32(0)
            writer.u32(len(text))
            writer.put(text)
            writer.align(4)
        for entry in page:
            _write_tower(writer, entry.tower(call.caller.local_address))
            writer.align(4)
        writer.u32(0 if page else _NOT_REGISTERED)
        return writer.getvalue()


def _serves(entry: EndpointEntry, wanted: Tower) -> bool:
    return (
        wanted.tcp
        and wanted.transfer.uuid == NDR20.uuid
        and entry.interface.uuid == wanted.interface.uuid
        and entry.interface.major == wanted.interface.major
        and entry.interface.minor >= wanted.interface.minor
    )


def _matches(found: SyntaxId, wanted: SyntaxId | None, option: int) -> bool:
    """Version options of rpc_mgmt_ep_elt_inq_begin."""
    if wanted is None:
        return True
    if found.uuid != wanted.uuid:
        return False
    if option == _COMPATIBLE:
        return found.major == wanted.major and found.minor >= wanted.minor
    if option == _EXACT:
        return (found.major, found.minor) == (wanted.major, wanted.minor)
    if option == _MAJOR:
        return found.major == wanted.major
    if option == _UP_TO:
        return (found.major, found.minor) <= (wanted.major, wanted.minor)
    return True


def _optional_guid(reader: Reader, name: str) -> UUID | None:
    return reader.guid(name) if reader.u32(name) else None


def _optional_interface(reader: Reader) -> SyntaxId | None:
    if not reader.u32("Ifid"):
        return None
    uuid = reader.guid("Ifid.uuid")
    return SyntaxId(uuid, reader.u16("Ifid.vers_major"), reader.u16("Ifid.vers_minor"))


def _tower(reader: Reader) -> Tower | None:
    """twr_p_t: conformance, length, octets."""
    if not reader.u32("map_tower"):
        return None
    reader.u32("map_tower.max_count")
    length = reader.u32("map_tower.length")
    if length > _LONGEST_TOWER:
        raise Fault(RpcStatus.BAD_STUB_DATA, f"tower of {length} octets")
    return Tower.unpack(reader.take(length, "map_tower"))


def _write_tower(writer: Writer, tower: bytes) -> None:
    writer.align(4)
    writer.u32(len(tower))
    writer.u32(len(tower))
    writer.put(tower)
