"""The description of a simulated host: in Python, or as a YAML file.

::

    format: 1
    name: LINE1
    os: windows-server-2019
    phase: 2022-06
    address: 127.0.7.1
    accounts:
      - {user: OPERATOR, password: plant, groups: [Distributed COM Users]}
    logged-on: OPERATOR
    identity: interactive-user
    registry:
      - key: HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat
        name: RequireIntegrityActivationAuthenticationLevel
        dword: 0
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from opcross.errors import FileError
from opcross.hardening import (
    OPERATING_SYSTEMS,
    UNPATCHED,
    AnonymousRule,
    Month,
    OperatingSystem,
    PatchState,
    RefusalForm,
    Switches,
    operating_system,
    parse_month,
)
from opcross.levels import AuthLevel
from opcross.yaml_files import BOOLEAN, TEXT, Choice, Integer, Key, ListOf, Node, Record, Scalar, load_file
from opcross_simulators.windows.identities import IdentityKind, ServerIdentity, this_user
from opcross_simulators.windows.registry import Registry, RegistryValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = [
    "DEFAULT_OS",
    "DEFAULT_PHASE",
    "HOST",
    "IDENTITY",
    "SWITCHES",
    "AccountConfig",
    "ApplicationConfig",
    "HostConfig",
    "RegistryEntry",
    "load_host",
    "parse_identity",
]

DEFAULT_OS: Final = operating_system("windows-server-2019")
DEFAULT_PHASE: Final = Month(2023, 3)
_FORMAT: Final = 1
_LAST_PORT: Final = 65535
_WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104  (refused)
_MAX_NAME: Final = 15  # characters of a NetBIOS name


@dataclass(frozen=True, slots=True)
class AccountConfig:
    """An account of the host, or (``domain``) of its domain.

    ``groups`` None puts it where an account may activate remotely: into Distributed COM Users, or into
    Administrators on a system that lacks that group.
    """

    user: str
    password: str = field(repr=False)
    domain: bool = False
    groups: tuple[str, ...] | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class RegistryEntry:
    """A registry value; either a number or a text."""

    key: str
    name: str
    dword: int | None = None
    text: str | None = None

    @property
    def value(self) -> RegistryValue:
        """The value. Raises :class:`~opcross.errors.FileError` unless exactly one is given."""
        if self.dword is not None and self.text is None:
            return self.dword
        if self.text is not None and self.dword is None:
            return self.text
        raise FileError(f'registry value "{self.name}" needs either "dword" or "text"')


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationConfig:
    """What an administrator changed of an application after its setup; None leaves a setting as it is.

    ``name`` is a ProgID or a CLSID of one of its classes. ``callback_level`` is no setting of Windows but
    a habit of the program: a level that it sets on its callbacks itself.
    """

    name: str
    identity: ServerIdentity | None = None
    callback_level: AuthLevel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostConfig:
    """A host as it is set up, before its first start.

    ``phase`` is the month of its updates (None: unpatched). ``port`` is where it listens, ``advertise`` the
    port that clients believe in when a redirection stands between (None: the same). ``domain`` is empty for a
    workgroup host. ``lenient`` takes unprotected requests at PKT, which some clients send. ``seed`` goes into
    the identifiers of accounts. ``identity`` is that of every application which is no service;
    ``applications`` says it of single ones. ``logged_on`` is the account that sits at the console from
    each start on; empty for nobody.
    """

    name: str = "OPCSIM"
    os: OperatingSystem = DEFAULT_OS
    phase: Month | None = DEFAULT_PHASE
    address: str = "127.0.0.1"
    port: int = 135
    advertise: int | None = None
    domain: str = ""
    accounts: tuple[AccountConfig, ...] = ()
    registry: tuple[RegistryEntry, ...] = ()
    switches: Switches = field(default_factory=Switches)
    lenient: bool = False
    seed: int = 0
    identity: ServerIdentity | None = None
    applications: tuple[ApplicationConfig, ...] = ()
    logged_on: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= _MAX_NAME or not all(c.isalnum() or c == "-" for c in self.name):
            raise FileError(f'a computer has 1 to {_MAX_NAME} letters, digits and hyphens, not "{self.name}"')
        if _address(self.address) in _WILDCARDS:
            raise FileError(f"a host has one address, which clients dial; {self.address} is none")
        if not 0 <= self.port <= _LAST_PORT:
            raise FileError(f"a port is from 0 (any that is free) to {_LAST_PORT}, not {self.port}")
        if self.advertise is not None and not 0 < self.advertise <= _LAST_PORT:
            raise FileError(f"the port that clients are told is from 1 to {_LAST_PORT}, not {self.advertise}")
        users = [account.user for account in self.accounts]
        wanted = self.logged_on.rpartition("\\")[2].casefold()
        if wanted and wanted not in (user.casefold() for user in users):
            near = get_close_matches(self.logged_on, users, 1)
            raise FileError(
                f'"{self.logged_on}" cannot be logged on: no account has that name',
                near=near[0] if near else None,
            )

    @property
    def patch(self) -> PatchState:
        """The system and its updates."""
        return PatchState(self.os, self.phase)

    def make_registry(self) -> Registry:
        """A registry with the values of this description."""
        registry = Registry()
        for entry in self.registry:
            registry.set(entry.key, entry.name, entry.value)
        return registry


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Read(Generic[T]):
    """Text that ``convert`` reads; its FileError gets the file and the line."""

    convert: Callable[[str], T]
    schema: Mapping[str, object]

    def read(self, node: Node) -> T:
        text = TEXT.read(node)
        try:
            return self.convert(text)
        except FileError as error:
            raise node.place.wrong(error.reason, near=error.near) from error

    def json_schema(self) -> dict[str, object]:
        return dict(self.schema)


@dataclass(frozen=True, slots=True)
class _Placed(Generic[T]):
    """A record whose checks raise FileError without a place."""

    record: Record[T]

    def read(self, node: Node) -> T:
        values = self.record.values(node)
        try:
            return self.record.make(**values)
        except FileError as error:
            raise node.place.wrong(error.reason, near=error.near) from error

    def json_schema(self) -> dict[str, object]:
        return self.record.json_schema()


class _Identity:
    """A word, or an account: ``{user: 'PLANT\\opc', password: secret}``."""

    def read(self, node: Node) -> ServerIdentity:
        if isinstance(node, Scalar):
            return ServerIdentity(_WORDS.read(node))
        values = _ACCOUNT_OF_IDENTITY.values(node)
        try:
            return this_user(values["user"], values.get("password"))
        except FileError as error:
            raise node.place.wrong(error.reason) from error

    def json_schema(self) -> dict[str, object]:
        return {"anyOf": [_WORDS.json_schema(), _ACCOUNT_OF_IDENTITY.json_schema()]}


def _application(name: str, **values: object) -> ApplicationConfig:
    return ApplicationConfig(name=name, **values)  # type: ignore[arg-type]  # typed by the kinds of _APPLICATION


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise FileError(f'expected an address like 127.0.7.1, found "{text}"') from None


def _host(format: int, **values: object) -> HostConfig:  # noqa: A002  (the file's own word)
    return HostConfig(**values)  # type: ignore[arg-type]  # typed by the kinds of HOST


PHASE_KIND: Final = _Read(parse_month, {"type": "string", "pattern": rf"^(\d{{4}}-\d{{2}}|{UNPATCHED})$"})
OS_KIND: Final = _Read(operating_system, {"enum": [system.name for system in OPERATING_SYSTEMS]})
_PORT: Final = Integer(1, _LAST_PORT)
_ACCOUNT: Final = Record(
    AccountConfig,
    {
        "user": Key(TEXT, required=True),
        "password": Key(TEXT, required=True),
        "domain": Key(BOOLEAN, description="an account of the domain instead of the host"),
        "groups": Key(ListOf(TEXT)),
        "enabled": Key(BOOLEAN),
    },
)
_REGISTRY: Final = Record(
    RegistryEntry,
    {
        "key": Key(TEXT, required=True),
        "name": Key(TEXT, required=True),
        "dword": Key(Integer(0, 0xFFFFFFFF)),
        "text": Key(TEXT),
    },
)
_WORDS: Final = Choice({kind.value: kind for kind in IdentityKind if kind is not IdentityKind.THIS_USER})
_ACCOUNT_OF_IDENTITY: Final = Record(
    this_user, {"user": Key(TEXT, required=True), "password": Key(TEXT, description="what was typed")}
)
IDENTITY: Final = _Identity()
"""The kind of an identity, for files of other sorts, too."""
_LEVELS: Final = Choice({level.word: level for level in AuthLevel if level is not AuthLevel.DEFAULT})
_APPLICATION: Final = Record(
    _application,
    {
        "name": Key(TEXT, required=True, description="a ProgID or a CLSID of the application"),
        "identity": Key(IDENTITY),
        "callback-level": Key(_LEVELS, description="the level that the program sets on its callbacks itself"),
    },
)
SWITCHES: Final = Record(
    Switches,
    {
        "refusal": Key(Choice({form.value: form for form in RefusalForm})),
        "anonymous": Key(Choice({rule.value: rule for rule in AnonymousRule})),
        "gate-first": Key(BOOLEAN),
        "gate-resolver": Key(BOOLEAN),
    },
)
"""The kind of the switches, for files of other sorts, too."""

HOST: Final = _Placed(
    Record(
        _host,
        {
            "format": Key(Integer(_FORMAT, _FORMAT), required=True),
            "name": Key(TEXT),
            "os": Key(OS_KIND),
            "phase": Key(PHASE_KIND, description="the month of its updates, or unpatched"),
            "address": Key(_Read(_address, TEXT.json_schema())),
            "port": Key(Integer(0, _LAST_PORT), description="0 takes any that is free"),
            "advertise": Key(_PORT),
            "domain": Key(TEXT),
            "accounts": Key(ListOf(_ACCOUNT)),
            "registry": Key(ListOf(_REGISTRY)),
            "switches": Key(SWITCHES),
            "lenient": Key(BOOLEAN),
            "seed": Key(Integer(0)),
            "identity": Key(IDENTITY, description="in whose name OPC servers run that are no services"),
            "applications": Key(ListOf(_APPLICATION), description="settings of single applications"),
            "logged-on": Key(TEXT, description="the account that sits at the console"),
        },
    )
)
"""The kind of a host file."""


def parse_identity(text: str, accounts: tuple[AccountConfig, ...]) -> ServerIdentity:
    """An identity as a word, or as the name of one of these accounts, whose password is typed right.

    Raises :class:`~opcross.errors.FileError` for anything else, with the nearest that there is.
    """
    if text in _WORDS.words:
        return ServerIdentity(_WORDS.words[text])
    users = {account.user.casefold(): account.user for account in accounts}
    if text.rpartition("\\")[2].casefold() in users:
        return this_user(text)
    known = [*_WORDS.words, *users.values()]
    near = get_close_matches(text, known, 1)
    raise FileError(
        f'"{text}" is no identity: expected one of {", ".join(known)}', near=near[0] if near else None
    )


def load_host(path: Path | str) -> HostConfig:
    """Read a host file. Raises :class:`~opcross.errors.FileError` with file and line."""
    node = load_file(path)
    if isinstance(node, Scalar):
        raise node.place.wrong("expected a description of a host")
    return HOST.read(node)
