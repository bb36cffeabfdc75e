"""Handlers of OPC interfaces over services: what a service cannot do becomes an HRESULT.

Behind a service may stand another server, far away. Its faults are no faults of ours: a client that got
RPC_E_DISCONNECTED would let go of an object that is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opcross.codes import Hresult
from opcross.dcom.table_handler import TableHandler
from opcross.errors import AccessDenied, Fault, HResultError, LogonFailed, OpcrossError

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.ndr import Interface

__all__ = ["face", "hresult_error"]


def hresult_error(error: OpcrossError) -> HResultError:
    """What a client is told of an error of a service: its HRESULT, E_ACCESSDENIED, or E_FAIL."""
    if isinstance(error, HResultError):
        return error
    if isinstance(error, LogonFailed) or (isinstance(error, Fault) and error.access_denied):
        return AccessDenied(str(error))
    return HResultError(Hresult.E_FAIL, str(error))


def face(interface: Interface, handler: object, report: Callable[[Exception], None]) -> TableHandler:
    """A generated ``...Handler`` as calls reach it; ``report`` hears of errors that E_FAIL stands for."""
    return TableHandler(interface, _Guarded(handler, report))


class _Guarded:
    """Has the methods of a handler; they raise nothing of the error tree but :class:`HResultError`."""

    def __init__(self, handler: object, report: Callable[[Exception], None]) -> None:
        self._handler = handler
        self._report = report

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (a method of the table, whichever it is)
        method = getattr(self._handler, name)

        async def ask(**values: Any) -> Any:  # noqa: ANN401  (as above)
            try:
                return await method(**values)
            except HResultError:
                raise
            except OpcrossError as error:
                refusal = hresult_error(error)
                if not refusal.access_denied:
                    self._report(error)
                raise refusal from error

        return ask
