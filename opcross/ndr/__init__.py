"""NDR 2.0, the transfer syntax of DCE/RPC and DCOM: [C706] chapter 14 and [MS-RPCE] 2.2.4 to 2.2.6.

Two ways to say what lies on the wire, one codec model beneath:

- annotations on frozen dataclasses (:func:`struct`), for the structures that people write;
- interface tables (:mod:`opcross.ndr.tables`), for the methods of COM and OPC.
"""

from __future__ import annotations

from opcross.ndr._annotations import (
    DERIVED,
    Bool32,
    Bstr,
    Conformant,
    Filetime,
    Fixed,
    Full,
    Guid,
    Hresult32,
    InterfacePointer,
    Ref,
    Switch,
    Unique,
    Varying,
    Wstr,
    carried_by,
    count_of,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    struct,
    u8,
    u16,
    u32,
    u64,
)
from opcross.ndr._columns import StructColumn, VariantColumn
from opcross.ndr._invoke import Invoker, Servant, call
from opcross.ndr._methods import HRESULT, Interface, Method, Parameter
from opcross.ndr._octets import Buffer, Reader, Writer
from opcross.ndr._records import record
from opcross.ndr._serialization import (
    pack,
    pack_serialized,
    read,
    read_serialized,
    unpack,
    unpack_serialized,
    write,
)
from opcross.ndr._stream import DEFAULT_LIMITS, Limits
from opcross.ndr._variant import ByRef, Decimal96, SafeArray, UserRecord, Variant, VarType

__all__ = [
    "DEFAULT_LIMITS",
    "DERIVED",
    "HRESULT",
    "Bool32",
    "Bstr",
    "Buffer",
    "ByRef",
    "Conformant",
    "Decimal96",
    "Filetime",
    "Fixed",
    "Full",
    "Guid",
    "Hresult32",
    "Interface",
    "InterfacePointer",
    "Invoker",
    "Limits",
    "Method",
    "Parameter",
    "Reader",
    "Ref",
    "SafeArray",
    "Servant",
    "StructColumn",
    "Switch",
    "Unique",
    "UserRecord",
    "VarType",
    "Variant",
    "VariantColumn",
    "Varying",
    "Writer",
    "Wstr",
    "call",
    "carried_by",
    "count_of",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "pack",
    "pack_serialized",
    "read",
    "read_serialized",
    "record",
    "struct",
    "u8",
    "u16",
    "u32",
    "u64",
    "unpack",
    "unpack_serialized",
    "write",
]
