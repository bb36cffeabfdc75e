"""``opcross simulate`` as users start it: a process, its ready line, its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from opcross.cli import main
from opcross.codes import Hresult
from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.errors import BindRejected, Fault, HResultError
from opcross.hardening.event_xml import from_xml
from opcross.levels import AuthLevel
from opcross.net import RpcConnector, entropy
from opcross.opc.da.interfaces_generated import IOPCServer, IOPCServerProxy
from opcross.rpc.call import ChannelSecurity, Endpoint
from opcross.rpc.security import Credentials
from opcross_simulators.servers import OPC_DA
from opcross_simulators.servers.conformance import CHALLENGE_INTERFACE

ADDRESS = "127.0.72.1"
ACCOUNT = ["--user", "operator", "--password", "plant"]
PLACE = ["--address", ADDRESS, "--port", "0"]
pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="addresses beyond 127.0.0.1 are ours on Linux"
)


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "opcross", "simulate", *options]


def first_line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


@contextmanager
def simulating(*options: str) -> Generator[tuple[dict[str, object], subprocess.Popen[str]]]:
    process = subprocess.Popen(
        command(*PLACE, "--json", *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        line = first_line(process.stdout)
        assert line, process.communicate()[1]
        yield json.loads(line), process
    finally:
        process.kill()
        process.communicate()


def client(port: object, level: AuthLevel) -> DcomClient:
    security = ChannelSecurity(level, credentials=Credentials("operator", "plant"))
    assert isinstance(port, int)
    options = ImporterOptions(security=security, resolver_port=port, timeout=20.0)
    return DcomClient(RpcConnector(), ADDRESS, entropy=entropy, options=options)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_tells_and_closes_in_order(number: signal.Signals, tmp_path: Path) -> None:
    events = tmp_path / "events.xml"
    with simulating(*ACCOUNT, "--event-log", str(events)) as (ready, process):
        assert (ready["ready"], ready["phase"], ready["os"]) == (True, "enforced", "windows-server-2019")
        good, low = client(ready["port"], AuthLevel.INTEGRITY), client(ready["port"], AuthLevel.PKT)
        remote = await good.activate(OPC_DA.clsid, (IOPCServer.iid,))
        assert (await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()).server_status
        with pytest.raises(Fault):
            await low.activate(OPC_DA.clsid)
        for one in (good, low):
            await one.close()
        process.send_signal(number)
        out, told = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    assert told.startswith("refused operator at 127.0.0.1 (pkt): pkt is below integrity")
    text = events.read_text(encoding="utf-8")
    assert text.endswith("</Events>\n")
    (line,) = [line for line in text.splitlines() if line.startswith("<Event ")]
    assert from_xml(line).event.event_id == 10036


async def test_quiet_means_that_refusals_are_not_told() -> None:
    with simulating(*ACCOUNT, "-q", "--phase", "2022-06") as (ready, process):
        low = client(ready["port"], AuthLevel.PKT)
        with pytest.raises(Fault):
            await low.activate(OPC_DA.clsid)
        await low.close()
        process.terminate()
        assert process.communicate(timeout=30) == ("", "")


async def test_suites_of_others_find_their_method_where_it_is_asked_for() -> None:
    for options, answered in ((("--conformance",), True), ((), False)):
        with simulating(*options) as (ready, _):
            assert isinstance(ready["port"], int)
            channel = await RpcConnector().open(Endpoint(ADDRESS, ready["port"]), ChannelSecurity())
            if answered:
                assert (await channel.call(CHALLENGE_INTERFACE, 4, b"")).stub[-4:] == bytes(4)
            else:
                with pytest.raises(BindRejected):
                    await channel.call(CHALLENGE_INTERFACE, 4, b"")
            await channel.close()


async def test_the_server_runs_in_the_name_that_is_asked_for() -> None:
    """Nobody sits at the console of the first host, so its server cannot start; the others' do."""
    for options, code in (
        (("--identity", "interactive-user"), Hresult.CO_E_RUNAS_LOGON_FAILURE),
        (("--identity", "interactive-user", "--logged-on", "operator"), Hresult.S_OK),
        (("--identity", "operator"), Hresult.S_OK),
    ):
        with simulating(*ACCOUNT, *options) as (ready, _):
            one = client(ready["port"], AuthLevel.INTEGRITY)
            found = Hresult.S_OK
            try:
                await one.activate(OPC_DA.clsid, (IOPCServer.iid,))
            except HResultError as error:
                found = Hresult(error.code)
            assert found == code, options
            await one.close()


