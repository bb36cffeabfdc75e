"""No thread starts in a simulated run."""

from __future__ import annotations

import functools
import sys
import threading
from asyncio.events import _get_running_loop
from typing import Any, Final

from opcross.errors import LocalMisuse
from opcross_simulators.network._refusals import Refusals

__all__ = ["guard_threads"]

_THREAD_STARTS: Final = frozenset({"_thread.start_new_thread", "_thread.start_joinable_thread"})


@functools.cache
def guard_threads() -> None:
    """Refuse every start of a thread in a running simulated loop, for the life of this process.

    An audit hook is Python's own way to refuse it; it can't be taken back, and does nothing elsewhere.
    Python 3.11 does not audit threads, so there ``Thread.start`` asks first.
    """
    if sys.version_info >= (3, 12):

        def refuse(event: str, _: tuple[Any, ...]) -> None:
            if event in _THREAD_STARTS:
                _refuse_thread()

        sys.addaudithook(refuse)
    else:
        start = threading.Thread.start

        def start_or_refuse(thread: threading.Thread) -> None:
            _refuse_thread()
            start(thread)

        threading.Thread.start = start_or_refuse  # type: ignore[method-assign, assignment]  # see above


def _refuse_thread() -> None:
    if isinstance(_get_running_loop(), Refusals):
        raise LocalMisuse(
            "a thread can't be replayed: a program on a simulated loop starts none", event="start thread"
        )
