"""The verbs of the scenario language: a closed list, built once."""

from __future__ import annotations

from types import MappingProxyType

from opcross_harness.verbs.activate import Activate, GetClassObject
from opcross_harness.verbs.base import Action, Check, Finding, Verb
from opcross_harness.verbs.evidence import Absent, Logged, NotLogged, Present
from opcross_harness.verbs.host import Patch, Restart, SetRegistry
from opcross_harness.verbs.objects import CallMethod, Ping, Pinging, QueryInterface, Release, Resolve
from opcross_harness.verbs.server_alive import ServerAlive
from opcross_harness.verbs.wait import Wait
from opcross_harness.verbs.wire import Wire

__all__ = ["VERBS", "Action", "Check", "Finding", "Verb"]

_ALL: tuple[Verb, ...] = (
    Activate(),
    GetClassObject(),
    CallMethod(),
    QueryInterface(),
    Release(),
    Resolve(),
    Ping(),
    Pinging(),
    ServerAlive(),
    SetRegistry(),
    Patch(),
    Restart(),
    Wait(),
    Logged(),
    NotLogged(),
    Present(),
    Absent(),
    Wire(),
)

VERBS = MappingProxyType({verb.name: verb for verb in _ALL})
"""Every verb by its word."""
