"""The state machines of both roles: what may follow what on one connection.

A connection is an automaton over *inputs* (a PDU that arrived, a command from above) and *outcomes* (what
judging that input came to). An input that needs judgement leads into a transient state, NEGOTIATING at
the server, and only an outcome leads out of it. So every pair that the table does not hold is either
a peer that broke the protocol or a bug of ours, and nothing else has to be checked elsewhere::

    server                                        client
    UNBOUND --BIND--> NEGOTIATING                 IDLE --BIND--> BINDING
    NEGOTIATING --ACCEPT--> BOUND                 BINDING --BIND_ACK--> CONCLUDING
    NEGOTIATING --CHALLENGE--> AUTHENTICATING     CONCLUDING --FINISH--> BOUND
    NEGOTIATING --REFUSE--> CLOSED                CONCLUDING --CONTINUE--> ALTERING
    AUTHENTICATING --ALTER, AUTH3--> NEGOTIATING  BOUND --ALTER--> ALTERING
    BOUND --ALTER--> NEGOTIATING                  ALTERING --ALTER_RESPONSE--> CONCLUDING
    BOUND --REQUEST--> BOUND                      BOUND --CALL, RESPONSE--> BOUND
    any --LOSE--> CLOSED                          any --LOSE--> CLOSED

While an authentication is under way (AUTHENTICATING) requests are refused: this is what Windows does, and
it spares us the question under whose identity they would run. Cancels, orphans, and the answers to
calls that began earlier pass in every state between the bind and the end.

A bind_nak answers a BIND that breaks the table, a fault everything else; see the cores.
"""

from __future__ import annotations

from enum import Enum, auto
from types import MappingProxyType
from typing import Final, TypeVar

from opcross.errors import PeerViolation

__all__ = ["CLIENT", "SERVER", "ClientInput", "ClientState", "ServerInput", "ServerState", "step"]


class ServerState(Enum):
    """Where a server's connection stands."""

    UNBOUND = auto()
    NEGOTIATING = auto()
    AUTHENTICATING = auto()
    BOUND = auto()
    CLOSED = auto()


class ServerInput(Enum):
    """What reaches a server's connection; the last five are outcomes."""

    BIND = auto()
    ALTER = auto()
    AUTH3 = auto()
    REQUEST = auto()
    CANCEL = auto()
    ORPHAN = auto()
    FOREIGN = auto()
    ACCEPT = auto()
    CHALLENGE = auto()
    REFUSE = auto()
    VIOLATE = auto()
    LOSE = auto()


_S, _I = ServerState, ServerInput

SERVER: Final = MappingProxyType(
    {
        (_S.UNBOUND, _I.BIND): _S.NEGOTIATING,
        (_S.NEGOTIATING, _I.ACCEPT): _S.BOUND,
        (_S.NEGOTIATING, _I.CHALLENGE): _S.AUTHENTICATING,
        (_S.NEGOTIATING, _I.REFUSE): _S.CLOSED,
        (_S.AUTHENTICATING, _I.ALTER): _S.NEGOTIATING,
        (_S.AUTHENTICATING, _I.AUTH3): _S.NEGOTIATING,
        (_S.AUTHENTICATING, _I.CANCEL): _S.AUTHENTICATING,
        (_S.AUTHENTICATING, _I.ORPHAN): _S.AUTHENTICATING,
        (_S.BOUND, _I.ALTER): _S.NEGOTIATING,
        (_S.BOUND, _I.REQUEST): _S.BOUND,
        (_S.BOUND, _I.CANCEL): _S.BOUND,
        (_S.BOUND, _I.ORPHAN): _S.BOUND,
        **{(state, event): _S.CLOSED for state in _S for event in (_I.VIOLATE, _I.LOSE)},
    }
)


class ClientState(Enum):
    """Where a client's connection stands."""

    IDLE = auto()
    BINDING = auto()
    CONCLUDING = auto()
    ALTERING = auto()
    BOUND = auto()
    CLOSED = auto()


class ClientInput(Enum):
    """What reaches a client's connection: commands from above, PDUs, and outcomes."""

    BIND = auto()
    ALTER = auto()
    CALL = auto()
    BIND_ACK = auto()
    BIND_NAK = auto()
    ALTER_RESPONSE = auto()
    RESPONSE = auto()
    FAULT = auto()
    SHUTDOWN = auto()
    FOREIGN = auto()
    FINISH = auto()
    CONTINUE = auto()
    REFUSE = auto()
    VIOLATE = auto()
    LOSE = auto()


_C, _E = ClientState, ClientInput

CLIENT: Final = MappingProxyType(
    {
        (_C.IDLE, _E.BIND): _C.BINDING,
        (_C.BINDING, _E.BIND_ACK): _C.CONCLUDING,
        (_C.BINDING, _E.BIND_NAK): _C.CLOSED,
        (_C.BINDING, _E.FAULT): _C.CLOSED,
        (_C.CONCLUDING, _E.FINISH): _C.BOUND,
        (_C.CONCLUDING, _E.CONTINUE): _C.ALTERING,
        (_C.CONCLUDING, _E.REFUSE): _C.CLOSED,
        (_C.ALTERING, _E.ALTER_RESPONSE): _C.CONCLUDING,
        (_C.ALTERING, _E.RESPONSE): _C.ALTERING,
        (_C.ALTERING, _E.FAULT): _C.ALTERING,
        (_C.ALTERING, _E.REFUSE): _C.CLOSED,
        (_C.ALTERING, _E.SHUTDOWN): _C.ALTERING,
        (_C.BOUND, _E.ALTER): _C.ALTERING,
        (_C.BOUND, _E.CALL): _C.BOUND,
        (_C.BOUND, _E.RESPONSE): _C.BOUND,
        (_C.BOUND, _E.FAULT): _C.BOUND,
        (_C.BOUND, _E.SHUTDOWN): _C.BOUND,
        **{(state, event): _C.CLOSED for state in _C for event in (_E.VIOLATE, _E.LOSE)},
    }
)

State = TypeVar("State", ServerState, ClientState)
Input = TypeVar("Input", ServerInput, ClientInput)


def step(table: MappingProxyType[tuple[State, Input], State], state: State, event: Input) -> State:
    """The next state; raises :class:`~opcross.errors.PeerViolation` for a pair that is not in the table."""
    try:
        return table[state, event]
    except KeyError:
        raise PeerViolation(
            f"{event.name.lower()} while {state.name.lower()}", state=state, event=event
        ) from None
