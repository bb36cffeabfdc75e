"""impacket as a subscriber: its client advises a sink, and its RPC server is that sink.

The server of impacket knows no log-ons. That is no fault where a server calls without security, which one
whose process level is NONE does until the updates of October 2022 raise all its calls (KB5004442; row H21 of
the catalogue): then there is no way back to such a client any more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from opcross.codes import Hresult
from opcross.levels import AuthLevel
from opcross.ndr import Variant, VariantColumn, VarType
from opcross_simulators.servers.da import DaServerSettings
from opcross_simulators.servers.opc_da import OPC_DA, opc_da
from opcross_simulators.windows.config import ApplicationConfig, RegistryEntry
from tests.strangers.hosting import CLSID, HostInThread, unused_address
from tests.strangers.sink_program import SinkProgram
from tests.strangers.talk import Talk, group_of, interface, items_of

pytestmark = [pytest.mark.strangers("impacket"), pytest.mark.usefixtures("port_135")]
pytest.importorskip("impacket")

OPEN, RAISING = "2021-10", ["2022-10", "2023-03"]
NUMBER, TEXT, RANDOM = "Bucket Brigade.Int4", "Bucket Brigade.String", "Random.Real8"
GOOD = 192
# How a server comes to call without security: by its machine's default, or because its program says so.
LEGACY_NONE = RegistryEntry(r"HKLM\SOFTWARE\Microsoft\Ole", "LegacyAuthenticationLevel", dword=1)
WAYS: dict[str, dict[str, Any]] = {
    "machine": {"registry": (LEGACY_NONE,)},
    "program": {"applications": (ApplicationConfig(name=OPC_DA.prog_id, callback_level=AuthLevel.NONE),)},
}


@dataclass
class Subscriber:
    """A client with a group of three items, and its sink."""

    host: HostInThread
    talk: Talk
    sink: SinkProgram
    group: str
    items: list[int]
    point: str

    def advise(self) -> int:
        answer = self.talk.call(self.point, "IConnectionPoint", "Advise", unk_sink=self.sink.objref)
        return int(answer["cookie"])

    def until_told(self, words: str) -> None:
        """Wait until the server's host says something of the kind: it does so after it answered."""
        for _ in range(500):
            if any(words in line for line in self.host.told):
                return
            time.sleep(0.02)
        raise AssertionError(self.host.told)

    def begin(self, method: str, **values: Any) -> int:
        """An asynchronous call; its cancel id."""
        answer = self.talk.call(self.group, "IOPCAsyncIO2", method, **values)
        assert "errors" not in answer or not answer["errors"].any()
        return int(answer["cancel_id"])


@contextmanager
def subscriber(phase: str, *, rate: int = 100, latency: float = 0.0, **settings: Any) -> Iterator[Subscriber]:
    classes = (opc_da(settings=DaServerSettings(device_latency=latency)),)
    with (
        HostInThread(phase, classes=classes, **settings) as host,
        SinkProgram(unused_address()) as sink,
        Talk(host.address) as talk,
    ):
        talk.activate("server", CLSID, "IOPCServer")
        group, _ = group_of(talk)
        talk.call(group, "IOPCGroupStateMgt", "SetState", requested_update_rate=rate)
        items = items_of(talk, group, NUMBER, TEXT, RANDOM)
        found = talk.call(
            group, "IConnectionPointContainer", "FindConnectionPoint", riid=interface("IOPCDataCallback").iid
        )
        yield Subscriber(host, talk, sink, group, items, talk.adopt(found["cp"], group))


@pytest.mark.parametrize("way", WAYS)
def test_changes_reach_it_while_the_server_calls_without_security(way: str) -> None:
    with subscriber(OPEN, **WAYS[way]) as here:
        cookie = here.advise()
        first = here.sink.callback("change")
        assert (first["transaction"], first["group"], first["quality"], first["error"]) == (0, 7, 0, 0)
        assert first["items"] == [100, 101, 102]
        assert first["types"] == [VarType.I4, VarType.BSTR, VarType.R8]
        assert first["values"][:2] == [0, ""]
        assert (first["qualities"], first["errors"]) == ([GOOD] * 3, [0] * 3)
        assert all(first["times"])
        later = here.sink.callback("change")
        assert later["items"] == [102], "what did not change is not told again"
        assert later["values"] != first["values"][2:]
        assert later["times"][0] > first["times"][2]
        here.talk.call(here.point, "IConnectionPoint", "Unadvise", cookie=cookie)
        released = here.sink.wait(lambda told: "released" in told)
        assert sum(released["released"]) > 0
        binds = [told for told in here.sink.hear_all() if "bind" in told]
        assert [told["bind"] for told in binds][-2:] == ["IRemUnknown", "IOPCDataCallback"]
        objects = [told for told in binds if told["bind"] != "IOXIDResolver"]
        assert {(told["contexts"], told["level"]) for told in objects} == {(1, AuthLevel.NONE)}


