"""OPC Security: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/security.toml by tools/generate_interfaces.py.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final, Protocol

from opcross.ndr import (
    HRESULT,
    Bool32,
    Hresult32,
    Interface,
    Invoker,
    call,
    record,
    u32,
)
from opcross.ndr.tables import load

__all__ = [
    "TABLE",
    "IOPCSecurityNT",
    "IOPCSecurityNTHandler",
    "IOPCSecurityNTIsAvailableNTResult",
    "IOPCSecurityNTProxy",
    "IOPCSecurityNTQueryMinImpersonationLevelResult",
    "IOPCSecurityPrivate",
    "IOPCSecurityPrivateHandler",
    "IOPCSecurityPrivateIsAvailablePrivResult",
    "IOPCSecurityPrivateProxy",
]


TABLE: Final = load("security")


IOPCSecurityNT: Final = TABLE["IOPCSecurityNT"]
IOPCSecurityPrivate: Final = TABLE["IOPCSecurityPrivate"]


@record
class IOPCSecurityNTIsAvailableNTResult:
    """What IOPCSecurityNT::IsAvailableNT gives."""

    available: Bool32  # pbAvailable
    hresult: Hresult32 = 0


@record
class IOPCSecurityNTQueryMinImpersonationLevelResult:
    """What IOPCSecurityNT::QueryMinImpersonationLevel gives."""

    min_imp_level: u32  # pdwMinImpLevel
    hresult: Hresult32 = 0


class IOPCSecurityNTProxy:
    """Calls IOPCSecurityNT (7aa83a01-6c77-11d3-84f9-00008630a38b)."""

    interface: ClassVar[Interface] = IOPCSecurityNT

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def is_available_nt(self) -> IOPCSecurityNTIsAvailableNTResult:
        """IOPCSecurityNT::IsAvailableNT, opnum 3: out pbAvailable."""
        got = await call(self.invoker, IOPCSecurityNT[3], {})
        return IOPCSecurityNTIsAvailableNTResult(**got)

    async def query_min_impersonation_level(self) -> IOPCSecurityNTQueryMinImpersonationLevelResult:
        """IOPCSecurityNT::QueryMinImpersonationLevel, opnum 4: out pdwMinImpLevel."""
        got = await call(self.invoker, IOPCSecurityNT[4], {})
        return IOPCSecurityNTQueryMinImpersonationLevelResult(**got)

    async def change_user(self) -> int:
        """IOPCSecurityNT::ChangeUser, opnum 5."""
        got = await call(self.invoker, IOPCSecurityNT[5], {})
        return int(got[HRESULT])


class IOPCSecurityNTHandler(Protocol):
    """Answers IOPCSecurityNT (7aa83a01-6c77-11d3-84f9-00008630a38b)."""

    async def is_available_nt(self) -> IOPCSecurityNTIsAvailableNTResult:
        """IOPCSecurityNT::IsAvailableNT, opnum 3: out pbAvailable."""
        ...

    async def query_min_impersonation_level(self) -> IOPCSecurityNTQueryMinImpersonationLevelResult:
        """IOPCSecurityNT::QueryMinImpersonationLevel, opnum 4: out pdwMinImpLevel."""
        ...

    async def change_user(self) -> int:
        """IOPCSecurityNT::ChangeUser, opnum 5."""
        ...


@record
class IOPCSecurityPrivateIsAvailablePrivResult:
    """What IOPCSecurityPrivate::IsAvailablePriv gives."""

    available: Bool32  # pbAvailable
    hresult: Hresult32 = 0


class IOPCSecurityPrivateProxy:
    """Calls IOPCSecurityPrivate (7aa83a02-6c77-11d3-84f9-00008630a38b)."""

    interface: ClassVar[Interface] = IOPCSecurityPrivate

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def is_available_priv(self) -> IOPCSecurityPrivateIsAvailablePrivResult:
        """IOPCSecurityPrivate::IsAvailablePriv, opnum 3: out pbAvailable."""
        got = await call(self.invoker, IOPCSecurityPrivate[3], {})
        return IOPCSecurityPrivateIsAvailablePrivResult(**got)

    async def logon(
        self,
        *,
        user_id: str,
        password: str,
    ) -> int:
        """IOPCSecurityPrivate::Logon, opnum 4: szUserID, szPassword."""
        sent: dict[str, Any] = {
            "user_id": user_id,
            "password": password,
        }
        got = await call(self.invoker, IOPCSecurityPrivate[4], sent)
        return int(got[HRESULT])

    async def logoff(self) -> int:
        """IOPCSecurityPrivate::Logoff, opnum 5."""
        got = await call(self.invoker, IOPCSecurityPrivate[5], {})
        return int(got[HRESULT])


class IOPCSecurityPrivateHandler(Protocol):
    """Answers IOPCSecurityPrivate (7aa83a02-6c77-11d3-84f9-00008630a38b)."""

    async def is_available_priv(self) -> IOPCSecurityPrivateIsAvailablePrivResult:
        """IOPCSecurityPrivate::IsAvailablePriv, opnum 3: out pbAvailable."""
        ...

    async def logon(
        self,
        *,
        user_id: str,
        password: str,
    ) -> int:
        """IOPCSecurityPrivate::Logon, opnum 4: szUserID, szPassword."""
        ...

    async def logoff(self) -> int:
        """IOPCSecurityPrivate::Logoff, opnum 5."""
        ...
