# ruff: noqa: ANN401  (impacket has no types)
"""impacket as a DCOM client: ``python -m opcross_harness.strangers.impacket_client``.

impacket keeps its connections on classes, starts threads and blocks, so it lives apart from the bench.
Each line on standard input is an order, a JSON object; each gives one line on standard output, a JSON
object again. The first order is ``settings``; credentials come this way and never as arguments.

==================  ================================================================================
``settings``        ``address``, ``port``, ``source`` (address to call from), ``user``, ``password``,
                    ``domain``, ``level`` (a number), ``timeout`` (seconds)
``server-alive``    gives ``bindings``
``activate``        ``clsid``, ``iid``, ``name``, ``method``, ``level``; gives ``oxid``, ``oid``, ``ipid``,
                    ``rem_unknown``, ``bindings``
``call``            ``name``, ``iid``, ``opnum``, ``stub`` (hexadecimal, behind the ORPCTHIS), ``level``;
                    gives ``stub``, the whole response
``query``           ``name``, ``iid``; gives ``ipid``
``adopt``           ``objref`` (hexadecimal), ``name``, ``of`` (an activated object of the same server):
                    holds an object that a method gave
``release``         ``name``
``ping``            ``name``; a ComplexPing; gives ``set``
==================  ================================================================================

Every answer has ``form`` (a value of :class:`opcross_harness.outcomes.Form`), ``code`` and ``detail``.
"""

from __future__ import annotations

import json
import re
import socket  # noqa: TID251  (a foreign program: its sockets are impacket's)
import sys
import types
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from impacket.dcerpc.v5 import dcomrt, rpcrt, transport
from impacket.uuid import uuidtup_to_bin

from opcross_harness.outcomes import Form

__all__ = ["main"]

_NONE = 1


class _Refused(Exception):
    """The peer said no."""

    def __init__(self, form: Form, code: int, detail: str) -> None:
        self.form = form
        self.code = code
        super().__init__(detail)


@dataclass
class _Held:
    """An activated object: impacket's interface, and each IPID with the references held of it."""

    interface: Any
    ipids: dict[UUID, tuple[bytes, int]] = field(default_factory=dict)


class _FormKeeper(rpcrt.DCERPC_v5):  # type: ignore[misc]  # impacket has no types
    """Says where an answer stood: impacket raises one exception for bind_nak, fault and failure."""

    def bind(self, *args: Any, **options: Any) -> Any:
        try:
            return super().bind(*args, **options)
        except rpcrt.DCERPCException as error:
            raise _refusal(Form.BIND, error) from error

    def recv(self) -> Any:
        try:
            return super().recv()
        except rpcrt.DCERPCException as error:
            if "closed by remote host" in str(error):
                raise ConnectionResetError(str(error)) from error
            raise _refusal(Form.FAULT, error) from error

    def request(self, request: Any, uuid: Any = None, checkError: bool = True) -> Any:  # noqa: N803
        try:
            response = super().request(request, uuid, checkError)
        except rpcrt.DCERPCException as error:
            raise _refusal(Form.HRESULT, error) from error
        if isinstance(response, dcomrt.RemoteActivationResponse) and response["phr"]:
            raise _Refused(Form.HRESULT, response["phr"] & 0xFFFFFFFF, "in phr")
        return response


def _refusal(form: Form, error: Any) -> _Refused:
    return _Refused(form, _code_of(error), str(error))


def _code_of(error: Any) -> int:
    """The number behind an exception; of some impacket keeps the text alone."""
    code = error.get_error_code()
    if code is not None:
        return int(code) & 0xFFFFFFFF
    said = str(error).rpartition(": ")[2]
    for names in (rpcrt.rpc_status_codes, rpcrt.rpc_provider_reason):
        for number, name in names.items():
            if name == said:
                return int(number) & 0xFFFFFFFF
    number = said.removeprefix("0x")
    return int(number, 16) if re.fullmatch("[0-9a-fA-F]{1,8}", number) else 0


def _iid(uuid: UUID) -> Any:
    return uuidtup_to_bin((str(uuid), "0.0"))


