"""``opcross simulate``: serve a simulated Windows host until told to stop.

Options win over the file. Refusals are told on standard error as they happen, in plain words, unless
``--quiet`` is given.
"""

from __future__ import annotations

import asyncio
import json as json_format
import signal
import sys
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from opcross.cli import verbosity
from opcross.errors import FileError
from opcross.hardening import month_word, operating_system, parse_month
from opcross.net import entropy, wall_time
from opcross_simulators.plant import ITEM_LIMIT, generated, load_plant, standard_plant
from opcross_simulators.servers import OPC_ENUM
from opcross_simulators.servers.conformance import CHALLENGE_INTERFACE, ChallengeInterface
from opcross_simulators.servers.opc_da import SPECIFICATIONS, opc_da
from opcross_simulators.windows.config import AccountConfig, HostConfig, load_host, parse_identity
from opcross_simulators.windows.event_file import EventFile
from opcross_simulators.windows.host import WindowsHost
from opcross_simulators.windows.identities import this_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from opcross.hardening import EventRecord
    from opcross_simulators.windows.installation import InstalledClass

__all__ = ["simulate"]


def simulate(
    file: Annotated[Path | None, Parameter(help="a description of the host (YAML)")] = None,
    /,
    *,
    address: Annotated[str | None, Parameter(help="the address to listen on [default: 127.0.0.1]")] = None,
    port: Annotated[
        int | None, Parameter(help="the port for activations; 0 takes a free one [default: 135]")
    ] = None,
    advertise: Annotated[
        int | None, Parameter(help="the port that clients are told, where a redirection stands between")
    ] = None,
    phase: Annotated[
        str | None,
        Parameter(help="the month of the host's updates, YYYY-MM, or unpatched [default: 2023-03]"),
    ] = None,
    os: Annotated[
        str | None,
        Parameter(help="the operating system, such as windows-10-21h2 [default: windows-server-2019]"),
    ] = None,
    domain: Annotated[str | None, Parameter(help="the domain of which the host is a member")] = None,
    user: Annotated[str | None, Parameter(help="an account that may activate remotely")] = None,
    password: Annotated[str | None, Parameter(help="its password")] = None,
    identity: Annotated[
        str | None,
        Parameter(
            help="in whose name the OPC server runs: launching-user, interactive-user, local-system,"
            " local-service, network-service, or an account of the host [default: that of --user]"
        ),
    ] = None,
    logged_on: Annotated[str | None, Parameter(help="the account that sits at the console")] = None,
    plant: Annotated[
        Path | None,
        Parameter(help="what the OPC server offers, a plant file (YAML) [default: Matrikon's items]"),
    ] = None,
    items: Annotated[
        int | None,
        Parameter(help="offer so many generated items instead", validator=Number(gte=1, lte=ITEM_LIMIT)),
    ] = None,
    specification: Annotated[
        Literal["2.05a", "3.0", "both"], Parameter(help="of which it has the interfaces")
    ] = "both",
    event_log: Annotated[
        Path | None, Parameter(help="write the System log there: .jsonl for JSON, else Event XML")
    ] = None,
    lenient: Annotated[
        bool, Parameter(help="take requests without verifier at pkt, as impacket sends them")
    ] = False,
    conformance: Annotated[
        bool, Parameter(help="answer the one method that Samba's RPC test suite asks of a server")
    ] = False,
    json: Annotated[bool, Parameter(help="print the ready line as JSON")] = False,
) -> int:
    """Serve a simulated Windows host with an OPC server on it.

    Prints one line that starts with "ready" once it serves, and runs until SIGINT (Ctrl-C) or SIGTERM.
    """
    config = load_host(file) if file is not None else HostConfig()
    options: dict[str, object] = {
        "address": address,
        "port": port,
        "advertise": advertise,
        "domain": domain,
        "phase": None if phase is None else parse_month(phase),
        "os": None if os is None else operating_system(os),
        "lenient": lenient or None,
    }
    given = {name: value for name, value in options.items() if value is not None}
    if phase is not None:
        given["phase"] = options["phase"]  # None means unpatched there
    config = replace(config, **given)  # type: ignore[arg-type]  # each option has its field's type
    config = _with_account(config, user, password)
    config = _with_identity(config, identity, logged_on, user)

    def tell(text: str) -> None:
        if verbosity() >= 0:
            print(_printable(text), file=sys.stderr, flush=True)  # noqa: T201  (a command speaks to its user)

    def say(host: WindowsHost) -> None:
        line = json_format.dumps(_facts(host)) if json else _ready(host)
        print(line, flush=True)  # noqa: T201

    with ExitStack() as stack:
        host = WindowsHost(
            config,
            entropy=entropy,
            wall_time=wall_time,
            classes=(_opc_server(plant, items, specification), OPC_ENUM),
            services={CHALLENGE_INTERFACE: ChallengeInterface()} if conformance else {},
            tell=tell,
        )
        if event_log is not None:
            file_of_events = stack.enter_context(EventFile(event_log))

            def keep(record: EventRecord) -> None:
                try:
                    file_of_events.write(record)
                except OSError as error:
                    tell(f"{event_log}: event {record.record_id} was not written: {error.strerror or error}")

            host.log.listen(keep)
        asyncio.run(_serve(host, say))
    return 0


