"""The updates of a group: when its items are sampled, and when its streams may give.

All rates are multiples of the server's base rate, so time is counted in steps of it, from the moment at which
the group began to run. One timer is set for the next step at which anything is due. What a busy machine has
missed is left out, not made up for.

Rows that have to be sent whether they changed or not (items that were added or activated, and all items of a
new stream) do not wait for the next update, which may be an hour away: they are sampled within one step, and
given to those streams only that have not had them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross_simulators.servers.da.items import NOT_SET
from opcross_simulators.servers.da.requested import as_requested

if TYPE_CHECKING:
    from opcross_simulators.servers.da.cache import DeviceCache
    from opcross_simulators.servers.da.facts import ItemFacts
    from opcross_simulators.servers.da.items import GroupItems
    from opcross_simulators.servers.da.stream import SimulatedStream

__all__ = ["Updates"]

_ROUNDING: Final = 1e-3  # of a step: a timer may be that early


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows to sample together, with what stays the same from one sample to the next.

    ``bands`` are deadbands in the item's own units and ``buffered`` flags, None where no row has one.
    """

    rows: np.ndarray
    numbers: np.ndarray
    requested: np.ndarray
    bands: np.ndarray | None
    buffered: np.ndarray | None


@dataclass(frozen=True, slots=True)
class _Plan:
    """``steady`` rows are sampled at the group's rate, ``own`` rows every ``steps`` steps."""

    steady: _Rows
    own: np.ndarray
    steps: np.ndarray


