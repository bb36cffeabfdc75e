"""Addresses as asyncio shows them: IPv4 pairs, IPv6 quadruples, and the wildcard."""

from __future__ import annotations

import socket  # noqa: TID251  (constants and gaierror only; no socket is made here)
from ipaddress import IPv6Address, ip_address

__all__ = [
    "WILDCARDS",
    "AddressInfo",
    "SocketAddress",
    "address_info",
    "canonical",
    "family_of",
    "is_loopback",
    "numeric",
    "port_number",
    "socket_address",
    "unknown_name",
]

SocketAddress = tuple[str, int] | tuple[str, int, int, int]
AddressInfo = tuple[socket.AddressFamily, socket.SocketKind, int, str, SocketAddress]

WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104  (simulated: no real interface is bound)


def canonical(text: str) -> str | None:
    """The usual spelling of an IP address, or None if ``text`` is none."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


def is_loopback(address: str) -> bool:
    """Whether a canonical ``address`` means the host itself, wherever nobody claimed it."""
    return address.startswith("127.") or address == "::1"


def family_of(address: str) -> socket.AddressFamily:
    """The family of a canonical ``address``."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def socket_address(address: str, port: int) -> SocketAddress:
    """The form in which asyncio shows ``address`` and ``port``."""
    return (address, port, 0, 0) if ":" in address else (address, port)


def address_info(address: str, port: int) -> AddressInfo:
    """One line of an answer of getaddrinfo."""
    return (
        family_of(address),
        socket.SOCK_STREAM,
        socket.IPPROTO_TCP,
        "",
        socket_address(address, port),
    )


def port_number(port: bytes | str | int | None) -> int:
    """A port as getaddrinfo takes it; names of services are not known here."""
    if port is None:
        return 0
    if isinstance(port, bytes):
        port = port.decode("ascii", "replace")
    if isinstance(port, str):
        if not port.isascii() or not port.isdigit():
            raise socket.gaierror(socket.EAI_SERVICE, f"service names are not simulated: {port!r}")
        port = int(port)
    if not 0 <= port <= 0xFFFF:
        raise OverflowError(f"port must be 0-65535, not {port}")
    return port


def unknown_name(host: str) -> socket.gaierror:
    """The error for a name that nobody has."""
    return socket.gaierror(socket.EAI_NONAME, f"Name or service not known: {host!r}")


def numeric(host: str) -> str | None:
    """The canonical address in ``host``, without a scope identifier."""
    address = canonical(host.partition("%")[0])
    if address is not None and ":" in address:
        mapped = IPv6Address(address).ipv4_mapped
        return str(mapped) if mapped is not None else address
    return address
