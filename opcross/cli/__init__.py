"""The command line: ``opcross``, with the commands that the installed packages bring.

Commands are entry points of the group ``opcross.commands``, imported when they run. A command is a
function for cyclopts, or an application of it with commands of its own (``opcross da``); it returns its
exit code (None: 0). What it raises of the tree of
:mod:`opcross.errors` becomes one plain line and exit code 2.
"""

from __future__ import annotations

from opcross.cli._main import COMMAND_GROUP, main, verbosity

__all__ = ["COMMAND_GROUP", "main", "verbosity"]