def _with_account(config: HostConfig, user: str | None, password: str | None) -> HostConfig:
    """The host with one account more; in a domain it is one of the domain."""
    if (user is None) != (password is None):
        raise FileError("--user and --password go together: an account of the simulated host")
    if user is None or password is None:
        return config
    account = AccountConfig(user, password, domain=bool(config.domain))
    return replace(config, accounts=(*config.accounts, account))


def _with_identity(
    config: HostConfig, identity: str | None, logged_on: str | None, user: str | None
) -> HostConfig:
    """The host with somebody at its console, and with the name in which its servers run."""
    if logged_on is not None:
        config = replace(config, logged_on=logged_on)
    if identity is not None:
        return replace(config, identity=parse_identity(identity, config.accounts))
    if user is not None and config.identity is None:
        # Its servers run as an account that the client has, too: so they can call back.
        return replace(config, identity=this_user(user))
    return config


def _opc_server(plant: Path | None, items: int | None, specification: str) -> InstalledClass:
    """The simulated server over the plant that was asked for, which outlives the server's processes."""
    if plant is not None and items is not None:
        raise FileError("--plant and --items are two ways to say what the server offers: give one of them")
    if plant is not None:
        made = load_plant(plant).make(start=wall_time())
    elif items is not None:
        made = generated(items, start=wall_time())
    else:
        made = standard_plant(start=wall_time())
    return opc_da(make_plant=lambda: made, specifications=SPECIFICATIONS[specification])


async def _serve(host: WindowsHost, say: Callable[[WindowsHost], None]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    with _signals(on_signal):
        await host.start()
        try:
            say(host)
            await stop.wait()
        finally:
            await host.stop()


@contextmanager
def _signals(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let ``handler`` have the signals that ask a program to end; works on Windows, too."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    if sys.platform == "win32":
        numbers.append(signal.SIGBREAK)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _printable(text: str) -> str:
    """Callers choose their names; what could steer a terminal is shown as a question mark."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _ready(host: WindowsHost) -> str:
    phase = f"{month_word(host.config.phase)}: phase {host.patch.phase.name.lower()}"
    names = ", ".join(installed.prog_id for installed in host.installed())
    return (
        f"ready {host.address}:{host.port} {host.computer} ({host.config.os.title}, {phase}) serves {names}"
    )


def _facts(host: WindowsHost) -> dict[str, object]:
    config = host.config
    return {
        "ready": True,
        "name": host.computer,
        "address": host.address,
        "port": host.port,
        "advertise": config.advertise or host.port,
        "os": config.os.name,
        "updates": month_word(config.phase),
        "phase": host.patch.phase.name.lower(),
        "domain": config.domain,
        "classes": [
            {"prog_id": installed.prog_id, "clsid": str(installed.clsid)} for installed in host.installed()
        ],
    }
