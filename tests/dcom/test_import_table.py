"""What a client holds, and what it has to give back."""

from __future__ import annotations

from uuid import UUID

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.import_table import HeldInterface, ImportTable
from opcross.dcom.objref import SORF_NOPING, StdObjRef

IID = UUID(int=0xA)
HERE = DualStringArray.of(["here"])


def std(ipid: int, refs: int = 5, *, oid: int = 1, flags: int = 0) -> StdObjRef:
    return StdObjRef(flags=flags, public_refs=refs, oxid=9, oid=oid, ipid=UUID(int=ipid))


def test_references_of_one_interface_add_up_and_go_back_together() -> None:
    table = ImportTable()
    held, new = table.hold(IID, std(1), HERE)
    again, newer = table.hold(IID, std(1, 3), HERE)
    assert held is again
    assert (new, newer) == (True, False)
    assert table.drop(held) == (HeldInterface(IID, UUID(int=1), 8),)
    assert len(table) == 0
    assert table.drop(held) == ()


def test_an_ipid_that_another_supersedes_is_given_back_too() -> None:
    table = ImportTable()
    held, _ = table.hold(IID, std(1), HERE)
    table.hold(IID, std(2), HERE)
    assert held.interfaces[IID].ipid == UUID(int=2)
    assert {interface.ipid.int for interface in table.drop(held)} == {1, 2}


def test_weak_references_are_not_given_back() -> None:
    table = ImportTable()
    held, _ = table.hold(IID, std(1, 0), HERE)
    assert table.drop(held) == ()


def test_objects_are_told_apart_and_noping_is_kept() -> None:
    table = ImportTable()
    first, _ = table.hold(IID, std(1), HERE)
    second, new = table.hold(IID, std(2, oid=2, flags=SORF_NOPING), HERE)
    assert new
    assert first.pinged
    assert not second.pinged
    assert table.objects() == (first, second)
