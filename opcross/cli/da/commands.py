"""The commands of ``opcross da`` as users type them; what is heavy is imported when they run."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from opcross.cli.da._connection import CallbackChoice, Connection
from opcross.errors import FileError

__all__ = ["browse", "properties", "read", "servers", "status", "watch", "write"]

_NOBODY = Connection()
_CALLBACKS = CallbackChoice()

Url = Annotated[str, Parameter(help="opcda://HOST[:PORT]/PROGID[/CLSID], or sim:NAME")]
_ITEMS = "Item ids, as browse shows them."
Type = Annotated[
    str, Parameter(name="--type", help="A type such as r8, i4, bool, bstr, or r8[] for an array.")
]


def servers(
    host: Annotated[str, Parameter(help="HOST or HOST:PORT")], /, *, connection: Connection = _NOBODY
) -> int:
    """List the OPC servers of a host, as its OPCEnum tells them.

    Examples, for bash and PowerShell alike:

      opcross da servers 10.1.2.3 --user 'PLANT\\operator'
      opcross da servers 127.0.0.1:1135 --user OPERATOR --json
    """
    from opcross.cli.da.servers import list_servers

    return list_servers(host, connection)


def status(url: Url, /, *, connection: Connection = _NOBODY) -> int:
    """Tell the state of a server, its vendor, version and times.

    The exit code is 1 when the server is there but does not run.

    Examples, for bash and PowerShell alike:

      opcross da status opcda://10.1.2.3/Vendor.Server.1 --user 'PLANT\\operator'
      opcross da status sim:standard
    """
    from opcross.cli.da.status import tell_status

    return tell_status(url, connection)


def browse(
    url: Url,
    branch: Annotated[str, Parameter(help="The item id of a branch (default: the root).")] = "",
    /,
    *,
    recursive: Annotated[bool, Parameter(name=["--recursive", "-r"], help="Go into every branch.")] = False,
    name_filter: Annotated[
        str, Parameter(name="--filter", help="Only names like this: * ? # [a-z] [!a-z].")
    ] = "",
    items: Annotated[bool, Parameter(help="Items only.")] = False,
    branches: Annotated[bool, Parameter(help="Branches only.")] = False,
    flat: Annotated[bool, Parameter(help="Every item at and below the branch, in one list.")] = False,
    type_word: Type = "",
    limit: Annotated[int | None, Parameter(help="Stop after so many elements.")] = None,
    connection: Connection = _NOBODY,
) -> int:
    """Show what is in a branch of the address space.

    Examples, for bash and PowerShell alike:

      opcross da browse sim:standard
      opcross da browse sim:standard 'Simulation Items' --recursive
      opcross da browse sim:standard --flat --filter 'Random.R*' --json
    """
    from opcross.cli.da.browse import browse_branch
    from opcross.opc.da.model import BrowseFilter

    if items + branches + flat > 1:
        raise FileError("--items, --branches and --flat: choose one")
    which = BrowseFilter.ALL
    for wanted, meant in ((items, "ITEMS"), (branches, "BRANCHES"), (flat, "FLAT")):
        if wanted:
            which = BrowseFilter[meant]
    return browse_branch(
        url,
        branch,
        connection,
        which=which,
        recursive=recursive,
        name_filter=name_filter,
        type_word=type_word,
        limit=limit,
    )


def properties(
    url: Url,
    /,
    *items: Annotated[str, Parameter(help=_ITEMS)],
    ids: Annotated[
        tuple[int, ...],
        Parameter(name="--id", help="Only this property; may be repeated.", consume_multiple=False),
    ] = (),
    connection: Connection = _NOBODY,
) -> int:
    """Tell the properties of items: type, rights, units, limits, description.

    Examples, for bash and PowerShell alike:

      opcross da properties sim:standard Random.Real8
      opcross da properties sim:standard Random.Real8 Random.Int4 --id 1 --id 5
    """
    from opcross.cli.da.properties import tell_properties

    return tell_properties(url, items, ids, connection)


def read(
    url: Url,
    /,
    *items: Annotated[str, Parameter(help=_ITEMS)],
    max_age: Annotated[
        int | None, Parameter(help="Milliseconds that a value may be old (default: whatever the cache has).")
    ] = None,
    device: Annotated[bool, Parameter(help="Ask the device, as --max-age 0 does.")] = False,
    type_word: Type = "",
    connection: Connection = _NOBODY,
) -> int:
    """Read items once.

    Examples, for bash and PowerShell alike:

      opcross da read sim:standard Random.Real8 Random.Int4
      opcross da read opcda://10.1.2.3/Vendor.Server.1 Tank1.Level --device --user 'PLANT\\operator'
      opcross da read sim:standard Random.Int4 --type bstr --json
    """
    from opcross.cli.da.read import read_items

    return read_items(url, items, connection, max_age=max_age, device=device, type_word=type_word)


def write(
    url: Url,
    /,
    *pairs: Annotated[str, Parameter(help="An item id and its value, and so on.", allow_leading_hyphen=True)],
    type_word: Type = "",
    quality: Annotated[str, Parameter(help="Write this quality as well, such as good or 0xC0.")] = "",
    time_stamp: Annotated[str, Parameter(help="Write this time as well: 2026-01-31T12:00:00Z, or now.")] = "",
    allow_write: Annotated[bool, Parameter(help="Yes, change the plant.")] = False,
    connection: Connection = _NOBODY,
) -> int:
    """Write values into items. Without --allow-write nothing is sent.

    A value is taken in the item's own type unless --type names another.
    Nothing is written unless every item is there and every value fits.

    Examples, for bash and PowerShell alike:

      opcross da write sim:standard Bucket.Real8 21.5 --allow-write
      opcross da write sim:standard Bucket.Int4 -7 Bucket.String 'hello' --allow-write
    """
    from opcross.cli.da.write import write_items

    return write_items(
        url,
        pairs,
        connection,
        type_name=type_word,
        quality=quality,
        time_stamp=time_stamp,
        allowed=allow_write,
    )


def watch(
    url: Url,
    /,
    *items: Annotated[str, Parameter(help=_ITEMS)],
    rate: Annotated[int, Parameter(help="Milliseconds between updates (default 1000).")] = 1_000,
    deadband: Annotated[
        float, Parameter(help="Percent of the range by which an analog item has to change (default 0).")
    ] = 0.0,
    type_word: Type = "",
    count: Annotated[int | None, Parameter(help="Stop after so many lines.")] = None,
    seconds: Annotated[float | None, Parameter(help="Stop after this time.")] = None,
    poll: Annotated[bool, Parameter(help="Read the cache over and over, without callbacks.")] = False,
    callbacks: CallbackChoice = _CALLBACKS,
    connection: Connection = _NOBODY,
) -> int:
    """Print changes of items as they come, until Ctrl-C.

    The server calls us back. Where it can't, the cache is read at the same
    rate instead, and a line on standard error says so.

    Examples, for bash and PowerShell alike:

      opcross da watch sim:standard Random.Real8 Random.Int4
      opcross da watch sim:standard Random.Real8 --rate 100 --count 20 --json
      opcross da watch opcda://10.1.2.3/Vendor.Server.1 T1.Level --user op --callback-ports 5000-5020
    """
    from opcross.cli.da.watch import watch_items

    return watch_items(
        url,
        items,
        connection,
        callbacks,
        rate=rate,
        deadband=deadband,
        type_name=type_word,
        count=count,
        seconds=seconds,
        poll=poll,
    )
