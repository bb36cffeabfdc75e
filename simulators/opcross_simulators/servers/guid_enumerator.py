"""An enumerator of GUIDs: IEnumGUID, and IOPCEnumGUID, which has the same methods under another IID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import IEnumGUID, IEnumGUIDCloneResult, IEnumGUIDNextResult
from opcross.dcom.table_handler import TableHandler
from opcross.opc.common.interfaces_generated import IOPCEnumGUID

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.com_class import InterfaceHandler

__all__ = ["GuidEnumerator"]

_INTERFACES: Final = {interface.iid: interface for interface in (IEnumGUID, IOPCEnumGUID)}


class GuidEnumerator:
    """A position in a fixed list."""

    def __init__(self, guids: tuple[UUID, ...], position: int = 0) -> None:
        self._guids = guids
        self._position = position

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """Either interface; a clone has the one over which it was asked for."""
        interface = _INTERFACES.get(iid)
        return None if interface is None else TableHandler(interface, _Face(self, iid))

    def released(self) -> None:
        """Nothing to let go of."""

    def take(self, count: int) -> tuple[UUID, ...]:
        """Up to ``count`` from here on."""
        taken = self._guids[self._position : self._position + count]
        self._position += len(taken)
        return taken

    def skip(self, count: int) -> bool:
        """Pass over ``count``; whether there were as many."""
        there = len(self._guids) - self._position
        self._position += min(count, there)
        return count <= there

    def reset(self) -> None:
        """Back to the start."""
        self._position = 0

    def clone(self) -> GuidEnumerator:
        """Another one at the same position."""
        return GuidEnumerator(self._guids, self._position)


class _Face:
    """The methods of the tables, which are the same for both interfaces."""

    def __init__(self, enumerator: GuidEnumerator, iid: UUID) -> None:
        self._enumerator = enumerator
        self._iid = iid

    async def next(self, *, celt: int) -> IEnumGUIDNextResult:
        """Next, opnum 3: S_FALSE when fewer came than were asked for."""
        taken = self._enumerator.take(celt)
        return IEnumGUIDNextResult(elements=taken, hresult=_whether(len(taken) == celt))

    async def skip(self, *, celt: int) -> int:
        """Skip, opnum 4."""
        return _whether(self._enumerator.skip(celt))

    async def reset(self) -> int:
        """Reset, opnum 5."""
        self._enumerator.reset()
        return Hresult.S_OK

    async def clone(self) -> IEnumGUIDCloneResult:
        """Clone, opnum 6."""
        objref = current_call().marshal(self._enumerator.clone(), self._iid)
        return IEnumGUIDCloneResult(enumerator=objref)


def _whether(truth: bool) -> Hresult:
    return Hresult.S_OK if truth else Hresult.S_FALSE
