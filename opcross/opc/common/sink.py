"""A client's object that is called back: held by references, called within a time limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from opcross.dcom.objref import SORF_NOPING, StandardObjRef, StdObjRef, pack_objref
from opcross.errors import HResultError, OpcrossError, TimedOut, TransportLost

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.remote_object import RemoteObject
    from opcross.ndr import Method

__all__ = ["Sink"]


class Sink:
    """A sink; the invoker under a generated proxy.

    ``call_limit`` and ``release_limit`` are seconds. A client's failure HRESULT is raised by the proxy, as
    :class:`~opcross.errors.HResultError`: then the client got the call. Everything else that :meth:`invoke`
    raises says that he probably did not.
    """

    def __init__(
        self,
        remote: RemoteObject,
        iid: UUID,
        *,
        call_limit: float,
        release_limit: float,
        report: Callable[[Exception], None],
    ) -> None:
        self._remote = remote
        self._iid = iid
        self._call_limit = call_limit
        self._release_limit = release_limit
        self._report = report

    async def query(self, limit: float) -> bool:
        """Ask the client whether his object has the interface.

        Raises :class:`~opcross.errors.OpcrossError` where he cannot be asked, at the latest after ``limit``
        seconds.
        """
        try:
            async with asyncio.timeout(limit):
                results = await self._remote.query_interfaces((self._iid,))
        except TimeoutError:
            raise TimedOut(f"no answer from the sink within {limit:g} s", elapsed=limit) from None
        return results[self._iid] == 0

    async def invoke(self, method: Method, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call the client; raises :class:`~opcross.errors.TimedOut`, and what importers raise."""
        try:
            async with asyncio.timeout(self._call_limit):
                return await self._remote.interface(self._iid).invoke(method, values)
        except TimeoutError:
            raise TimedOut(
                f"{method.qualified_name} did not return within {self._call_limit:g} s",
                elapsed=self._call_limit,
            ) from None
        except HResultError as error:  # of the importer: the way there, not the method
            raise TransportLost(str(error)) from error

    def objref(self) -> bytes | None:
        """A reference for others, which carries no references: who unmarshals it asks for his own.

        [MS-DCOM] 2.2.18.2: an unmarshaler of a count of 0 obtains references with RemAddRef. None once the
        sink was released.
        """
        held = self._remote.held
        interface = held.interfaces.get(self._iid)
        if interface is None:
            return None
        std = StdObjRef(
            flags=0 if held.pinged else SORF_NOPING,
            public_refs=0,
            oxid=held.oxid,
            oid=held.oid,
            ipid=interface.ipid,
        )
        return pack_objref(StandardObjRef(iid=self._iid, std=std, bindings=held.resolver))

    async def release(self) -> None:
        """Give the references back, as far as the client takes them in time."""
        try:
            async with asyncio.timeout(self._release_limit):
                await self._remote.release()
        except TimeoutError:
            self._report(TimedOut("the sink was not released in time", elapsed=self._release_limit))
        except OpcrossError as error:
            self._report(error)
