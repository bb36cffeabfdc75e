"""The same asyncio programs come to the same end on real sockets and on the simulated net."""

from __future__ import annotations

import asyncio
import errno
import socket  # noqa: TID251  (for gaierror)
from typing import TYPE_CHECKING, Any

import pytest

from .nets import NETS, Recorder, address_of, echo

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    Run = Callable[[Coroutine[Any, Any, Any]], Any]

pytestmark = pytest.mark.parametrize("net", NETS, ids=lambda net: net.__name__.removeprefix("run_"))


async def pair() -> tuple[asyncio.AbstractServer, Recorder, Recorder]:
    """A server, the protocol that it made for one connection, and the client's protocol."""
    loop = asyncio.get_running_loop()
    accepted: asyncio.Future[Recorder] = loop.create_future()

    def accept() -> Recorder:
        recorder = Recorder()
        accepted.set_result(recorder)
        return recorder

    server = await loop.create_server(accept, "127.0.0.1", 0)
    _, client = await loop.create_connection(Recorder, *address_of(server))
    theirs = await accepted
    await theirs.made.wait()
    return server, theirs, client


async def finish(server: asyncio.AbstractServer, *ends: Recorder) -> None:
    for end in ends:
        end.transport.close()
        await end.lost.wait()
    server.close()
    await server.wait_closed()


def test_streams_echo(net: Run) -> None:
    async def main() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*address_of(server))
            answers = b""
            for size in (1, 10, 5_000, 200_000):
                writer.write(bytes([size % 251]) * size)
                await writer.drain()
                answers += await reader.readexactly(size)
            writer.write(b"last words")
            writer.write_eof()
            answers += await reader.read()
            writer.close()
            await writer.wait_closed()
        return answers

    expected = b"".join(bytes([size % 251]) * size for size in (1, 10, 5_000, 200_000)) + b"last words"
    assert net(main()) == expected


def test_protocols_hear_of_a_connection_from_start_to_end(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        assert client.transport.get_extra_info("peername") == theirs.transport.get_extra_info("sockname")
        assert client.transport.get_extra_info("sockname") == theirs.transport.get_extra_info("peername")
        assert client.transport.get_extra_info("socket").getsockname()[0] == "127.0.0.1"
        assert client.transport.get_extra_info("nothing", 7) == 7
        client.transport.writelines([b"one ", b"two"])
        client.transport.close()
        assert client.transport.is_closing()
        await asyncio.gather(client.lost.wait(), theirs.lost.wait())
        await finish(server)
        return client.happened, client.error, theirs.happened, theirs.data, theirs.error

    ours, error, theirs, data, their_error = net(main())
    assert ours == ["made", "lost"]
    assert theirs == ["made", "data", "end", "lost"]
    assert (error, their_error, data) == (None, None, b"one two")


def test_a_half_closed_connection_still_answers(net: Run) -> None:
    class Late(Recorder):
        def eof_received(self) -> bool:
            super().eof_received()
            return True

    async def main() -> object:
        loop = asyncio.get_running_loop()
        made: list[Late] = []

        def accept() -> Late:
            made.append(Late())
            return made[0]

        server = await loop.create_server(accept, "127.0.0.1", 0)
        _, client = await loop.create_connection(Recorder, *address_of(server))
        assert client.transport.can_write_eof()
        client.transport.write(b"question")
        client.transport.write_eof()
        with pytest.raises(RuntimeError, match="write_eof"):
            client.transport.write(b"more")
        await asyncio.sleep(0.01)
        await made[0].ended.wait()
        assert not made[0].transport.is_closing()
        made[0].transport.write(b"answer to " + made[0].data)
        made[0].transport.close()
        await asyncio.gather(client.lost.wait(), made[0].lost.wait())
        await finish(server)
        return client.data, client.happened

    assert net(main()) == (b"answer to question", ["made", "data", "end", "lost"])


def test_a_port_without_listener_refuses(net: Run) -> None:
    async def main() -> type[BaseException]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Recorder, "127.0.0.1", 0)
        address = address_of(server)
        server.close()
        await server.wait_closed()
        with pytest.raises(ConnectionRefusedError) as caught:
            await loop.create_connection(Recorder, *address)
        assert caught.value.errno == errno.ECONNREFUSED
        assert str(address) in str(caught.value)
        return caught.type

    assert net(main()) is ConnectionRefusedError


