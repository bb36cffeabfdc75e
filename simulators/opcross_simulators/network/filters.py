"""Filters: the one place where the path of a segment is decided.

A network asks its filters, in order, about every segment that any host sends, the first SYN of a
connection like the last ACK. Firewalls, address translation and loss are filters; links and cuts come
after them.
"""

from __future__ import annotations

from typing import Protocol

from opcross_simulators.network.segments import Segment, Verdict

__all__ = ["Filter", "judge"]


class Filter(Protocol):
    """Something on the path that looks at each segment.

    A filter that keeps state (a firewall that knows its connections, a translation table) learns of a
    new connection by :attr:`Segment.opens`. It must draw its luck from a seed of its own, or a run can't
    be replayed.
    """

    def examine(self, segment: Segment) -> Verdict | Segment:
        """Judge ``segment``, or pass it on with other addresses, as a translator does.

        The host of the (perhaps new) destination address gets it. Sequence numbers and payload must
        stay as they are.
        """
        ...


def judge(filters: list[Filter], segment: Segment) -> tuple[Verdict, Segment]:
    """Send ``segment`` past ``filters``: the first that does not pass it decides."""
    for each in filters:
        answer = each.examine(segment)
        if isinstance(answer, Segment):
            segment = answer
        elif answer is not Verdict.PASS:
            return answer, segment
    return Verdict.PASS, segment
