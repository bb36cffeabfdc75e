"""IOXIDResolver as peers of any kind see it, and noise at every face."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import RpcStatus
from opcross.dcom.activation.face import IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IEnumString,
    IOXIDResolver,
    IRemoteSCMActivator,
    IRemUnknown2,
)
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.errors import Fault, LocalMisuse
from opcross.levels import AuthLevel
from opcross.rpc.call import Call, Caller, SyntaxId
from tests.dcom.captured import captured_pdus
from tests.dcom.direct import DirectNet
from tests.dcom.plant import CLIENT, SERVER, Plant, Words

ANYONE = Caller(CLIENT, level=AuthLevel.NONE)


def new_plant() -> Plant[DirectNet]:
    plant = Plant(DirectNet(), level=AuthLevel.INTEGRITY)
    asyncio.run(plant.open())
    return plant


def ask(plant: Plant[DirectNet], name: str, **values: Any) -> dict[str, Any]:
    method = IOXIDResolver[name]
    call = Call(SyntaxId(IID_IOXIDRESOLVER), method.opnum, method.pack_request(values) + bytes(16), ANYONE)
    return method.unpack_response(asyncio.run(plant.scm.call(call)))


def addresses(form: Any) -> list[str]:
    units = [int(unit) for unit in form.string_array]
    text = "".join(chr(unit) if unit > 7 else "|" for unit in units[: form.security_offset])
    return [part for part in text.split("|") if part]


@pytest.mark.parametrize("name", ["ResolveOxid", "ResolveOxid2"])
def test_a_resolution_names_endpoints_hint_and_ipid(name: str) -> None:
    plant = new_plant()
    answer = ask(plant, name, oxid=plant.exporter.oxid, requested_protseqs=(7, 8))
    assert answer["hresult"] == 0
    port = plant.endpoint.port
    assert addresses(answer["oxid_bindings"]) == [f"PLANT-PC[{port}]", f"{SERVER}[{port}]"]
    assert answer["rem_unknown"] == plant.exporter.ipid_rem_unknown
    assert answer["authn_hint"] == AuthLevel.INTEGRITY
    if name == "ResolveOxid2":
        assert (answer["com_version"].major_version, answer["com_version"].minor_version) == (5, 7)


@pytest.mark.parametrize("name", ["ResolveOxid", "ResolveOxid2"])
def test_an_unknown_oxid_gets_a_status_and_null_results(name: str) -> None:
    answer = ask(new_plant(), name, oxid=7, requested_protseqs=(7,))
    assert answer["hresult"] == RpcStatus.OR_INVALID_OXID
    assert answer["oxid_bindings"] is None
    assert answer["rem_unknown"] == UUID(int=0)


def test_a_client_without_tcp_gets_no_bindings() -> None:
    plant = new_plant()
    answer = ask(plant, "ResolveOxid2", oxid=plant.exporter.oxid, requested_protseqs=(8,))
    assert answer["hresult"] == 0x6A7


def test_server_alive2_names_addresses_without_endpoints() -> None:
    """[MS-DCOM] 3.1.2.5.1.6."""
    answer = ask(new_plant(), "ServerAlive2")
    assert addresses(answer["or_bindings"]) == ["PLANT-PC", SERVER]
    assert answer["com_version"].minor_version == 7
    assert ask(new_plant(), "ServerAlive")["hresult"] == 0


def test_pings_of_unknown_sets_and_objects_get_a_status() -> None:
    plant = new_plant()
    assert ask(plant, "SimplePing", set_id=7)["hresult"] == RpcStatus.OR_INVALID_SET
    unknown = ask(plant, "ComplexPing", set_id=0, sequence_num=1, add_to_set=(1, 2))
    assert unknown["hresult"] == RpcStatus.OR_INVALID_OID
    words = Words()
    std = plant.exporter.grant(words, IEnumString.iid, ANYONE)
    made = ask(plant, "ComplexPing", set_id=0, sequence_num=1, add_to_set=np.array([std.oid, 2], np.uint64))
    assert made["hresult"] == 0
    assert plant.scm.books.ping_sets.covers(std.oid)
    assert ask(plant, "SimplePing", set_id=made["set_id"])["hresult"] == 0
    gone = ask(
        plant,
        "ComplexPing",
        set_id=made["set_id"],
        sequence_num=2,
        add_to_set=None,
        del_from_set=np.array([std.oid], np.uint64),
    )
    assert (gone["hresult"], gone["set_id"]) == (0, made["set_id"])
    assert not plant.scm.books.ping_sets.covers(std.oid)


def test_an_exporter_that_ended_is_forgotten() -> None:
    plant = new_plant()
    with pytest.raises(LocalMisuse, match="already"):
        plant.scm.add_exporter(plant.exporter)
    plant.scm.remove_exporter(plant.exporter)
    answer = ask(plant, "ResolveOxid2", oxid=plant.exporter.oxid, requested_protseqs=(7,))
    assert answer["hresult"] == RpcStatus.OR_INVALID_OXID


@pytest.mark.parametrize("iid", [IID_IOXIDRESOLVER, IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR])
def test_unknown_methods_and_broken_stubs_are_faults(iid: UUID) -> None:
    plant = new_plant()
    with pytest.raises(Fault) as fault:
        asyncio.run(plant.scm.call(Call(SyntaxId(iid), 9, b"", ANYONE)))
    assert (fault.value.code, fault.value.did_not_execute) == (RpcStatus.OP_RNG_ERROR, True)
    opnum = {IID_IREMOTESCMACTIVATOR: 4}.get(iid, 0)
    with pytest.raises(Fault) as fault:
        asyncio.run(plant.scm.call(Call(SyntaxId(iid), opnum, b"\1\2\3", ANYONE)))
    assert fault.value.code == RpcStatus.BAD_STUB_DATA


def test_the_scm_speaks_three_interfaces() -> None:
    plant = new_plant()
    for iid in (IID_IOXIDRESOLVER, IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR):
        assert plant.scm.accepts(SyntaxId(iid))
        assert not plant.scm.accepts(SyntaxId(iid, 1))
    assert not plant.scm.accepts(SyntaxId(IID_IUNKNOWN))
    with pytest.raises(Fault):
        asyncio.run(plant.scm.call(Call(SyntaxId(IID_IUNKNOWN), 0, b"", ANYONE)))


def test_a_captured_activation_of_windows_finds_no_class_here() -> None:
    """The whole request, verification trailer cut off, through our server."""
    plant = new_plant()
    (stub,) = [
        pdu.stub
        for pdu in captured_pdus("suricata-verify_dcerpc-ctxids.pcap")
        if pdu.request and pdu.opnum == 3 and b"MEOW\x04" in pdu.stub[:60]
    ]
    method = IRemoteSCMActivator[3]
    answer = method.unpack_response(
        asyncio.run(plant.scm.call(Call(SyntaxId(IID_IREMOTESCMACTIVATOR), 3, stub, ANYONE)))
    )
    assert answer["hresult"] == 0x80040154
    assert answer["pp_act_properties"] is None


FACES = [
    (IID_IOXIDRESOLVER, 0),
    (IID_IOXIDRESOLVER, 2),
    (IID_IOXIDRESOLVER, 4),
    (IID_IREMOTEACTIVATION, 0),
    (IID_IREMOTESCMACTIVATOR, 3),
    (IID_IREMOTESCMACTIVATOR, 4),
    (IRemUnknown2.iid, 3),
    (IRemUnknown2.iid, 4),
    (IRemUnknown2.iid, 5),
    (IRemUnknown2.iid, 6),
    (IEnumString.iid, 3),
]
PLANT = new_plant()
IPID = PLANT.exporter.grant(Words(), IEnumString.iid, None).ipid


@given(st.sampled_from(FACES), st.binary(max_size=300), st.booleans(), st.booleans())
def test_noise_gets_an_answer_or_a_fault(
    face: tuple[UUID, int], noise: bytes, little: bool, with_header: bool
) -> None:
    iid, opnum = face
    header = (b"\5\0\7\0" if little else b"\0\5\0\7") + bytes(28)
    caller = Caller(CLIENT, level=AuthLevel.PRIVACY)
    ipid = {IRemUnknown2.iid: PLANT.exporter.ipid_rem_unknown, IEnumString.iid: IPID}.get(iid)
    call = Call(SyntaxId(iid), opnum, (header if with_header else b"") + noise, caller, ipid, little)
    dispatcher = PLANT.scm if PLANT.scm.accepts(SyntaxId(iid)) else PLANT.exporter
    with contextlib.suppress(Fault):
        asyncio.run(dispatcher.call(call))
    assert PLANT.errors == [], "noise reached a method that could not take it"
