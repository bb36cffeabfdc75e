"""A service that breaks one rule: the simulated server, with some of its methods replaced.

A replaced method is a coroutine function that takes the object as it really is, then the arguments. What it
does not replace goes through unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from opcross.opc.caller import Caller

Method: TypeAlias = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(frozen=True)
class Fault:
    """Methods to replace, by name; ``stream`` takes a group and its stream, and makes another of them."""

    session: Mapping[str, Method] = field(default_factory=dict)
    group: Mapping[str, Method] = field(default_factory=dict)
    stream: Callable[[Any, Any], Any] | None = None


class _Faulty:
    """An object some of whose methods are others."""

    def __init__(self, real: Any, fault: Fault, methods: Mapping[str, Method]) -> None:
        self.real = real
        self._fault = fault
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        method = self._methods.get(name)
        if method is None:
            return getattr(self.real, name)
        return lambda *arguments, **named: method(self.real, *arguments, **named)


class FaultyService:
    """Sessions of it are faulty."""

    def __init__(self, real: Any, fault: Fault) -> None:
        self._real = real
        self._fault = fault

    async def open(self, caller: Caller, *, locale: int = 0) -> Any:
        return FaultySession(await self._real.open(caller, locale=locale), self._fault)


class FaultySession(_Faulty):
    """Groups of it are faulty."""

    def __init__(self, real: Any, fault: Fault) -> None:
        super().__init__(real, fault, fault.session)

    async def add_group(self, settings: Any) -> Any:
        add = self._methods.get("add_group")
        group = await (self.real.add_group(settings) if add is None else add(self.real, settings))
        return FaultyGroup(group, self._fault)


class FaultyGroup(_Faulty):
    """Streams of it may be faulty."""

    def __init__(self, real: Any, fault: Fault) -> None:
        super().__init__(real, fault, fault.group)

    async def clone(self, name: str) -> Any:
        clone = self._methods.get("clone")
        group = await (self.real.clone(name) if clone is None else clone(self.real, name))
        return FaultyGroup(group, self._fault)

    async def subscribe(self) -> Any:
        stream = await self.real.subscribe()
        return stream if self._fault.stream is None else self._fault.stream(self.real, stream)
