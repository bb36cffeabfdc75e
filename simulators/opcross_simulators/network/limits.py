"""What ends a simulated run that would not end by itself, and the errors that say so."""

from __future__ import annotations

from dataclasses import dataclass

from opcross.errors import OpcrossError

__all__ = ["BudgetSpent", "Limits", "Stalled"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a run may go: ``virtual_seconds`` on its own clock, ``callbacks`` run by its loop.

    The first catches a program that waits for ever beside a ticking timer, the second one that spins
    without letting the clock move.
    """

    virtual_seconds: float = 30 * 86_400.0
    callbacks: int = 50_000_000


class Stalled(OpcrossError):
    """Every task waits and no timer is left, so nothing can ever happen again.

    ``now`` is the virtual time in seconds; ``waiting`` describes each task that is still pending.
    """

    def __init__(self, now: float, waiting: tuple[str, ...]) -> None:
        self.now = now
        self.waiting = waiting
        super().__init__(
            f"nothing is ready and no timer is set at {now:.6f} s; waiting: {'; '.join(waiting) or 'no task'}"
        )


class BudgetSpent(OpcrossError):
    """A run went beyond its :class:`Limits`; ``budget`` names the field, ``limit`` is its value."""

    def __init__(self, budget: str, limit: float, now: float, waiting: tuple[str, ...]) -> None:
        self.budget = budget
        self.limit = limit
        self.now = now
        self.waiting = waiting
        super().__init__(
            f"the run went beyond its {limit:g} {budget.replace('_', ' ')} at {now:.6f} s; "
            f"waiting: {'; '.join(waiting) or 'no task'}"
        )
