"""The two sorts of program that ``opc-da-client`` can be, in the same terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from opcross.dcom.activation.request import ActivationMethod
from opcross.levels import AuthLevel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.client import DcomClient
    from opcross.dcom.remote_object import RemoteObject
    from opcross_simulators.clients import StackClient
    from opcross_simulators.windows import WindowsClient

__all__ = ["Program", "StackProgram", "WindowsProgram"]


class Program(Protocol):
    """A program that calls one server."""

    @property
    def dcom(self) -> DcomClient:
        """The DCOM client in it."""
        ...

    async def activate(
        self, clsid: UUID, iids: Sequence[UUID], method: ActivationMethod | None
    ) -> RemoteObject:
        """Ask for an instance, or (RemoteGetClassObject) for the class object."""
        ...

    async def open_callbacks(self) -> CallbackHost:
        """Take callbacks from now on."""
        ...

    def session_level(self, clsid: UUID) -> tuple[AuthLevel | None, bool]:
        """The level at which a session activates by itself, and whether a refused one is repeated."""
        ...

    async def close(self, *, release: bool) -> None:
        """End the program."""
        ...


class StackProgram:
    """A program on a stack that is not Windows; ``level`` is for the activation alone."""

    def __init__(self, client: StackClient, level: AuthLevel | None) -> None:
        self._client = client
        self._level = level

    @property
    def dcom(self) -> DcomClient:
        """The DCOM client in it."""
        return self._client.dcom

    async def activate(
        self, clsid: UUID, iids: Sequence[UUID], method: ActivationMethod | None
    ) -> RemoteObject:
        """Ask for an object."""
        if method is ActivationMethod.REMOTE_GET_CLASS_OBJECT:
            return await self.dcom.get_class_object(clsid, level=self._level)
        return await self._client.activate(clsid, iids, level=self._level, method=method)

    async def open_callbacks(self) -> CallbackHost:
        """Take callbacks as the stack does."""
        return await self._client.open_callbacks()

    def session_level(self, clsid: UUID) -> tuple[AuthLevel | None, bool]:
        """What the stack does."""
        return self._level, False

    async def close(self, *, release: bool) -> None:
        """End the program."""
        await self._client.close(release=release)


class WindowsProgram:
    """A program on Windows, whose system has the last word on levels."""

    def __init__(self, client: WindowsClient) -> None:
        self._client = client

    @property
    def dcom(self) -> DcomClient:
        """The DCOM client in it."""
        return self._client.dcom

    async def activate(
        self, clsid: UUID, iids: Sequence[UUID], method: ActivationMethod | None
    ) -> RemoteObject:
        """Ask for an object."""
        if method is ActivationMethod.REMOTE_GET_CLASS_OBJECT:
            client = self._client
            level = client.rules.begin_activation(client.program, clsid, client.server)
            return await self.dcom.get_class_object(clsid, level=level)
        return await self._client.activate(
            clsid, iids, method=method or ActivationMethod.REMOTE_CREATE_INSTANCE
        )

    async def open_callbacks(self) -> CallbackHost:
        """Take callbacks as the computer lets them in."""
        return await self._client.open_callbacks()

    def session_level(self, clsid: UUID) -> tuple[AuthLevel | None, bool]:
        """What the system makes of the application's level."""
        rules, program = self._client.rules, self._client.program
        return rules.begin_activation(program, clsid, self._client.server), rules.repeats(program)

    async def close(self, *, release: bool) -> None:
        """End the program."""
        await self._client.close(release=release)
