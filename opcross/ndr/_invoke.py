"""Calls and answers: what generated proxies stand on, and what puts a handler behind an interface.

Both know methods and values only. Who carries the stub, and puts ORPCTHIS in front of it, is an
:class:`Invoker` on the one side, and whoever asks a :class:`Servant` on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from opcross.codes import Hresult, RpcStatus, failed
from opcross.errors import AccessDenied, Fault, HResultError, LocalMisuse
from opcross.ndr._methods import HRESULT, Interface, Method
from opcross.ndr._octets import Reader, Writer
from opcross.ndr._stream import DEFAULT_LIMITS, Limits

__all__ = ["Invoker", "Servant", "call"]


class Invoker(Protocol):
    """Carries one call to an object, or to a plain RPC server."""

    async def invoke(self, method: Method, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send the in parameters; give the out parameters, and the result under ``hresult``.

        Raises :class:`~opcross.errors.Fault` or :class:`~opcross.errors.TransportLost`; a result that
        tells of a failure is not raised here.
        """
        ...


async def call(invoker: Invoker, method: Method, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Invoke a method and raise :class:`HResultError` if it failed; S_FALSE and its like come back."""
    results = await invoker.invoke(method, values)
    hresult: int = results[HRESULT]
    if failed(hresult):
        if hresult == Hresult.E_ACCESSDENIED:
            raise AccessDenied(method.qualified_name)
        raise HResultError(hresult, method.qualified_name)
    return results


class Servant:
    """Puts a handler behind an interface: takes a request apart, asks the handler, packs the response.

    The handler has one ``async`` method per method of the interface, named as in the generated
    ``...Handler`` protocols. It gives the generated result, or just an HRESULT (None is S_OK) where
    there are no out parameters. It fails by raising :class:`HResultError`, or by a result whose HRESULT
    says so. A method that it has not answers E_NOTIMPL.
    """

    def __init__(self, interface: Interface, handler: object) -> None:
        self.interface = interface
        self.handler = handler

    def method(self, opnum: int) -> Method:
        """The method of an opnum; raises :class:`Fault` (nca_s_op_rng_error), nothing was executed."""
        method = self.interface.by_opnum.get(opnum)
        if method is None:
            raise Fault(RpcStatus.OP_RNG_ERROR, f"{self.interface.name} opnum {opnum}", did_not_execute=True)
        return method

    async def answer(
        self, opnum: int, reader: Reader, writer: Writer, *, limits: Limits = DEFAULT_LIMITS
    ) -> int:
        """Answer a request: read it from ``reader``, append the response to ``writer``; gives the HRESULT.

        Raises :class:`Fault` for an unknown opnum, :class:`~opcross.errors.WireError` for a request
        that is not what the interface calls for; ``writer`` is untouched then.
        """
        method = self.method(opnum)
        ask = getattr(self.handler, method.python_name, None)
        if method.parameters is None or ask is None:
            hresult, values, given = int(Hresult.E_NOTIMPL), {}, None
            if method.parameters is None:
                writer.align(4)
                writer.u32(hresult)
                return hresult
        else:
            values = method.read_request(reader, limits=limits)
            counts = method.request_counts
            try:
                given = await ask(**{name: value for name, value in values.items() if name not in counts})
                hresult = _hresult_of(given)
            except HResultError as error:
                hresult, given = error.code, None
        outs = _outs(method, given) if not failed(hresult) or given is not None else {}
        method.write_response(writer, outs, hresult=hresult, request=values)
        return hresult


def _hresult_of(given: object) -> int:
    if given is None:
        return 0
    if isinstance(given, int):
        return int(given)
    hresult = getattr(given, HRESULT, None)
    if not isinstance(hresult, int):
        raise LocalMisuse(f"a handler gave {given!r}, which has no HRESULT")
    return hresult


def _outs(method: Method, given: object) -> dict[str, Any]:
    """The out parameters of a result, counts that were left open excepted."""
    if given is None or isinstance(given, int):
        return {}
    counts = method.response_counts
    names = [p.name for p in method.parameters or () if p.is_out]
    values = {name: getattr(given, name) for name in names}
    return {name: value for name, value in values.items() if value is not None or name not in counts}