class Updates:
    """Samples a group's active items, and offers the samples to its streams.

    ``rate`` is the update rate in milliseconds, ``deadband`` the group's in percent. Runs while the group is
    active, somebody listens, and an item is active.
    """

    def __init__(
        self,
        items: GroupItems,
        *,
        device: DeviceCache,
        facts: ItemFacts,
        base_rate: int,
        rate: int,
        deadband: float,
        active: bool,
    ) -> None:
        self.streams: list[SimulatedStream] = []
        self._items = items
        self._device = device
        self._facts = facts
        self._base = base_rate
        self._rate = rate
        self._deadband = deadband
        self._active = active
        self._timer: asyncio.TimerHandle | None = None
        self._began = 0.0
        self._done = -1
        self._plan: _Plan | None = None
        self._anew: list[np.ndarray] = []

    # -- what the group tells

    def set(self, *, rate: int, deadband: float, active: bool) -> None:
        """The state of the group has changed; activating it sends every item."""
        turned, retimed = active != self._active, rate != self._rate
        self._rate, self._deadband, self._active = rate, deadband, active
        self._plan = None
        if turned:
            self.forget(self._items.active_rows())
            for stream in self.streams:
                stream.break_silence()
        if turned or retimed:
            if self._timer is not None:
                self._begin(at_once=False)
            self._arm()
        else:
            self._look_again()

    def items_changed(self) -> None:
        """Items, or their settings, are other than they were."""
        self._plan = None
        self._look_again()

    def send(self, rows: np.ndarray) -> None:
        """These items are in the stream from now on: they are sent, changed or not."""
        self.forget(rows)
        if self._timer is not None:
            self._anew.append(rows)
        self.items_changed()

    def forget(self, rows: np.ndarray) -> None:
        """These items are not in the stream any more, or begin there again: nothing of them waits."""
        for stream in self.streams:
            stream.forget(rows)

    def add(self, stream: SimulatedStream) -> None:
        """A new stream; it is sent every active item."""
        self.streams.append(stream)
        if self._timer is not None:
            self._anew.append(self._items.active_rows())
        self._look_again()

    def remove(self, stream: SimulatedStream) -> None:
        """A consumer has closed its stream."""
        if stream in self.streams:
            self.streams.remove(stream)
        if not self.streams:
            self._arm()

    def end(self) -> None:
        """The group is gone: streams end, nothing is sampled any more."""
        self._active = False
        self._arm()
        for stream in self.streams:
            stream.end()
        self.streams.clear()

    # -- time

    def _begin(self, *, at_once: bool) -> None:
        """Count steps from now; ``at_once`` makes the first update due now, else after one period."""
        self._began = asyncio.get_running_loop().time()
        self._done = -1 if at_once else 0

    def _step(self) -> int:
        """The step that it is now."""
        since = asyncio.get_running_loop().time() - self._began
        return int(since * 1_000 / self._base + _ROUNDING)

    def _look_again(self) -> None:
        """See at the next step what is due: items that are added one by one are planned for once."""
        if self._timer is None:
            self._arm()
            return
        when = self._began + (self._step() + 1) * self._base / 1_000
        if when < self._timer.when():
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(when, self._fire)

    def _arm(self) -> None:
        """Set the timer for the next step at which anything is due, or none where nothing ever is."""
        was_running = self._timer is not None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._active or not self.streams or not self._items.any_active:
            self._anew.clear()
            return
        if not was_running:
            self._begin(at_once=True)
        when = self._began + self._next_step() * self._base / 1_000
        self._timer = asyncio.get_running_loop().call_at(when, self._fire)

    def _next_step(self) -> int:
        plan, done = self._current_plan(), self._done
        period = self._rate // self._base
        step = (done // period + 1) * period
        if len(plan.own):
            step = min(step, int(((done // plan.steps + 1) * plan.steps).min()))
        return min(step, self._step() + 1) if self._anew else step

    def _fire(self) -> None:
        step, done = self._step(), self._done
        plan = self._current_plan()
        period = self._rate // self._base
        update = step // period > done // period
        self._done = max(step, done)
        due = plan.own[step // plan.steps > done // plan.steps]
        if self._anew:
            self._send_anew()
        if update and not len(due):
            self._sample(plan.steady)
        elif update:
            self._sample(self._rows(np.concatenate([plan.steady.rows, due])))
        elif len(due):
            self._sample(self._rows(due))
        if update:
            for stream in self.streams:
                stream.publish()
        self._arm()

    # -- samples

    def _current_plan(self) -> _Plan:
        if self._plan is None:
            items = self._items
            rows = items.active_rows()
            rows = rows[self._facts.readable[items.number[rows]]]
            rates = items.rate[rows]
            own = rates != NOT_SET
            self._plan = _Plan(self._rows(rows[~own]), rows[own], rates[own] // self._base)
        return self._plan

    def _rows(self, rows: np.ndarray) -> _Rows:
        items = self._items
        own = items.deadband[rows]
        percents = np.where(np.isnan(own), self._deadband, own)
        bands: np.ndarray | None = None
        if (percents > 0).any():
            spans = np.nan_to_num(self._facts.spans[items.number[rows]])
            bands = percents * spans / 100
        buffered = items.buffered[rows]
        return _Rows(
            rows, items.number[rows], items.requested[rows], bands, buffered if buffered.any() else None
        )

    def _send_anew(self) -> None:
        """Rows that some stream has not had. Those that are inactive again are left out."""
        wanted = np.zeros(self._items.capacity, np.bool_)
        for rows in self._anew:
            wanted[rows] = True
        self._anew.clear()
        plan = self._current_plan()
        everything = np.concatenate([plan.steady.rows, plan.own])
        for stream in self._sample(self._rows(everything[wanted[everything]]), first_only=True):
            stream.publish()

    def _sample(self, rows: _Rows, *, first_only: bool = False) -> list[SimulatedStream]:
        """Ask the device once, and offer what it says; the streams for which there was anything."""
        if not len(rows.rows):
            return []
        batch = as_requested(self._device.sample(rows.numbers), rows.requested).with_handles(rows.rows)
        return [
            stream
            for stream in self.streams
            if stream.offer(rows.rows, batch, rows.bands, rows.buffered, first_only=first_only)
        ]
