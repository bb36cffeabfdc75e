"""Structures of the interface tables in the shape that their codecs take, and back to ours.

The codecs take any object with members of the right names, so these are plain named tuples.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import StdObjRef
from opcross.dcom.version import ComVersion
from opcross.errors import BadValue

__all__ = [
    "DualStringForm",
    "InterfaceRef",
    "OrpcThatForm",
    "OrpcThisForm",
    "QueryResult",
    "VersionForm",
    "dual_string_array",
    "std_objref",
    "version",
]


class VersionForm(NamedTuple):
    """COMVERSION."""

    major_version: int
    minor_version: int

    @classmethod
    def of(cls, value: ComVersion) -> VersionForm:
        """From ours."""
        return cls(value.major, value.minor)


class DualStringForm(NamedTuple):
    """DUALSTRINGARRAY."""

    num_entries: int
    security_offset: int
    string_array: tuple[int, ...]

    @classmethod
    def of(cls, value: DualStringArray) -> DualStringForm:
        """From ours."""
        units, offset = value.units()
        return cls(len(units), offset, units)


class OrpcThisForm(NamedTuple):
    """ORPCTHIS as an explicit parameter of the activation methods."""

    version: VersionForm
    cid: UUID
    flags: int = 0
    reserved1: int = 0
    extensions: None = None


class OrpcThatForm(NamedTuple):
    """ORPCTHAT as an explicit parameter of the activation methods."""

    flags: int = 0
    extensions: None = None


class QueryResult(NamedTuple):
    """REMQIRESULT: what RemQueryInterface says of one interface."""

    h_result: int
    std: StdObjRef


class InterfaceRef(NamedTuple):
    """REMINTERFACEREF: references to one IPID."""

    ipid: UUID
    public_refs: int
    private_refs: int = 0


def version(form: Any) -> ComVersion:  # noqa: ANN401  (the record is made from the table)
    """COMVERSION to ours."""
    return ComVersion(major=form.major_version, minor=form.minor_version)


def dual_string_array(form: Any) -> DualStringArray:  # noqa: ANN401  (as above; None where it is null)
    """DUALSTRINGARRAY to ours; raises :class:`BadValue` for a null pointer."""
    if form is None:
        raise BadValue("a null pointer instead of bindings", path="DualStringArray")
    return DualStringArray.from_units([int(unit) for unit in form.string_array], form.security_offset)


def std_objref(form: Any) -> StdObjRef:  # noqa: ANN401  (as above)
    """STDOBJREF to ours."""
    return StdObjRef(
        flags=form.flags, public_refs=form.public_refs, oxid=form.oxid, oid=form.oid, ipid=form.ipid
    )
