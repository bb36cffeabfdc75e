"""An object of another machine, as the code that uses it sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.import_table import HeldInterface, HeldObject
from opcross.errors import HResultError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opcross.dcom.importer import ObjectImporter
    from opcross.ndr import Method

__all__ = ["RemoteInterface", "RemoteObject"]


class RemoteInterface:
    """One interface of a remote object; the invoker under a generated proxy."""

    def __init__(self, owner: RemoteObject, held: HeldInterface) -> None:
        self.object = owner
        self._held = held

    @property
    def iid(self) -> UUID:
        """The interface."""
        return self._held.iid

    @property
    def ipid(self) -> UUID:
        """Its IPID, under which the server knows it."""
        return self._held.ipid

    async def invoke(
        self, method: Method, values: Mapping[str, Any], *, timeout: float | None = None
    ) -> Mapping[str, Any]:
        """Call a method of the tables: in parameters by name, out parameters and ``hresult`` by name.

        Raises :class:`~opcross.errors.Fault` or :class:`~opcross.errors.TransportLost`; a failure
        HRESULT is part of what comes back, and proxies raise it.
        """
        reader = await self.object.importer.call(
            self.object,
            self._held,
            method.opnum,
            lambda writer: method.write_request(writer, values),
            timeout=timeout,
        )
        return method.read_response(reader, request=values)


class RemoteObject:
    """A remote object held by references; :meth:`release` gives them back.

    The same object that arrives twice is one :class:`RemoteObject` with two users, each of which
    releases once.
    """

    def __init__(self, importer: ObjectImporter, held: HeldObject) -> None:
        self.importer = importer
        self.held = held
        self.users = 0

    @property
    def oxid(self) -> int:
        """Its exporter."""
        return self.held.oxid

    @property
    def oid(self) -> int:
        """Its identity within the exporter."""
        return self.held.oid

    @property
    def iids(self) -> frozenset[UUID]:
        """The interfaces held so far."""
        return frozenset(self.held.interfaces)

    def interface(self, iid: UUID) -> RemoteInterface:
        """An interface already held; raises :class:`HResultError` with E_NOINTERFACE."""
        held = self.held.interfaces.get(iid)
        if held is None:
            raise HResultError(Hresult.E_NOINTERFACE, f"{iid} is not held; query for it first")
        return RemoteInterface(self, held)

    async def query_interface(self, iid: UUID) -> RemoteInterface:
        """An interface, asked for if it is not held yet; raises :class:`HResultError`."""
        if iid not in self.held.interfaces:
            (result,) = await self.importer.query(self, (iid,))
            if result != Hresult.S_OK:
                raise HResultError(result, f"no interface {iid}")
        return self.interface(iid)

    async def query_interfaces(self, iids: Sequence[UUID]) -> dict[UUID, int]:
        """Ask for several at once; the HRESULT of each."""
        return dict(zip(iids, await self.importer.query(self, tuple(iids)), strict=True))

    async def release(self) -> None:
        """Give the references back, when this was the last user. A server that is gone is no error."""
        await self.importer.release(self)
