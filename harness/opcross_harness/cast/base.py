"""What a cast member is, and the roles that verbs ask of it.

To add a kind: write a module beside this one with a :class:`CastKind`, name it in the tuple of
``cast/__init__.py``, and add a test to ``tests/harness/test_cast.py``. Its settings stand in a
dataclass read by :attr:`CastKind.settings`; the JSON Schema and the checks at load time follow from
that. An actor implements the roles that it can play; what it can't do it leaves to the defaults here,
which say *unsupported*.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.version import ComVersion
from opcross.hardening.events import EventRecord
from opcross.levels import AuthLevel
from opcross.yaml_files import Record
from opcross_harness.errors import Unsupported
from opcross_harness.outcomes import Outcome

if TYPE_CHECKING:
    from uuid import UUID

    from opcross_harness.stage import Stage

__all__ = ["Activation", "Actor", "CastKind", "ClientRole", "HostRole", "ObjectSeen", "ServerRole"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """What a scenario asks a client to activate; None leaves it to the client's own habits.

    ``class_name`` is a ProgID or a CLSID; ``name`` is what later steps call the object.
    """

    class_name: str
    name: str = "object"
    method: ActivationMethod | None = None
    level: AuthLevel | None = None
    version: ComVersion | None = None


@dataclass(frozen=True, slots=True)
class ObjectSeen:
    """A row of a server's object table."""

    clsid: UUID
    class_name: str
    references: int


class Actor:
    """One who takes part in a scenario, between :meth:`open` and :meth:`close`."""

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.address = address

    async def open(self) -> None:
        """Come on stage; nothing to do by default."""

    async def close(self) -> None:
        """Leave the stage; called exactly once, also when :meth:`open` failed half way."""

    def _cannot(self, what: str) -> Unsupported:
        return Unsupported(f"a cast member that can {what}", f"{self.name} cannot")


class HostRole(Actor):
    """A computer with Windows on it: an event log, a registry, updates."""

    def events(self) -> tuple[EventRecord, ...]:
        """The System log since the scenario began, oldest first."""
        raise self._cannot("keep an event log")

    async def set_registry(self, value: str, data: int | str | None) -> None:
        """Set a registry value by its name; None deletes it. It counts after a restart."""
        raise self._cannot("hold registry values")

    async def restart(self) -> None:
        """Restart the computer: connections break, objects vanish, the registry is read again."""
        raise self._cannot("be restarted")

    async def patch(self, month: str) -> None:
        """Install the updates up to a month (``YYYY-MM``); they count after a restart."""
        raise self._cannot("be patched")


class ServerRole(HostRole):
    """A host that serves classes; ``scm_port`` is where it takes activations."""

    scm_port: int = 135

    def objects(self) -> tuple[ObjectSeen, ...]:
        """The object table."""
        raise self._cannot("show its objects")

    def clsid_of(self, class_name: str) -> UUID | None:
        """The CLSID behind a ProgID or the text of a CLSID; None when nothing is known of it."""
        raise self._cannot("name its classes")


class ClientRole(Actor):
    """Who activates and calls. Refusals of the peer are outcomes, never exceptions."""

    async def activate(self, server: ServerRole, activation: Activation) -> Outcome:
        """Ask ``server`` for an object."""
        raise self._cannot("activate")

    async def get_class_object(self, server: ServerRole, activation: Activation) -> Outcome:
        """Ask ``server`` for a class object (RemoteGetClassObject)."""
        raise self._cannot("ask for class objects")

    async def call(self, object_name: str, method: str, level: AuthLevel | None = None) -> Outcome:
        """Call a method without arguments on an activated object (``GetStatus``)."""
        raise self._cannot("call methods")

    async def query_interface(self, object_name: str, interface: str) -> Outcome:
        """Ask an activated object for another interface, by name or IID."""
        raise self._cannot("query interfaces")

    async def release(self, object_name: str) -> Outcome:
        """Give an activated object back."""
        raise self._cannot("release objects")

    async def resolve(self, object_name: str) -> Outcome:
        """Resolve the OXID of an activated object again."""
        raise self._cannot("resolve OXIDs")

    async def ping(self, object_name: str) -> Outcome:
        """Ping the set that holds an activated object, out of turn."""
        raise self._cannot("ping")

    async def set_pinging(self, *, on: bool) -> None:
        """Start or stop pinging altogether."""
        raise self._cannot("stop pinging")

    async def server_alive(self, server: ServerRole) -> Outcome:
        """Call ServerAlive2, without security."""
        raise self._cannot("call ServerAlive2")


class CastKind(ABC):
    """One word of ``is:``; instances hold no state."""

    name: ClassVar[str]
    summary: ClassVar[str]
    actor: ClassVar[type[Actor]]
    settings: ClassVar[Record[Any]]
    """What a scenario may say of a member: read into one value, which :meth:`create` gets."""

    needs: ClassVar[frozenset[str]] = frozenset()
    """What the net must be able to do (``foreign programs``, ``port 135``)."""

    def missing(self) -> str | None:
        """What this installation lacks (an extra), in words; None when nothing."""
        return None

    def names(self, settings: Any) -> Mapping[str, str]:  # noqa: ANN401
        """Cast members that the settings name, by key; they come on stage first."""
        return {}

    @abstractmethod
    def create(self, name: str, settings: Any, stage: Stage) -> Actor:  # noqa: ANN401
        """The actor; it does nothing before :meth:`Actor.open`."""

    def plays(self, role: str) -> bool:
        """Whether members of this kind can play ``role``; the empty role is anybody's."""
        wanted = {"client": ClientRole, "host": HostRole, "server": ServerRole, "": Actor}[role]
        return issubclass(self.actor, wanted)
