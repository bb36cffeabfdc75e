"""``is: impacket-client``: impacket, another team's stack, in a process of its own."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from opcross.codes import hresult_name, rpc_status_name
from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.levels import AuthLevel
from opcross.yaml_files import TEXT, Key, Record
from opcross_harness.cast.accounts import password_of
from opcross_harness.cast.base import Activation, CastKind, ClientRole, ServerRole
from opcross_harness.cast.foreign_program import PATIENCE, ForeignProgram
from opcross_harness.cast.methods import FIRST_INTERFACE, find_interface, find_method
from opcross_harness.errors import ScenarioError
from opcross_harness.nets import FOREIGN_PROGRAMS
from opcross_harness.outcomes import OK, Form, Outcome
from opcross_harness.verbs.kinds import LEVEL

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["ImpacketClient", "ImpacketClientKind", "ImpacketSettings"]

_MODULE = "opcross_harness.strangers.impacket_client"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpacketSettings:
    """What a scenario says of the client."""

    level: AuthLevel = AuthLevel.PRIVACY
    user: str = ""
    password: str | None = None


class ImpacketClient(ClientRole):
    """Gives orders to the program, one process for each server."""

    def __init__(self, name: str, settings: ImpacketSettings, stage: Stage) -> None:
        super().__init__(name, stage.venue.address_for(name))
        self._settings = settings
        self._programs: dict[str, ForeignProgram] = {}
        self._owners: dict[str, ServerRole] = {}

    async def close(self) -> None:
        """End the programs: their orders end."""
        programs, self._programs = self._programs, {}
        for program in programs.values():
            await program.close()

    async def activate(self, server: ServerRole, activation: Activation) -> Outcome:
        """Ask for an object."""
        if activation.version is not None:
            raise self._cannot("claim another COM version")
        clsid = server.clsid_of(activation.class_name)
        if clsid is None:
            raise ScenarioError(f'{server.name} has no class "{activation.class_name}"')
        method = activation.method or ActivationMethod.REMOTE_CREATE_INSTANCE
        outcome = await self._order(
            server,
            "activate",
            name=activation.name,
            clsid=str(clsid),
            iid=str(FIRST_INTERFACE.get(clsid, IID_IUNKNOWN)),
            method=method.value,
            level=int(activation.level or self._settings.level),
        )
        if outcome.succeeded:
            self._owners[activation.name] = server
        return outcome

    async def call(self, object_name: str, method: str, level: AuthLevel | None = None) -> Outcome:
        """Call a method without arguments."""
        interface, called = find_method(method)
        return await self._order(
            self._owner(object_name),
            "call",
            name=object_name,
            iid=str(interface.iid),
            opnum=called.opnum,
            **({"level": int(level)} if level is not None else {}),
        )

    async def query_interface(self, object_name: str, interface: str) -> Outcome:
        """Ask an object for another interface."""
        iid = str(find_interface(interface))
        return await self._order(self._owner(object_name), "query", name=object_name, iid=iid)

    async def release(self, object_name: str) -> Outcome:
        """Give an object back."""
        owner = self._owner(object_name)
        del self._owners[object_name]
        return await self._order(owner, "release", name=object_name)

    async def ping(self, object_name: str) -> Outcome:
        """Ping, without security."""
        return await self._order(self._owner(object_name), "ping", name=object_name)

    async def server_alive(self, server: ServerRole) -> Outcome:
        """Call ServerAlive2."""
        return await self._order(server, "server-alive")

    def _owner(self, object_name: str) -> ServerRole:
        owner = self._owners.get(object_name)
        if owner is None:
            raise ScenarioError(f'{self.name} holds no object "{object_name}"')
        return owner

    async def _order(self, server: ServerRole, what: str, **details: Any) -> Outcome:  # noqa: ANN401
        program = self._programs.get(server.name)
        if program is None:
            program = self._programs[server.name] = await self._start(server)
        return _outcome(await program.ask({"do": what, **details}))

    async def _start(self, server: ServerRole) -> ForeignProgram:
        program = await ForeignProgram.start("impacket", (sys.executable, "-m", _MODULE))
        settings = self._settings
        password = settings.password if settings.password is not None else password_of(settings.user)
        order = {
            "do": "settings",
            "address": server.address,
            "port": server.scm_port,
            "source": self.address,
            "user": settings.user,
            "password": password if settings.user else "",
            "level": int(settings.level),
            "timeout": PATIENCE / 2,
        }
        await program.ask(order)
        return program


def _outcome(answer: dict[str, Any]) -> Outcome:
    form, code = Form(answer["form"]), int(answer["code"])
    if form is Form.RESULT:
        return OK
    names = {Form.FAULT: rpc_status_name, Form.HRESULT: hresult_name}
    name = names[form](code) if form in names else ""
    return Outcome(form, code, name, answer["detail"])


class ImpacketClientKind(CastKind):
    """The word."""

    name = "impacket-client"
    summary = "impacket, another team's DCOM stack, in a process of its own."
    actor = ImpacketClient
    needs = frozenset({FOREIGN_PROGRAMS})
    settings = Record(
        ImpacketSettings,
        {
            "level": Key(LEVEL, description="for activations and calls (default: privacy)"),
            "user": Key(TEXT, description="who logs on (default: nobody)"),
            "password": Key(TEXT, description="a wrong password; the right one needs no word"),
        },
    )

    def missing(self) -> str | None:
        """The extra."""
        if importlib.util.find_spec("impacket") is None:
            return 'impacket is not installed (pip install "opcross[strangers]")'
        return None

    def create(self, name: str, settings: ImpacketSettings, stage: Stage) -> ImpacketClient:
        """The client."""
        return ImpacketClient(name, settings, stage)
