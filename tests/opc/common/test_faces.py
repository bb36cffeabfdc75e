"""Errors of a service, as its clients see them."""

from __future__ import annotations

import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.interfaces_generated import IEnumString
from opcross.errors import (
    AccessDenied,
    BadValue,
    Fault,
    HResultError,
    LogonFailed,
    OpcrossError,
    PeerViolation,
    TimedOut,
    TransportLost,
)
from opcross.ndr import Reader, Servant, Writer
from opcross.opc.codes import DaCode
from opcross.opc.common.faces import face, hresult_error


def unheard(error: Exception) -> None:
    raise AssertionError("nobody is told of this") from error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HResultError(DaCode.E_BADRIGHTS), DaCode.E_BADRIGHTS),
        (AccessDenied(), Hresult.E_ACCESSDENIED),
        (LogonFailed(), Hresult.E_ACCESSDENIED),
        (Fault(RpcStatus.ACCESS_DENIED), Hresult.E_ACCESSDENIED),
        (Fault(Hresult.RPC_E_DISCONNECTED), Hresult.E_FAIL),
        (TransportLost("gone"), Hresult.E_FAIL),
        (TimedOut("slow"), Hresult.E_FAIL),
        (BadValue("nonsense"), Hresult.E_FAIL),
        (PeerViolation("now?"), Hresult.E_FAIL),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_an_error_of_the_service_is_an_hresult_to_the_client(error: OpcrossError, code: int) -> None:
    """A fault of a server behind us is no fault of ours: RPC_E_DISCONNECTED would cost us the client."""
    assert hresult_error(error).code == code

    class Handler:
        async def reset(self) -> int:
            raise error

    reported: list[Exception] = []
    servant = face(IEnumString, Handler(), reported.append)._servant
    writer = Writer()
    assert await servant.answer(5, Reader(b""), writer) == code
    told = not isinstance(error, HResultError) and code == Hresult.E_FAIL
    assert reported == ([error] if told else [])


async def test_a_method_that_a_handler_has_not_is_not_implemented() -> None:
    servant = face(IEnumString, object(), unheard)._servant
    assert isinstance(servant, Servant)
    assert await servant.answer(5, Reader(b""), Writer()) == Hresult.E_NOTIMPL


async def test_a_bug_stays_a_bug() -> None:
    """What nobody meant to raise is reported by the exporter, with the call."""

    class Handler:
        async def reset(self) -> int:
            raise KeyError("bug")

    with pytest.raises(KeyError):
        await face(IEnumString, Handler(), unheard)._servant.answer(5, Reader(b""), Writer())
