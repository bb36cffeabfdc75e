"""What a simulated loop does not offer, because it would need an operating system."""

from __future__ import annotations

import asyncio
from typing import Any, NoReturn

__all__ = ["Refusals"]


def _refused(what: str) -> Any:  # noqa: ANN401  (it stands for methods of many signatures)
    """A method that raises NotImplementedError and says what is missing."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise NotImplementedError(f"a simulated loop has no {what}")

    return refuse


class Refusals(asyncio.AbstractEventLoop):
    """The methods of an event loop that no simulated loop has."""

    add_reader = remove_reader = add_writer = remove_writer = _refused("file descriptors")
    add_signal_handler = remove_signal_handler = _refused("signals")
    sock_recv = sock_recv_into = sock_recvfrom = sock_recvfrom_into = _refused("sockets")
    sock_sendall = sock_sendto = sock_sendfile = sock_connect = sock_accept = _refused("sockets")
    connect_accepted_socket = _refused("sockets")
    sendfile = _refused("files")
    start_tls = _refused("TLS")
    connect_read_pipe = connect_write_pipe = _refused("pipes")
    create_datagram_endpoint = _refused("datagrams")
    create_unix_connection = create_unix_server = _refused("UNIX sockets")
    subprocess_shell = subprocess_exec = _refused("processes")
