"""One end of a simulated TCP connection: what an operating system keeps behind a socket.

RFC 9293 draws eleven states. They are the product of three small things: the phase of opening (below),
whether our FIN is sent and acknowledged (:class:`Outgoing`), and whether the peer's came
(:class:`Incoming`). Loss is repaired by going back to the first octet that is not acknowledged, with the
timer of RFC 6298; there is neither congestion control nor selective acknowledgement nor TIME_WAIT.
"""

from __future__ import annotations

import errno
import os
from contextvars import Context
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from opcross_simulators.network.halves import Incoming, Outgoing
from opcross_simulators.network.segments import SEQUENCE_MASK, Flags, Segment

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from opcross_simulators.network.hosts import Host

__all__ = ["Connection", "ConnectionKey", "Owner", "Phase", "system_error"]

_ACK: Final = Flags.ACK
_DATA: Final = Flags.ACK | Flags.PSH
_FIN: Final = Flags.ACK | Flags.FIN
_SYN: Final = Flags.SYN
_SYN_ACK: Final = Flags.SYN | Flags.ACK
_RST: Final = Flags.RST | Flags.ACK
_FIN_BIT: Final = int(Flags.FIN)
_SYN_BIT: Final = int(Flags.SYN)
_RST_BIT: Final = int(Flags.RST)
_ACK_BIT: Final = int(Flags.ACK)

ConnectionKey = tuple[str, int, str, int]
"""Local address and port, remote address and port."""


def system_error(number: int, message: str = "") -> OSError:
    """The OSError (of the right subclass) that an operating system reports as ``number``."""
    return OSError(number, message or os.strerror(number))


class Phase(Enum):
    """How far a connection has come."""

    SYN_SENT = "syn-sent"
    SYN_RECEIVED = "syn-received"
    ESTABLISHED = "established"
    CLOSED = "closed"


class Owner(Protocol):
    """Who reads and writes a connection: its transport."""

    def readable(self) -> None:
        """Octets, or the end of the stream, can be taken."""
        ...

    def writable(self) -> None:
        """The peer acknowledged something, so there is room."""
        ...

    def broken(self, error: OSError) -> None:
        """The connection ended against our will."""
        ...