def test_a_taken_port_is_refused_in_the_same_words(net: Run) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Recorder, "127.0.0.1", 0)
        host, port = address_of(server)
        with pytest.raises(OSError, match="error while attempting to bind on address") as caught:
            await loop.create_server(Recorder, host, port)
        assert caught.value.errno == errno.EADDRINUSE
        await finish(server)

    net(main())


def test_an_unknown_name_is_a_gaierror(net: Run) -> None:
    async def main() -> None:
        with pytest.raises(socket.gaierror):
            await asyncio.get_running_loop().create_connection(Recorder, "no-such-host.invalid", 135)

    net(main())


def test_a_server_that_does_not_serve_yet_refuses(net: Run) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Recorder, "127.0.0.1", 0, start_serving=False)
        assert not server.is_serving()
        with pytest.raises(ConnectionRefusedError):
            await loop.create_connection(Recorder, *address_of(server))
        await server.start_serving()
        assert server.is_serving()
        _, client = await loop.create_connection(Recorder, *address_of(server))
        client.transport.close()
        await client.lost.wait()
        await finish(server)

    net(main())


def test_connections_outlive_their_server(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        server.close()
        assert not server.is_serving()
        assert server.sockets == ()  # type: ignore[attr-defined]  # both kinds have it
        theirs.transport.write(b"still here")
        theirs.transport.close()
        await client.lost.wait()
        await server.wait_closed()
        return client.data, client.error

    assert net(main()) == (b"still here", None)


def test_serve_forever_ends_by_cancellation(net: Run) -> None:
    async def main() -> bool:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        task = asyncio.create_task(server.serve_forever())
        reader, writer = await asyncio.open_connection(*address_of(server))
        writer.write(b"x")
        answer = await reader.readexactly(1)
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return answer == b"x" and not server.is_serving()

    assert net(main())


def test_a_slow_reader_makes_the_writer_pause(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        theirs.transport.pause_reading()
        assert not theirs.transport.is_reading()
        client.transport.set_write_buffer_limits(high=10_000, low=1_000)
        sent = 0
        while "pause" not in client.happened:
            client.transport.write(bytes(50_000))
            sent += 50_000
            await asyncio.sleep(0.001)
        assert client.transport.get_write_buffer_size() > 10_000
        theirs.transport.resume_reading()
        while "resume" not in client.happened:  # noqa: ASYNC110  (plain on both nets)
            await asyncio.sleep(0.001)
        assert client.transport.get_write_buffer_size() <= 1_000
        client.transport.close()
        await theirs.lost.wait()
        await finish(server)
        return len(theirs.data) == sent, theirs.error

    assert net(main()) == (True, None)


def test_close_sends_what_is_buffered(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        theirs.transport.pause_reading()
        client.transport.write(bytes(8_000_000))
        assert client.transport.get_write_buffer_size() > 0
        client.transport.close()
        await asyncio.sleep(0.02)
        assert not client.lost.is_set()
        theirs.transport.resume_reading()
        await asyncio.gather(client.lost.wait(), theirs.lost.wait())
        await finish(server)
        return len(theirs.data), client.error, theirs.error

    assert net(main()) == (8_000_000, None, None)


def test_abort_drops_what_is_buffered(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        theirs.transport.pause_reading()
        client.transport.write(bytes(20_000_000))
        client.transport.abort()
        await client.lost.wait()
        theirs.transport.resume_reading()
        await theirs.lost.wait()
        await finish(server)
        return len(theirs.data) < 20_000_000, client.error

    assert net(main()) == (True, None)


def test_closing_with_unread_data_resets_the_peer(net: Run) -> None:
    async def main() -> object:
        server, theirs, client = await pair()
        theirs.transport.pause_reading()
        client.transport.write(b"nobody reads this")
        await asyncio.sleep(0.05)
        theirs.transport.close()
        await asyncio.gather(client.lost.wait(), theirs.lost.wait())
        await finish(server)
        return type(client.error), theirs.error

    assert net(main()) == (ConnectionResetError, None)


def test_an_error_in_a_protocol_ends_its_connection_and_reaches_the_handler(net: Run) -> None:
    class Broken(Recorder):
        def data_received(self, data: bytes) -> None:
            raise ZeroDivisionError("on purpose")

    async def main() -> object:
        loop = asyncio.get_running_loop()
        contexts: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _, context: contexts.append(context))
        made: list[Broken] = []

        def accept() -> Broken:
            made.append(Broken())
            return made[0]

        server = await loop.create_server(accept, "127.0.0.1", 0)
        _, client = await loop.create_connection(Recorder, *address_of(server))
        client.transport.write(b"x")
        await client.lost.wait()
        await made[0].lost.wait()
        await finish(server)
        return [context["message"] for context in contexts], type(made[0].error)

    assert net(main()) == (["Fatal error: protocol.data_received() call failed."], ZeroDivisionError)


def test_a_buffered_protocol_gets_the_same_octets(net: Run) -> None:
    class Buffered(asyncio.BufferedProtocol):
        def __init__(self) -> None:
            self.buffer = bytearray(1_000)
            self.data = b""
            self.lost = asyncio.Event()

        def get_buffer(self, sizehint: int) -> bytearray:
            return self.buffer

        def buffer_updated(self, nbytes: int) -> None:
            self.data += self.buffer[:nbytes]

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set()

    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        made: list[Buffered] = []

        def accept() -> Buffered:
            made.append(Buffered())
            return made[0]

        server = await loop.create_server(accept, "127.0.0.1", 0)
        _, client = await loop.create_connection(Recorder, *address_of(server))
        client.transport.write(bytes(range(256)) * 100)
        client.transport.close()
        await client.lost.wait()
        while not made:  # noqa: ASYNC110  (plain on both nets)
            await asyncio.sleep(0.001)
        await made[0].lost.wait()
        await finish(server)
        return made[0].data

    assert net(main()) == bytes(range(256)) * 100


def test_many_connections_do_not_mix(net: Run) -> None:
    async def main() -> bool:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)

        async def talk(number: int) -> bool:
            reader, writer = await asyncio.open_connection(*address_of(server))
            text = f"connection {number};".encode() * 100
            for _ in range(3):
                writer.write(text)
                if await reader.readexactly(len(text)) != text:
                    return False
            writer.close()
            await writer.wait_closed()
            return True

        async with server, asyncio.TaskGroup() as group:
            tasks = [group.create_task(talk(number)) for number in range(60)]
        return all(task.result() for task in tasks)

    assert net(main())


def test_a_time_out_ends_a_read_and_the_connection_stays_usable(net: Run) -> None:
    async def main() -> bytes:
        server = await asyncio.start_server(echo, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*address_of(server))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.02):
                    await reader.readexactly(1)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.readexactly(1), 0.02)
            writer.write(b"y")
            answer = await reader.readexactly(1)
            writer.close()
            await writer.wait_closed()
        return answer

    assert net(main()) == b"y"


