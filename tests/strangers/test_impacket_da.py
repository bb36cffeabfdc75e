"""impacket carries every Data Access method to the simulated server, stub by stub.

The stubs are packed by the tables; connections, log-on, contexts, fragments and references are impacket's.
What comes back has to be consumed to its last octet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from opcross.codes import Hresult
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.ndr.tables import facts
from opcross.opc.codes import DaCode
from opcross.opc.da.interfaces_generated import OPCITEMVQT
from opcross_simulators.servers.opc_enum import OPC_ENUM
from tests.strangers.hosting import CLSID, HostInThread
from tests.strangers.talk import COMMON, DA, Talk, definition, group_of, interface, items_of

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.strangers("impacket"), pytest.mark.usefixtures("port_135")]
pytest.importorskip("impacket")

ITEM, TEXT = "Bucket Brigade.Real8", "Bucket Brigade.String"
CATEGORY = UUID(next(row["value"] for row in facts("da")["guid"] if row["name"] == "CATID_OPCDAServer20"))
NOT_BUILT = {"IOPCServerPublicGroups", "IOPCPublicGroupStateMgt", "IOPCAsyncIO"}
SINKS = {"IOPCDataCallback", "IOPCShutdown"}


@pytest.fixture
def talk(port_135: None) -> Iterator[Talk]:
    del port_135
    with HostInThread() as host, Talk(host.address) as conversation:
        conversation.activate("server", CLSID, "IOPCServer")
        yield conversation


def vqt(value: Variant, quality: int | None = None) -> OPCITEMVQT:
    return OPCITEMVQT(
        data_value=value,
        quality_specified=quality is not None,
        quality=quality or 0,
        time_stamp_specified=False,
        time_stamp=0,
    )


def server_side(talk: Talk) -> None:
    status = talk.call("server", "IOPCServer", "GetStatus")["server_status"]
    assert status.vendor_info
    assert talk.call("server", "IOPCServer", "GetErrorString", error=DaCode.E_BADRIGHTS, locale=0)["string"]
    group, added = group_of(talk)
    again = talk.call(
        "server", "IOPCServer", "GetGroupByName", name="one", riid=interface("IOPCGroupStateMgt").iid
    )
    assert again["unk"]
    names = talk.call(
        "server", "IOPCServer", "CreateGroupEnumerator", scope=6, riid=interface("IEnumString").iid
    )
    enumerator = talk.adopt(names["unk"], "server")
    assert talk.call(enumerator, "IEnumString", "RemoteNext", celt=10)["elements"] == ("one",)
    unknowns = talk.call(
        "server", "IOPCServer", "CreateGroupEnumerator", scope=6, riid=interface("IEnumUnknown").iid
    )
    enumerator = talk.adopt(unknowns["unk"], "server")
    assert len(talk.call(enumerator, "IEnumUnknown", "RemoteNext", celt=10)["elements"]) == 1
    walk(talk, enumerator, "IEnumUnknown")
    assert talk.refused("server", "IOPCServer", "RemoveGroup", server_group=0xDEAD, force=False)
    talk.call("server", "IOPCServer", "RemoveGroup", server_group=added["server_group"], force=True)
    del group


def walk(talk: Talk, enumerator: str, face: str) -> None:
    """Reset, Skip and Clone, which every enumerator has."""
    talk.call(enumerator, face, "Reset")
    name = next(parameter.name for parameter in interface(face)["Skip"].parameters or ())
    talk.call(enumerator, face, "Skip", **{name: 1})
    clone = talk.call(enumerator, face, "Clone")
    (reference,) = (value for key, value in clone.items() if key != "hresult")
    assert reference


def common_side(talk: Talk) -> None:
    locales = talk.call("server", "IOPCCommon", "QueryAvailableLocaleIDs")["lcid"]
    assert 0x409 in locales
    talk.call("server", "IOPCCommon", "SetLocaleID", lcid=0x409)
    assert talk.call("server", "IOPCCommon", "GetLocaleID")["lcid"] == 0x409
    assert talk.call("server", "IOPCCommon", "GetErrorString", error=DaCode.E_UNKNOWNITEMID)["string"]
    talk.call("server", "IOPCCommon", "SetClientName", name="impacket")


def address_space(talk: Talk) -> None:
    old = "IOPCBrowseServerAddressSpace"
    assert talk.call("server", old, "QueryOrganization")["name_space_type"] == 1
    for name in ("Simulation Items", "Bucket Brigade"):
        talk.call("server", old, "ChangeBrowsePosition", browse_direction=2, string=name)
    leaves = talk.call(
        "server",
        old,
        "BrowseOPCItemIDs",
        browse_filter_type=2,
        filter_criteria="Real*",
        data_type_filter=0,
        access_rights_filter=0,
    )
    enumerator = talk.adopt(leaves["enum_string"], "server")
    found = talk.call(enumerator, "IEnumString", "RemoteNext", celt=100)["elements"]
    assert {"Real4", "Real8"} <= set(found)
    walk(talk, enumerator, "IEnumString")
    assert talk.call("server", old, "GetItemID", item_data_id="Real8")["item_id"] == ITEM
    talk.call("server", old, "BrowseAccessPaths", item_id=ITEM)

    page = talk.call(
        "server",
        "IOPCBrowse",
        "Browse",
        item_id="Bucket Brigade",
        continuation_point=None,
        max_elements_returned=5,
        browse_filter=1,
        element_name_filter="",
        vendor_filter="",
        return_all_properties=False,
        return_property_values=True,
        property_ids=[1, 2],
    )
    assert len(page["browse_elements"]) == 5
    assert page["browse_elements"][0].item_properties.item_properties
    got = talk.call(
        "server",
        "IOPCBrowse",
        "GetProperties",
        item_ids=(ITEM, "No.Such.Item"),
        return_property_values=True,
        property_ids=[],
    )
    assert [row.error_id for row in got["item_properties"]] == [0, DaCode.E_UNKNOWNITEMID]

    known = talk.call("server", "IOPCItemProperties", "QueryAvailableProperties", item_id=ITEM)
    assert {1, 2, 3, 4, 5, 6} <= set(known["property_ids"].tolist())
    assert all(known["descriptions"])
    values = talk.call(
        "server", "IOPCItemProperties", "GetItemProperties", item_id=ITEM, property_ids=[1, 9999]
    )
    assert values["errors"].tolist() == [0, DaCode.E_INVALID_PID]
    talk.call("server", "IOPCItemProperties", "LookupItemIDs", item_id=ITEM, property_ids=[101])


def item_io(talk: Talk) -> None:
    written = talk.call(
        "server", "IOPCItemIO", "WriteVQT", item_ids=(ITEM,), item_vqt=(vqt(Variant(VarType.R8, 2.5)),)
    )
    assert written["errors"].tolist() == [0]
    read = talk.call("server", "IOPCItemIO", "Read", item_ids=(ITEM, "No.Such.Item"), max_age=[0, 0])
    assert read["values"][0] == Variant(VarType.R8, 2.5)
    assert read["errors"].tolist() == [0, DaCode.E_UNKNOWNITEMID]


def group_side(talk: Talk) -> None:
    group, added = group_of(talk, "two")
    first, second = items_of(talk, group, ITEM, TEXT)
    checked = talk.call(
        group,
        "IOPCItemMgt",
        "ValidateItems",
        item_array=(definition(ITEM, 1), definition("No.Such.Item", 2)),
        blob_update=False,
    )
    assert checked["errors"].tolist() == [0, DaCode.E_UNKNOWNITEMID]
    handles = [first, second, 0xDEAD]
    bad = [0, 0, DaCode.E_INVALIDHANDLE]
    requests: dict[str, dict[str, Any]] = {
        "SetActiveState": {"active": True},
        "SetClientHandles": {"client": [1, 2, 3]},
        "SetDatatypes": {"requested_datatypes": [VarType.EMPTY, VarType.EMPTY, VarType.R4]},
    }
    for method, values in requests.items():
        assert talk.call(group, "IOPCItemMgt", method, server=handles, **values)["errors"].tolist() == bad
    rows = talk.call(group, "IOPCItemMgt", "CreateEnumerator", riid=interface("IEnumOPCItemAttributes").iid)
    enumerator = talk.adopt(rows["unk"], group)
    attributes = talk.call(enumerator, "IEnumOPCItemAttributes", "Next", celt=10)["item_array"]
    assert [row.item_id for row in attributes] == [ITEM, TEXT]
    walk(talk, enumerator, "IEnumOPCItemAttributes")

    state = talk.call(group, "IOPCGroupStateMgt", "GetState")
    assert (state["name"], state["client_group"], state["server_group"]) == ("two", 7, added["server_group"])
    revised = talk.call(group, "IOPCGroupStateMgt", "SetState", requested_update_rate=200)
    assert revised["revised_update_rate"] == 200
    talk.call(group, "IOPCGroupStateMgt", "SetName", name="renamed")
    clone = talk.call(
        group, "IOPCGroupStateMgt", "CloneGroup", name="copy", riid=interface("IOPCItemMgt").iid
    )
    assert clone["unk"]
    talk.call(group, "IOPCGroupStateMgt2", "SetKeepAlive", keep_alive_time=5_000)
    assert talk.call(group, "IOPCGroupStateMgt2", "GetKeepAlive")["keep_alive_time"] == 5_000

    number = VariantColumn.of([Variant(VarType.R8, 7.5)])
    assert not talk.call(group, "IOPCSyncIO", "Write", server=[first], item_values=number)["errors"].any()
    got = talk.call(group, "IOPCSyncIO", "Read", source=2, server=handles)
    assert got["item_values"]["data_value"][0] == Variant(VarType.R8, 7.5)
    assert got["errors"].tolist() == bad
    assert got["item_values"]["data_value"][2] is not None
    got = talk.call(group, "IOPCSyncIO2", "ReadMaxAge", server=[first], max_age=[0])
    assert got["values"][0] == Variant(VarType.R8, 7.5)
    items = (vqt(Variant(VarType.R8, 8.5), 0xD8),)
    assert not talk.call(group, "IOPCSyncIO2", "WriteVQT", server=[first], item_vqt=items)["errors"].any()

    deadband = "IOPCItemDeadbandMgt"
    talk.call(group, deadband, "SetItemDeadband", server=[first], percent_deadband=[5.0])
    talk.call(group, deadband, "GetItemDeadband", server=[first])
    talk.call(group, deadband, "ClearItemDeadband", server=[first])
    sampling = "IOPCItemSamplingMgt"
    talk.call(group, sampling, "SetItemSamplingRate", server=[first], requested_sampling_rate=[100])
    talk.call(group, sampling, "GetItemSamplingRate", server=[first])
    talk.call(group, sampling, "SetItemBufferEnable", server=[first], enable=[1])
    talk.call(group, sampling, "GetItemBufferEnable", server=[first])
    talk.call(group, sampling, "ClearItemSamplingRate", server=[first])

    without_sink(talk, group, first)
    removed = talk.call(group, "IOPCItemMgt", "RemoveItems", server=[first, 0xDEAD])
    assert removed["errors"].tolist() == [0, DaCode.E_INVALIDHANDLE]


def without_sink(talk: Talk, group: str, item: int) -> None:
    """The asynchronous methods of a client that has no sink: refused, and nothing is left behind."""
    refused = Hresult.CONNECT_E_NOCONNECTION
    value, item_vqt = VariantColumn.of([Variant(VarType.R8, 1.0)]), (vqt(Variant(VarType.R8, 1.0)),)
    requests: dict[str, dict[str, Any]] = {
        "Read": {"server": [item], "transaction_id": 1},
        "Write": {"server": [item], "item_values": value, "transaction_id": 2},
        "Refresh2": {"source": 1, "transaction_id": 3},
        "ReadMaxAge": {"server": [item], "max_age": [0], "transaction_id": 4},
        "WriteVQT": {"server": [item], "item_vqt": item_vqt, "transaction_id": 5},
        "RefreshMaxAge": {"max_age": 0, "transaction_id": 6},
        "SetEnable": {"enable": True},
    }
    for method, values in requests.items():
        assert talk.refused(group, "IOPCAsyncIO3", method, **values) == refused, method
    assert talk.refused(group, "IOPCAsyncIO3", "GetEnable") == refused
    assert talk.refused(group, "IOPCAsyncIO3", "Cancel2", cancel_id=1) == Hresult.E_FAIL


def connection_points(talk: Talk) -> None:
    group, _ = group_of(talk, "three")
    for target, sink in (("server", "IOPCShutdown"), (group, "IOPCDataCallback")):
        listed = talk.call(target, "IConnectionPointContainer", "EnumConnectionPoints")
        enumerator = talk.adopt(listed["enumerator"], target)
        points = talk.call(enumerator, "IEnumConnectionPoints", "RemoteNext", connections=5)
        assert len(points["cp"]) == 1
        walk(talk, enumerator, "IEnumConnectionPoints")
        found = talk.call(
            target, "IConnectionPointContainer", "FindConnectionPoint", riid=interface(sink).iid
        )
        point = talk.adopt(found["cp"], target)
        told = talk.call(point, "IConnectionPoint", "GetConnectionInterface")["iid"]
        assert told == interface(sink).iid
        assert talk.call(point, "IConnectionPoint", "GetConnectionPointContainer")["cpc"]
        assert talk.refused(point, "IConnectionPoint", "Advise", unk_sink=None)
        unknown = talk.refused(point, "IConnectionPoint", "Unadvise", cookie=99)
        assert unknown == Hresult.CONNECT_E_NOCONNECTION
        connections = talk.call(point, "IConnectionPoint", "EnumConnections")
        enumerator = talk.adopt(connections["enumerator"], target)
        assert not talk.call(enumerator, "IEnumConnections", "RemoteNext", connections=5)["connect_data"]
        talk.call(enumerator, "IEnumConnections", "Reset")
        talk.call(enumerator, "IEnumConnections", "Skip", connections=1)
        talk.call(enumerator, "IEnumConnections", "Clone")


def server_list(talk: Talk) -> None:
    talk.activate("enum", OPC_ENUM.clsid, "IOPCServerList")
    category = (CATEGORY,)
    for face, enumeration in (("IOPCServerList", "IEnumGUID"), ("IOPCServerList2", "IOPCEnumGUID")):
        listed = talk.call(
            "enum",
            face,
            "EnumClassesOfCategories",
            implemented_categories=category,
            required_categories=(),
        )
        enumerator = talk.adopt(listed["enum_clsid"], "enum")
        assert talk.call(enumerator, enumeration, "Next", celt=10)["elements"] == (CLSID,)
        walk(talk, enumerator, enumeration)
        assert talk.call("enum", face, "GetClassDetails", clsid=CLSID)["prog_id"]
        found = talk.call("enum", face, "CLSIDFromProgID", prog_id="Opcross.Simulation.1")
        assert found["clsid"] == CLSID


@pytest.fixture(params=[b"", bytes(16)], ids=["as specified", "16 octets behind each stub"])
def varied(request: pytest.FixtureRequest, port_135: None) -> Iterator[Talk]:
    """A conversation; and one of a client that leaves zeros behind its parameters, as j-Interop does."""
    del port_135
    with HostInThread() as host, Talk(host.address, stray=request.param) as conversation:
        conversation.activate("server", CLSID, "IOPCServer")
        yield conversation


def test_every_method_of_data_access_is_answered(varied: Talk) -> None:
    talk = varied
    for part in (
        server_side,
        common_side,
        address_space,
        item_io,
        group_side,
        connection_points,
        server_list,
    ):
        part(talk)
    served = [face for table in (DA, COMMON) for name, face in table.items() if name not in NOT_BUILT | SINKS]
    wanted = {(face.name, method.name) for face in served for method in face.own_methods}
    assert wanted - talk.called == set()


def test_what_is_not_built_is_refused_by_query_interface(talk: Talk) -> None:
    group, _ = group_of(talk)
    assert talk.queries("server", "IOPCServerPublicGroups") == Hresult.E_NOINTERFACE
    for name in ("IOPCPublicGroupStateMgt", "IOPCAsyncIO", "IDataObject"):
        assert talk.queries(group, name) == Hresult.E_NOINTERFACE, name
