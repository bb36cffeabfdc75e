"""Every method whose parameters the tables give, in both directions and both byte orders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LeftOver, LimitExceeded, LocalMisuse, Truncated
from opcross.ndr import HRESULT, Interface, Limits, Method, Variant, VariantColumn, VarType
from opcross.ndr._variant import same_value
from opcross.ndr.tables import SPECS, load
from tests.ndr.values import refusal, requests, responses, sample

INTERFACES = [
    interface
    for spec in SPECS
    for interface in load(spec).values()
    if any(method.parameters is not None for method in interface.own_methods)
]
METHODS = [m for interface in INTERFACES for m in interface.own_methods if m.parameters is not None]
# The fast tier draws a method of each interface, the deep one takes every method by itself.
some = pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.name)
every = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.qualified_name)
E_FAIL = 0x80004005


def cuts_of(data: bytes, draw: Any) -> list[int]:
    """A few places to cut, the first and the last among them."""
    some = draw(st.lists(st.integers(0, len(data) - 1), max_size=4))
    return sorted({0, len(data) - 1, *some})


def check_request(method: Method, draw: Any, *, little: bool) -> dict[str, Any]:
    values = draw(requests(method))
    packed = method.pack_request(values, little=little)
    unpacked = method.unpack_request(packed, little=little, strict=True)
    assert same_value({name: unpacked[name] for name in values}, values)
    for name in method.request_counts:
        assert unpacked[name] == method._request.derived(name, values)
    for cut in cuts_of(packed, draw) if packed else []:
        with pytest.raises(Truncated):
            method.unpack_request(packed[:cut], little=little)
    return unpacked


def check_response(method: Method, request: dict[str, Any], draw: Any, *, little: bool) -> None:
    values = draw(responses(method, request))
    packed = method.pack_response(values, request=request, hresult=1, little=little)
    unpacked = method.unpack_response(packed, request=request, little=little, strict=True)
    assert unpacked[HRESULT] == 1
    assert same_value({name: unpacked[name] for name in values}, values)
    for cut in cuts_of(packed, draw):
        with pytest.raises(Truncated):
            method.unpack_response(packed[:cut], request=request, little=little)


def check_failure(method: Method, request: dict[str, Any]) -> None:
    """A client's stub reads the out parameters before it looks at the HRESULT."""
    for asked in (None, request):
        packed = method.pack_response({}, hresult=E_FAIL, request=asked)
        got = method.unpack_response(packed, request=request, strict=True)
        assert got[HRESULT] == E_FAIL


def check_noise(method: Method, draw: Any, *, little: bool) -> None:
    packed = bytearray(method.pack_request(draw(requests(method)), little=little))
    for _ in range(draw(st.integers(0, 4))):
        if packed:
            packed[draw(st.integers(0, len(packed) - 1))] = draw(st.integers(0, 255))
    for octets in (draw(st.binary(max_size=64)), bytes(packed)):
        for unpack in (method.unpack_request, method.unpack_response):
            error = refusal(unpack, octets, little=little, limits=Limits(elements=1000))
            if error is not None:
                assert error.offset is None or error.offset <= len(octets)
                assert error.path.startswith(method.qualified_name)


def check_all(method: Method, draw: Any) -> None:
    little = draw(st.booleans())
    request = check_request(method, draw, little=little)
    check_response(method, request, draw, little=little)
    check_failure(method, request)


@some
@given(st.data())
def test_methods_survive_the_wire_and_no_part_passes_for_the_whole(
    interface: Interface, data: st.DataObject
) -> None:
    candidates = [m for m in interface.own_methods if m.parameters is not None]
    check_all(data.draw(st.sampled_from(candidates)), data.draw)


@pytest.mark.deep
@every
@given(st.data())
def test_each_method_survives_the_wire_and_no_part_passes_for_the_whole(
    method: Method, data: st.DataObject
) -> None:
    check_all(method, data.draw)


@given(st.data())
def test_noise_is_a_wire_error_or_a_value(data: st.DataObject) -> None:
    check_noise(data.draw(st.sampled_from(METHODS)), data.draw, little=data.draw(st.booleans()))


@pytest.mark.deep
@every
@given(st.data())
def test_noise_is_a_wire_error_or_a_value_for_each_method(method: Method, data: st.DataObject) -> None:
    check_noise(method, data.draw, little=data.draw(st.booleans()))