class Client:
    """Carries out orders."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._address: str = settings["address"]
        self._port: int = settings.get("port", 135)
        self._level: int = settings.get("level", 6)
        self._credentials = (
            settings.get("user", ""),
            settings.get("password", ""),
            settings.get("domain", ""),
        )
        self._held: dict[str, _Held] = {}
        self._connections: list[Any] = []
        self._set = 0
        _take_over(self._port, settings.get("source", ""), float(settings.get("timeout", 10.0)))

    def close(self) -> None:
        """Close every connection."""
        for connection in self._connections:
            connection.disconnect()

    def server_alive(self, order: dict[str, Any]) -> dict[str, Any]:
        """ServerAlive2, without security."""
        del order
        dce = self._dce(_NONE)
        return {"bindings": _bindings(dcomrt.IObjectExporter(dce).ServerAlive2())}

    def activate(self, order: dict[str, Any]) -> dict[str, Any]:
        """RemoteCreateInstance, or RemoteActivation."""
        level = order.get("level") or self._level
        user, password, domain = self._credentials
        connection = dcomrt.DCOMConnection(self._address, user, password, domain, authLevel=level)
        self._connections.append(connection)
        clsid, iid = UUID(order["clsid"]), UUID(order["iid"])
        dce = connection.get_dce_rpc()
        if order.get("method") == "RemoteActivation":
            interface = dcomrt.IActivation(dce).RemoteActivation(_iid(clsid)[:16], _iid(iid)[:16])
        else:
            interface = dcomrt.IRemoteSCMActivator(dce).RemoteCreateInstance(_iid(clsid)[:16], _iid(iid)[:16])
        _fix_level(interface, level)
        given = dcomrt.OBJREF_STANDARD(interface.get_objRef())["std"]["cPublicRefs"]
        self._held[order.get("name", "object")] = _Held(interface, {iid: (interface.get_iPid(), given)})
        return {
            "oxid": interface.get_oxid(),
            "oid": interface.get_oid(),
            "ipid": str(UUID(bytes_le=interface.get_iPid())),
            "rem_unknown": str(UUID(bytes_le=interface.get_ipidRemUnknown())),
            "bindings": _bindings(interface.get_cinstance().get_string_bindings()),
        }

    def call(self, order: dict[str, Any]) -> dict[str, Any]:
        """An ORPC call; what stands behind the ORPCTHAT is for the bench to read."""
        held = self._of(order)
        iid = UUID(order["iid"])
        ipid = held.ipids[iid][0] if iid in held.ipids else self._query(held, iid)
        if order.get("level"):
            _fix_level(held.interface, order["level"])
        orpc_this = held.interface.get_cinstance().get_ORPCthis()
        orpc_this["flags"] = 0
        stub = orpc_this.getData() + orpc_this.getDataReferents() + bytes.fromhex(order.get("stub", ""))
        held.interface.connect(_iid(iid))
        dce = held.interface.get_dce_rpc()
        dce.call(order["opnum"], stub, ipid)
        answer = dce.recv()
        result = int.from_bytes(answer[-4:], "little")
        if result & 0x80000000:
            raise _Refused(Form.HRESULT, result, "the method's result")
        return {"stub": answer.hex()}

    def adopt(self, order: dict[str, Any]) -> dict[str, Any]:
        """Hold what an interface pointer names, through the connection of an object held already."""
        parent = self._held[order["of"]].interface
        octets = bytes.fromhex(order["objref"])
        interface = dcomrt.INTERFACE(
            parent.get_cinstance(),
            octets,
            parent.get_ipidRemUnknown(),
            target=parent.get_target(),
        )
        reference = dcomrt.OBJREF_STANDARD(octets)
        iid = UUID(bytes_le=reference["iid"])
        given = reference["std"]["cPublicRefs"]
        self._held[order["name"]] = _Held(interface, {iid: (interface.get_iPid(), given)})
        return {"iid": str(iid), "oid": interface.get_oid()}

    def query(self, order: dict[str, Any]) -> dict[str, Any]:
        """IRemUnknown::RemQueryInterface."""
        return {"ipid": str(UUID(bytes_le=self._query(self._of(order), UUID(order["iid"]))))}

    def _query(self, held: _Held, iid: UUID) -> bytes:
        interface = held.interface
        request = dcomrt.RemQueryInterface()
        request["ripid"] = interface.get_iPid()
        request["cRefs"] = 1
        request["cIids"] = 1
        wanted = dcomrt.IID()
        wanted["Data"] = _iid(iid)[:16]
        request["iids"].append(wanted)
        answer = interface.request(request, dcomrt.IID_IRemUnknown, interface.get_ipidRemUnknown())
        result = answer["ppQIResults"]
        if result["hResult"]:
            raise _Refused(Form.HRESULT, result["hResult"] & 0xFFFFFFFF, "in the REMQIRESULT")
        held.ipids[iid] = (result["std"]["ipid"], result["std"]["cPublicRefs"])
        return held.ipids[iid][0]

    def release(self, order: dict[str, Any]) -> dict[str, Any]:
        """IRemUnknown::RemRelease of every reference; impacket's own method gives back one."""
        held = self._held.pop(order.get("name", "object"))
        request = dcomrt.RemRelease()
        request["cInterfaceRefs"] = len(held.ipids)
        for ipid, references in held.ipids.values():
            element = dcomrt.REMINTERFACEREF()
            element["ipid"] = ipid
            element["cPublicRefs"] = references
            request["InterfaceRefs"].append(element)
        held.interface.request(request, dcomrt.IID_IRemUnknown, held.interface.get_ipidRemUnknown())
        return {}

    def ping(self, order: dict[str, Any]) -> dict[str, Any]:
        """IObjectExporter::ComplexPing, without security as many clients do."""
        held = self._of(order)
        answer = dcomrt.IObjectExporter(self._dce(_NONE)).ComplexPing(
            self._set, 1, [held.interface.get_oid()], []
        )
        self._set = answer["pSetId"]
        return {"set": self._set}

    def _dce(self, level: int) -> Any:
        rpc_transport = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{self._address}")
        dce = rpc_transport.get_dce_rpc()
        dce.set_auth_level(level)
        self._connections.append(dce)
        return dce

    def _of(self, order: dict[str, Any]) -> _Held:
        return self._held[order.get("name", "object")]


