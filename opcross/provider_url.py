"""Provider URLs: one line that says where a service comes from.

==========================================  =======================================================
``opcda://HOST[:PORT]/PROGID[/CLSID]``      a Data Access server, reached over DCOM
``sim:NAME``                                a simulated server inside this process
==========================================  =======================================================

The other schemes of the house are known by name and answered as such. A URL never holds a secret: one that
seems to is refused, and no message repeats it.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import quote, unquote_to_bytes
from uuid import UUID

from opcross.errors import FileError

__all__ = [
    "ACTIVATION_PORT",
    "DaUrl",
    "HostPort",
    "ProviderUrl",
    "SimulatedUrl",
    "parse_host",
    "parse_provider_url",
]

ACTIVATION_PORT: Final = 135
"""Where a host takes activations, unless a URL names another port."""

_LATER: Final = {
    "opchda": "Historical Data Access is",
    "opcae": "Alarms and Events are",
    "tunnel": "the tunnel is",
    "recording": "recordings are",
}
_KNOWN: Final = ("opcda", "sim", *_LATER)
_LENGTH_LIMIT: Final = 1_024
_SHAPE: Final = "opcda://HOST[:PORT]/PROGID[/CLSID]"
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})")
_SIMULATED_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
_SAFE: Final = "!$&'()*+,;=:@~"  # what RFC 3986 lets stand in a segment of a path


@dataclass(frozen=True, slots=True)
class HostPort:
    """A host, by name or address, and the port on which it takes activations."""

    host: str
    port: int = ACTIVATION_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == ACTIVATION_PORT else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class DaUrl:
    """A Data Access server on a host. Without ``clsid`` the host's OPCEnum is asked for it."""

    at: HostPort
    prog_id: str
    clsid: UUID | None = None

    def __str__(self) -> str:
        clsid = "" if self.clsid is None else f"/{self.clsid}"
        return f"opcda://{self.at}/{quote(self.prog_id, safe=_SAFE)}{clsid}"


@dataclass(frozen=True, slots=True)
class SimulatedUrl:
    """A simulated server inside this process."""

    name: str

    def __str__(self) -> str:
        return f"sim:{self.name}"


ProviderUrl: TypeAlias = DaUrl | SimulatedUrl
"""Every kind of provider that this release can reach."""


def parse_provider_url(text: str) -> ProviderUrl:
    """What a provider URL says.

    Raises :class:`~opcross.errors.FileError` in words that say what to write instead.
    """
    scheme, colon, rest = text.partition(":")
    scheme = scheme.lower()
    if not colon or "/" in scheme or not scheme:
        raise FileError(f'"{_shown(text)}" is no provider URL: write {_SHAPE}, or sim:NAME')
    _check_text(text)
    if scheme in _LATER:
        raise FileError(f"{scheme}: {_LATER[scheme]} not in this release, which has opcda: and sim:")
    if scheme == "sim":
        return _simulated(rest)
    if scheme == "opcda":
        return _da(rest)
    near = next(iter(difflib.get_close_matches(scheme, _KNOWN, n=1)), None)
    if near is None and not rest.startswith("//"):
        raise FileError(f'"{_shown(text)}" is no provider URL: write {_SHAPE}, or sim:NAME')
    raise FileError(f'no kind of provider is called "{_shown(scheme)}"; there are opcda: and sim:', near=near)


def parse_host(text: str) -> HostPort:
    """``HOST[:PORT]``, as commands take it that ask a whole host; IPv6 addresses may stand in brackets.

    Raises :class:`~opcross.errors.FileError`.
    """
    _check_text(text)
    if text.lower().startswith("opcda://"):
        text = text[len("opcda://") :].rstrip("/")
    if "/" in text:
        raise FileError(f"{_shown(text)} is no host: write HOST or HOST:PORT, without a path")
    return _authority(text)


