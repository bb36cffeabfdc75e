"""Generated signatures: current, and good for a call from proxy to handler and back."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from opcross.errors import AccessDenied, Fault, HResultError, LocalMisuse, WireError
from opcross.ndr import Interface, Method, Reader, SafeArray, Servant, Variant, VariantColumn, VarType, Writer
from opcross.opc.common.interfaces_generated import (
    IOPCCommon,
    IOPCCommonGetErrorStringResult,
    IOPCCommonProxy,
    IOPCCommonQueryAvailableLocaleIDsResult,
)
from opcross.opc.da.interfaces_generated import (
    OPCDATASOURCE,
    OPCITEMSTATE,
    OPCSERVERSTATE,
    OPCSERVERSTATUS,
    IOPCServer,
    IOPCServerGetStatusResult,
    IOPCServerProxy,
    IOPCSyncIO,
    IOPCSyncIO2,
    IOPCSyncIO2Proxy,
    IOPCSyncIOProxy,
    IOPCSyncIOReadResult,
)

ROOT = Path(__file__).resolve().parents[2]


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_interfaces", ROOT / "tools" / "generate_interfaces.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    """Run ``python tools/generate_interfaces.py`` after a change to the tables."""
    assert generator().main(["--check"]) == 0, capsys.readouterr().out


class Wire:
    """An invoker that packs, hands the octets to a servant, and unpacks."""

    def __init__(self, interface: Interface, handler: object) -> None:
        self.servant = Servant(interface, handler)

    async def invoke(self, method: Method, values: Mapping[str, Any]) -> Mapping[str, Any]:
        writer = Writer()
        await self.servant.answer(method.opnum, Reader(method.pack_request(values)), writer)
        return method.unpack_response(writer.getvalue(), request=values, strict=True)


STATUS = OPCSERVERSTATUS(
    start_time=1,
    current_time=2,
    last_update_time=3,
    server_state=OPCSERVERSTATE.OPC_STATUS_RUNNING,
    group_count=0,
    band_width=0xFFFFFFFF,
    major_version=3,
    minor_version=0,
    build_number=1,
    vendor_info="Opcross",
)


class Plant:
    """Answers a few methods of several interfaces."""

    async def get_status(self) -> IOPCServerGetStatusResult:
        return IOPCServerGetStatusResult(server_status=STATUS)

    async def remove_group(self, *, server_group: int, force: int) -> int | None:
        if server_group == 5:
            raise HResultError(0x80070005)
        return 1 if force else None

    async def read(self, *, source: OPCDATASOURCE | int, server: np.ndarray) -> IOPCSyncIOReadResult:
        assert source is OPCDATASOURCE.OPC_DS_DEVICE
        return IOPCSyncIOReadResult(
            item_values=[  # type: ignore[arg-type]  # rows are packed like columns
                OPCITEMSTATE(client=int(h), time_stamp=9, quality=192, data_value=Variant(VarType.I4, int(h)))
                for h in server
            ],
            errors=np.zeros(len(server), np.uint32),
        )

    async def get_error_string(self, *, error: int) -> IOPCCommonGetErrorStringResult:
        return IOPCCommonGetErrorStringResult(string=f"{error:x}", hresult=0x80004005)

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        return IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array([0x409, 0x407], np.uint32))

    async def get_locale_id(self) -> str:
        return "nonsense"


async def test_a_call_goes_from_proxy_to_handler_and_back() -> None:
    server = IOPCServerProxy(Wire(IOPCServer, Plant()))
    assert (await server.get_status()).server_status == STATUS
    assert await server.remove_group(server_group=1, force=False) == 0
    assert await server.remove_group(server_group=1, force=True) == 1


async def test_values_come_back_as_columns_and_enumerations_as_members() -> None:
    reader = IOPCSyncIOProxy(Wire(IOPCSyncIO, Plant()))
    got = await reader.read(source=OPCDATASOURCE.OPC_DS_DEVICE, server=[7, 8, 9])
    assert got.item_values is not None
    assert got.item_values["client"].tolist() == [7, 8, 9]
    assert got.item_values["data_value"] == VariantColumn.of_numbers(VarType.I4, [7, 8, 9])
    assert isinstance(got.item_values[0], OPCITEMSTATE)
    assert got.hresult == 0


async def test_a_derived_proxy_calls_the_methods_of_its_base() -> None:
    reader = IOPCSyncIO2Proxy(Wire(IOPCSyncIO2, Plant()))
    assert (await reader.read(source=OPCDATASOURCE.OPC_DS_DEVICE, server=[1])).hresult == 0


async def test_out_counts_are_derived() -> None:
    got = await IOPCCommonProxy(Wire(IOPCCommon, Plant())).query_available_locale_ids()
    assert got.count == 2
    assert got.lcid is not None
    assert got.lcid.tolist() == [0x409, 0x407]


async def test_failures_become_errors_of_the_tree() -> None:
    server = IOPCServerProxy(Wire(IOPCServer, Plant()))
    with pytest.raises(AccessDenied):
        await server.remove_group(server_group=5, force=False)
    common = IOPCCommonProxy(Wire(IOPCCommon, Plant()))
    with pytest.raises(HResultError) as caught:
        await common.get_error_string(error=1)
    assert caught.value.code == 0x80004005
    with pytest.raises(HResultError) as caught:
        await server.get_group_by_name(name="x", riid=IOPCServer.iid)
    assert caught.value.code == 0x80004001


async def test_a_failing_result_still_carries_what_the_handler_gave() -> None:
    wire = Wire(IOPCCommon, Plant())
    got = await wire.invoke(IOPCCommon["GetErrorString"], {"error": 0xAB})
    assert got == {"string": "ab", "hresult": 0x80004005}


async def test_a_servant_refuses_what_the_interface_has_not() -> None:
    servant = Servant(IOPCServer, Plant())
    writer = Writer()
    with pytest.raises(Fault) as caught:
        await servant.answer(99, Reader(b""), writer)
    assert caught.value.did_not_execute
    with pytest.raises(WireError):
        await servant.answer(7, Reader(b"\1"), writer)
    with pytest.raises(LocalMisuse):
        await Servant(IOPCCommon, Plant()).answer(4, Reader(b""), writer)
    assert writer.getvalue() == b""


async def test_a_stated_count_reaches_the_wire() -> None:
    reader = IOPCSyncIOProxy(Wire(IOPCSyncIO, Plant()))
    with pytest.raises(WireError, match="says 5"):
        await reader.read(source=OPCDATASOURCE.OPC_DS_DEVICE, server=[1], count=5)


def test_records_compare_by_value_even_with_arrays_inside() -> None:
    one = IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array([1, 2], np.uint32))
    assert one == IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array([1, 2], np.uint32))
    assert one != IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array([1, 3], np.uint32))
    assert SafeArray.of(5, [1.0]) == SafeArray.of(5, [1.0])
    assert SafeArray.of(5, [1.0]) != SafeArray.of(5, [2.0])
