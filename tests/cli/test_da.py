"""``opcross da`` as a user runs it: against the simulated server in the process, and over DCOM."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from opcross import providers
from opcross.cli import main
from opcross.errors import FileError, HResultError, OpcrossError, TransportLost
from opcross.ndr import Variant, VarType
from opcross.opc.caller import Caller
from opcross.opc.da.batch import Batch, ItemValue
from opcross.opc.da.model import BrowseElement, BrowsePage, BrowseRequest, Organization, ServerStatus
from opcross.provider_url import SimulatedUrl
from opcross.providers import ConnectOptions, connect_da

USER = ("--user", "OPERATOR", "--password-env", "OPC_PASSWORD")
HOST_FILE = """\
format: 1
port: 0
accounts:
  - {user: OPERATOR, password: secret}
identity: {user: OPERATOR, password: secret}
"""


class Done:
    """What a command printed, and its exit code."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err
        self.lines = out.splitlines()

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


Run = Callable[..., Done]


@pytest.fixture
def da(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``opcross da`` in this process."""
    monkeypatch.setenv("OPC_PASSWORD", "secret")

    def run(*arguments: str) -> Done:
        code = main(["da", *arguments])
        told = capsys.readouterr()
        return Done(code, told.out, told.err)

    return run


@contextmanager
def serving(file: Path) -> Iterator[int]:
    command = [sys.executable, "-m", "opcross", "-q", "simulate", str(file), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a host whose server runs as OPERATOR, so that we can tell its callbacks from others."""
    file = tmp_path_factory.mktemp("host") / "host.yaml"
    file.write_text(HOST_FILE, encoding="utf-8")
    with serving(file) as found:
        yield found


@pytest.fixture(params=["sim", "opcda"])
def url(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The same server twice, and the options that reach it: here, and over the wire."""
    if request.param == "sim":
        return ("sim:standard",)
    return (f"opcda://127.0.0.1:{request.getfixturevalue('port')}/Opcross.Simulation.1", *USER)


# -- every command, near and far -------------------------------------------------------------------------


def test_the_status_is_told(da: Run, url: Sequence[str]) -> None:
    done = da("status", *url)
    assert done.code == 0, done.err
    facts = dict(line.split("  ", 1) for line in done.lines)
    assert facts["state"].strip() == "running"
    assert facts["vendor"].strip() == "Opcross simulated OPC DA server"
    (record,) = da("status", *url, "--json").records
    assert record["state"] == "running"
    assert record["organization"] == "hierarchical"
    assert record["start_time"] <= record["current_time"]


def test_a_branch_is_shown(da: Run, url: Sequence[str]) -> None:
    done = da("browse", *url)
    assert done.code == 0, done.err
    assert done.lines[0].split("  ")[0] == "KIND"
    assert "branch  Simulation Items    Simulation Items" in done.lines
    inside = da("browse", url[0], "Random", *url[1:], "--filter", "Real?", "--json").records
    assert [one["item_id"] for one in inside] == ["Random.Real4", "Random.Real8"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--items"], ["#MonitorACLFile", "@ClientCount", "@Clients"]),
        (["--branches"], ["Configured Aliases", "Simulation Items"]),
        (["--items", "--type", "bool"], ["#MonitorACLFile"]),
        (["--limit", "2"], ["#MonitorACLFile", "@ClientCount"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_browse_is_restricted(da: Run, url: Sequence[str], options: list[str], names: list[str]) -> None:
    done = da("browse", *url, *options, "--json")
    assert done.code == 0, done.err
    assert [one["name"] for one in done.records] == names
    assert ("there is more" in done.err) == ("--limit" in options)


def test_going_into_every_branch_finds_what_the_flat_list_has(da: Run, url: Sequence[str]) -> None:
    deep = da("browse", *url, "--recursive", "--json").records
    flat = da("browse", *url, "--flat", "--json").records
    assert {one["item_id"] for one in deep if one["is_item"]} == {one["item_id"] for one in flat}
    some = da("browse", *url, "--recursive", "--items", "--filter", "Int4", "--json").records
    assert {one["item_id"] for one in some} == {one["item_id"] for one in deep if one["name"] == "Int4"}, (
        "branches are followed whatever their names"
    )


def test_properties_are_told_in_words(da: Run, url: Sequence[str]) -> None:
    done = da("properties", *url[:1], "Random.Real8", *url[1:])
    assert done.code == 0, done.err
    rows = {line.split()[1]: line for line in done.lines[1:]}
    assert rows["1"].endswith("5 (VT_R8)")
    assert rows["3"].endswith("192 (good)")
    assert rows["5"].endswith("1 (readable)")
    (record,) = da("properties", url[0], "Random.Real8", "--id", "102", *url[1:], "--json").records
    assert (record["id"], record["value"], record["type"]) == (102, 32767.0, "VT_R8")


def test_items_are_read(da: Run, url: Sequence[str]) -> None:
    done = da("read", url[0], "Random.Real8", "Bucket Brigade.String", *url[1:], "--device")
    assert done.code == 0, done.err
    assert done.lines[0].split() == ["ITEM", "VALUE", "TYPE", "QUALITY", "TIME"]
    assert done.lines[1].startswith("Random.Real8")
    one, other = da(
        "read", url[0], "Random.Int4", "Random.Int4", *url[1:], "--type", "bstr", "--json"
    ).records
    assert one["type"] == "VT_BSTR"
    assert one["quality_code"] == 192
    assert int(one["value"]) == int(other["value"])
    assert one["time"].endswith("Z")


def test_items_are_written_in_their_own_type(da: Run, url: Sequence[str]) -> None:
    """The value begins with a hyphen, as negative numbers do."""
    done = da(
        "write",
        url[0],
        "Bucket Brigade.Int2",
        "-7",
        "Bucket Brigade.String",
        "a b",
        *url[1:],
        "--allow-write",
    )
    assert done.code == 0, done.err
    assert [line.split()[-1] for line in done.lines[1:]] == ["written", "written"]
    (record,) = da("write", url[0], "Bucket Brigade.Real4", "1", *url[1:], "--allow-write", "--json").records
    assert record == {"item": "Bucket Brigade.Real4", "written": True, "value": 1.0, "type": "VT_R4"}


def test_what_was_written_is_read_back_with_quality_and_time(da: Run, port: int) -> None:
    url = f"opcda://127.0.0.1:{port}/Opcross.Simulation.1"
    extra = ("--quality", "sensor-failure", "--time-stamp", "2026-01-31T12:00:00+01:00")
    assert da("write", url, "Bucket Brigade.Int4", "5", *extra, "--allow-write", *USER).code == 0
    (record,) = da("read", url, "Bucket Brigade.Int4", "--device", "--json", *USER).records
    assert record["value"] == 5
    assert record["quality"] == "bad: sensor failure"
    assert record["time"].startswith("2026-01-31T11:00:00")


def test_changes_are_watched(da: Run, url: Sequence[str]) -> None:
    """Over the wire the server logs on as the one account that we know, so its callbacks are let in."""
    done = da("watch", url[0], "Random.Real8", "Random.Int4", *url[1:], "--rate", "50", "--count", "5")
    assert done.code == 0, done.err
    assert done.err == ""
    assert len(done.lines) == 5
    assert {line.split()[1] for line in done.lines} == {"Random.Real8", "Random.Int4"}


def test_a_watch_without_callbacks_polls_and_is_silent_about_it(da: Run, url: Sequence[str]) -> None:
    done = da(
        "watch", url[0], "Random.Real8", *url[1:], "--rate", "50", "--seconds", "0.4", "--poll", "--json"
    )
    assert done.code == 0, done.err
    assert done.err == ""
    assert len(done.records) >= 2
    assert {one["type"] for one in done.records} == {"VT_R8"}


# -- bad input -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", [(), ("--device",), ("--type", "bstr")])
def test_an_unknown_item_is_told_in_its_row(da: Run, url: Sequence[str], device: Sequence[str]) -> None:
    done = da("read", url[0], "Random.Real8", "Nope", *url[1:], *device, "--json")
    assert done.code == 1
    good, bad = done.records
    assert "error" not in good
    assert bad == {
        "item": "Nope",
        "error": "0xc0040007",
        "error_name": "OPC_E_UNKNOWNITEMID",
        "message": bad["message"],
    }


def test_an_unknown_item_has_no_properties(da: Run, url: Sequence[str]) -> None:
    done = da("properties", url[0], "Nope", *url[1:])
    assert done.code == 1
    assert "OPC_E_UNKNOWNITEMID" in done.out


def test_an_unknown_branch_is_told(da: Run, url: Sequence[str]) -> None:
    done = da("browse", url[0], "Nope", *url[1:])
    assert done.code == 1
    assert done.err.startswith("opcross: ")
    assert "OPC_E_UNKNOWNITEMID" in done.err
    assert len(done.err.splitlines()) == 1


def test_an_unknown_item_does_not_keep_others_from_being_watched(da: Run, url: Sequence[str]) -> None:
    done = da("watch", url[0], "Nope", "Random.Int4", *url[1:], "--rate", "50", "--count", "1")
    assert done.code == 1
    assert "Nope         error: OPC_E_UNKNOWNITEMID" in done.lines[0]
    assert done.lines[1].split()[1] == "Random.Int4"


def test_a_watch_of_unknown_items_alone_ends(da: Run, url: Sequence[str]) -> None:
    done = da("watch", url[0], "Nope", *url[1:])
    assert done.code == 1
    assert len(done.lines) == 1


def test_one_unknown_item_keeps_every_value_from_being_written(da: Run, url: Sequence[str]) -> None:
    done = da("write", url[0], "Bucket Brigade.Int4", "5", "Nope", "5", *url[1:], "--allow-write", "--json")
    assert done.code == 1
    assert [one["written"] for one in done.records] == [False, False]
    done = da("write", url[0], "Nope", "5", *url[1:], "--type", "i4", "--allow-write", "--json")
    assert [one["written"] for one in done.records] == [False]


def test_a_value_that_does_not_fit_keeps_every_value_from_being_written(da: Run, url: Sequence[str]) -> None:
    items = ("Bucket Brigade.String", "a", "Bucket Brigade.Int2", "70000")
    done = da("write", url[0], *items, *url[1:], "--allow-write")
    assert done.code == 2
    assert done.out == ""
    assert "Bucket Brigade.Int2" in done.err
    assert "nothing was written" in done.err


def test_what_the_server_does_not_take_is_told_item_by_item(da: Run, url: Sequence[str]) -> None:
    done = da("write", url[0], "Random.Int4", "5", "Bucket Brigade.Int4", "5", *url[1:], "--allow-write")
    assert done.code == 1
    assert "OPC_E_BADRIGHTS" in done.lines[1]
    assert done.lines[2].endswith("written")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["raed"], 'there is no command "raed" (did you mean "read"?); opcross da --help lists them'),
        (["read"], "URL requires an argument"),
        (["read", "sim:standard", "X", "--usr", "y"], "Unknown option"),
        (["read", "sim:standard", "X", "--password", "secret"], "Unknown option"),
        (["read", "sim:standard"], "name at least one item"),
        (["read", "sim:standard", "X", "--device", "--max-age", "5"], "--device is --max-age 0"),
        (["read", "sim:standard", "X", "--max-age", "-1"], "--max-age"),
        (["read", "sim:standard", "X", "--type", "r9"], 'no type is called "r9"'),
        (["read", "sim:standard", "X", "--level", "high"], "high"),
        (["read", "sim:standard", "X", "--timeout", "0"], "--timeout"),
        (["read", "sim:standrad", "X"], 'did you mean "standard"?'),
        (["read", "nothing", "X"], "is no provider URL"),
        (["read", "opchda://h/S", "X"], "not in this release"),
        (["status", "opcda://u:hunter2@h/S"], "holds no user and no password"),
        (["servers", "h/S"], "is no host"),
        (["servers", ""], "a host is missing"),
        (["browse", "sim:standard", "--items", "--flat"], "choose one"),
        (["browse", "sim:standard", "--recursive", "--flat"], "leave --recursive out"),
        (["browse", "sim:standard", "--limit", "0"], "--limit"),
        (["properties", "sim:standard"], "name at least one item"),
        (["properties", "sim:standard", "X", "--id", "0"], "--id"),
        (["properties", "sim:standard", "X", "--id", "x"], "x"),
        (["write", "sim:standard", "X", "--allow-write"], "write pairs"),
        (["write", "sim:standard", "--allow-write"], "write pairs"),
        (["write", "sim:standard", "X", "5"], "refused: a write changes the plant"),
        (["write", "sim:standard", "X", "5", "--quality", "fine", "--allow-write"], "--quality fine"),
        (["write", "sim:standard", "X", "5", "--quality", "70000", "--allow-write"], "--quality 70000"),
        (["write", "sim:standard", "X", "5", "--time-stamp", "noon", "--allow-write"], "--time-stamp noon"),
        (["write", "sim:standard", "X", "5", "--time-stamp", "1500-01-01", "--allow-write"], "before 1601"),
        (["watch", "sim:standard"], "name at least one item"),
        (["watch", "sim:standard", "X", "--rate", "-1"], "--rate"),
        (["watch", "sim:standard", "X", "--deadband", "101"], "--deadband"),
        (["watch", "sim:standard", "X", "--count", "0"], "--count"),
        (["watch", "sim:standard", "X", "--seconds", "0"], "--seconds"),
        (["watch", "sim:standard", "X", "--callback-ports", "0"], "--callback-ports"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage_is_told_in_one_plain_line(da: Run, arguments: list[str], words: str) -> None:
    done = da(*arguments)
    assert done.code == 2
    assert words in done.err
    assert done.err.startswith("opcross: ")
    assert len(done.err.splitlines()) == 1
    assert "hunter2" not in done.err
    assert done.out == ""


def test_a_write_without_permission_reaches_nobody(da: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    async def connect(*arguments: object, **options: object) -> None:
        raise AssertionError("it connects")

    monkeypatch.setattr("opcross.cli.da._session.connect_da", connect)
    done = da("write", "opcda://plant1/V.S", "X", "5", *USER)
    assert done.code == 2
    assert "--allow-write" in done.err


# -- connecting ------------------------------------------------------------------------------------------


def test_the_servers_of_a_host_are_listed(da: Run, port: int) -> None:
    done = da("servers", f"127.0.0.1:{port}", *USER)
    assert done.code == 0, done.err
    assert done.lines[1].startswith("Opcross.Simulation.1  2.0, 3.0  3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")
    (record,) = da("servers", f"127.0.0.1:{port}", *USER, "--json").records
    assert da("status", record["url"], *USER).code == 0, "its URL needs no OPCEnum"


@pytest.mark.parametrize("command", ["servers", "status", "named"])
def test_nobody_listening_is_told(da: Run, command: str) -> None:
    where = {
        "servers": ("servers", "127.0.0.1:9"),
        "status": ("status", "opcda://127.0.0.1:9/V.S"),
        "named": ("status", "opcda://127.0.0.1:9/V.S/3a30b0f5-f37b-5dc7-bba8-e4f35331dec6"),
    }[command]
    done = da(*where, *USER)
    assert done.code == 2
    assert done.err.startswith("opcross: nobody listens on 127.0.0.1 port 9")
    assert "Traceback" not in done.err


def test_an_unknown_server_is_told_with_the_command_that_lists_them(da: Run, port: int) -> None:
    done = da("status", f"opcda://127.0.0.1:{port}/Nope.1", *USER)
    assert done.code == 2
    assert f'"opcross da servers 127.0.0.1:{port}" lists' in done.err
    done = da("status", f"opcda://127.0.0.1:{port}/Nope.1/00000000-0000-4000-8000-000000000001", *USER)
    assert done.code == 2
    assert '"Nope.1" is not registered' in done.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "No user was given"),
        ((*USER, "--level", "connect"), "KB5004442"),
        (("--user", "OPERATOR", "--password-env", "WRONG"), "Check domain, user and password"),
        (("--user", "nobody", "--password-env", "OPC_PASSWORD"), "Check domain, user and password"),
    ],
    ids=["nobody", "below integrity", "wrong password", "unknown user"],
)
@pytest.mark.parametrize("clsid", ["", "/3a30b0f5-f37b-5dc7-bba8-e4f35331dec6"])
def test_a_refusal_is_told_with_what_helps(
    da: Run, port: int, clsid: str, options: Sequence[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WRONG", "hunter2")
    done = da("read", f"opcda://127.0.0.1:{port}/Opcross.Simulation.1{clsid}", "Random.Int4", *options)
    assert done.code == 2
    assert words in done.err
    assert "access denied" in done.err
    assert "hunter2" not in done.err
    assert ("OPCEnum" in done.err) == (not clsid)


def test_callbacks_from_somebody_else_are_not_believed(da: Run, tmp_path: Path) -> None:
    """Here the server calls without a name; polling shows the same values, and is told of."""
    file = tmp_path / "host.yaml"
    file.write_text(HOST_FILE.replace("identity: {user: OPERATOR, password: secret}\n", ""), encoding="utf-8")
    with serving(file) as port:
        url = f"opcda://127.0.0.1:{port}/Opcross.Simulation.1"
        watch = ("watch", url, "Random.Real8", *USER, "--rate", "50", "--count", "3")
        done = da(*watch)
        assert done.code == 0, done.err
        assert "the cache is polled" in done.err
        assert "--anonymous-callbacks" in done.err
        assert len(done.lines) == 3
        done = da(*watch, "--anonymous-callbacks")
        assert done.code == 0
        assert done.err == ""


def test_callbacks_keep_to_the_ports_that_were_named(da: Run, port: int) -> None:
    url = f"opcda://127.0.0.1:{port}/Opcross.Simulation.1"
    watch = ("watch", url, "Random.Real8", *USER, "--rate", "50", "--count", "2", "--callback-ports")
    taken = str(port)
    done = da(*watch, taken)
    assert done.code == 0, done.err
    assert "the cache is polled" in done.err, "the port is taken, so callbacks cannot come"


def test_ctrl_c_ends_a_watch_in_order(port: int) -> None:
    command = [
        sys.executable,
        "-m",
        "opcross",
        "da",
        "watch",
        f"opcda://127.0.0.1:{port}/Opcross.Simulation.1",
    ]
    with subprocess.Popen(
        [*command, "Random.Real8", "--rate", "50", *USER],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPC_PASSWORD": "secret"},
    ) as process:
        assert process.stdout is not None
        assert "Random.Real8" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 0
        assert told == ""


# -- servers that behave badly ---------------------------------------------------------------------------


class Server:
    """A service and its session in one, which does what a test needs; nothing else is there."""

    def __init__(self) -> None:
        self.closed = 0
        self.fails: OpcrossError | None = None
        self.branches: dict[str, list[BrowseElement]] = {"": []}
        self.texts: list[int] = []
        self.row = ItemValue(0, Variant(VarType.R8, 1.5), 0xC0, 0)
        self.state = 1

    def names(self) -> Sequence[str]:
        return ("bad",)

    def da_service(self, name: str) -> Any:
        return self

    async def open(self, caller: Caller, *, locale: int = 0) -> Any:
        return self

    async def close(self) -> None:
        self.closed += 1

    async def status(self) -> ServerStatus:
        return ServerStatus(start_time=1, current_time=2, state=self.state, vendor="\x1b[2J Vendor")

    async def organization(self) -> Organization:
        return Organization.FLAT

    async def locales(self) -> tuple[int, ...]:
        return (1033,)

    async def error_text(self, code: int, locale: int | None = None) -> str:
        self.texts.append(code)
        if code == 0xE0DE0002:
            raise HResultError(0x80004001)
        return f"the pump\x07 says {code:08X}"

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        if self.fails is not None:
            raise self.fails
        return BrowsePage(tuple(self.branches[request.branch]))

    async def read(self, items: Sequence[str], max_ages: int) -> Batch:
        if self.fails is not None:
            raise self.fails
        row = self.row
        return Batch.of(
            [
                ItemValue(number, row.value, row.quality, row.time_stamp, row.error)
                for number in range(len(items))
            ]
        )


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(providers, "_simulated", lambda: found)
    return found


@pytest.mark.parametrize(
    ("error", "code"),
    [(HResultError(0x80004005), 1), (TransportLost("the wire was cut"), 2), (FileError("no"), 2)],
)
def test_an_error_in_a_session_closes_it_and_is_told(
    da: Run, server: Server, error: OpcrossError, code: int
) -> None:
    server.fails = error
    done = da("read", "sim:bad", "X")
    assert done.code == code
    assert done.err.startswith("opcross: ")
    assert server.closed == 1


def test_verbose_shows_where_an_error_arose(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    server.fails = TransportLost("the wire was cut")
    assert main(["-v", "da", "read", "sim:bad", "X"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1].startswith("opcross: ")


def test_a_server_that_does_not_run_is_no_success(da: Run, server: Server) -> None:
    server.state = 2
    done = da("status", "sim:bad")
    assert done.code == 1
    assert "failed" in done.lines[0]
    assert "?[2J Vendor" in done.out, "a vendor does not steer the terminal"
    server.state = 77
    assert "unknown (77)" in da("status", "sim:bad").out


def test_a_server_without_browsing_and_locales_has_a_status(
    da: Run, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cannot() -> None:
        raise HResultError(0x80004001)

    monkeypatch.setattr(server, "organization", cannot)
    monkeypatch.setattr(server, "locales", cannot)
    done = da("status", "sim:bad")
    assert done.code == 0
    assert done.out.count("not told") == 2
    (record,) = da("status", "sim:bad", "--json").records
    assert (record["organization"], record["locales"]) == (None, [])


def test_the_codes_of_a_vendor_are_explained_by_the_server_once(da: Run, server: Server) -> None:
    server.row = ItemValue(0, None, 0, 0, 0xE0DE0001)
    done = da("read", "sim:bad", "X", "Y")
    assert done.code == 1
    assert "error: the pump? says E0DE0001 (0xE0DE0001)" in done.lines[1]
    assert server.texts == [0xE0DE0001]
    server.row = ItemValue(0, None, 0, 0, 0xE0DE0002)
    assert "0xE0DE0002" in da("read", "sim:bad", "X").out, "a server without words gets the number"


def test_a_success_with_a_code_shows_it(da: Run, server: Server) -> None:
    server.row = ItemValue(0, Variant(VarType.BSTR, "a\x1b[31m"), 0x40, 0, 0x0004000E)
    done = da("read", "sim:bad", "X")
    assert done.code == 0
    assert "uncertain; OPC_S_CLAMP" in done.lines[1]
    assert "\x1b" not in done.out


def test_a_ring_of_branches_comes_to_an_end(da: Run, server: Server) -> None:
    """Some servers have links in their address space, and some have errors."""

    def branch(name: str) -> BrowseElement:
        return BrowseElement(name, name, is_item=False, has_children=True)

    server.branches = {"": [branch("A")], "A": [branch("B")], "B": [branch("A"), branch("B")]}
    done = da("browse", "sim:bad", "--recursive")
    assert done.code == 0
    assert len(done.lines) == 1 + 4
    assert done.err.count("not followed") == 2
    names = [f"L{number}" for number in range(100)]
    server.branches = {above: [branch(below)] for above, below in zip(["", *names], names, strict=False)}
    done = da("browse", "sim:bad", "--recursive")
    assert len(done.lines) == 1 + 65
    assert "not followed" in done.err


def test_pages_without_end_come_to_an_end(da: Run, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("opcross.cli.da.browse.ELEMENT_LIMIT", 50)

    async def browse(request: BrowseRequest) -> BrowsePage:
        return BrowsePage((), "again")

    monkeypatch.setattr(server, "browse", browse)
    done = da("browse", "sim:bad")
    assert done.code == 2
    assert "a branch does not end" in done.err


def test_an_empty_branch_is_told_on_standard_error(da: Run, server: Server) -> None:
    done = da("browse", "sim:bad")
    assert (done.code, done.out) == (0, "")
    assert "nothing there" in done.err


async def test_a_provider_can_be_closed_twice() -> None:
    provider = await connect_da(SimulatedUrl("standard"), ConnectOptions())
    session = await provider.service.open(provider.caller)
    await session.close()
    await provider.close()
    await provider.close()


async def test_simulated_servers_have_names() -> None:
    from opcross_simulators.providers import names

    for name in names():
        provider = await connect_da(SimulatedUrl(name), ConnectOptions())
        await provider.close()
