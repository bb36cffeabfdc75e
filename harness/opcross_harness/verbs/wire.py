"""``wire``: what the recorded octets of the calls between two cast members show."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from opcross.codes import rpc_status_name
from opcross.yaml_files import Choice, Converted, Integer, Key
from opcross_harness.cast.base import Actor
from opcross_harness.verbs.base import Arguments, Check, Finding, someone
from opcross_harness.verbs.kinds import LEVEL
from opcross_harness.wire import CALL_NAMES, SeenCall, calls_seen, name_of_interface

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["Wire"]


def _answer(text: str) -> int | None:
    if text == "response":
        return None
    kind, _, number = text.partition(" ")
    if kind != "fault" or not number.startswith("0x"):
        raise ValueError('write "response", or "fault 0x5"')
    return int(number, 16)


_ANSWER = Converted(
    'an answer: "response", or "fault 0x5"',
    _answer,
    {"anyOf": [{"const": "response"}, {"type": "string", "pattern": "^fault 0x[0-9a-fA-F]+$"}]},
    ("response", "fault 0x5"),
)


class Wire(Check):
    """Look at the recorded calls."""

    name = "wire"
    summary = "The last call of a kind that the wire showed had this level and this answer."
    keys = MappingProxyType(
        {
            "from": Key(someone(), required=True, description="who called"),
            "to": Key(someone(), required=True, description="who was called"),
            "call": Key(
                Choice({name: name for name in CALL_NAMES}), required=True, description="which calls count"
            ),
            "level": Key(LEVEL, description="the authentication level"),
            "answer": Key(_ANSWER, description='"response", or the status of a fault PDU'),
            "count": Key(Integer(0, 100_000), description="exactly so many such calls, whatever they were"),
            "at-least": Key(Integer(1, 100_000), description="so many such calls or more"),
        }
    )

    def look(self, stage: Stage, arguments: Arguments) -> Finding:
        """Compare the last such call."""
        caller = stage.actor(arguments["from_"], Actor).address
        called = stage.actor(arguments["to"], Actor).address
        seen = [
            call
            for call in calls_seen(stage.recording.entries)
            if (call.client, call.server) == (caller, called) and _counts(call, arguments["call"])
        ]
        expected = _expected(arguments)
        told = str(seen[-1]) + (f" (the last of {len(seen)})" if len(seen) > 1 else "") if seen else "no call"
        short = len(seen) < arguments.get("at_least", 0)
        if short or ("count" in arguments and len(seen) != arguments["count"]):
            return Finding(passed=False, expected=expected, actual=f"{told}; {len(seen)} in all")
        if not seen:
            return Finding(arguments.get("count") == 0, expected, told)
        return Finding(_fits(seen[-1], arguments), expected, told)


def _counts(call: SeenCall, word: str) -> bool:
    return call.is_activation if word == "activation" else name_of_interface(call.interface) == word


def _fits(call: SeenCall, arguments: Arguments) -> bool:
    if "level" in arguments and call.level is not arguments["level"]:
        return False
    if "answer" in arguments:
        wanted = arguments["answer"]
        return call.answered if wanted is None else call.fault == wanted
    return True


def _expected(arguments: Arguments) -> str:
    words = [arguments["call"]]
    if "level" in arguments:
        words.append(f"at {arguments['level'].word}")
    if "answer" in arguments:
        fault = arguments["answer"]
        words.append(
            "answered by a response"
            if fault is None
            else f"answered by fault 0x{fault:08x} {rpc_status_name(fault)}"
        )
    if "count" in arguments:
        words.append(f"{arguments['count']} times")
    if "at_least" in arguments:
        words.append(f"at least {arguments['at_least']} times")
    return " ".join(words)
