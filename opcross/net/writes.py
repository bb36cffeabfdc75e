"""PDUs to writes: a few go one by one, the fragments of a large call in larger pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["in_writes"]

_FEW: Final = 8
"""Up to so many, each PDU has a write of its own: j-Interop takes a PDU's length from its first read."""
_TOGETHER: Final = 12
"""PDUs in one write beyond that; a system call for each fragment costs more than what it carries."""


def in_writes(pdus: Sequence[bytes]) -> Iterable[bytes]:
    """The octets of each write, in order; a PDU is never cut."""
    if len(pdus) <= _FEW:
        return pdus
    return [b"".join(pdus[at : at + _TOGETHER]) for at in range(0, len(pdus), _TOGETHER)]