class Connection:
    """One end of a connection, known to its host by ``key``.

    ``context`` is the one in which the owner's protocol runs. ``established`` is called once, when the
    handshake is through.
    """

    def __init__(
        self, host: Host, key: ConnectionKey, *, context: Context, established: Callable[[Connection], None]
    ) -> None:
        self.host = host
        self.key = key
        self.context = context
        self.phase = Phase.CLOSED
        self.owner: Owner | None = None
        self.opening: asyncio.Future[None] | None = None
        self.linger_zero = False
        self._established = established
        self._error: OSError | None = None
        self._network = host.network
        self._loop = host.network.loop
        self._options = host.tcp
        self._random = host.network.random
        self._segmentation = host.network.segmentation
        self._orphan = False
        self.outgoing = Outgoing(self._random.getrandbits(32))
        self.incoming = Incoming(0, self._options.window)
        self._peer_window = 0
        self._edge = 0  # the highest offset that we invited the peer to send
        self._owes_ack = False
        self._last_arrival = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._rto = self._options.initial_rto
        self._retries = 0
        self._round_trip: float | None = None
        self._variation = 0.0
        self._timed: tuple[int, float] | None = None
        self._delivery: asyncio.TimerHandle | None = None
        self._keepalive: asyncio.TimerHandle | None = None
        self._keepalive_times = (0.0, 0.0, 0)
        self._probes = 0
        self._heard = 0.0

    def __repr__(self) -> str:
        local, port, remote, remote_port = self.key
        return f"<Connection {local}:{port} -> {remote}:{remote_port} {self.phase.value}>"

    # Opening

    def open(self) -> None:
        """Send SYN; ``opening`` tells what became of it."""
        self.opening = self._loop.create_future()
        self.phase = Phase.SYN_SENT
        self._rto = self._options.syn_timeout
        self._timed = (0, self._loop.time())
        self._send(_SYN, self.outgoing.initial)
        self._arm()

    def answer(self, segment: Segment) -> None:
        """Answer a SYN with SYN and ACK."""
        self.phase = Phase.SYN_RECEIVED
        self.incoming.initial = segment.seq
        self._peer_window = segment.window
        self._timed = (0, self._loop.time())
        self._send(_SYN_ACK, self.outgoing.initial)
        self._arm()

    def _open_up(self) -> None:
        self.phase = Phase.ESTABLISHED
        self._disarm()
        if self._retries:
            self._timed = None  # Karn: an answer to a repeated segment measures nothing
        self._retries = 0
        self._rto = self._options.initial_rto
        self._measure(0)
        if self.opening is not None and not self.opening.done():
            self.opening.set_result(None)
        self._established(self)

    # What the owner does

    @property
    def backlog(self) -> int:
        """How many octets wait because the send buffer is full."""
        return max(0, self.outgoing.held - self._options.send_buffer)

    @property
    def at_end(self) -> bool:
        """Whether the peer's FIN came and every octet before it was taken."""
        return self.incoming.ended and not len(self.incoming)

    def adopt(self, owner: Owner) -> None:
        """Give the connection to its transport, which hears at once if it broke meanwhile."""
        self.owner = owner
        error = self._error
        if error is not None:
            self._network.call_soon(lambda: owner.broken(error))

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send ``data`` as soon as the window allows."""
        if self.phase is Phase.ESTABLISHED:
            self.outgoing.append(data)
            self._transmit()

    def shut_down(self) -> None:
        """Send FIN behind what was written."""
        if self.phase is Phase.ESTABLISHED and not self.outgoing.fin:
            self.outgoing.fin = True
            self._transmit()

    def take(self, size: int) -> bytes:
        """Take up to ``size`` octets that came in, and tell the peer of the room that this makes."""
        data = self.incoming.take(size)
        if self.phase is Phase.ESTABLISHED and not self._owes_ack:
            gain = self.incoming.next + self.incoming.window - self._edge
            if gain >= min(2 * self._options.segment_size, max(1, self.incoming.capacity // 2)):
                self._send_ack()
        return data

    def release(self) -> None:
        """Close the socket: what is written still goes out, what was not read is answered with RST."""
        self.owner = None
        self._orphan = True
        if self.phase is not Phase.ESTABLISHED:
            self._forget()
        elif len(self.incoming) or self.linger_zero:
            self.reset()
        else:
            self.shut_down()
            self._finish_if_done()

    def discard(self) -> None:
        """Forget what the send buffer had no room for."""
        self.outgoing.truncate(self._options.send_buffer)

    def reset(self) -> None:
        """End at once: RST to the peer, no word to the owner."""
        self._send_reset()
        self._forget()

    def break_off(self, error: OSError, *, silent: bool) -> None:
        """End at once, with RST to the peer or ``silent``; the owner is told ``error``."""
        if not silent:
            self._send_reset()
        self._fail(error)

    def keep_alive(self, on: bool, idle: float, interval: float, probes: int) -> None:
        """Probe a silent peer after ``idle`` seconds, each ``interval``, ``probes`` times, then give up."""
        if self._keepalive is not None:
            self._keepalive.cancel()
            self._keepalive = None
        if on and self.phase is Phase.ESTABLISHED:
            self._keepalive_times = (idle, interval, probes)
            self._heard = self._loop.time()
            self._keepalive = self._network.call_at(self._heard + idle, self._probe)

    # What the network does

    def receive(self, segment: Segment) -> None:
        """Take a segment that arrived."""
        flags = int(segment.flags)
        self._heard = self._loop.time()
        self._probes = 0
        if self.phase is Phase.SYN_SENT:
            self._receive_answer(segment, flags)
        elif flags & _RST_BIT:
            self._receive_reset()
        elif flags & _SYN_BIT:  # the peer repeats its SYN: our answer was lost
            if self.phase is Phase.SYN_RECEIVED:
                self._send(_SYN_ACK, self.outgoing.initial)
            else:
                self._send_ack()
        else:
            if self.phase is Phase.SYN_RECEIVED:
                if segment.ack != self.outgoing.wire(0):
                    return
                self._open_up()
            self._receive_ack(segment)
            self._receive_data(segment, flags)

    def _receive_answer(self, segment: Segment, flags: int) -> None:
        if not flags & _ACK_BIT or segment.ack != self.outgoing.wire(0):
            return
        if flags & _RST_BIT:
            self._fail(system_error(errno.ECONNREFUSED))
        elif flags & _SYN_BIT:
            self.incoming.initial = segment.seq
            self._peer_window = segment.window
            self._open_up()
            self._send_ack()
            self._transmit()

    def _receive_reset(self) -> None:
        if len(self.incoming) and self.owner is not None:
            self._deliver()  # what arrived before the RST is still read
        self._fail(system_error(errno.ECONNRESET))

    def _receive_ack(self, segment: Segment) -> None:
        outgoing = self.outgoing
        covered = outgoing.acknowledge(segment.ack)
        if covered is None:
            return
        self._peer_window = segment.window
        if covered:
            self._retries = 0
            self._measure(outgoing.acked)
            self._disarm()
            if self.owner is not None:
                self.owner.writable()
        elif not outgoing.in_flight:
            self._retries = 0
        if self.phase is Phase.ESTABLISHED:
            self._transmit()

    def _receive_data(self, segment: Segment, flags: int) -> None:
        if self.phase is not Phase.ESTABLISHED:
            return
        incoming = self.incoming
        payload = segment.payload
        if not payload and not flags & _FIN_BIT:
            if segment.seq != incoming.wire:  # a probe, or an answer that crossed with data
                self._owes_ack = segment.seq == (incoming.wire - 1) & SEQUENCE_MASK
        else:
            self._owes_ack = True
            if incoming.accept(segment.seq, payload, fin=bool(flags & _FIN_BIT)):
                if self._orphan and payload:  # nobody is left to read it
                    self.reset()
                    return
                self._arrived()
        if self._owes_ack and self.phase is Phase.ESTABLISHED:
            self._send_ack()
        self._finish_if_done()

    def _arrived(self) -> None:
        if self._delivery is not None or self.owner is None:
            return
        segmentation = self._segmentation
        if segmentation.coalesce and self._random.random() < segmentation.coalesce:
            delay = self._random.random() * segmentation.delay
            self._delivery = self._network.call_at(self._loop.time() + delay, self._deliver)
        else:
            self._deliver()

    def _deliver(self) -> None:
        if self._delivery is not None:
            self._delivery.cancel()
            self._delivery = None
        if self.owner is not None:
            self.owner.readable()

    def _finish_if_done(self) -> None:
        if self._orphan and self.incoming.ended and self.outgoing.fin_acked:
            self._forget()

    # Sending

    def _transmit(self, *, once: bool = False) -> None:
        """Send what the window allows; ``once`` sends one segment only, to repeat a lost one."""
        outgoing = self.outgoing
        while True:
            unsent = outgoing.end - outgoing.next
            if unsent > 0:
                room = outgoing.acked + self._peer_window - outgoing.next
                size = min(self._options.segment_size, unsent)
                if room < size:
                    if room <= 0 or outgoing.in_flight:
                        break  # a small window is not worth a segment while others are under way
                    size = room
                self._send_piece(size, last=size == unsent)
            elif unsent == 0 and outgoing.fin:
                self._send(_FIN, outgoing.wire(outgoing.next))
                outgoing.sent(1)
            else:
                break
            if once:
                break
        if self._timer is None and (outgoing.in_flight or outgoing.end > outgoing.next):
            self._arm()

    def _send_piece(self, size: int, *, last: bool) -> None:
        outgoing = self.outgoing
        split = self._segmentation.split
        if split and size > 1 and self._random.random() < split:
            size = self._random.randrange(1, size)
            last = False
        if self._timed is None and outgoing.next == outgoing.highest:
            self._timed = (outgoing.next + size, self._loop.time())
        payload = outgoing.piece(size)
        self._send(_DATA if last else _ACK, outgoing.wire(outgoing.next), payload)
        outgoing.sent(size)

    def _send_ack(self) -> None:
        self._send(_ACK, self.outgoing.wire(self.outgoing.next))

    def _send_reset(self) -> None:
        if self.phase in (Phase.ESTABLISHED, Phase.SYN_RECEIVED):
            self._send(_RST, self.outgoing.wire(self.outgoing.next))

    def _send(self, flags: Flags, seq: int, payload: bytes = b"") -> None:
        local, port, remote, remote_port = self.key
        incoming = self.incoming
        opening = flags is _SYN
        self._owes_ack = False
        self._edge = max(self._edge, incoming.next + incoming.window)
        segment = Segment(
            self._loop.time(),
            local,
            port,
            remote,
            remote_port,
            flags,
            seq,
            0 if opening else incoming.wire,
            incoming.window,
            payload,
        )
        self._last_arrival = self._network.send(self.host, segment, after=self._last_arrival)

    # Timers

    def _measure(self, acked: int) -> None:
        """Take a sample of the round trip and set the time-out from it (RFC 6298 section 2)."""
        if self._timed is not None and acked >= self._timed[0]:
            sample = self._loop.time() - self._timed[1]
            self._timed = None
            if self._round_trip is None:
                self._round_trip, self._variation = sample, sample / 2
            else:
                self._variation += (abs(self._round_trip - sample) - self._variation) / 4
                self._round_trip += (sample - self._round_trip) / 8
        if self._round_trip is not None:
            wanted = self._round_trip + 4 * self._variation
            self._rto = min(self._options.max_rto, max(self._options.min_rto, wanted))

    def _arm(self) -> None:
        self._timer = self._network.call_at(self._loop.time() + self._rto, self._time_out)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _time_out(self) -> None:
        self._timer = None
        self._retries += 1
        opening = self.phase is not Phase.ESTABLISHED
        if self._retries > (self._options.syn_retries if opening else self._options.retransmissions):
            self._fail(system_error(errno.ETIMEDOUT))
            return
        self._rto = min(self._rto * 2, self._options.max_rto)
        if opening:
            self._send(_SYN if self.phase is Phase.SYN_SENT else _SYN_ACK, self.outgoing.initial)
        elif self.outgoing.in_flight:
            self._timed = None
            self.outgoing.next = self.outgoing.acked
            self._transmit(once=True)
        else:  # the peer's window is shut: ask whether that is still so
            self._send(_ACK, self.outgoing.wire(self.outgoing.next - 1))
        if self._timer is None:
            self._arm()

    def _probe(self) -> None:
        """The keep-alive timer: probe a silent peer, or count on from when it was last heard."""
        idle, interval, probes = self._keepalive_times
        now = self._loop.time()
        if self.outgoing.in_flight or (not self._probes and now < self._heard + idle):
            when = max(self._heard + idle, now + interval)
        elif self._probes >= probes:
            self._keepalive = None
            self._fail(system_error(errno.ETIMEDOUT))
            return
        else:
            self._probes += 1
            self._send(_ACK, self.outgoing.wire(self.outgoing.next - 1))
            when = now + interval
        self._keepalive = self._network.call_at(when, self._probe)

    # The end

    def _forget(self) -> None:
        if self.phase is Phase.CLOSED:
            return
        self.phase = Phase.CLOSED
        self._disarm()
        for timer in (self._keepalive, self._delivery):
            if timer is not None:
                timer.cancel()
        self._keepalive = self._delivery = None
        self.host.forget(self)

    def _fail(self, error: OSError) -> None:
        if self.phase is Phase.CLOSED:
            return
        owner, opening = self.owner, self.opening
        self._error = error
        self._forget()
        if opening is not None and not opening.done():
            opening.set_exception(error)
        elif owner is not None:
            owner.broken(error)
