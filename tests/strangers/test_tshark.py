"""tshark reads a recorded activation: what it decodes, decrypted, equals what was sent and received.

Its mark for malformed packets is a weak witness, so values are compared, field by field.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.net.clock import entropy
from opcross.opc.da.interfaces_generated import IOPCServerProxy
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security import Credentials
from opcross_harness.captures import segments_of, write_pcapng
from tests.strangers.hosting import (
    CLSID,
    IID_IOPCSERVER,
    PASSWORD,
    USER,
    HostInThread,
    unused_address,
)

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.strangers("tshark"), pytest.mark.usefixtures("port_135")]

FIELDS = (
    "dcerpc.pkt_type",
    "dcerpc.opnum",
    "dcerpc.auth_level",
    "dcerpc.auth_type",
    "dcerpc.obj_id",
    "dcerpc.cn_status",
    "isystemactivator.properties.instninfo.clsid",
    "isystemactivator.properties.instninfo.iid",
    "isystemactivator.properties.scmresp.oxid",
    "isystemactivator.properties.scmresp.rmtunknid",
    "isystemactivator.properties.scmresp.authhint",
    "isystemactivator.properties.si.ci.name",
    "dcom.clsid",
    "dcom.iid",
    "dcom.oxid",
    "dcom.oid",
    "dcom.ipid",
    "dcom.stdobjref.public_refs",
    "dcom.version_minor",
    "dcom.hresult",
    "dcom.dualstringarray.network_addr",
    "ntlmssp.auth.username",
    "ntlmssp.auth.hostname",
    "_ws.malformed",
)
REQUEST, RESPONSE = "0", "2"
LEVELS = pytest.mark.parametrize(
    "level", [AuthLevel.INTEGRITY, AuthLevel.PRIVACY], ids=lambda each: each.word
)
SERVICES = pytest.mark.parametrize("service", [AuthService.NTLM, AuthService.NEGOTIATE], ids=lambda s: s.name)


@dataclass(frozen=True)
class Session:
    """What our client knows of the object that it held."""

    oxid: int
    oid: int
    ipid: UUID
    port: int


Row = dict[str, list[str]]


def dissect(path: Path, port: int, show: str) -> list[Row]:
    """The packets that ``show`` selects, each field with all its values."""
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    done = subprocess.run(
        [
            tshark,
            "-r",
            str(path),
            "-d",
            f"tcp.port=={port},dcerpc",
            "-o",
            "dcerpc.reassemble_dcerpc:TRUE",
            "-o",
            f"ntlmssp.nt_password:{PASSWORD}",
            "-Y",
            show,
            "-T",
            "fields",
            "-E",
            "separator=/t",
            "-E",
            "aggregator=|",
            *[word for name in FIELDS for word in ("-e", name)],
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    rows = []
    for line in done.stdout.splitlines():
        cells = line.split("\t")
        rows.append({name: cell.split("|") if cell else [] for name, cell in zip(FIELDS, cells, strict=True)})
    return rows


def record(path: Path, host: HostInThread) -> None:
    write_pcapng(path, segments_of(host.entries), names={"OPCSRV": host.address})


async def use_an_object(
    host: HostInThread, level: AuthLevel, service: AuthService, method: ActivationMethod
) -> Session:
    security = ChannelSecurity(level, service, Credentials(USER, PASSWORD))
    connector = RpcConnector(local_addr=(unused_address(), 0))
    client = DcomClient(connector, host.address, entropy=entropy, options=ImporterOptions(security=security))
    try:
        held = await client.activate(CLSID, [IID_IOPCSERVER], method=method)
        interface = held.interface(IID_IOPCSERVER)
        await IOPCServerProxy(interface).get_status()
        (port,) = {entry.server[1] for entry in host.entries} - {135}
        return Session(held.oxid, held.oid, interface.ipid, port)
    finally:
        await client.close()


@SERVICES
@LEVELS
def test_an_activation_reads_as_it_was_meant(tmp_path: Path, level: AuthLevel, service: AuthService) -> None:
    path = tmp_path / "activation.pcapng"
    with HostInThread("2023-03") as host:
        session = asyncio.run(use_an_object(host, level, service, ActivationMethod.REMOTE_CREATE_INSTANCE))
        record(path, host)
    request, response = dissect(path, session.port, "isystemactivator")
    # An auth3 may share the segment with the request, which then comes last.
    assert request["dcerpc.pkt_type"][-1] == REQUEST
    assert request["dcerpc.opnum"] == ["4"]
    assert request["dcerpc.auth_level"][-1] == str(int(level))
    assert response["dcerpc.auth_level"] == [str(int(level))]
    assert request["dcerpc.auth_type"][-1] == str(int(service))
    assert request["isystemactivator.properties.instninfo.clsid"] == [str(CLSID)]
    assert request["isystemactivator.properties.instninfo.iid"] == [str(IID_IOPCSERVER)]
    assert response["dcerpc.pkt_type"] == [RESPONSE]
    assert [int(value, 0) for value in response["isystemactivator.properties.scmresp.oxid"]] == [session.oxid]
    assert [int(value, 0) for value in response["dcom.oxid"]] == [session.oxid]
    assert [int(value, 0) for value in response["dcom.oid"]] == [session.oid]
    assert response["dcom.ipid"] == [str(session.ipid)]
    assert str(IID_IOPCSERVER) in response["dcom.iid"]
    assert f"{host.address}[{session.port}]" in response["dcom.dualstringarray.network_addr"]
    assert not request["_ws.malformed"]
    assert not response["_ws.malformed"]


@SERVICES
@LEVELS
def test_the_old_activation_reads_as_it_was_meant(
    tmp_path: Path, level: AuthLevel, service: AuthService
) -> None:
    path = tmp_path / "activation.pcapng"
    with HostInThread("2023-03") as host:
        session = asyncio.run(use_an_object(host, level, service, ActivationMethod.REMOTE_ACTIVATION))
        record(path, host)
    request, response = dissect(path, session.port, "remact")
    assert request["dcom.clsid"] == [str(CLSID)]
    assert str(IID_IOPCSERVER) in request["dcom.iid"]
    assert session.oxid in [int(value, 0) for value in response["dcom.oxid"]]
    assert [int(value, 0) for value in response["dcom.oid"]] == [session.oid]
    assert str(session.ipid) in response["dcom.ipid"]
    assert f"{host.address}[{session.port}]" in response["dcom.dualstringarray.network_addr"]
    assert not request["_ws.malformed"]
    assert not response["_ws.malformed"]


@SERVICES
def test_calls_carry_the_object_and_the_log_on_names_the_user(tmp_path: Path, service: AuthService) -> None:
    path = tmp_path / "calls.pcapng"
    with HostInThread("2023-03") as host:
        session = asyncio.run(
            use_an_object(host, AuthLevel.PRIVACY, service, ActivationMethod.REMOTE_CREATE_INSTANCE)
        )
        record(path, host)
    calls = dissect(path, session.port, f"tcp.port == {session.port} and dcerpc.pkt_type == 0")
    get_status = [row for row in calls if row["dcerpc.opnum"] == ["6"]]
    assert [row["dcerpc.obj_id"] for row in get_status] == [[str(session.ipid)]]
    assert {level for row in calls for level in row["dcerpc.auth_level"]} == {"6"}
    log_ons = dissect(path, session.port, "ntlmssp.auth.username")
    assert len(log_ons) == 2, "one at the activator, one at the exporter"
    assert {tuple(row["ntlmssp.auth.username"]) for row in log_ons} == {(USER,)}


def test_a_refusal_reads_as_a_fault_with_status_5(tmp_path: Path) -> None:
    path = tmp_path / "refusal.pcapng"
    with HostInThread("2023-03") as host:

        async def refused() -> None:
            await use_an_object(
                host, AuthLevel.CONNECT, AuthService.NTLM, ActivationMethod.REMOTE_CREATE_INSTANCE
            )

        with pytest.raises(Exception, match="ERROR_ACCESS_DENIED"):
            asyncio.run(refused())
        record(path, host)
    (fault,) = dissect(path, 135, "dcerpc.pkt_type == 3")
    assert [int(value, 0) for value in fault["dcerpc.cn_status"]] == [5]
