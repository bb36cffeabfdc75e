"""The same client and server over real connections: binds, contexts, NTLM, callbacks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from opcross.codes import Hresult
from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.importer import ImporterOptions
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointProxy,
    IEnumString,
    IEnumStringProxy,
)
from opcross.errors import Fault, HResultError
from opcross.levels import AuthLevel, AuthService
from tests.dcom.entropy import seeded
from tests.dcom.plant import CLIENT, CLSID, SERVER, Plant
from tests.dcom.sockets import SocketNet, security
from tests.dcom.test_callbacks import Sink


@asynccontextmanager
async def serving(level: AuthLevel = AuthLevel.NONE) -> AsyncIterator[Plant[SocketNet]]:
    plant = Plant(SocketNet(), level=level, security=security(AuthLevel.CONNECT, "opcserver"))
    await plant.open(0)
    try:
        yield plant
    finally:
        await plant.close()


def new_client(
    plant: Plant[SocketNet],
    level: AuthLevel,
    service: AuthService = AuthService.NTLM,
    user: str = "operator",
) -> DcomClient:
    options = ImporterOptions(
        security=security(level, user, service), resolver_port=plant.resolver.port, timeout=30
    )
    return DcomClient(plant.net.connector(CLIENT), SERVER, entropy=seeded(user), options=options)


@pytest.mark.parametrize("service", [AuthService.NTLM, AuthService.NEGOTIATE], ids=lambda s: s.name)
@pytest.mark.parametrize(
    "level",
    [AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY],
    ids=lambda level: level.word,
)
@pytest.mark.parametrize(
    "method",
    [ActivationMethod.REMOTE_ACTIVATION, ActivationMethod.REMOTE_CREATE_INSTANCE],
    ids=lambda method: method.value,
)
async def test_activation_at_every_level(
    method: ActivationMethod, level: AuthLevel, service: AuthService
) -> None:
    async with serving() as plant:
        client = new_client(plant, level, service)
        await client.server_alive2()
        remote = await client.activate(CLSID, [IID_IUNKNOWN], method=method)
        words = IEnumStringProxy(await remote.query_interface(IEnumString.iid))
        assert (await words.remote_next(celt=3)).elements == ("pump", "valve", "tank")
        await client.importer.ping()
        assert len(plant.scm.books.ping_sets) == 1
        context = plant.made[0].contexts[0]
        assert context.caller.level == level
        assert context.caller.address == CLIENT
        await client.close()
        assert plant.made[0].gone == 1


async def test_two_users_cannot_use_each_others_references() -> None:
    async with serving() as plant:
        hers = new_client(plant, AuthLevel.INTEGRITY)
        his = new_client(plant, AuthLevel.INTEGRITY, user="guest")
        remote = await hers.activate(CLSID, [IEnumString.iid])
        await his.activate(CLSID, [IEnumString.iid])
        stolen = his.importer.objects[0]
        stolen.held.interfaces[IEnumString.iid].ipid = remote.interface(IEnumString.iid).ipid
        with pytest.raises(Fault) as fault:
            await IEnumStringProxy(stolen.interface(IEnumString.iid)).reset()
        assert fault.value.access_denied
        with pytest.raises(HResultError) as refusal:
            await stolen.query_interface(IConnectionPoint.iid)
        assert refusal.value.code == Hresult.E_ACCESSDENIED
        await his.close(release=False)
        await hers.close()


@pytest.mark.parametrize("hint", [AuthLevel.CONNECT, AuthLevel.INTEGRITY], ids=lambda level: level.word)
async def test_callbacks_cross_real_connections(hint: AuthLevel) -> None:
    async with serving(AuthLevel.INTEGRITY) as plant:
        client = new_client(plant, AuthLevel.INTEGRITY)
        host = CallbackHost(plant.net.server, [CLIENT], entropy=seeded("sink"), now=plant.clock, level=hint)
        await host.open()
        remote = await client.activate(CLSID, [IEnumString.iid, IConnectionPoint.iid])
        sink = Sink(then=IEnumStringProxy(remote.interface(IEnumString.iid)).reset)
        point = IConnectionPointProxy(remote.interface(IConnectionPoint.iid))
        advised = await point.advise(unk_sink=host.marshal(sink, IID_IUNKNOWN))
        assert sink.calls == 1
        await plant.importer.ping()
        assert len(host.books.ping_sets) == 1
        await point.unadvise(cookie=advised.cookie)
        assert sink.gone == 1
        await client.close()
        await host.close()
