"""A server that answers nonsense: the client raises errors of the one tree, and nothing else."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.activation.client import activate
from opcross.dcom.activation.properties import PropsOutInfo, RemoteReply, ScmReplyInfo, pack_properties
from opcross.dcom.activation.request import ActivationMethod, ActivationRequest
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.interfaces_generated import IEnumString, IEnumStringProxy, IRemoteSCMActivator
from opcross.dcom.objref import CustomObjRef, StandardObjRef, StdObjRef
from opcross.dcom.resolver_client import ResolverClient
from opcross.dcom.wire_forms import OrpcThatForm
from opcross.errors import BadValue, HResultError, OpcrossError
from opcross.levels import AuthLevel
from opcross.rpc.call import ChannelSecurity, Endpoint, Reply, SyntaxId
from tests.dcom.entropy import seeded

if TYPE_CHECKING:
    from opcross.rpc.call import Channel

HERE = Endpoint("127.0.0.9", 135)
BINDINGS = DualStringArray.of(["127.0.0.9"])


@dataclass
class Nonsense:
    """A channel, and its connector, to a server that says the same to everything."""

    stub: bytes
    little: bool = True
    endpoint: Endpoint = HERE
    level: AuthLevel = AuthLevel.NONE

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> Channel:
        return self

    async def call(
        self,
        interface: SyntaxId,
        opnum: int,
        stub: bytes,
        *,
        object: UUID | None = None,  # noqa: A002  (as in the protocol)
        timeout: float | None = None,
    ) -> Reply:
        return Reply(self.stub, self.little)

    async def close(self) -> None:
        pass


def request(method: ActivationMethod) -> ActivationRequest:
    return ActivationRequest(method=method, clsid=UUID(int=1), causality=UUID(int=2), iids=(IID_IUNKNOWN,))


def run(coroutine: object) -> None:
    """Drive a coroutine that never waits."""
    with pytest.raises(StopIteration):
        coroutine.send(None)  # type: ignore[attr-defined]  # a coroutine has it


noise = st.binary(max_size=200) | st.builds(
    lambda head, tail: bytes(head) + tail, st.integers(0, 64), st.binary(max_size=200)
)


@given(noise, st.booleans(), st.sampled_from(ActivationMethod))
def test_noise_instead_of_an_activation(stub: bytes, little: bool, method: ActivationMethod) -> None:
    async def attempt() -> None:
        with contextlib.suppress(OpcrossError):
            await activate(Nonsense(stub, little), request(method))

    run(attempt())


@given(noise, st.booleans())
def test_noise_instead_of_a_resolution(stub: bytes, little: bool) -> None:
    async def attempt() -> None:
        client = ResolverClient(Nonsense(stub, little), security=ChannelSecurity(), port=135)
        for ask in (client.resolve(BINDINGS, 1), client.server_alive2(BINDINGS)):
            with contextlib.suppress(OpcrossError):
                await ask

    run(attempt())


@pytest.mark.parametrize("stub", [b"", bytes(7), bytes(8), bytes(64), b"\xff" * 64], ids=len)
async def test_noise_instead_of_results(stub: bytes) -> None:
    importer = ObjectImporter(Nonsense(stub), entropy=seeded(), options=ImporterOptions())
    std = StdObjRef(public_refs=5, oxid=1, oid=2, ipid=UUID(int=3))
    remote = importer.unmarshal(StandardObjRef(iid=IEnumString.iid, std=std, bindings=BINDINGS))
    with pytest.raises(OpcrossError):
        await IEnumStringProxy(remote.interface(IEnumString.iid)).remote_next(celt=1)
    with pytest.raises(OpcrossError):
        await remote.query_interface(IID_IUNKNOWN)
    await importer.close(release=False)


def scm_answer(*, reply: RemoteReply | None, got: PropsOutInfo) -> Nonsense:
    blob = pack_properties([got, ScmReplyInfo(reply=reply)], reply=True)
    values = {"orpcthat": OrpcThatForm(), "pp_act_properties": blob}
    return Nonsense(IRemoteSCMActivator["RemoteCreateInstance"].pack_response(values))


async def test_an_answer_without_an_exporter_or_with_uneven_arrays_is_refused() -> None:
    wanted = request(ActivationMethod.REMOTE_CREATE_INSTANCE)
    with pytest.raises(BadValue, match="no exporter"):
        await activate(scm_answer(reply=None, got=PropsOutInfo()), wanted)
    reply = RemoteReply(oxid=1, bindings=None, ipid_rem_unknown=UUID(int=1), authentication_hint=99)
    with pytest.raises(BadValue, match="no exporter"):
        await activate(scm_answer(reply=reply, got=PropsOutInfo()), wanted)


async def test_a_custom_reference_names_no_exporter() -> None:
    importer = ObjectImporter(Nonsense(b""), entropy=seeded())
    with pytest.raises(HResultError, match="E_NOTIMPL"):
        importer.unmarshal(CustomObjRef(iid=IID_IUNKNOWN, clsid=UUID(int=1), data=b""))