def test_a_file_describes_the_host_and_options_win(tmp_path: Path) -> None:
    file = tmp_path / "line1.yaml"
    file.write_text(
        "format: 1\nname: LINE1\nphase: 2023-03\naccounts:\n  - {user: operator, password: plant}\n",
        encoding="utf-8",
    )
    with simulating(str(file), "--phase", "unpatched", "--os", "windows-xp") as (ready, _):
        assert (ready["name"], ready["updates"], ready["os"]) == ("LINE1", "unpatched", "windows-xp-sp3")
        assert ready["advertise"] == ready["port"]


def test_the_ready_line_is_for_people_unless_json_is_asked_for() -> None:
    served = subprocess.Popen(command(*PLACE), stdout=subprocess.PIPE, text=True)
    line = first_line(served.stdout)
    served.terminate()
    served.communicate(timeout=30)
    assert line.startswith(f"ready {ADDRESS}:")
    assert "Opcross.Simulation.1" in line


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--name-unknown",), "--name-unknown"),
        (("--phase", "2022"), "YYYY-MM"),
        (("--os", "windows-server-2018"), 'did you mean "windows-server-2019"'),
        (("--address", "192.0.2.1"), "take one that it has"),
        (("missing.yaml",), "missing.yaml"),
        (("--event-log", "/nowhere/events.xml"), "/nowhere/events.xml"),
        (("--port", "70000"), "65535"),
        (("--advertise", "0"), "65535"),
        (("--address", "0.0.0.0"), "dial"),
        (("--address", "line1"), "address"),
        (("--password", "plant"), "--user"),
        (("--user", "operator"), "--password"),
        (("--identity", "interactive-usr"), 'did you mean "interactive-user"'),
        (("--logged-on", "operator"), "no account has that name"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *options]) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert reason in told
    assert len(told.splitlines()) == 1


def of_da(word: str, ready: dict[str, object], *words: str) -> str:
    """What ``opcross da`` prints of the server, asked over sockets by a process of its own."""
    url = f"opcda://{ADDRESS}:{ready['port']}/Opcross.Simulation.1"
    order = [sys.executable, "-m", "opcross", "da", word, url, *words, "--user", "operator"]
    done = subprocess.run(
        [*order, "--password-env", "PLANT_PASSWORD", "--local-address", "127.0.72.2"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PLANT_PASSWORD": "plant"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_offers_the_items_of_a_plant_file(tmp_path: Path) -> None:
    plant = tmp_path / "plant.yaml"
    plant.write_text("format: 1\nitems:\n  - {path: Boiler.Level, type: Int4, value: 42}\n", encoding="utf-8")
    with simulating(*ACCOUNT, "--plant", str(plant), "--specification", "2.05a") as (ready, _):
        row = json.loads(of_da("read", ready, "Boiler.Level", "--json"))
        assert (row["value"], row["quality"]) == (42, "good")


def test_it_offers_generated_items() -> None:
    with simulating(*ACCOUNT, "--items", "5") as (ready, _):
        assert len(of_da("browse", ready, "--flat", "--json").splitlines()) == 5


def test_a_plant_and_generated_items_exclude_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", "--plant", str(tmp_path / "plant.yaml"), "--items", "5"]) == 2
    assert "--plant and --items" in capsys.readouterr().err
