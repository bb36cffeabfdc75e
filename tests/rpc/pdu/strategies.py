"""Hypothesis strategies for every PDU."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu import (
    BIG_DREP,
    LITTLE_DREP,
    AlterContext,
    AlterContextResponse,
    Auth3,
    AuthVerifier,
    Bind,
    BindAck,
    BindNak,
    CoCancel,
    ContextElement,
    ContextResult,
    FaultPdu,
    Orphaned,
    Pdu,
    PfcFlags,
    Request,
    Response,
    Shutdown,
)

U8, U16, U32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
SYNTAXES = st.builds(SyntaxId, st.uuids(), U16, U16)
STUBS = st.binary(max_size=200)
OFFERS = st.lists(
    st.builds(ContextElement, U16, SYNTAXES, st.lists(SYNTAXES, max_size=3).map(tuple), U8), max_size=4
).map(tuple)
RESULTS = st.lists(st.builds(ContextResult, U16, U16, SYNTAXES), max_size=4).map(tuple)
HEADERS: dict[str, st.SearchStrategy[Any]] = {
    "call_id": U32,
    "flags": U8.map(PfcFlags),
    "drep": st.sampled_from([LITTLE_DREP, BIG_DREP, b"\x10\x01\x02\x03"]),
    "minor": U8,
}
RESERVED = st.tuples(U8, U16)


def verifiers(pad: st.SearchStrategy[bytes]) -> st.SearchStrategy[AuthVerifier | None]:
    """A verifier with some padding before it, or none."""
    return st.none() | st.builds(
        AuthVerifier,
        service=U8,
        level=U8,
        context_id=U32,
        value=st.binary(min_size=1, max_size=40),
        pad=pad,
        reserved=U8,
    )


NO_PAD = verifiers(st.just(b""))
STUB_PAD = verifiers(st.binary(max_size=15))


def _request(**fields: Any) -> Request:
    if fields["object"] is None:
        fields["flags"] = PfcFlags(fields["flags"] & ~PfcFlags.OBJECT_UUID)
    return Request(**fields)


def _fragments(kind: Any) -> st.SearchStrategy[Any]:
    return st.builds(
        kind,
        **HEADERS,
        verifier=NO_PAD,
        max_xmit_frag=U16,
        max_recv_frag=U16,
        association_group=U32,
        reserved=RESERVED,
    )


PDUS: dict[str, st.SearchStrategy[Pdu]] = {
    "request": st.builds(
        _request,
        **HEADERS,
        verifier=STUB_PAD,
        alloc_hint=U32,
        context_id=U16,
        opnum=U16,
        object=st.none() | st.uuids(),
        stub=STUBS,
    ),
    "response": st.builds(
        Response,
        **HEADERS,
        verifier=STUB_PAD,
        alloc_hint=U32,
        context_id=U16,
        cancel_count=U8,
        reserved=U8,
        stub=STUBS,
    ),
    "fault": st.builds(
        FaultPdu,
        **HEADERS,
        verifier=STUB_PAD,
        alloc_hint=U32,
        context_id=U16,
        cancel_count=U8,
        fault_flags=U8,
        status=U32,
        reserved=U32,
        stub=STUBS,
    ),
    "bind": st.tuples(_fragments(Bind), OFFERS).map(lambda t: _with(t[0], contexts=t[1])),
    "alter_context": st.tuples(_fragments(AlterContext), OFFERS).map(lambda t: _with(t[0], contexts=t[1])),
    "bind_ack": st.tuples(_fragments(BindAck), RESULTS, st.binary(max_size=9)).map(
        lambda t: _with(t[0], results=t[1], secondary_address=t[2])
    ),
    "alter_context_resp": st.tuples(_fragments(AlterContextResponse), RESULTS).map(
        lambda t: _with(t[0], results=t[1])
    ),
    "bind_nak": st.builds(
        BindNak,
        **HEADERS,
        reason=U16,
        versions=st.lists(st.tuples(U8, U8), max_size=3).map(tuple),
        trailing=st.binary(max_size=20),
    ),
    "auth3": st.builds(Auth3, **HEADERS, verifier=NO_PAD, pad=st.binary(min_size=4, max_size=4)),
    "co_cancel": st.builds(CoCancel, **HEADERS, verifier=NO_PAD),
    "orphaned": st.builds(Orphaned, **HEADERS, verifier=NO_PAD),
    "shutdown": st.builds(Shutdown, **HEADERS),
}


def _with(pdu: Any, **changes: Any) -> Any:
    from dataclasses import replace

    return replace(pdu, **changes)
