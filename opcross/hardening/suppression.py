"""Suppression of duplicate events: only the first is logged, then event 10026 once, then nothing.

It acts where ``HKLM\\SOFTWARE\\Microsoft\\Ole\\EventLog\\SuppressDuplicateDuration`` gives a duration; the
number of logged events is no longer the number of refusals then.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from opcross.hardening.events import DcomEvent, duplicates_suppressed

__all__ = ["SUPPRESSION_KEY", "SUPPRESSION_VALUE", "DuplicateFilter"]

SUPPRESSION_KEY = r"HKLM\SOFTWARE\Microsoft\Ole\EventLog"
SUPPRESSION_VALUE = "SuppressDuplicateDuration"

_TICKS = 10_000_000
# Callers choose addresses and user names: what is remembered of them has a bound.
_REMEMBERED = 1024


@dataclass
class _Seen:
    until: int
    told: bool = False


@dataclass
class DuplicateFilter:
    """Decides which events reach the log; ``seconds`` 0 lets all of them pass."""

    seconds: int = 0
    _seen: OrderedDict[DcomEvent, _Seen] = field(default_factory=OrderedDict, repr=False)

    def offer(self, event: DcomEvent, now: int) -> tuple[DcomEvent, ...]:
        """What to write for this event at ``now`` (ticks of 100 ns)."""
        if self.seconds <= 0:
            return (event,)
        seen = self._seen.get(event)
        if seen is None or now >= seen.until:
            self._seen[event] = _Seen(now + self.seconds * _TICKS)
            self._seen.move_to_end(event)
            if len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
            return (event,)
        if seen.told:
            return ()
        seen.told = True
        return (duplicates_suppressed(self.seconds),)