def test_what_somebody_writes_is_told_with_its_text() -> None:
    with subscriber(OPEN, **WAYS["machine"]) as here:
        here.advise()
        here.sink.callback("change")
        values = VariantColumn.of([Variant(VarType.I4, -7), Variant(VarType.BSTR, "Füllstand ☂")])
        here.talk.call(here.group, "IOPCSyncIO", "Write", server=here.items[:2], item_values=values)
        told = here.sink.wait(lambda told: 100 in told.get("items", ()))
        assert dict(zip(told["items"], told["values"], strict=True))[100] == -7
        assert dict(zip(told["items"], told["values"], strict=True))[101] == "Füllstand ☂"


def test_reads_writes_and_refreshes_complete_with_their_transactions() -> None:
    with subscriber(OPEN, rate=60_000, **WAYS["machine"]) as here:
        here.advise()
        here.sink.callback("change")
        values = VariantColumn.of([Variant(VarType.I4, 42)])
        here.begin("Write", server=here.items[:1], item_values=values, transaction_id=0x11)
        done = here.sink.callback("write")
        assert (done["transaction"], done["group"], done["error"]) == (0x11, 7, 0)
        assert (done["items"], done["errors"]) == ([100], [0])

        here.begin("Read", server=here.items[:2], transaction_id=0x22)
        read = here.sink.callback("read")
        assert (read["transaction"], read["group"], read["quality"], read["error"]) == (0x22, 7, 0, 0)
        assert (read["items"], read["values"], read["qualities"]) == ([100, 101], [42, ""], [GOOD, GOOD])

        here.begin("Refresh2", source=2, transaction_id=0x33)
        refreshed = here.sink.wait(lambda told: told.get("transaction") == 0x33)
        assert refreshed["callback"] == "change"
        assert (refreshed["items"], refreshed["values"][0]) == ([100, 101, 102], 42)


def test_a_write_that_fails_is_told_as_such() -> None:
    with subscriber(OPEN, rate=60_000, **WAYS["machine"]) as here:
        here.advise()
        values = VariantColumn.of([Variant(VarType.I4, 1), Variant(VarType.R8, 1.0)])
        servers = [here.items[0], here.items[2]]
        here.talk.call(
            here.group, "IOPCAsyncIO2", "Write", server=servers, item_values=values, transaction_id=5
        )
        done = here.sink.callback("write")
        assert (done["transaction"], done["error"], done["items"]) == (5, Hresult.S_FALSE, [100, 102])
        assert done["errors"][0] == 0
        assert done["errors"][1] & 0x80000000


def test_a_read_that_is_cancelled_in_time_completes_as_cancelled() -> None:
    """The device takes minutes, so the client is in time however slow the machine is."""
    with subscriber(OPEN, rate=60_000, latency=300_000, **WAYS["machine"]) as here:
        here.advise()
        cancel_id = here.begin("Read", server=here.items[:1], transaction_id=0x44)
        here.talk.call(here.group, "IOPCAsyncIO2", "Cancel2", cancel_id=cancel_id)
        assert here.sink.callback("cancel") == {"callback": "cancel", "transaction": 0x44, "group": 7}
        again = here.talk.refused(here.group, "IOPCAsyncIO2", "Cancel2", cancel_id=cancel_id)
        assert again == Hresult.E_FAIL


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("phase", RAISING)
def test_since_october_2022_a_sink_without_security_is_out_of_reach(phase: str, way: str) -> None:
    """Neither level of the server's choice matters then: the system binds at packet integrity.

    Activation and calls are signed all along, so the client is told by Advise and nothing else.
    """
    with subscriber(phase, **WAYS[way]) as here:
        refusal = here.talk.refused(here.point, "IConnectionPoint", "Advise", unk_sink=here.sink.objref)
        assert refusal == Hresult.CONNECT_E_CANNOTCONNECT
        binds = [told for told in here.sink.hear_all() if told.get("bind") == "IRemUnknown"]
        assert {told["level"] for told in binds} == {AuthLevel.INTEGRITY}
        assert not any("callback" in told for told in here.sink.said)
        here.until_told("called out in vain")
        assert here.host.events(10036) == []
        here.talk.call(here.group, "IOPCSyncIO", "Read", source=2, server=here.items)


def test_a_server_that_calls_at_connect_needs_a_sink_that_answers_log_ons() -> None:
    """The default of every version: no hardening is needed to lose this sink."""
    with subscriber(OPEN) as here:
        refusal = here.talk.refused(here.point, "IConnectionPoint", "Advise", unk_sink=here.sink.objref)
        assert refusal == Hresult.CONNECT_E_CANNOTCONNECT
        binds = [told for told in here.sink.hear_all() if told.get("bind") == "IRemUnknown"]
        assert {told["level"] for told in binds} == {AuthLevel.CONNECT}
