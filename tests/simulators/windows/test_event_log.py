"""The System log of a host."""

from __future__ import annotations

from opcross.hardening import DcomEvent, EventRecord
from opcross.hardening.events import activation_below_integrity, duplicates_suppressed
from opcross_simulators.windows.event_log import SystemLog

SECOND = 10_000_000


def event(user: str) -> DcomEvent:
    return activation_below_integrity("LINE1", user, "S-1-5-21-1-2-3-1001", "127.0.0.1")


def test_records_have_numbers_times_and_the_hosts_name() -> None:
    times = iter([5, 6])
    log = SystemLog("LINE1", wall_time=lambda: next(times), process_id=900)
    log.write(event("a"))
    log.write(event("b"), process_id=4, thread_id=8)
    assert [(r.record_id, r.time, r.computer, r.process_id, r.thread_id) for r in log] == [
        (1, 5, "LINE1", 900, 0),
        (2, 6, "LINE1", 4, 8),
    ]


def test_queries_choose_by_event_number_and_time() -> None:
    clock = [0]
    log = SystemLog("LINE1", wall_time=lambda: clock[0])
    for clock[0], user in enumerate("abc"):
        log.write(event(user))
    assert len(log.query(10036)) == 3
    assert log.query(10027) == []
    assert [r.record_id for r in log.query(after=1)] == [2, 3]
    assert [r.record_id for r in log.query(10036, since=2)] == [3]


def test_numbers_go_on_after_clearing() -> None:
    log = SystemLog("LINE1", wall_time=lambda: 0)
    log.write(event("a"))
    log.clear()
    log.write(event("a"))
    assert [record.record_id for record in log] == [2]


def test_listeners_see_what_is_written() -> None:
    seen: list[EventRecord] = []
    log = SystemLog("LINE1", wall_time=lambda: 0)
    log.listen(seen.append)
    log.write(event("a"))
    assert seen == list(log)


def test_suppressed_duplicates_leave_one_notice() -> None:
    clock = [0]
    log = SystemLog("LINE1", wall_time=lambda: clock[0])
    log.suppress_duplicates(60)
    for clock[0] in (0, SECOND, 2 * SECOND, 61 * SECOND):
        log.write(event("a"))
    assert [record.event for record in log] == [event("a"), duplicates_suppressed(60), event("a")]


def test_old_records_roll_out() -> None:
    log = SystemLog("LINE1", wall_time=lambda: 0)
    for _ in range(20_050):
        log.write(event("a"))
    assert len(log) == 20_000
    assert next(iter(log)).record_id == 51
