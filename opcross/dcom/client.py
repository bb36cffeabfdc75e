"""The DCOM client: activates objects on one host, and holds them ([MS-DCOM] 3.2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.activation.client import Activated, activate
from opcross.dcom.activation.request import ActivationMethod, ActivationRequest
from opcross.dcom.com_class import IID_ICLASSFACTORY, IID_IUNKNOWN
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.importer import DEFAULT_OPTIONS, ImporterOptions, ObjectImporter
from opcross.dcom.objref import unpack_objref
from opcross.dcom.remote_object import RemoteObject
from opcross.dcom.version import ComVersion
from opcross.errors import Fault, HResultError, OpcrossError, Refused
from opcross.levels import AuthLevel, ImpersonationLevel
from opcross.rpc.call import ChannelSecurity, Connector, Endpoint

__all__ = ["DcomClient"]

_GOODBYE: Final = 5.0
"""Seconds that :meth:`DcomClient.close` waits for servers to take their references back."""


class DcomClient:
    """A client of one host.

    ``options.security`` is for activations and calls; the SCM is dialled at ``options.resolver_port``.
    """

    def __init__(
        self,
        connector: Connector,
        host: str,
        *,
        entropy: Callable[[int], bytes],
        options: ImporterOptions = DEFAULT_OPTIONS,
        report: Callable[[OpcrossError], None] = lambda error: None,
    ) -> None:
        self.host: Final = host
        if not options.preferred_hosts:
            options = replace(options, preferred_hosts=(host,))
        self.options: Final = options
        self.importer: Final = ObjectImporter(connector, entropy=entropy, options=options, report=report)
        self._connector = connector
        self._entropy = entropy
        self._resolver = DualStringArray.of([host])
        self._server_version: ComVersion | None = None

    async def server_alive(self) -> None:
        """IOXIDResolver::ServerAlive, without security; raises :class:`TransportLost`."""
        await self.importer.resolver.server_alive(self._resolver)

    async def server_alive2(self) -> tuple[ComVersion, DualStringArray]:
        """IOXIDResolver::ServerAlive2: the host's COM version, which activations keep to, and bindings."""
        version, bindings = await self.importer.resolver.server_alive2(self._resolver)
        self._server_version = version
        return version, bindings

    async def activate(
        self,
        clsid: UUID,
        iids: Sequence[UUID] = (IID_IUNKNOWN,),
        *,
        level: AuthLevel | None = None,
        method: ActivationMethod = ActivationMethod.REMOTE_CREATE_INSTANCE,
        get_class_object: bool = False,
        impersonation: ImpersonationLevel = ImpersonationLevel.IDENTIFY,
        fall_back: bool = False,
        timeout: float | None = None,
    ) -> RemoteObject:
        """Activate a class: an instance, or its class object, with these interfaces.

        ``level`` is for the activation alone; ``fall_back`` repeats a refused one without security, as
        Windows does where an application left security at its default. The first interface has to be
        there, the others are held if they are. Raises :class:`HResultError`, :class:`Fault`,
        :class:`~opcross.errors.LogonFailed` or :class:`TransportLost`.
        """
        security = self.options.security
        if level is not None:
            security = replace(security, level=level)
        version = self.options.version
        if self._server_version is not None:
            version = version.agree(self._server_version)
        request = ActivationRequest(
            method=method,
            clsid=clsid,
            causality=UUID(bytes=self._entropy(16)),
            iids=tuple(iids),
            get_class_object=get_class_object or method is ActivationMethod.REMOTE_GET_CLASS_OBJECT,
            client_version=version,
            impersonation=impersonation,
            machine=self.host,
        )
        try:
            activated = await self._ask(request, security, timeout)
        except Refused as refusal:
            if not fall_back or security.level is AuthLevel.NONE or not _denied(refusal):
                raise
            activated = await self._ask(request, ChannelSecurity(), timeout)
        return await self._hold(activated)

    async def get_class_object(
        self,
        clsid: UUID,
        iid: UUID = IID_ICLASSFACTORY,
        *,
        level: AuthLevel | None = None,
        method: ActivationMethod = ActivationMethod.REMOTE_GET_CLASS_OBJECT,
    ) -> RemoteObject:
        """The class object of a class; see :meth:`activate`."""
        return await self.activate(clsid, (iid,), level=level, method=method, get_class_object=True)

    def unmarshal(self, objref: bytes | None) -> RemoteObject:
        """Take hold of what a method gave; raises :class:`HResultError` (E_POINTER) for a null pointer."""
        if objref is None:
            raise HResultError(Hresult.E_POINTER, "a null interface pointer")
        return self.importer.unmarshal(unpack_objref(objref))

    async def close(self, *, release: bool = True) -> None:
        """Give everything back and hang up; ``release=False`` plays a client that dies."""
        try:
            async with asyncio.timeout(_GOODBYE):
                await self.importer.close(release=release)
        except TimeoutError:
            await self.importer.close(release=False)

    async def _ask(
        self, request: ActivationRequest, security: ChannelSecurity, timeout: float | None
    ) -> Activated:
        endpoint = Endpoint(self.host, self.options.resolver_port)
        channel = await self._connector.open(endpoint, security)
        try:
            return await activate(channel, request, timeout=timeout or self.options.timeout)
        finally:
            await channel.close()

    async def _hold(self, activated: Activated) -> RemoteObject:
        first = activated.interfaces[0] if activated.interfaces else None
        self.importer.learn(activated.oxid, activated.address)
        held: RemoteObject | None = None
        for result in activated.interfaces:
            if result.objref is not None:
                held = self.unmarshal(result.objref)
                held.users = 1
        if held is None:
            raise HResultError(first.hresult if first else Hresult.E_UNEXPECTED, "no interface came")
        if first is not None and first.objref is None:
            await held.release()
            raise HResultError(first.hresult or Hresult.E_NOINTERFACE, f"no interface {first.iid}")
        return held


def _denied(refusal: Refused) -> bool:
    """Whether security said no: the only refusals that are worth a try without it."""
    return not isinstance(refusal, Fault | HResultError) or refusal.access_denied
