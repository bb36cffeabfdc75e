"""The verbs of the scenario language: a closed list, built once."""

from __future__ import annotations

from types import MappingProxyType

from opcross_harness.verbs.activate import Activate, GetClassObject
from opcross_harness.verbs.base import Action, Check, Finding, Verb
from opcross_harness.verbs.da_client import (
    BrowseItems,
    Connect,
    Disconnect,
    Forget,
    ReadItems,
    Refresh,
    SlowDown,
    Status,
    Subscribe,
    Unsubscribe,
    WriteItem,
)
from opcross_harness.verbs.da_evidence import Browsed, Noticed, Received, Silent
from opcross_harness.verbs.evidence import Absent, Logged, NotLogged, Present
from opcross_harness.verbs.host import Patch, Restart, SetRegistry
from opcross_harness.verbs.network import Cut, Mend
from opcross_harness.verbs.objects import CallMethod, Ping, Pinging, QueryInterface, Release, Resolve
from opcross_harness.verbs.plant import KillApplication, SetPlant, StopApplication
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
    Connect(),
    Disconnect(),
    Status(),
    BrowseItems(),
    ReadItems(),
    WriteItem(),
    Subscribe(),
    Unsubscribe(),
    Refresh(),
    SlowDown(),
    Forget(),
    Received(),
    Silent(),
    Browsed(),
    Noticed(),
    SetPlant(),
    StopApplication(),
    KillApplication(),
    SetRegistry(),
    Patch(),
    Restart(),
    Cut(),
    Mend(),
    Wait(),
    Logged(),
    NotLogged(),
    Present(),
    Absent(),
    Wire(),
)

VERBS = MappingProxyType({verb.name: verb for verb in _ALL})
"""Every verb by its word."""
