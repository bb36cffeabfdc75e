"""Why a connection could not be made, told from the error of the operating system."""

from __future__ import annotations

import socket  # noqa: TID251  (the name of an error; nothing is opened)
from enum import Enum

from opcross.errors import TimedOut, TransportLost

__all__ = ["LossReason", "loss_reason"]


class LossReason(Enum):
    """What a user has to look at."""

    UNKNOWN_HOST = "no such host"
    REFUSED = "nobody listens"
    UNREACHABLE = "no way there"
    SILENT = "no answer"
    BROKEN = "the connection broke"


def loss_reason(error: TransportLost) -> LossReason:
    """The reason behind a lost transport; what is not known better is BROKEN."""
    cause: BaseException | None = error
    for _ in range(8):  # an error has few causes, unless somebody tied them in a ring
        if cause is None:
            break
        if isinstance(cause, TimedOut | TimeoutError):
            return LossReason.SILENT
        if isinstance(cause, socket.gaierror):
            return LossReason.UNKNOWN_HOST
        if isinstance(cause, ConnectionRefusedError):
            return LossReason.REFUSED
        if isinstance(cause, OSError) and not isinstance(cause, ConnectionError):
            return LossReason.UNREACHABLE
        cause = cause.__cause__
    return LossReason.BROKEN
