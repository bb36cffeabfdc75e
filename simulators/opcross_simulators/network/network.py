"""The network: hosts, names, links and taps, and the one way that every segment goes."""

from __future__ import annotations

import errno
import socket  # noqa: TID251  (constants and gaierror only; no socket is made here)
from contextvars import Context, copy_context
from dataclasses import replace
from itertools import count
from random import Random  # noqa: TID251  (seeded by the caller: the same seed draws the same numbers)
from typing import TYPE_CHECKING, Final

from opcross.errors import LocalMisuse
from opcross_simulators.network.addresses import (
    WILDCARDS,
    AddressInfo,
    address_info,
    canonical,
    is_loopback,
    numeric,
    port_number,
    unknown_name,
)
from opcross_simulators.network.connections import Connection, system_error
from opcross_simulators.network.filters import Filter, judge
from opcross_simulators.network.hosts import Host, current_host
from opcross_simulators.network.links import HEADER_SIZE, LAN, LOOPBACK, Link, LinkQuality
from opcross_simulators.network.segments import Flags, Segment, Verdict
from opcross_simulators.network.tcp import Segmentation, TcpOptions

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Mapping

    from opcross_simulators.network.loop import SimulatedLoop

__all__ = ["DEFAULT_HOST", "Network"]

DEFAULT_HOST: Final = "loopback"
"""The host of programs that run as no host in particular."""

_DEFAULT_ADDRESS: Final = "192.0.2.1"  # TEST-NET-1 (RFC 5737): no plant has it


