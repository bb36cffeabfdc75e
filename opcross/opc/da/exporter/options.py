"""How a Data Access service appears on the wire: which specifications, and within which limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from opcross.errors import LocalMisuse
from opcross.opc.common.connection_points import PointOptions

__all__ = ["DA_2", "DA_3", "CallbackOptions", "ExporterOptions"]

DA_2: Final = "2.05a"
DA_3: Final = "3.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOptions:
    """How sinks of groups are called. Times are seconds.

    After ``failures`` calls in a row that did not reach a sink it is dropped; ``retry_pause`` lies between
    two of them. ``transactions`` and ``transaction_rows`` bound what one group has under way, or waiting
    for a slow sink. A change of more than ``rows`` values comes in several calls.
    """

    failures: int = 3
    retry_pause: float = 1.0
    transactions: int = 1_000
    transaction_rows: int = 1_000_000
    rows: int = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterOptions:
    """``specifications`` decides on the interfaces: ``2.05a``, ``3.0``, or both.

    ``groups`` bounds the groups of a client, ``items_per_call`` the items in one call.
    """

    specifications: frozenset[str] = frozenset({DA_2, DA_3})
    groups: int = 1_000
    items_per_call: int = 200_000
    points: PointOptions = field(default_factory=PointOptions)
    callbacks: CallbackOptions = field(default_factory=CallbackOptions)

    def __post_init__(self) -> None:
        if not self.specifications or not self.specifications <= {DA_2, DA_3}:
            raise LocalMisuse(f"specifications are {DA_2} and {DA_3}, not {sorted(self.specifications)}")

    def offers(self, specifications: frozenset[str]) -> bool:
        """Whether something that belongs to these specifications is offered."""
        return bool(self.specifications & specifications)
