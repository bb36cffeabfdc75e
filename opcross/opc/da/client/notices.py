"""Notices: what a user of the client should hear of, although nothing that he asked for has failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Notice", "NoticeKind", "silent"]


class NoticeKind(Enum):
    """What happened.

    POLLING: callbacks do not come, so the cache is polled. CALLBACKS: they come again, polling has stopped.
    LOST: the server is gone, streams have turned bad. RETRYING: an attempt to come back failed. BACK: the
    session is whole again. SHUTDOWN: the server asked its clients to leave. CHANGED: something did not come
    back as it was. UNREADABLE: polling fails.
    """

    POLLING = "polling"
    CALLBACKS = "callbacks"
    LOST = "lost"
    RETRYING = "retrying"
    BACK = "back"
    SHUTDOWN = "shutdown"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: its kind, a sentence, and the name of the group where it is about one."""

    kind: NoticeKind
    text: str
    group: str = ""


def silent(notice: Notice) -> None:
    """Nobody wants to hear."""
