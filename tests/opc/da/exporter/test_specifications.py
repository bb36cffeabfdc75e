"""Which interfaces there are: what a client of each version of the specification looks for."""

from __future__ import annotations

import pytest

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import TABLE as COM
from opcross.dcom.interfaces_generated import IConnectionPointContainer
from opcross.errors import HResultError, LocalMisuse
from opcross.ndr import Interface
from opcross.opc.common.interfaces_generated import IOPCCommon
from opcross.opc.da.exporter import DA_2, DA_3, ExporterOptions
from opcross.opc.da.interfaces_generated import TABLE
from opcross.opc.security.interfaces_generated import TABLE as SECURITY
from tests.opc.da.exporter.bench import Bench

ALWAYS_SERVER = {"IOPCServer", "IOPCCommon", "IConnectionPointContainer"}
OLD_SERVER = {"IOPCBrowseServerAddressSpace", "IOPCItemProperties"}
NEW_SERVER = {"IOPCBrowse", "IOPCItemIO"}
ALWAYS_GROUP = {"IOPCItemMgt", "IOPCGroupStateMgt", "IOPCSyncIO", "IOPCAsyncIO2", "IConnectionPointContainer"}
NEW_GROUP = {
    "IOPCGroupStateMgt2",
    "IOPCSyncIO2",
    "IOPCAsyncIO3",
    "IOPCItemDeadbandMgt",
    "IOPCItemSamplingMgt",
}


def every_interface() -> dict[str, Interface]:
    tables = [*TABLE.values(), *SECURITY.values(), IOPCCommon, IConnectionPointContainer, COM["IDataObject"]]
    return {interface.name: interface for interface in tables}


@pytest.mark.parametrize(
    ("specifications", "server", "group"),
    [
        ({DA_2}, ALWAYS_SERVER | OLD_SERVER, ALWAYS_GROUP),
        ({DA_3}, ALWAYS_SERVER | NEW_SERVER, ALWAYS_GROUP | NEW_GROUP),
        ({DA_2, DA_3}, ALWAYS_SERVER | OLD_SERVER | NEW_SERVER, ALWAYS_GROUP | NEW_GROUP),
    ],
    ids=["2.05a", "3.0", "both"],
)
async def test_a_server_has_the_interfaces_of_its_specifications_and_no_others(
    specifications: set[str], server: set[str], group: set[str]
) -> None:
    """Public groups, DA 1 callbacks and OPC Security are not there: clients ask, and go without."""
    known = every_interface()
    async with Bench(options=ExporterOptions(specifications=frozenset(specifications))) as bench:
        line = await bench.add_group()
        for remote, there in ((bench.remote, server), (line.remote, group)):
            answers = await remote.query_interfaces([interface.iid for interface in known.values()])
            found = {name for name, interface in known.items() if answers[interface.iid] == Hresult.S_OK}
            assert found == there
            refused = {answers[known[name].iid] for name in known.keys() - there}
            assert refused == {Hresult.E_NOINTERFACE}


async def test_a_group_is_not_handed_out_as_an_interface_that_it_has_not() -> None:
    """The group that was made for it is taken away again."""
    async with Bench(options=ExporterOptions(specifications=frozenset({DA_2}))) as bench:
        with pytest.raises(HResultError, match="E_NOINTERFACE"):
            await bench.add_group(riid=TABLE["IOPCAsyncIO3"].iid)
        assert (await bench.add_group("Line")).server_handle
        assert len(bench.session.groups) == 1


@pytest.mark.parametrize("specifications", [frozenset(), frozenset({"1.0a"})], ids=str)
def test_other_specifications_are_misuse(specifications: frozenset[str]) -> None:
    with pytest.raises(LocalMisuse, match="specifications"):
        ExporterOptions(specifications=specifications)


async def test_every_method_of_every_interface_has_an_answer() -> None:
    """A method that was forgotten would answer E_NOTIMPL, which no client expects."""
    async with Bench() as bench:
        line = await bench.add_group()
        objects = [entry.target for entry in bench.exporter.table]
        checked = set()
        for interface in every_interface().values():
            for target in objects:
                handler = target.query(interface.iid)  # type: ignore[attr-defined]  # a ComObject
                if handler is None:
                    continue
                checked.add(interface.name)
                for method in interface.methods:
                    assert hasattr(handler._servant.handler, method.python_name), method.qualified_name
        assert checked == ALWAYS_SERVER | OLD_SERVER | NEW_SERVER | ALWAYS_GROUP | NEW_GROUP
        assert line.server_handle == 1
