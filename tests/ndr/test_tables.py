"""The tables themselves: opnums, layouts, names and the small languages in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from opcross.errors import LocalMisuse
from opcross.ndr._codec import Codec
from opcross.ndr._compiler import parse_type
from opcross.ndr._expressions import SizeExpression
from opcross.ndr._names import python_names, snake_case
from opcross.ndr._structs import StructCodec
from opcross.ndr.tables import SPECS, facts, load

STRUCTS = [
    (spec, row)
    for spec in SPECS
    for row in facts(spec).get("struct", ())
    if row["name"] not in ("wireVARIANT", "wireSAFEARRAY", "CY")
]


def test_tables_are_parsed_once_and_read_only() -> None:
    assert facts("da") is facts("da")
    assert load("da") is load("da")
    with pytest.raises(TypeError):
        facts("da")["x"] = 1  # type: ignore[index]  # the point of the test
    with pytest.raises(LocalMisuse, match="no table"):
        facts("xml")


@pytest.mark.parametrize(
    ("spec", "row"), STRUCTS, ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_layouts_are_those_of_microsofts_compiler(spec: str, row: Mapping[str, Any]) -> None:
    """Offsets and sizes in the tables were compared with MIDL's format strings."""
    codec = load(spec).struct(row["name"])
    assert isinstance(codec, StructCodec)
    assert codec.align == row["ndr_align"]
    offset = 0
    for field, wanted in zip(codec.fields, row["fields"], strict=True):
        offset += -offset % field.codec.align
        assert offset == wanted["off"], wanted["name"]
        offset += 0 if field.codec.conformant else field.codec.size or 0
    assert offset == row["ndr_size"]
    assert codec.conformant == row.get("conformant", False)


@pytest.mark.parametrize("spec", SPECS)
def test_interfaces_know_their_methods_and_those_of_their_bases(spec: str) -> None:
    for row in facts(spec)["interface"]:
        interface = load(spec)[row["name"]]
        assert interface.iid == UUID(row["iid"])
        assert load(spec).by_iid[interface.iid] is interface
        if interface.base is not None and interface.base.methods:
            assert set(interface.base.methods) < set(interface.methods)
        for method in row.get("method", ()):
            found = interface[method["opnum"]]
            assert found.name == method["name"]
            assert interface[found.python_name] is found


def test_derived_interfaces_answer_for_their_bases() -> None:
    derived = load("da")["IOPCSyncIO2"]
    assert derived["Read"] is load("da")["IOPCSyncIO"]["Read"]
    assert derived["ReadMaxAge"].opnum == 5
    assert derived.derives_from(load("da")["IOPCSyncIO"].iid)
    assert derived.derives_from(load("com")["IUnknown"].iid)
    assert not derived.derives_from(load("da")["IOPCServer"].iid)


@pytest.mark.parametrize(
    ("text", "count", "size"),
    [
        ("dwCount", 5, 5),
        ("*pdwCount", 5, 5),
        ("(size+7)&~7", 3, 8),
        ("(size+7)&~7", 8, 8),
        ("(size+1)&~1", 1, 2),
        ("2*n", 4, 8),
        ("n/2+1", 5, 3),
        ("n-1", 4, 3),
        ("n<<1|1", 4, 9),
        ("n>>1^1", 4, 3),
        ("n/0", 4, 0),
    ],
)
def test_size_expressions(text: str, count: int, size: int) -> None:
    assert SizeExpression(text)(count) == size


@pytest.mark.parametrize("text", ["", "7", "a+b", "a+", "(a", "a)", "__import__('os')", "a b", "a.b", "~"])
def test_what_is_no_size_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a size expression"):
        SizeExpression(text)


@pytest.mark.parametrize("text", ["", "u32)", "float128", "unique", "u 32"])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a type|no such type|of nothing"):
        load("da").codec(text)


def test_types_nest() -> None:
    tree = parse_type("ref(unique(carray((size+1)&~1,unique(struct(X)))))")
    assert tree.inner is not None
    assert tree.inner.inner is not None
    assert tree.inner.inner.arguments == ("(size+1)&~1",)


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("pdwRevisedUpdateRate", "revised_update_rate"),
        ("szItemID", "item_id"),
        ("ppszNewItemIDs", "new_item_ids"),
        ("bActive", "active"),
        ("hClient", "client"),
        ("ftTimeStamp", "time_stamp"),
        ("wReserved1", "reserved1"),
        ("ppIEnumString", "enum_string"),
        ("cBytes", "c_bytes"),
    ],
)
def test_names_lose_their_hungarian_prefix(wire: str, python: str) -> None:
    assert python_names([wire]) == (python,)


def test_names_that_would_meet_keep_their_prefix() -> None:
    assert python_names(["cIids", "iids"]) == ("c_iids", "iids")
    assert python_names(["szTime", "ftTime"]) == ("sz_time", "ft_time")
    assert snake_case("BrowseOPCItemIDs") == "browse_opc_item_ids"


def test_names_are_usable_and_differ() -> None:
    for spec in SPECS:
        groups = [row["fields"] for row in facts(spec).get("struct", ())]
        groups += [m["params"] for row in facts(spec)["interface"] for m in row.get("method", ())]
        for group in groups:
            names = python_names(item["name"] for item in group)
            assert len(set(names)) == len(group)
            assert all(name.isidentifier() for name in names)


def test_full_pointers_and_wide_enumerations_compile_from_the_grammar() -> None:
    table = load("com")
    for text, size in (("ptr(u32)", 4), ("enum32(SF_TYPE)", 4), ("farray(3,guid)", 48)):
        codec: Codec = table.codec(text)
        assert codec.size == size
