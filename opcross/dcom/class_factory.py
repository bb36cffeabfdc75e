"""The class object: IClassFactory over a class, as RemoteGetClassObject hands it out."""

from __future__ import annotations

from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.com_class import IID_ICLASSFACTORY, ComClass, InterfaceHandler
from opcross.dcom.interfaces_generated import IClassFactory, IClassFactoryRemoteCreateInstanceResult
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError

__all__ = ["ClassFactory"]


class ClassFactory:
    """A :class:`~opcross.dcom.com_class.ComObject` that makes instances of a class."""

    def __init__(self, com_class: ComClass) -> None:
        self._class = com_class
        self._handler = TableHandler(IClassFactory, self)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IClassFactory only."""
        return self._handler if iid == IID_ICLASSFACTORY else None

    def released(self) -> None:
        """Nothing to let go of: the class stays."""

    async def remote_create_instance(self, *, riid: UUID) -> IClassFactoryRemoteCreateInstanceResult:
        """IClassFactory::CreateInstance, opnum 3."""
        context = current_call()
        target = await self._class.create(context)
        try:
            objref = context.marshal(target, riid)
        except HResultError:
            if not context.exporter.table.exported(target):
                target.released()
            raise
        return IClassFactoryRemoteCreateInstanceResult(ppv_object=objref)

    async def remote_lock_server(self, *, lock: int) -> int:
        """IClassFactory::LockServer, opnum 4: classes never unload, so there is nothing to lock."""
        return Hresult.S_OK
