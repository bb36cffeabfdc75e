"""The enumerators of COM as objects: IEnumString, IEnumUnknown, IEnumGUID and their like.

All have Next, Skip, Reset and Clone; they differ in their elements. Next gives S_FALSE, and what there is,
where fewer elements are left than were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    CONNECTDATA,
    IEnumConnectionPoints,
    IEnumConnectionPointsCloneResult,
    IEnumConnectionPointsRemoteNextResult,
    IEnumConnections,
    IEnumConnectionsCloneResult,
    IEnumConnectionsRemoteNextResult,
    IEnumGUID,
    IEnumGUIDCloneResult,
    IEnumGUIDNextResult,
    IEnumString,
    IEnumStringCloneResult,
    IEnumStringRemoteNextResult,
    IEnumUnknown,
    IEnumUnknownCloneResult,
    IEnumUnknownRemoteNextResult,
)
from opcross.errors import HResultError
from opcross.opc.common.cursor import Cursor
from opcross.opc.common.faces import face
from opcross.opc.common.interfaces_generated import IOPCEnumGUID

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.com_class import ComObject, InterfaceHandler
    from opcross.ndr import Interface

__all__ = [
    "MOST_ELEMENTS",
    "CeltFace",
    "Enumerator",
    "EnumeratorFace",
    "connection_enumerator",
    "connection_point_enumerator",
    "guid_enumerator",
    "string_enumerator",
    "unknown_enumerator",
]

T = TypeVar("T")
Give = Callable[["ComObject", "UUID"], bytes]

MOST_ELEMENTS: Final = 0x10000
"""What one Next may ask for; the caller has memory ready for as many, so nobody asks for more in earnest."""


def _ignore(error: Exception) -> None:
    """Fixed lists do not fail."""


class Enumerator(Generic[T]):
    """An object with one enumerator interface, or several over the same elements.

    ``faces`` are the interfaces and what answers them.
    """

    def __init__(
        self,
        faces: Mapping[UUID, tuple[Interface, type[EnumeratorFace[T]]]],
        cursor: Cursor[T],
        report: Callable[[Exception], None] = _ignore,
    ) -> None:
        self.cursor: Final = cursor
        self._faces = faces
        self._report = report

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """One of the interfaces; a clone has the one over which it was asked for."""
        found = self._faces.get(iid)
        if found is None:
            return None
        interface, make = found
        return face(interface, make(self, iid), self._report)

    def released(self) -> None:
        """Nothing to let go of."""

    def clone(self) -> Enumerator[T]:
        """Another one at the same position."""
        return Enumerator(self._faces, self.cursor.clone(), self._report)


class EnumeratorFace(Generic[T]):
    """What is the same for every interface."""

    def __init__(self, enumerator: Enumerator[T], iid: UUID) -> None:
        self._enumerator = enumerator
        self._iid = iid

    async def take(self, count: int) -> tuple[tuple[T, ...], Hresult]:
        """Up to ``count`` elements, and S_FALSE where they are fewer.

        Raises E_INVALIDARG, rather than S_FALSE, which would mean the end, above :data:`MOST_ELEMENTS`.
        """
        if count > MOST_ELEMENTS:
            raise HResultError(Hresult.E_INVALIDARG, f"{count} elements asked for, at most {MOST_ELEMENTS}")
        taken = await self._enumerator.cursor.take(count)
        return taken, _whether(len(taken) == count)

    async def pass_over(self, count: int) -> Hresult:
        """Go on by ``count`` elements; S_FALSE when the end came first."""
        return _whether(await self._enumerator.cursor.skip(count))

    async def reset(self) -> int:
        """Reset, opnum 5."""
        await self._enumerator.cursor.reset()
        return Hresult.S_OK

    def copy(self) -> bytes:
        """A reference to a clone, which is where this one is."""
        return current_call().marshal(self._enumerator.clone(), self._iid)


def _whether(truth: bool) -> Hresult:
    return Hresult.S_OK if truth else Hresult.S_FALSE


class CeltFace(EnumeratorFace[T]):
    """Those whose Skip counts ``celt``."""

    async def skip(self, *, celt: int) -> int:
        """Skip, opnum 4."""
        return await self.pass_over(celt)


class _CountFace(EnumeratorFace[T]):
    """Those whose Skip counts ``cConnections``."""

    async def skip(self, *, connections: int) -> int:
        """Skip, opnum 4."""
        return await self.pass_over(connections)


class _StringFace(CeltFace[str]):
    """IEnumString."""

    async def remote_next(self, *, celt: int) -> IEnumStringRemoteNextResult:
        """Next, opnum 3."""
        taken, hresult = await self.take(celt)
        return IEnumStringRemoteNextResult(elements=taken, hresult=hresult)

    async def clone(self) -> IEnumStringCloneResult:
        """Clone, opnum 6."""
        return IEnumStringCloneResult(enumerator=self.copy())


class _GuidFace(CeltFace["UUID"]):
    """IEnumGUID, and IOPCEnumGUID, which has the same methods."""

    async def next(self, *, celt: int) -> IEnumGUIDNextResult:
        """Next, opnum 3."""
        taken, hresult = await self.take(celt)
        return IEnumGUIDNextResult(elements=taken, hresult=hresult)

    async def clone(self) -> IEnumGUIDCloneResult:
        """Clone, opnum 6."""
        return IEnumGUIDCloneResult(enumerator=self.copy())


class _UnknownFace(CeltFace[Callable[[], bytes]]):
    """IEnumUnknown: references are made when they are asked for."""

    async def remote_next(self, *, celt: int) -> IEnumUnknownRemoteNextResult:
        """Next, opnum 3."""
        taken, hresult = await self.take(celt)
        references = tuple(refer() for refer in taken)
        return IEnumUnknownRemoteNextResult(elements=references, hresult=hresult)

    async def clone(self) -> IEnumUnknownCloneResult:
        """Clone, opnum 6."""
        return IEnumUnknownCloneResult(enumerator=self.copy())


class _PointFace(_CountFace[Callable[[], bytes]]):
    """IEnumConnectionPoints."""

    async def remote_next(self, *, connections: int) -> IEnumConnectionPointsRemoteNextResult:
        """Next, opnum 3."""
        taken, hresult = await self.take(connections)
        references = tuple(refer() for refer in taken)
        return IEnumConnectionPointsRemoteNextResult(cp=references, hresult=hresult)

    async def clone(self) -> IEnumConnectionPointsCloneResult:
        """Clone, opnum 6."""
        return IEnumConnectionPointsCloneResult(enumerator=self.copy())


class _ConnectionFace(_CountFace[CONNECTDATA]):
    """IEnumConnections."""

    async def remote_next(self, *, connections: int) -> IEnumConnectionsRemoteNextResult:
        """Next, opnum 3."""
        taken, hresult = await self.take(connections)
        return IEnumConnectionsRemoteNextResult(connect_data=taken, hresult=hresult)

    async def clone(self) -> IEnumConnectionsCloneResult:
        """Clone, opnum 6."""
        return IEnumConnectionsCloneResult(enumerator=self.copy())


_STRINGS: Final = MappingProxyType({IEnumString.iid: (IEnumString, _StringFace)})
_GUIDS: Final = MappingProxyType({one.iid: (one, _GuidFace) for one in (IEnumGUID, IOPCEnumGUID)})
_UNKNOWNS: Final = MappingProxyType({IEnumUnknown.iid: (IEnumUnknown, _UnknownFace)})
_POINTS: Final = MappingProxyType({IEnumConnectionPoints.iid: (IEnumConnectionPoints, _PointFace)})
_CONNECTIONS: Final = MappingProxyType({IEnumConnections.iid: (IEnumConnections, _ConnectionFace)})


def string_enumerator(cursor: Cursor[str], report: Callable[[Exception], None] = _ignore) -> Enumerator[str]:
    """IEnumString over what a cursor walks through."""
    return Enumerator(_STRINGS, cursor, report)


def guid_enumerator(guids: Sequence[UUID]) -> Enumerator[UUID]:
    """IEnumGUID and IOPCEnumGUID over a list."""
    return Enumerator(_GUIDS, Cursor.over(guids))


def unknown_enumerator(objects: Sequence[ComObject], give: Give) -> Enumerator[Callable[[], bytes]]:
    """IEnumUnknown over objects; ``give`` makes the reference of one."""
    return Enumerator(_UNKNOWNS, Cursor.over(_references(objects, give, IID_IUNKNOWN)))


def connection_point_enumerator(
    points: Sequence[ComObject], give: Give, iid: UUID
) -> Enumerator[Callable[[], bytes]]:
    """IEnumConnectionPoints over connection points; ``give`` makes the reference of one as ``iid``."""
    return Enumerator(_POINTS, Cursor.over(_references(points, give, iid)))


def connection_enumerator(connections: Sequence[CONNECTDATA]) -> Enumerator[CONNECTDATA]:
    """IEnumConnections over a list."""
    return Enumerator(_CONNECTIONS, Cursor.over(connections))


def _references(objects: Sequence[ComObject], give: Give, iid: UUID) -> tuple[Callable[[], bytes], ...]:
    def refer(target: ComObject) -> Callable[[], bytes]:
        return lambda: give(target, iid)

    return tuple(refer(target) for target in objects)