@pytest.mark.parametrize("little", [True, False], ids=["little", "big"])
@every
def test_a_sample_of_each_method_survives_and_every_cut_is_truncated(method: Method, *, little: bool) -> None:
    counts = {p.maximum for p in method._known() if p.actual is not None}
    asked = {
        p.name: 2 if p.name in counts else sample(codec)
        for p, codec in method._request.plan
        if p.name not in method.request_counts
    }
    packed = method.pack_request(asked, little=little)
    request = method.unpack_request(packed, little=little, strict=True)
    assert same_value({name: request[name] for name in asked}, asked)
    for cut in range(len(packed)):
        with pytest.raises(Truncated):
            method.unpack_request(packed[:cut], little=little)

    given_back = {p.name: sample(c) for p, c in method._response.plan if p.name not in method.response_counts}
    packed = method.pack_response(given_back, request=request, little=little)
    response = method.unpack_response(packed, request=request, little=little, strict=True)
    assert same_value({name: response[name] for name in given_back}, given_back)
    for cut in range(len(packed)):
        with pytest.raises(Truncated):
            method.unpack_response(packed[:cut], request=request, little=little)


def method(interface: str, name: str, spec: str = "da") -> Method:
    return load(spec)[interface][name]


ADD_ITEMS = method("IOPCItemMgt", "AddItems")


def item(**values: Any) -> Any:
    codec: Any = load("da").struct("OPCITEMDEF")
    return codec.make(**{"item_id": "Random.Int4", "active": True, "client": 7, **values})


def test_opcitemdef_lies_as_windows_sends_it() -> None:
    """The referents of an array of structures stand behind the whole array, element by element."""
    packed = ADD_ITEMS.pack_request({"item_array": [item(item_id="A"), item(item_id="B", blob=b"\1\2\3")]})
    assert packed.hex() == "".join(
        [
            "02000000",  # dwCount
            "02000000",  # max_count
            "00000000", "00000200", "01000000", "07000000", "00000000", "00000000", "00000000",
            "00000000", "04000200", "01000000", "07000000", "03000000", "08000200", "00000000",
            "02000000", "00000000", "02000000", "41000000",  # "A"
            "02000000", "00000000", "02000000", "42000000",  # "B"
            "03000000", "010203",  # the blob
        ]
    )  # fmt: skip


def test_a_stated_count_lies_and_the_field_is_named() -> None:
    packed = ADD_ITEMS.pack_request({"count": 3, "item_array": [item()]})
    with pytest.raises(BadValue, match="says 3") as caught:
        ADD_ITEMS.unpack_request(packed)
    assert caught.value.path == "IOPCItemMgt.AddItems.count"
    assert caught.value.offset == 4


def test_a_lying_count_inside_an_element_is_named_with_its_place() -> None:
    packed = ADD_ITEMS.pack_request({"item_array": [item(), item(blob=b"abc", blob_size=5)]})
    with pytest.raises(BadValue) as caught:
        ADD_ITEMS.unpack_request(packed)
    assert caught.value.path == "IOPCItemMgt.AddItems.item_array[1].blob_size"


def test_a_response_of_another_length_than_asked_for_is_refused() -> None:
    remove = method("IOPCItemMgt", "RemoveItems")
    packed = remove.pack_response({"errors": [0, 0, 0]})
    assert remove.unpack_response(packed)["errors"].tolist() == [0, 0, 0]
    with pytest.raises(BadValue, match="2 elements were asked for, 3 came"):
        remove.unpack_response(packed, request={"server": [1, 2]})


def test_a_varying_array_takes_its_maximum_from_the_request() -> None:
    following = method("IOPCEnumGUID", "Next", "common")
    packed = following.pack_response({"elements": [UUID(int=1)]}, request={"celt": 10}, hresult=1)
    assert packed[:12].hex() == "0a0000000000000001000000"
    got = following.unpack_response(packed, request={"celt": 10})
    assert got == {"elements": (UUID(int=1),), "fetched": 1, HRESULT: 1}
    with pytest.raises(BadValue, match="4 elements were asked for, 10 came"):
        following.unpack_response(packed, request={"celt": 4})


def test_octets_behind_a_request_are_ignored_unless_strict() -> None:
    packed = method("IOPCServer", "RemoveGroup").pack_request({"server_group": 1, "force": False}) + b"\0" * 4
    assert method("IOPCServer", "RemoveGroup").unpack_request(packed) == {"server_group": 1, "force": False}
    with pytest.raises(LeftOver):
        method("IOPCServer", "RemoveGroup").unpack_request(packed, strict=True)


@pytest.mark.parametrize("count", [0xFFFFFFFF, 0x7FFFFFFF, 2_000_000, 100])
def test_a_huge_count_is_refused_before_memory_is_taken(count: int) -> None:
    """The refusal comes from the octets that are there, whatever the count claims."""
    word = count.to_bytes(4, "little")
    for one in (ADD_ITEMS, method("IOPCSyncIO", "Write"), method("IOPCBrowse", "GetProperties")):
        with pytest.raises((Truncated, LimitExceeded)):
            one.unpack_request(word + word + bytes(40))


