"""``opcross da``: use a Data Access server from the command line.

:mod:`.commands` has the commands as users type them; what each does stands in a module of its own.
"""

from __future__ import annotations

from cyclopts import App

from opcross.cli.da import commands

__all__ = ["app"]

app = App(name="da", help_format="plaintext")
"""The commands, as an entry point of :data:`opcross.cli.COMMAND_GROUP`."""

for _command in (
    commands.servers,
    commands.status,
    commands.browse,
    commands.properties,
    commands.read,
    commands.write,
    commands.watch,
):
    app.command(_command)
