"""Whatever the line does, the octets arrive, all of them, once, in order."""

from __future__ import annotations

import asyncio
from random import Random  # noqa: TID251  (seeded: loss that replays)

from hypothesis import given
from hypothesis import strategies as st

from opcross_simulators.network import (
    LinkQuality,
    Network,
    Segment,
    Segmentation,
    TcpOptions,
    Verdict,
    run,
)
from opcross_simulators.network.halves import Incoming, Outgoing

from .nets import Recorder

ACTIONS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 40_000)),
    st.tuples(st.just("sleep"), st.sampled_from([0.0, 0.000_1, 0.01, 0.3, 4.0])),
    st.tuples(st.just("pause"), st.none()),
    st.tuples(st.just("resume"), st.none()),
    st.tuples(st.just("cut"), st.none()),
    st.tuples(st.just("restore"), st.none()),
)


class Loss:
    """Drops segments by a seed of its own."""

    def __init__(self, seed: int, share: float) -> None:
        self.random = Random(seed)
        self.share = share

    def examine(self, segment: Segment) -> Verdict:
        return Verdict.DROP if self.random.random() < self.share else Verdict.PASS


@given(
    actions=st.lists(ACTIONS, max_size=15),
    seed=st.integers(0, 2**32),
    loss=st.sampled_from([0.0, 0.0, 0.1]),
    quality=st.builds(
        LinkQuality,
        latency=st.sampled_from([0.0, 0.000_2, 0.3]),
        jitter=st.sampled_from([0.0, 0.01]),
        bandwidth=st.sampled_from([None, 50_000.0]),
    ),
    segmentation=st.builds(Segmentation, split=st.sampled_from([0, 0.3]), coalesce=st.sampled_from([0, 0.3])),
    window=st.sampled_from([1, 2_000, 65_535]),
)
def test_octets_arrive_once_and_in_order(
    actions: list[tuple[str, object]],
    seed: int,
    loss: float,
    quality: LinkQuality,
    segmentation: Segmentation,
    window: int,
) -> None:
    network = Network(seed, quality=quality, segmentation=segmentation, filters=[Loss(seed, loss)])
    most = 300 if window == 1 else 40_000
    network.host("SERVER", ["10.0.0.5"], tcp=TcpOptions(window=window))
    network.host("CLIENT", ["10.0.0.9"])
    sent = bytearray()

    async def main() -> Recorder:
        loop = asyncio.get_running_loop()
        accepted: asyncio.Future[Recorder] = loop.create_future()

        def accept() -> Recorder:
            recorder = Recorder()
            accepted.set_result(recorder)
            return recorder

        server = await loop.create_server(accept, "SERVER", 135)
        transport = None
        while transport is None:
            try:
                transport, _ = await loop.create_connection(
                    Recorder, "SERVER", 135, local_addr=("10.0.0.9", 0)
                )
            except OSError:
                continue
        client = transport.get_protocol()
        assert isinstance(client, Recorder)
        transport.write(b"!")
        sent.extend(b"!")
        theirs = await accepted
        await theirs.made.wait()
        for action, value in actions:
            if action == "write":
                assert isinstance(value, int)
                data = bytes((len(sent) + index) % 251 for index in range(min(value, most)))
                sent.extend(data)
                transport.write(data)
            elif action == "sleep":
                assert isinstance(value, float)
                await asyncio.sleep(value)
            elif action == "pause":
                theirs.transport.pause_reading()
            elif action == "resume":
                theirs.transport.resume_reading()
            elif action == "cut":
                network.cut("CLIENT", "SERVER")
            else:
                network.restore("CLIENT", "SERVER")
        network.restore("CLIENT", "SERVER")
        theirs.transport.resume_reading()
        transport.close()
        await theirs.lost.wait()
        await client.lost.wait()
        server.close()
        await server.wait_closed()
        return theirs

    theirs = run(main(), network=network)
    assert theirs.data == bytes(sent)
    assert theirs.happened == ["made", "data", "end", "lost"]
    assert theirs.error is None


@given(initial=st.integers(0, 2**32 - 1), pieces=st.lists(st.binary(min_size=1, max_size=50)))
def test_sequence_numbers_wrap(initial: int, pieces: list[bytes]) -> None:
    outgoing = Outgoing(initial)
    incoming = Incoming(initial, 1_000_000)
    got = b""
    for piece in pieces:
        outgoing.append(piece)
        payload = outgoing.piece(len(piece))
        seq = outgoing.wire(outgoing.next)
        outgoing.sent(len(payload))
        assert incoming.accept(seq, payload, fin=False)
        assert not incoming.accept(seq, payload, fin=False), "once is enough"
        assert outgoing.acknowledge(incoming.wire) == len(piece)
        got += incoming.take(1_000)
    assert got == b"".join(pieces)
    assert outgoing.acknowledge((incoming.wire + 1) & 0xFFFFFFFF) is None, "never sent"


def test_a_gap_is_not_accepted() -> None:
    incoming = Incoming(100, 1_000)
    assert not incoming.accept(105, b"later", fin=False)
    assert incoming.accept(101, b"now, ", fin=False)
    assert incoming.accept(103, b"w, later", fin=True)
    assert incoming.take(100) == b"now, later"
    assert incoming.ended


def test_a_full_buffer_takes_what_fits() -> None:
    incoming = Incoming(0, 4)
    assert incoming.accept(1, b"abcdef", fin=True)
    assert not incoming.ended, "the end comes after what did not fit"
    assert incoming.window == 0
    assert incoming.take(10) == b"abcd"
    assert incoming.accept(5, b"ef", fin=True)
    assert incoming.ended
