"""How stacks that are not Windows take callbacks, against the facts known of j-Interop's server."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.rem_unknown import IID_IREMUNKNOWN, IID_IREMUNKNOWN2
from opcross.dcom.resolver import IID_IOXIDRESOLVER, OxidResolver
from opcross.errors import BindRejected, OpcrossError, PeerViolation, WireError
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.rpc.call import Call, Caller, ChannelSecurity, SyntaxId
from opcross.rpc.pdu import Bind, BindAck, Pdu, Request, Response, unpack_pdu
from opcross.rpc.pdu.presentation import ContextResult
from opcross.rpc.security import Credentials, nt_hash_of
from opcross.rpc.security.ntlm.initiator import NtlmInitiator
from opcross_simulators.clients import HABITS
from opcross_simulators.clients.sinks import CAREFUL, CARELESS, TrustingContext, accounts_of
from opcross_simulators.network import run
from opcross_simulators.windows import this_user
from tests.simulators.windows.calling_back import PANEL, Bench, draw, net, outcome, server_config

RESOLVER_PORT = 5135


class DeafResolver(asyncio.Protocol):
    """A resolver that knows nothing of log-ons: one result for each bind, and never a token."""

    def __init__(self, resolver: OxidResolver, heard: list[Pdu]) -> None:
        self._resolver = resolver
        self._heard = heard
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        pdu = unpack_pdu(data)
        self._heard.append(pdu)
        if isinstance(pdu, Bind):
            accepted = ContextResult(0, 0, pdu.contexts[0].transfers[0])
            self._say(BindAck(call_id=pdu.call_id, association_group=7, results=(accepted,)))
        elif isinstance(pdu, Request):
            task = asyncio.get_running_loop().create_task(self._answer(pdu))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: Request) -> None:
        call = Call(SyntaxId(IID_IOXIDRESOLVER), request.opnum, request.stub, Caller(""))
        stub = await self._resolver.call(call)
        self._say(Response(call_id=request.call_id, context_id=request.context_id, stub=stub))

    def _say(self, pdu: Pdu) -> None:
        assert self._transport is not None
        self._transport.write(pdu.pack())


def test_a_server_with_a_name_reaches_a_sink_whose_resolver_knows_no_log_ons() -> None:
    """It tries with security, as Windows does, gets no answer to its token, and asks without."""
    heard: list[Pdu] = []

    async def play() -> str:
        async with Bench(server_config(identity=this_user("OPERATOR"), phase=None)) as both:
            client = both.stack("j-interop")
            callbacks = await client.open_callbacks()
            deaf = await both.loop.create_server(
                lambda: DeafResolver(OxidResolver(callbacks.books), heard), PANEL, RESOLVER_PORT
            )
            callbacks.exporter.resolver_bindings = DualStringArray.of(
                [PANEL], (AuthService.NTLM,), port=RESOLVER_PORT
            )
            result = await outcome(both, client)
            deaf.close()
            return result

    assert run(play(), network=net()) == r"LINE1\OPERATOR at connect"
    binds = [pdu for pdu in heard if isinstance(pdu, Bind)]
    assert [bind.verifier is not None for bind in binds] == [True, False]
    assert [len(bind.contexts) for bind in binds] == [1, 1]


def test_the_java_stack_serves_the_old_irem_unknown_alone() -> None:
    async def play() -> None:
        async with Bench(server_config()) as both:
            for profile, refused in (("j-interop", True), ("opcross", False)):
                client = both.stack(profile)
                host: CallbackHost = await client.open_callbacks()
                (endpoint,) = host.exporter.bindings.endpoints(0)
                channel = await RpcConnector().open(endpoint, ChannelSecurity())
                await channel.bind(SyntaxId(IID_IREMUNKNOWN))
                if refused:
                    with pytest.raises(BindRejected):
                        await channel.bind(SyntaxId(IID_IREMUNKNOWN2))
                else:
                    await channel.bind(SyntaxId(IID_IREMUNKNOWN2))
                await channel.close()
                await client.close()

    run(play(), network=net())


@pytest.mark.parametrize(
    ("own", "careless"),
    [
        (AuthLevel.NONE, AuthLevel.CONNECT),
        (AuthLevel.CONNECT, AuthLevel.CONNECT),
        (AuthLevel.INTEGRITY, AuthLevel.PRIVACY),
        (AuthLevel.PRIVACY, AuthLevel.PRIVACY),
    ],
)
def test_the_java_stack_hints_at_connect_or_with_session_security_at_privacy(
    own: AuthLevel, careless: AuthLevel
) -> None:
    assert CARELESS.hint(own) is careless
    assert CAREFUL.hint(own) is own
    assert HABITS["j-interop"].sinks is CARELESS


def test_a_trusting_sink_offers_no_protection_and_takes_any_name() -> None:
    context = TrustingContext(entropy=draw("sink"), wall_time=1)
    client = NtlmInitiator(
        Credentials("opc", "x", "LINE1"), AuthLevel.CONNECT, entropy=draw("client"), wall_time=1
    )
    assert context.identity is None
    assert context.step(client.step(context.step(client.step(b"")))) == b""
    assert context.complete
    assert str(context.identity) == r"LINE1\opc"
    with pytest.raises(PeerViolation, match="done"):
        context.step(b"again")
    assert (context.service, context.signature_size) == (AuthService.NTLM, 16)
    for protect in (context.sign, context.seal):
        with pytest.raises(WireError, match="key"):
            protect(b"", b"", b"")
    for check in (context.verify, context.unseal):
        with pytest.raises(WireError, match="key"):
            check(b"", b"", b"", b"")


@given(st.lists(st.binary(max_size=200), max_size=4))
def test_no_token_breaks_a_trusting_sink(tokens: list[bytes]) -> None:
    context = TrustingContext(entropy=draw("sink"), wall_time=1)
    with suppress(OpcrossError):
        for token in tokens:
            context.step(token)


def test_a_stack_can_check_its_own_user_and_nobody_else() -> None:
    own = accounts_of(Credentials("OPERATOR", "plant", "PLANT"))
    assert own.nt_hash("LINE1", "operator") == nt_hash_of("plant")
    assert own.nt_hash("LINE1", "opc") is None
    for nobody in (None, Credentials()):
        assert accounts_of(nobody).nt_hash("LINE1", "OPERATOR") is None
