"""OPCEnum: the service that tells clients which OPC servers a host has.

Its setup gives its application the level NONE, so calls to it are accepted unprotected; its activation
passes the same gate as any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import IEnumGUID
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError
from opcross.levels import AuthLevel
from opcross.opc.common.enumerators import guid_enumerator
from opcross.opc.common.interfaces_generated import (
    IOPCEnumGUID,
    IOPCServerList,
    IOPCServerList2,
    IOPCServerList2GetClassDetailsResult,
    IOPCServerListCLSIDFromProgIDResult,
    IOPCServerListEnumClassesOfCategoriesResult,
    IOPCServerListGetClassDetailsResult,
)
from opcross_simulators.windows.identities import LOCAL_SYSTEM
from opcross_simulators.windows.installation import InstalledClass, Objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from opcross.dcom.com_class import InterfaceHandler
    from opcross_simulators.windows.installation import Surroundings

__all__ = ["CLSID", "OPC_ENUM", "OpcEnum"]

CLSID: Final = UUID("13486d51-4821-11d2-a494-3cb306c10000")
_APP_ID: Final = UUID("13486d44-4821-11d2-a494-3cb306c10000")


class OpcEnum:
    """A server browser."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._handlers: Mapping[UUID, InterfaceHandler] = {
            IOPCServerList.iid: TableHandler(IOPCServerList, _ServerList(surroundings)),
            IOPCServerList2.iid: TableHandler(IOPCServerList2, _ServerList2(surroundings)),
        }

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IOPCServerList and IOPCServerList2."""
        return self._handlers.get(iid)

    def released(self) -> None:
        """Nothing to let go of."""


class _Browser:
    """What both versions of the interface share."""

    enumerator_iid = IEnumGUID.iid

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings

    async def enum_classes_of_categories(
        self, *, implemented_categories: Iterable[UUID], required_categories: Iterable[UUID]
    ) -> IOPCServerListEnumClassesOfCategoriesResult:
        """EnumClassesOfCategories, opnum 3: classes of any of the categories; none given means all.

        No class here requires a category of its client, so ``required_categories`` restricts nothing.
        """
        wanted = frozenset(implemented_categories)
        found = tuple(
            installed.clsid
            for installed in self._surroundings.installed()
            if (installed.categories & wanted if wanted else installed.categories)
        )
        objref = current_call().marshal(guid_enumerator(found), self.enumerator_iid)
        return IOPCServerListEnumClassesOfCategoriesResult(enum_clsid=objref)

    async def clsid_from_prog_id(self, *, prog_id: str) -> IOPCServerListCLSIDFromProgIDResult:
        """CLSIDFromProgID, opnum 5."""
        for installed in self._surroundings.installed():
            if installed.answers_to(prog_id):
                return IOPCServerListCLSIDFromProgIDResult(clsid=installed.clsid)
        raise HResultError(Hresult.CO_E_CLASSSTRING, f"no class is called {prog_id!r}")

    def _class(self, clsid: UUID) -> InstalledClass:
        for installed in self._surroundings.installed():
            if installed.clsid == clsid:
                return installed
        raise HResultError(Hresult.REGDB_E_CLASSNOTREG, f"no class {clsid}")


class _ServerList(_Browser):
    """IOPCServerList."""

    async def get_class_details(self, *, clsid: UUID) -> IOPCServerListGetClassDetailsResult:
        """GetClassDetails, opnum 4."""
        installed = self._class(clsid)
        return IOPCServerListGetClassDetailsResult(prog_id=installed.prog_id, user_type=installed.description)


class _ServerList2(_Browser):
    """IOPCServerList2: another enumerator, and the version-independent ProgID."""

    enumerator_iid = IOPCEnumGUID.iid

    async def get_class_details(self, *, clsid: UUID) -> IOPCServerList2GetClassDetailsResult:
        """GetClassDetails, opnum 4."""
        installed = self._class(clsid)
        return IOPCServerList2GetClassDetailsResult(
            prog_id=installed.prog_id,
            user_type=installed.description,
            ver_ind_prog_id=installed.version_independent,
        )


OPC_ENUM: Final = InstalledClass(
    clsid=CLSID,
    prog_id="OPC.ServerList.1",
    version_independent="OPC.ServerList",
    description="OpcEnum",
    app_id=_APP_ID,
    launch_process=lambda surroundings: Objects(lambda: OpcEnum(surroundings)),
    level=AuthLevel.NONE,
    identity=LOCAL_SYSTEM,
)
"""OPCEnum as its setup installs it: a service of Local System at level NONE that everyone may use."""