def _bindings(found: Any) -> list[str]:
    return [binding["aNetworkAddr"].rstrip("\0") for binding in found if binding["wTowerId"] == 7]


def _fix_level(interface: Any, level: int) -> None:
    """impacket would take the exporter's hint, and PKT_INTEGRITY for anything between."""
    interface.get_cinstance().get_auth_level = lambda: level


def _take_over(port: int, source: str, timeout: float) -> None:
    """Give impacket's transport another port for activation, a source address and a time limit."""

    class Bound(socket.socket):
        def settimeout(self, value: float | None) -> None:
            super().settimeout(timeout if value is None else min(value, timeout))

        def connect(self, address: Any) -> None:
            if source:
                self.bind((source, 0))
            super().connect(address)

    names = {**vars(socket), "socket": Bound}
    transport.socket = types.SimpleNamespace(**names)
    transport.TCPTransport.__init__.__defaults__ = (port,)
    transport.DCERPCTransport.get_dce_rpc = lambda self: _FormKeeper(self)


def _carry_out(client: Client | None, order: dict[str, Any]) -> tuple[Client | None, dict[str, Any]]:
    if order["do"] == "settings":
        return Client(order), {}
    if client is None:
        raise ValueError("the first order must be settings")
    action = {
        "server-alive": client.server_alive,
        "activate": client.activate,
        "call": client.call,
        "query": client.query,
        "adopt": client.adopt,
        "release": client.release,
        "ping": client.ping,
    }[order["do"]]
    return client, action(order)


def main() -> None:
    """Read orders, write answers, until the orders end."""
    client: Client | None = None
    for line in sys.stdin:
        answer: dict[str, Any] = {"form": Form.RESULT.value, "code": 0, "detail": ""}
        try:
            client, results = _carry_out(client, json.loads(line))
            answer |= results
        except _Refused as error:
            answer |= {"form": error.form.value, "code": error.code, "detail": str(error)}
        except TimeoutError as error:
            answer |= {"form": Form.SILENCE.value, "detail": str(error)}
        except (OSError, rpcrt.DCERPCException) as error:
            answer |= {"form": Form.TRANSPORT.value, "detail": str(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    if client is not None:
        client.close()


if __name__ == "__main__":
    main()
