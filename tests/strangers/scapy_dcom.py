# ruff: noqa: RUF012  (fields_desc is how scapy declares a structure)
# mypy: disable-error-code="no-untyped-call, misc, abstract, unreachable"
"""scapy as a DCOM client, with the OPC interface that it does not know, and a view of every answer."""

from __future__ import annotations

import socket  # noqa: TID251  (scapy's sockets)
import types
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest import mock
from uuid import UUID

import pytest

from tests.strangers.hosting import IID_IOPCSERVER

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("scapy")
    from scapy.layers.dcerpc import (
        DCE_C_AUTHN_LEVEL,
        ComInterface,
        DceRpc5BindNak,
        DceRpc5Fault,
        DceRpcOp,
        NDRConfVarStrNullFieldUtf16,
        NDRFullEmbPointerField,
        NDRFullPointerField,
        NDRIntField,
        NDRPacket,
        NDRPacketField,
        NDRShortField,
        find_com_interface,
        register_com_interface,
    )
    from scapy.layers.msrpce import rpcclient
    from scapy.layers.msrpce.msdcom import DCOM_Client
    from scapy.layers.ntlm import NTLMSSP
    from scapy.layers.spnego import SPNEGOSSP

    import scapy.layers.msrpce.all  # noqa: F401  (registers the interfaces)  # isort: skip

__all__ = ["Answer", "ScapyClient"]


class FileTime(NDRPacket):
    ALIGNMENT = (4, 4)
    fields_desc = [NDRIntField("low", 0), NDRIntField("high", 0)]


class ServerStatus(NDRPacket):
    """OPCSERVERSTATUS, written from the OPC DA specification in scapy's terms."""

    ALIGNMENT = (4, 8)
    fields_desc = [
        NDRPacketField("ftStartTime", FileTime(), FileTime),
        NDRPacketField("ftCurrentTime", FileTime(), FileTime),
        NDRPacketField("ftLastUpdateTime", FileTime(), FileTime),
        NDRIntField("dwServerState", 0),
        NDRIntField("dwGroupCount", 0),
        NDRIntField("dwBandWidth", 0),
        NDRShortField("wMajorVersion", 0),
        NDRShortField("wMinorVersion", 0),
        NDRShortField("wBuildNumber", 0),
        NDRShortField("wReserved", 0),
        NDRFullEmbPointerField(NDRConfVarStrNullFieldUtf16("szVendorInfo", "")),
    ]


class GetStatusRequest(NDRPacket):
    fields_desc: list[Any] = []


class GetStatusResponse(NDRPacket):
    fields_desc = [
        NDRFullPointerField(NDRPacketField("ppServerStatus", ServerStatus(), ServerStatus)),
        NDRIntField("status", 0),
    ]


register_com_interface(
    name="IOPCServer", uuid=IID_IOPCSERVER, opnums={6: DceRpcOp(GetStatusRequest, GetStatusResponse)}
)


class Answer(Exception):
    """The server refused; ``kind`` is ``fault`` or ``bind_nak``, ``code`` its status or reason.

    Or scapy refused the answer: it logs why, and closes the connection.
    """

    def __init__(self, kind: str, code: int) -> None:
        self.kind = kind
        self.code = code
        super().__init__(f"{kind} 0x{code:08x}")


class ScapyClient:
    """Activates and calls GetStatus from ``source``; refusals are raised as :class:`Answer`."""

    def __init__(self, source: str, *, level: int, user: str, password: str, spnego: bool) -> None:
        self._source = source
        ntlm = NTLMSSP(UPN=user, PASSWORD=password)
        self._client = DCOM_Client(
            ssp=SPNEGOSSP([ntlm]) if spnego else ntlm, auth_level=DCE_C_AUTHN_LEVEL(level), verb=False
        )
        self._watch(self._client)
        self.level = level

    def _watch(self, client: Any) -> None:
        send = client.sr1

        def watched(packet: Any, **options: Any) -> Any:
            answer = send(packet, **options)
            if answer is None:
                raise Answer("none that scapy would take", 0)
            if DceRpc5Fault in answer:
                raise Answer("fault", answer[DceRpc5Fault].status)
            if DceRpc5BindNak in answer:
                raise Answer("bind_nak", answer[DceRpc5BindNak].provider_reject_reason)
            return answer

        client.sr1 = watched

    def activate(self, address: str, clsid: UUID, *, through: str | None = None) -> Any:
        """RemoteCreateInstance for IOPCServer; ``through`` is dialled, not what ServerAlive2 says."""
        dialled = mock.patch.object(self._client, "_ChoseRPCBinding", side_effect=lambda _: (through, 135))
        with self._calling(), dialled if through else nullcontext():
            self._client.connect(address)
            return self._client.RemoteCreateInstance(clsid, [_interface()])

    def status(self, instance: Any) -> Any:
        """The OPCSERVERSTATUS, as scapy unpacks it."""
        with self._calling():
            answer = instance.sr1_req(
                pkt=GetStatusRequest(ndr64=False),
                iface=_interface(),
                auth_level=DCE_C_AUTHN_LEVEL(self.level),
            )
        assert answer.status == 0
        return answer.valueof("ppServerStatus")

    def release(self, instance: Any) -> None:
        """RemRelease."""
        instance.release()

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """Give scapy's RPC client, and nothing else, sockets with our source address."""
        source = self._source

        class Bound(socket.socket):
            def connect(self, address: Any) -> None:
                self.bind((source, 0))
                super().connect(address)

        names = types.SimpleNamespace(**{**vars(socket), "socket": Bound})
        with mock.patch.object(rpcclient, "socket", names):
            yield

    def close(self) -> None:
        """Close every connection."""
        for entry in self._client.OXID_table.values():
            if entry.client is not None:
                entry.client.close()
        if self._client.sock is not None:
            self._client.close()


def _interface() -> ComInterface:
    return find_com_interface("IOPCServer")
