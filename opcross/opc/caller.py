"""Who uses a service: the end user, as far as the way here told."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NOBODY", "Caller"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """An end user. ``user`` is ``DOMAIN\\name`` or empty for nobody, ``address`` where he sits.

    ``application`` is what his program calls itself (IOPCCommon::SetClientName); nothing depends on it.
    """

    user: str = ""
    address: str = ""
    application: str = ""


NOBODY = Caller()
"""A caller of whom nothing is known."""
