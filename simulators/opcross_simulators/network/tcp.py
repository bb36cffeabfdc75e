"""The settings of a simulated TCP: time-outs of a host, and how a network cuts streams into segments."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Segmentation", "TcpOptions"]


@dataclass(frozen=True, slots=True)
class TcpOptions:
    """How the TCP of one host behaves. Times are seconds, sizes octets.

    An unanswered SYN is repeated ``syn_retries`` times, first after ``syn_timeout``, then after twice the
    time of before: 3 + 6 + 12 = 21 s, as Windows does. Unacknowledged data is repeated
    ``retransmissions`` times, between ``min_rto`` and ``max_rto`` (RFC 6298): the defaults give up after
    some 15 minutes, as Linux does; Windows gives up after 5 repetitions, some 20 s.

    ``window`` is the size of the receive buffer, ``send_buffer`` what a transport can hand over before its
    own buffer grows. Keep-alive probes go out only where a program sets ``SO_KEEPALIVE``; the defaults
    are those of Windows.
    """

    syn_timeout: float = 3.0
    syn_retries: int = 2
    retransmissions: int = 15
    initial_rto: float = 1.0
    min_rto: float = 0.2
    max_rto: float = 120.0
    segment_size: int = 1460
    window: int = 65_535
    send_buffer: int = 131_072
    keepalive_idle: float = 7_200.0
    keepalive_interval: float = 1.0
    keepalive_probes: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.window <= 0xFFFF:
            raise ValueError(f"a window without scaling is 1 to 65535 octets, not {self.window!r}")
        if self.segment_size < 1 or self.send_buffer < 1:
            raise ValueError("a segment and a send buffer hold at least 1 octet")
        if min(self.syn_timeout, self.initial_rto, self.min_rto, self.keepalive_interval) <= 0:
            raise ValueError("a time-out is above 0 s")


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How often a stream is cut or glued where its writer did not expect it.

    TCP keeps no message boundaries, and a reader that relies on them must fail here rather than in a
    plant. ``split`` is the probability that a segment is sent in two parts, ``coalesce`` the probability
    that arrived octets wait up to ``delay`` seconds for more before the reader sees them.
    """

    split: float = 0.05
    coalesce: float = 0.05
    delay: float = 0.001

    def __post_init__(self) -> None:
        if not (0 <= self.split <= 1 and 0 <= self.coalesce <= 1 and self.delay >= 0):
            raise ValueError(
                f"probabilities lie between 0 and 1, a delay is not negative: "
                f"{self.split!r}, {self.coalesce!r}, {self.delay!r}"
            )
