"""Status codes that the lower layers name: HRESULTs of COM, RPC fault statuses, NTSTATUS of log-ons.

The OPC codes stand in the interface tables. Sources: [MS-ERREF] 2.1 to 2.3, [C706] appendix E.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "Hresult",
    "NtStatus",
    "RpcStatus",
    "failed",
    "hresult_name",
    "ntstatus_name",
    "rpc_status_name",
]


class Hresult(IntEnum):
    """HRESULTs that COM and DCOM themselves give ([MS-ERREF] 2.1)."""

    S_OK = 0x00000000
    S_FALSE = 0x00000001
    E_PENDING = 0x8000000A
    E_NOTIMPL = 0x80004001
    E_NOINTERFACE = 0x80004002
    E_POINTER = 0x80004003
    E_ABORT = 0x80004004
    E_FAIL = 0x80004005
    CO_E_WRONG_SERVER_IDENTITY = 0x80004015
    CO_E_RUNAS_LOGON_FAILURE = 0x8000401A
    CO_E_START_SERVICE_FAILURE = 0x8000401C
    E_UNEXPECTED = 0x8000FFFF
    RPC_E_CALL_REJECTED = 0x80010001
    RPC_E_INVALID_DATA = 0x8001000F
    RPC_E_SERVERFAULT = 0x80010105
    RPC_E_DISCONNECTED = 0x80010108
    RPC_E_RETRY = 0x80010109
    RPC_E_SERVERCALL_RETRYLATER = 0x8001010A
    RPC_E_VERSION_MISMATCH = 0x80010110
    RPC_E_INVALID_HEADER = 0x80010111
    RPC_E_INVALID_EXTENSION = 0x80010112
    RPC_E_INVALID_IPID = 0x80010113
    RPC_E_INVALID_OBJECT = 0x80010114
    RPC_E_TOO_LATE = 0x80010119
    RPC_E_ACCESS_DENIED = 0x8001011B
    CLASS_E_NOAGGREGATION = 0x80040110
    CLASS_E_CLASSNOTAVAILABLE = 0x80040111
    REGDB_E_CLASSNOTREG = 0x80040154
    REGDB_E_IIDNOTREG = 0x80040155
    CO_E_CLASSSTRING = 0x800401F3
    CONNECT_E_NOCONNECTION = 0x80040200
    CONNECT_E_ADVISELIMIT = 0x80040201
    CONNECT_E_CANNOTCONNECT = 0x80040202
    E_ACCESSDENIED = 0x80070005
    E_HANDLE = 0x80070006
    E_OUTOFMEMORY = 0x8007000E
    E_INVALIDARG = 0x80070057
    RPC_S_SERVER_UNAVAILABLE = 0x800706BA
    RPC_S_CALL_FAILED = 0x800706BE
    OR_INVALID_OXID = 0x80070776
    OR_INVALID_OID = 0x80070777
    OR_INVALID_SET = 0x80070778
    CO_E_SERVER_EXEC_FAILURE = 0x80080005


class RpcStatus(IntEnum):
    """Statuses that travel in fault PDUs ([C706] appendix E; the small ones are Win32 codes)."""

    ACCESS_DENIED = 0x00000005
    BAD_STUB_DATA = 0x000006F7
    SEC_PKG_ERROR = 0x00000721
    OR_INVALID_OXID = 0x00000776
    OR_INVALID_OID = 0x00000777
    OR_INVALID_SET = 0x00000778
    CONTEXT_MISMATCH = 0x1C00001A
    CANCEL = 0x1C00000D
    UNSPEC = 0x1C000012
    COMM_FAILURE = 0x1C010001
    OP_RNG_ERROR = 0x1C010002
    UNK_IF = 0x1C010003
    PROTO_ERROR = 0x1C01000B
    OUT_ARGS_TOO_BIG = 0x1C010013
    SERVER_TOO_BUSY = 0x1C010014
    UNSUPPORTED_TYPE = 0x1C010017


class NtStatus(IntEnum):
    """Why a log-on failed ([MS-ERREF] 2.3.1)."""

    OK = 0x00000000
    INVALID_PARAMETER = 0xC000000D
    ACCESS_DENIED = 0xC0000022
    NO_SUCH_USER = 0xC0000064
    WRONG_PASSWORD = 0xC000006A
    LOGON_FAILURE = 0xC000006D
    ACCOUNT_DISABLED = 0xC0000072
    NTLM_BLOCKED = 0xC0000418


_FAULT_NAMES = {
    RpcStatus.ACCESS_DENIED: "ERROR_ACCESS_DENIED",
    RpcStatus.BAD_STUB_DATA: "RPC_X_BAD_STUB_DATA",
    RpcStatus.SEC_PKG_ERROR: "RPC_S_SEC_PKG_ERROR",
    RpcStatus.OR_INVALID_OXID: "OR_INVALID_OXID",
    RpcStatus.OR_INVALID_OID: "OR_INVALID_OID",
    RpcStatus.OR_INVALID_SET: "OR_INVALID_SET",
}


def failed(hresult: int) -> bool:
    """Whether an HRESULT tells of a failure: its top bit is set."""
    return bool(hresult & 0x80000000)


def hresult_name(code: int) -> str:
    """The specification's name of an HRESULT, or ``HRESULT`` where this table has none."""
    try:
        return Hresult(code).name
    except ValueError:
        return "HRESULT"


def ntstatus_name(code: int) -> str:
    """The specification's name of an NTSTATUS, or ``STATUS`` where this table has none."""
    try:
        return f"STATUS_{NtStatus(code).name}"
    except ValueError:
        return "STATUS"


def rpc_status_name(code: int) -> str:
    """The specification's name of a fault status; COM returns HRESULTs there too."""
    try:
        status = RpcStatus(code)
    except ValueError:
        return hresult_name(code)
    return _FAULT_NAMES.get(status, f"nca_s_{status.name.lower()}")
