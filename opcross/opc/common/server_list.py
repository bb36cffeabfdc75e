"""OPCEnum, as clients use it: which OPC servers a host has ([OPC Common] 1.0, chapter on IOPCServerList).

OPCEnum has IOPCServerList2; older ones have IOPCServerList alone, which lacks the version-independent ProgID
and enumerates by another interface.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IEnumGUID, IEnumGUIDProxy
from opcross.errors import HResultError, PeerViolation, Refused, TimedOut
from opcross.opc.common.draining import drain
from opcross.opc.common.interfaces_generated import (
    IOPCEnumGUID,
    IOPCEnumGUIDProxy,
    IOPCServerList,
    IOPCServerList2,
    IOPCServerList2Proxy,
    IOPCServerListProxy,
)

if TYPE_CHECKING:
    from opcross.dcom.client import DcomClient
    from opcross.dcom.remote_object import RemoteObject
    from opcross.levels import AuthLevel

__all__ = [
    "CATID_DA_1",
    "CATID_DA_2",
    "CATID_DA_3",
    "CLSID_OPC_ENUM",
    "DA_CATEGORIES",
    "ServerClass",
    "ServerList",
]

T = TypeVar("T")

CLSID_OPC_ENUM: Final = UUID("13486d51-4821-11d2-a494-3cb306c10000")
CATID_DA_1: Final = UUID("63d5f430-cfe4-11d1-b2c8-0060083ba1fb")
CATID_DA_2: Final = UUID("63d5f432-cfe4-11d1-b2c8-0060083ba1fb")
CATID_DA_3: Final = UUID("cc603642-66d7-48f1-b69a-b625e73652d7")
DA_CATEGORIES: Final = (CATID_DA_1, CATID_DA_2, CATID_DA_3)
"""Data Access 1.0, 2.0 and 3.0."""

_ListProxy = IOPCServerListProxy | IOPCServerList2Proxy

_MOST_CLASSES: Final = 10_000
_PER_CALL: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerClass:
    """A server that is installed. ``categories`` are those, of what was asked for, that it implements."""

    clsid: UUID
    prog_id: str = ""
    description: str = ""
    version_independent: str = ""
    categories: frozenset[UUID] = frozenset()


class ServerList:
    """The OPCEnum of one host. A call that takes more than ``timeout`` seconds raises :class:`TimedOut`."""

    def __init__(self, dcom: DcomClient, remote: RemoteObject, timeout: float | None) -> None:
        self._dcom = dcom
        self._remote = remote
        self._timeout = timeout
        self._newer: IOPCServerList2Proxy | None = None
        self._older: IOPCServerListProxy | None = None
        if IOPCServerList2.iid in remote.iids:
            self._newer = IOPCServerList2Proxy(remote.interface(IOPCServerList2.iid))
        else:
            self._older = IOPCServerListProxy(remote.interface(IOPCServerList.iid))

    @classmethod
    async def open(
        cls,
        dcom: DcomClient,
        *,
        level: AuthLevel | None = None,
        fall_back: bool = False,
        timeout: float | None = 30.0,
    ) -> ServerList:
        """Activate OPCEnum; ``level`` and ``fall_back`` are those of ``DcomClient.activate``.

        Raises what an activation raises: REGDB_E_CLASSNOTREG where there is no OPCEnum.
        """
        return await _in_time(
            timeout, dcom.host, lambda: cls._open(dcom, level=level, fall_back=fall_back, timeout=timeout)
        )

    @classmethod
    async def _open(
        cls, dcom: DcomClient, *, level: AuthLevel | None, fall_back: bool, timeout: float | None
    ) -> ServerList:
        both = (IOPCServerList2.iid, IOPCServerList.iid)
        try:
            remote = await dcom.activate(CLSID_OPC_ENUM, both, level=level, fall_back=fall_back)
        except HResultError as error:
            if error.code != Hresult.E_NOINTERFACE:
                raise
            remote = await dcom.activate(CLSID_OPC_ENUM, both[1:], level=level, fall_back=fall_back)
        return cls(dcom, remote, timeout)

    async def close(self) -> None:
        """Release OPCEnum; a host that is gone is no error. The client stays open."""
        await self._remote.release()

    async def classes(self, categories: Sequence[UUID]) -> tuple[UUID, ...]:
        """The classes that implement any of these categories; each once, in the order of the server."""
        found = await self._call(lambda: self._enumerate(tuple(categories)))
        return tuple(dict.fromkeys(found))

    async def details(self, clsid: UUID) -> ServerClass:
        """ProgID and words of a class. Raises :class:`HResultError` for a class that is not there."""
        if self._newer is not None:
            newer = self._newer
            two = await self._call(lambda: newer.get_class_details(clsid=clsid))
            return ServerClass(
                clsid=clsid,
                prog_id=two.prog_id or "",
                description=two.user_type or "",
                version_independent=two.ver_ind_prog_id or "",
            )
        assert self._older is not None  # one of them is there
        older = self._older
        one = await self._call(lambda: older.get_class_details(clsid=clsid))
        return ServerClass(clsid=clsid, prog_id=one.prog_id or "", description=one.user_type or "")

    async def servers(self, categories: Sequence[UUID] = DA_CATEGORIES) -> tuple[ServerClass, ...]:
        """Every server of any of these categories, with its details as far as the host tells them."""
        implemented: dict[UUID, set[UUID]] = {}
        for category in categories:
            for clsid in await self.classes((category,)):
                implemented.setdefault(clsid, set()).add(category)
        found = []
        for clsid, of in implemented.items():
            try:
                known = await self.details(clsid)
            except Refused:  # listed, but no longer registered: that happens
                known = ServerClass(clsid=clsid)
            found.append(
                ServerClass(
                    clsid=clsid,
                    prog_id=known.prog_id,
                    description=known.description,
                    version_independent=known.version_independent,
                    categories=frozenset(of),
                )
            )
        return tuple(found)

    async def clsid(self, prog_id: str) -> UUID:
        """The class of a ProgID. Raises :class:`HResultError` (CO_E_CLASSSTRING) where there is none."""

        async def ask() -> UUID:
            return (await self._proxy.clsid_from_prog_id(prog_id=prog_id)).clsid

        return await self._call(ask)

    @property
    def _proxy(self) -> _ListProxy:
        proxy = self._newer or self._older
        assert proxy is not None  # one of them is there
        return proxy

    async def _enumerate(self, categories: tuple[UUID, ...]) -> list[UUID]:
        got = await self._proxy.enum_classes_of_categories(
            implemented_categories=categories, required_categories=()
        )
        if got.enum_clsid is None:
            if got.hresult == Hresult.S_FALSE:
                return []
            raise PeerViolation("EnumClassesOfCategories: the server gave a null pointer")
        remote = self._dcom.unmarshal(got.enum_clsid)
        try:
            enumerator = await self._enumerator(remote)

            async def more(count: int) -> tuple[Sequence[UUID], int]:
                came = await enumerator.next(celt=count)
                return came.elements, came.hresult

            return await drain(more, _MOST_CLASSES, per_call=_PER_CALL)
        finally:
            await remote.release()

    @staticmethod
    async def _enumerator(remote: RemoteObject) -> IOPCEnumGUIDProxy | IEnumGUIDProxy:
        """Whichever of the two interfaces the object came with, or has."""
        if IOPCEnumGUID.iid in remote.iids:
            return IOPCEnumGUIDProxy(remote.interface(IOPCEnumGUID.iid))
        if IEnumGUID.iid not in remote.iids:
            results = await remote.query_interfaces((IOPCEnumGUID.iid, IEnumGUID.iid))
            if results[IOPCEnumGUID.iid] == Hresult.S_OK:
                return IOPCEnumGUIDProxy(remote.interface(IOPCEnumGUID.iid))
        return IEnumGUIDProxy(remote.interface(IEnumGUID.iid))

    async def _call(self, work: Callable[[], Awaitable[T]]) -> T:
        return await _in_time(self._timeout, self._dcom.host, work)


async def _in_time(limit: float | None, host: str, work: Callable[[], Awaitable[T]]) -> T:
    try:
        async with asyncio.timeout(limit):
            return await work()
    except TimeoutError:
        raise TimedOut("OPCEnum did not answer", endpoint=host, elapsed=limit) from None
