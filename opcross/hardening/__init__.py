"""The rules of Microsoft's DCOM hardening (KB5004442, CVE-2021-26414) as pure functions."""

from __future__ import annotations

from opcross.hardening.appcompat import (
    APPCOMPAT_KEY,
    DISABLE_LOG,
    RAISE_LEVEL,
    REQUIRE_INTEGRITY,
    AppCompat,
    RaiseMode,
    gate_is_on,
    logs_hardening,
    raise_mode,
)
from opcross.hardening.client import (
    RESOLVER_LEVEL,
    ActivationLevel,
    activation_level,
    call_level,
    repeats_without_security,
)
from opcross.hardening.events import DcomEvent, EventLevel, EventRecord, LaunchRight
from opcross.hardening.gate import AnonymousRule, RefusalForm, Switches, Verdict, judge_activation
from opcross.hardening.months import UNPATCHED, Month, month_word, parse_month
from opcross.hardening.operating_systems import (
    OPERATING_SYSTEMS,
    Generation,
    OperatingSystem,
    operating_system,
)
from opcross.hardening.phases import Feature, PatchState, Phase, phase_of
from opcross.hardening.suppression import DuplicateFilter

__all__ = [
    "APPCOMPAT_KEY",
    "DISABLE_LOG",
    "OPERATING_SYSTEMS",
    "RAISE_LEVEL",
    "REQUIRE_INTEGRITY",
    "RESOLVER_LEVEL",
    "UNPATCHED",
    "ActivationLevel",
    "AnonymousRule",
    "AppCompat",
    "DcomEvent",
    "DuplicateFilter",
    "EventLevel",
    "EventRecord",
    "Feature",
    "Generation",
    "LaunchRight",
    "Month",
    "OperatingSystem",
    "PatchState",
    "Phase",
    "RaiseMode",
    "RefusalForm",
    "Switches",
    "Verdict",
    "activation_level",
    "call_level",
    "gate_is_on",
    "judge_activation",
    "logs_hardening",
    "month_word",
    "operating_system",
    "parse_month",
    "phase_of",
    "raise_mode",
    "repeats_without_security",
]