def test_limits_hold_for_elements_depth_and_size() -> None:
    write = method("IOPCSyncIO", "Write")
    packed = write.pack_request({"server": range(20), "item_values": VariantColumn.of_numbers(5, range(20))})
    with pytest.raises(LimitExceeded, match="20 elements, at most 19"):
        write.unpack_request(packed, limits=Limits(elements=19))
    with pytest.raises(LimitExceeded, match="octets, at most 100"):
        write.unpack_request(packed, limits=Limits(size=100))
    properties = method("IOPCBrowse", "GetProperties")
    response = properties.pack_response({"item_properties": [empty_properties()]})
    with pytest.raises(LimitExceeded, match="deeper than 1"):
        properties.unpack_response(response, limits=Limits(depth=1))


def empty_properties() -> Any:
    codec: Any = load("da").struct("OPCITEMPROPERTIES")
    return codec.make(error_id=0, item_properties=())


def test_missing_and_unknown_names_are_our_own_mistake() -> None:
    remove = method("IOPCServer", "RemoveGroup")
    with pytest.raises(LocalMisuse, match="needs 'force'"):
        remove.pack_request({"server_group": 1})
    with pytest.raises(LocalMisuse, match="has no"):
        remove.pack_request({"server_group": 1, "force": False, "farce": 1})
    with pytest.raises(LocalMisuse, match="has to give"):
        method("IOPCServer", "GetStatus").pack_response({})


def test_methods_without_tabulated_parameters_are_listed_but_not_packed() -> None:
    get_data = load("com")["IDataObject"]["RemoteGetData"]
    assert get_data.opnum == 3
    with pytest.raises(LocalMisuse, match="leave out"):
        get_data.pack_request({})


def test_rows_go_whole_and_come_back_as_columns() -> None:
    read = method("IOPCSyncIO", "Read")
    codec: Any = load("da").struct("OPCITEMSTATE")
    records = [
        codec.make(client=i, time_stamp=1 << 40 | i, quality=192, data_value=Variant(VarType.R8, i / 2))
        for i in range(3)
    ]
    for little in (True, False):
        packed = read.pack_response({"item_values": records, "errors": [0, 0, 0]}, little=little)
        rows = read.unpack_response(packed, little=little)["item_values"]
        assert rows["client"].tolist() == [0, 1, 2]
        assert rows["data_value"].numbers().tolist() == [0.0, 0.5, 1.0]
        assert list(rows) == records
        assert rows[1:][0] == records[1]


@pytest.mark.parametrize("bad", [-1, 1 << 32, "one", None, 1.5])
def test_a_value_that_does_not_fit_names_its_field(bad: object) -> None:
    with pytest.raises(BadValue) as caught:
        ADD_ITEMS.pack_request({"item_array": [item(client=bad)]})
    assert caught.value.path == "IOPCItemMgt.AddItems.item_array[0].client"


@pytest.mark.parametrize("bad", [[-1], [1 << 32], ["x"], [1.5], np.zeros((1, 1), np.uint32), 7])
def test_an_array_that_does_not_fit_names_its_parameter(bad: object) -> None:
    with pytest.raises(BadValue) as caught:
        method("IOPCItemMgt", "RemoveItems").pack_request({"count": 1, "server": bad})
    assert caught.value.path == "IOPCItemMgt.RemoveItems.server"


@pytest.mark.parametrize(
    ("interface", "name", "values", "culprit"),
    [
        ("IOPCServer", "RemoveGroup", {"server_group": 1, "force": None}, "force"),
        ("IOPCServer", "GetErrorString", {"error": "x", "locale": 0}, "error"),
        ("IOPCServer", "GetGroupByName", {"name": 7, "riid": UUID(int=0)}, "name"),
        ("IOPCServer", "GetGroupByName", {"name": "g", "riid": "no uuid"}, "riid"),
        ("IOPCServer", "CreateGroupEnumerator", {"scope": 1 << 16, "riid": UUID(int=0)}, "scope"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    interface: str, name: str, values: dict[str, Any], culprit: str
) -> None:
    with pytest.raises(BadValue) as caught:
        method(interface, name).pack_request(values)
    assert caught.value.path == f"{interface}.{name}.{culprit}"


@pytest.mark.parametrize("bad", [None, "x", -1, 1 << 64])
def test_a_time_that_does_not_fit_is_named(bad: object) -> None:
    advise = load("hda")["IOPCHDA_AsyncRead"]["AdviseRaw"]
    values: dict[str, Any] = {p.name: sample(c) for p, c in advise._request.plan}
    values["update_interval"] = bad
    with pytest.raises(BadValue) as caught:
        advise.pack_request(values)
    assert caught.value.path == "IOPCHDA_AsyncRead.AdviseRaw.update_interval"


def test_integers_of_all_64_bits_travel_whole() -> None:
    """OIDs are random: a large one beside a small one is the normal case."""
    method = load("com")["IOXIDResolver"]["ComplexPing"]
    values = {"set_id": 0, "sequence_num": 1, "add_to_set": (2**63 + 5, 2), "del_from_set": None}
    request = method.unpack_request(method.pack_request(values))
    assert [int(oid) for oid in request["add_to_set"]] == [2**63 + 5, 2]