class Network:
    """Hosts and the links between them, for one run of one loop.

    Every draw comes from ``seed``. ``quality`` is that of links that nobody set; ``segmentation`` says how
    streams are cut; ``filters`` decide about each segment in their order and may be changed at any time.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        quality: LinkQuality = LAN,
        segmentation: Segmentation | None = None,
        tcp: TcpOptions | None = None,
        filters: Iterable[Filter] = (),
    ) -> None:
        self.seed = seed
        self.random = Random(f"network {seed}")  # noqa: S311  (a simulation, not a secret)
        self.quality = quality
        self.segmentation = segmentation or Segmentation()
        self.tcp = tcp or TcpOptions()
        self.filters: list[Filter] = list(filters)
        self._hosts: dict[str, Host] = {}
        self._names: dict[str, Host] = {}
        self._owners: dict[str, Host] = {}
        self._links: dict[tuple[str, str], Link] = {}
        self._taps: dict[int, Callable[[Segment], None]] = {}
        self._tap_numbers = count()
        self._loop: SimulatedLoop | None = None
        self._context = Context()  # arrivals belong to no program
        self.default_host = self.host(DEFAULT_HOST, [_DEFAULT_ADDRESS], names=["localhost"])

    def __repr__(self) -> str:
        return f"<Network seed={self.seed} hosts={', '.join(self._hosts)}>"

    # The loop

    @property
    def loop(self) -> SimulatedLoop:
        """The loop that this network runs on."""
        if self._loop is None:
            raise LocalMisuse("no loop runs this network yet", state="detached", event="use")
        return self._loop

    def attach(self, loop: SimulatedLoop) -> None:
        """Serve ``loop``; a network serves one loop in its life."""
        if self._loop is not None:
            raise LocalMisuse("a network serves one loop only", state="attached", event="attach")
        self._loop = loop

    def detach(self) -> None:
        """Forget every connection without a word, because the loop closes."""
        for host in self._hosts.values():
            for connection in host.connections:
                if connection.opening is not None:
                    connection.opening.cancel()
                connection.break_off(system_error(errno.ECONNABORTED), silent=True)

    def call_at(self, when: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        """Call ``callback`` at the virtual time ``when``, as no program in particular."""
        return self.loop.call_at(when, callback, context=self._context)

    def call_soon(self, callback: Callable[[], object]) -> asyncio.Handle:
        """Call ``callback`` soon, as no program in particular."""
        return self.loop.call_soon(callback, context=self._context)

    # Hosts and names

    @property
    def hosts(self) -> Mapping[str, Host]:
        """Every host by its name, in the order in which they were made."""
        return self._hosts.copy()

    def host(
        self,
        name: str,
        addresses: Iterable[str] = (),
        *,
        names: Iterable[str] = (),
        tcp: TcpOptions | None = None,
    ) -> Host:
        """Add a host. Without ``addresses`` it gets one in 10.0.0.0/8; ``names`` are further names of it.

        Raises :class:`~opcross.errors.LocalMisuse` for a name or an address that another host has.
        """
        chosen = []
        for text in addresses:
            address = canonical(text)
            if address is None or address in WILDCARDS:
                raise LocalMisuse(f"host {name}: {text!r} is not an address of a host")
            chosen.append(address)
        if not chosen:
            chosen = [self._unused_address()]
        spellings = {each.casefold(): each for each in (name, *names)}
        for spelling in spellings:
            if spelling in self._names:
                raise LocalMisuse(f"host {name}: {self._names[spelling].name} has the name {spelling!r}")
        for address in chosen:
            if address in self._owners:
                raise LocalMisuse(f"host {name}: {self._owners[address].name} has the address {address}")
        host = Host(self, name, tuple(dict.fromkeys(chosen)), tuple(names), tcp or self.tcp)
        self._hosts[name] = host
        self._names.update(dict.fromkeys(spellings, host))
        self._owners.update(dict.fromkeys(chosen, host))
        return host

    def find(self, name_or_address: str) -> Host:
        """The host with this name (in any case) or address; KeyError if there is none."""
        host = self._names.get(name_or_address.casefold())
        if host is None:
            host = self._owners.get(canonical(name_or_address) or "")
        if host is None:
            raise KeyError(name_or_address)
        return host

    def is_claimed(self, address: str) -> bool:
        """Whether a host was given ``address``."""
        return address in self._owners

    def owner(self, address: str, *, seen_from: Host | None = None) -> Host | None:
        """Who has ``address``; a loopback address that nobody claimed is the asking host's own."""
        host = self._owners.get(address)
        if host is None and (address in WILDCARDS or is_loopback(address)):
            return seen_from
        return host

    def running_host(self) -> Host:
        """The host whose program runs now, else the default host."""
        host = current_host.get()
        return host if host is not None and host.network is self else self.default_host

    def resolve(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        kind: int = 0,
        passive: bool = False,
    ) -> list[AddressInfo]:
        """What getaddrinfo answers on this network; socket.gaierror for a name that nobody has."""
        number = port_number(port)
        here = self.running_host()
        text = host.decode("idna") if isinstance(host, bytes) else host
        if kind not in (0, socket.SOCK_STREAM):
            raise socket.gaierror(socket.EAI_SOCKTYPE, "streams only")
        found: list[str]
        if not text:
            found = list(here.addresses) if passive else ["127.0.0.1"]
        elif (address := numeric(text)) is not None:
            found = [address]
        elif text.casefold() == "localhost":
            found = ["127.0.0.1"]
        else:
            named = self._names.get(text.casefold().rstrip("."))
            if named is None:
                raise unknown_name(text)
            found = list(named.addresses)
        infos = [address_info(each, number) for each in found]
        if family:
            infos = [info for info in infos if info[0] == family]
            if not infos:
                raise socket.gaierror(socket.EAI_FAMILY, f"{text!r} has no address of this family")
        return infos

    def name_of(self, address: str) -> str | None:
        """The name of the host that has ``address``."""
        host = self._owners.get(canonical(address) or "")
        return host.name if host is not None else None

    def _unused_address(self) -> str:
        for number in count(1):
            address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            if address not in self._owners:
                return address
        raise AssertionError("count() does not end")

    # Links

    def link(self, source: Host | str, destination: Host | str) -> Link:
        """The link from ``source`` to ``destination``: that direction only."""
        key = (self._host(source).name, self._host(destination).name)
        link = self._links.get(key)
        if link is None:
            link = self._links[key] = Link(LOOPBACK if key[0] == key[1] else self.quality)
        return link

    def set_link(
        self, a: Host | str, b: Host | str, quality: LinkQuality, back: LinkQuality | None = None
    ) -> None:
        """Give the link from ``a`` to ``b`` a ``quality``, and the way ``back`` its own or the same."""
        self.link(a, b).quality = quality
        self.link(b, a).quality = back or quality

    def cut(self, a: Host | str, b: Host | str, *, one_way: bool = False) -> None:
        """Cut the line between ``a`` and ``b`` (``one_way``: only from ``a`` to ``b``).

        What is under way is lost on the wire and held by the senders, who repeat it: the data flows on
        with the first repetition after :meth:`restore`. A sender that gives up first tells its protocol
        ``connection_lost(TimeoutError)``. An end that sends nothing notices nothing, as on a real network,
        unless it set ``SO_KEEPALIVE``.
        """
        self.link(a, b).cut()
        if not one_way:
            self.link(b, a).cut()

    def restore(self, a: Host | str, b: Host | str) -> None:
        """Mend the line between ``a`` and ``b``, both ways."""
        self.link(a, b).restore()
        self.link(b, a).restore()

    def cut_off(self, host: Host) -> None:
        """Lose what is under way to and from ``host``."""
        for (source, destination), link in self._links.items():
            if (source == host.name) != (destination == host.name):
                link.cuts += 1

    def _host(self, host: Host | str) -> Host:
        return host if isinstance(host, Host) else self.find(host)

    # Segments

    def tap(self, callback: Callable[[Segment], None]) -> Callable[[], None]:
        """Show ``callback`` every segment as it is sent; returns a function that ends this.

        The callback must only look: an error that it raises goes to whoever sent the segment.
        """
        number = next(self._tap_numbers)
        self._taps[number] = callback

        def remove() -> None:
            self._taps.pop(number, None)

        return remove

    def send(self, host: Host, segment: Segment, *, after: float) -> float:
        """Send ``segment`` from ``host``; returns when it arrives, always later than ``after``.

        Everything that a segment can meet stands here, in this order: the filters, the owner of the
        address, the two cables, the link.
        """
        verdict, passed = judge(self.filters, segment) if self.filters else (Verdict.PASS, segment)
        target = None
        link = None
        if verdict is Verdict.PASS:
            target = self.owner(passed.destination, seen_from=host)
            if target is None or not host.is_up or not self._cables(host, target):
                verdict = Verdict.DROP
            else:
                link = self.link(host, target)
                if link.is_cut:
                    verdict = Verdict.DROP
        if self._taps:
            seen = segment if verdict is Verdict.PASS else replace(segment, verdict=verdict)
            for callback in tuple(self._taps.values()):
                callback(seen)
        now = self.loop.time()
        if verdict is Verdict.DROP:
            return after
        if target is None or link is None:  # refused on the way
            if not segment.flags & Flags.RST:
                back = Link(self.quality).arrival(now, HEADER_SIZE, after, self.random)
                self.call_at(back, lambda: self._bounce(host, segment.refusal(back)))
            return after
        arrival = link.arrival(now, HEADER_SIZE + len(segment.payload), after, self.random)
        cuts = link.cuts
        self.call_at(arrival, lambda: self._arrive(target, passed, link, cuts))
        return arrival

    def _cables(self, host: Host, target: Host) -> bool:
        return host is target or (host.is_plugged and target.is_plugged)

    def _arrive(self, target: Host, segment: Segment, link: Link, cuts: int) -> None:
        if link.cuts == cuts and target.is_up:
            target.receive(segment)

    def _bounce(self, host: Host, refusal: Segment) -> None:
        """Bring ``host`` a refusal that was made on the path."""
        for callback in tuple(self._taps.values()):
            callback(refusal)
        if host.is_up:
            host.receive(refusal)

    # Connections

    async def connect(
        self, destination: str, port: int, *, source: str | None = None, source_port: int = 0
    ) -> Connection:
        """Open a connection to a numeric ``destination``, from the host that has ``source``.

        Raises ConnectionRefusedError, TimeoutError (the SYN stayed without answer) or another OSError.
        """
        here = self.running_host()
        if source is None or source in WILDCARDS:
            local = here.source_for(destination)
        else:
            local = source
            owner = self.owner(source, seen_from=here)
            if owner is None:
                raise system_error(errno.EADDRNOTAVAIL)
            here = owner
        if destination in WILDCARDS:
            destination = local
        connection = here.connect(local, source_port, destination, port, copy_context())
        if connection.opening is None:
            raise LocalMisuse("a connection that nobody opened", state=connection.phase, event="connect")
        try:
            await connection.opening
        except BaseException:
            connection.release()
            raise
        return connection
