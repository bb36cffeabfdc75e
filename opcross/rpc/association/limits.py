"""Limits: every count, size and time that a peer could otherwise choose.

The sizes are those that Windows shows on the wire; the counts and times are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FRAGMENT_FLOOR", "Limits"]

FRAGMENT_FLOOR = 2048
"""No negotiation goes below this many octets per fragment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one association, and one listener, will bear. Sizes in octets, times in seconds."""

    fragment: int = 5840
    """A single PDU; also the upper end of the fragment sizes we negotiate."""

    request: int = 0x400000
    """A reassembled request."""

    response: int = 0x4000000
    """A reassembled response, at a client."""

    offered_contexts: int = 64
    """Presentation contexts offered in one bind or alter_context."""

    contexts: int = 256
    """Presentation contexts of one connection."""

    security_contexts: int = 64
    """Authentications of one connection."""

    authentication_legs: int = 8
    """Tokens that one authentication may take."""

    calls: int = 32
    """Calls of one connection that run or wait at the same time."""

    waiting_octets: int = 0x800000
    """Stubs of calls that run or wait on one connection."""

    bind_time: float | None = 30.0
    """From the connection, or the first leg of an authentication, to its end."""

    idle_time: float | None = 900.0
    """Without a PDU and without a running call; connections that hold objects are spared."""

    connections: int = 1024
    """Connections of one listener."""

    connections_per_address: int = 256
    """Connections of one listener from one address."""

    half_open: int = 128
    """Connections of one listener that have not finished binding."""