def _check_text(text: str) -> None:
    if len(text) > _LENGTH_LIMIT:
        raise FileError(f"a provider URL has up to {_LENGTH_LIMIT} characters, not {len(text)}")
    if not text.isprintable() or " " in text:
        raise FileError("a provider URL has neither blanks nor control characters; write %20 for a blank")


def _simulated(rest: str) -> SimulatedUrl:
    name = rest.removeprefix("//").rstrip("/")
    if not _SIMULATED_NAME.fullmatch(name):
        raise FileError("write sim:NAME, with the name of a simulated server such as sim:standard")
    return SimulatedUrl(name)


def _da(rest: str) -> DaUrl:
    if not rest.startswith("//"):
        raise FileError(f"two slashes follow opcda: write {_SHAPE}")
    authority, _, path = rest[2:].partition("/")
    at = _authority(authority)
    if "?" in path or "#" in path:
        raise FileError("a provider URL has no ? and no #: user, password and level are options")
    prog_id, slash, clsid = path.removesuffix("/").partition("/")
    prog_id = _decoded(prog_id)
    if not prog_id:
        raise FileError(
            f'opcda://{at} lacks the ProgID of a server: write {_SHAPE}; "opcross da servers {at}" lists them'
        )
    return DaUrl(at, prog_id, _clsid(_decoded(clsid)) if slash else None)


def _decoded(segment: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", segment):
        raise FileError("a % in a provider URL is followed by two hexadecimal digits; write %25 for itself")
    try:
        text = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise FileError("what %.. stands for in a provider URL is no UTF-8") from None
    if not text.isprintable():
        raise FileError("a ProgID has no control characters")
    return text


def _clsid(text: str) -> UUID:
    if re.fullmatch(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?", text):
        return UUID(text.strip("{}"))
    raise FileError(
        f'"{_shown(text)}" is no CLSID: write it as 13486d51-4821-11d2-a494-3cb306c10000, behind the ProgID'
    )


def _authority(text: str) -> HostPort:
    if "@" in text:
        raise FileError(
            "a provider URL holds no user and no password: use --user, with --password-env or --password-file"
        )
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise FileError(f'"{_shown(text)}": an IPv6 address stands in brackets, as in [::1]:135')
        return HostPort(_ipv6(host), _port(rest[1:]) if rest else ACTIVATION_PORT)
    if text.count(":") > 1:
        raise FileError(f'"{_shown(text)}": put an IPv6 address in brackets, as in [::1]:135')
    host, colon, port = text.partition(":")
    return HostPort(_host(host), _port(port) if colon else ACTIVATION_PORT)


def _ipv6(text: str) -> str:
    address, percent, zone = text.partition("%")
    zone = zone.removeprefix("25")  # RFC 6874 writes the percent sign of a zone as %25
    if percent and not re.fullmatch(r"[A-Za-z0-9_.~-]{1,32}", zone):
        raise FileError(f'"{_shown(text)}": a zone is the name of an interface, as in [fe80::1%eth0]')
    try:
        found = ipaddress.IPv6Address(address)
    except ipaddress.AddressValueError:
        raise FileError(f'"{_shown(address)}" is no IPv6 address') from None
    return f"{found}%{zone}" if percent else str(found)


def _host(text: str) -> str:
    if not text:
        raise FileError(f"a host is missing: write {_SHAPE}")
    if not _HOST_NAME.fullmatch(text):
        raise FileError(f'"{_shown(text)}" is no host: letters, digits, dots and hyphens make a name')
    if re.fullmatch(r"[0-9.]+", text):
        try:
            ipaddress.IPv4Address(text)
        except ipaddress.AddressValueError:
            raise FileError(f'"{text}" is no IPv4 address') from None
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 0xFFFF:
        raise FileError(f'"{_shown(text)}" is no port: a number from 1 to 65535')
    return int(text)


def _shown(text: str) -> str:
    """What may be repeated: short, and nothing that could be a user's secret."""
    if "@" in text:
        text = "..." + text[text.rindex("@") :]
    short = text if len(text) <= 80 else text[:77] + "..."
    return "".join(c if c.isprintable() else "?" for c in short)
