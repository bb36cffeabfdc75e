"""How a client behaves, apart from its call budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from opcross.dcom.activation.request import ActivationMethod
from opcross.levels import AuthLevel
from opcross.opc.da.client.reconnect import ReconnectPolicy

__all__ = ["DEFAULTS", "ClientOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientOptions:
    """Times are in seconds.

    ``allow_write`` lets values reach the plant. ``client_name`` is what servers are told where the caller
    has no name for his program. ``call_time`` bounds a call, ``status_time`` a GetStatus that looks whether
    the server lives, ``advise_time`` an Advise. A server from which nothing came for ``watch_period`` is
    asked for its status; so a server that died without a word is noticed within ``watch_period`` plus
    ``status_time``, and ``call_time`` more where a call was under way.

    Where no callback comes within ``silence``, or within ``silence_rates`` update periods if that is longer,
    although the cache has values, a group is polled; every ``readvise_period`` callbacks are asked for again.
    A group whose callbacks were heard, and which then says nothing for ``doubt_period``, is compared with its
    cache, as long as that lasts (``math.inf``: never).
    ``asynchronous`` reads and writes through IOPCAsyncIO2 where a sink is there, so that a slow device does
    not use up the calls of the budget.

    ``reconnect`` None lets a session end with its connection. ``level``, ``method`` and ``fall_back`` are
    those of :meth:`opcross.dcom.client.DcomClient.activate`.
    """

    allow_write: bool = False
    client_name: str = "Opcross"
    call_time: float = 30.0
    status_time: float = 10.0
    advise_time: float = 10.0
    watch_period: float = 10.0
    silence: float = 10.0
    silence_rates: float = 3.0
    readvise_period: float = 300.0
    doubt_period: float = 45.0
    asynchronous: bool = False
    reconnect: ReconnectPolicy | None = field(default_factory=ReconnectPolicy)
    level: AuthLevel | None = None
    method: ActivationMethod = ActivationMethod.REMOTE_CREATE_INSTANCE
    fall_back: bool = False


DEFAULTS: Final = ClientOptions()
"""A client that reads, and comes back."""