def test_asyncio_tools_work(net: Run) -> None:
    async def main() -> list[object]:
        loop = asyncio.get_running_loop()
        seen: list[object] = []
        queue: asyncio.Queue[int] = asyncio.Queue(1)

        async def produce() -> None:
            for number in range(3):
                await queue.put(number)

        async with asyncio.TaskGroup() as group:
            group.create_task(produce(), name="producer")
            seen += [await queue.get() for _ in range(3)]
        seen.append(await asyncio.to_thread(sum, [1, 2]))
        seen.append(await loop.run_in_executor(None, len, "four"))
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 / 0)
        loop.call_soon_threadsafe(seen.append, "threadsafe")
        handle = loop.call_later(0.01, seen.append, "cancelled")
        handle.cancel()
        loop.call_later(0.02, seen.append, "second")
        loop.call_later(0.01, seen.append, "first")
        await asyncio.sleep(0.05)
        done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0.01, "slept"))], timeout=1)
        seen += [task.result() for task in done]
        assert not pending
        async with asyncio.Lock(), asyncio.Semaphore(2):
            seen.append(await asyncio.shield(asyncio.sleep(0, "shielded")))
        return seen

    assert net(main()) == [0, 1, 2, 3, 4, "threadsafe", "first", "second", "slept", "shielded"]


def test_open_generators_are_closed_at_the_end(net: Run) -> None:
    closed = []

    async def numbers() -> Any:
        try:
            for number in range(10):
                yield number
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    kept = []

    async def main() -> None:
        generator = numbers()
        kept.append(generator)
        assert await anext(generator) == 0

    net(main())
    assert closed == [True]
