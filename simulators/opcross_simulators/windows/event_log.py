"""The System event log of a host."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from opcross.hardening import DuplicateFilter, EventRecord

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opcross.hardening import DcomEvent

__all__ = ["SystemLog"]

_RECORDS = 20_000  # as many as Windows keeps in its usual 20 MB, roughly; older ones roll out


class SystemLog:
    """Keeps records in order; numbers go on through restarts.

    ``wall_time`` gives the host's clock in ticks of 100 ns since 1601. Whoever wants to see records as they
    come passes a function to :meth:`listen`.
    """

    def __init__(self, computer: str, *, wall_time: Callable[[], int], process_id: int = 0) -> None:
        self.computer = computer
        self.process_id = process_id
        self._wall_time = wall_time
        self._records: deque[EventRecord] = deque(maxlen=_RECORDS)
        self._listeners: list[Callable[[EventRecord], None]] = []
        self._next = 1
        self._duplicates = DuplicateFilter()

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[EventRecord]:
        """The records that are kept, oldest first."""
        return iter(tuple(self._records))

    def suppress_duplicates(self, seconds: int) -> None:
        """From now on log duplicates once, tell of it with event 10026, and drop the rest for so long."""
        self._duplicates = DuplicateFilter(seconds)

    def write(self, event: DcomEvent, *, process_id: int | None = None, thread_id: int = 0) -> None:
        """Log an event now."""
        now = self._wall_time()
        for due in self._duplicates.offer(event, now):
            record = EventRecord(
                due,
                record_id=self._next,
                time=now,
                computer=self.computer,
                process_id=self.process_id if process_id is None else process_id,
                thread_id=thread_id,
            )
            self._next += 1
            self._records.append(record)
            for listener in tuple(self._listeners):
                listener(record)

    def query(
        self, event_id: int | None = None, *, after: int = 0, since: int | None = None
    ) -> list[EventRecord]:
        """Records of this event (or of all), above a record number, not before a time."""
        return [
            record
            for record in self._records
            if (event_id is None or record.event.event_id == event_id)
            and record.record_id > after
            and (since is None or record.time >= since)
        ]

    def clear(self) -> None:
        """Forget every record; the numbers go on."""
        self._records.clear()

    def listen(self, listener: Callable[[EventRecord], None]) -> None:
        """Call ``listener`` with each record that is written from now on."""
        self._listeners.append(listener)
