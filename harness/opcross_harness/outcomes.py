"""What came of an action, and what a scenario expects of it.

The words of ``expect``:

==================  ==========================================================================
``ok``              it worked
``access-denied``   security said no, in any of its spellings (5, E_ACCESSDENIED, RPC_E_ACCESS_DENIED)
``not-registered``  REGDB_E_CLASSNOTREG
``no-interface``    E_NOINTERFACE
``version-mismatch`` RPC_E_VERSION_MISMATCH
``disconnected``    RPC_E_DISCONNECTED
``invalid-oxid``    OR_INVALID_OXID, as a Win32 code or as an HRESULT
``invalid-set``     OR_INVALID_SET, likewise
``unknown-item``    OPC_E_UNKNOWNITEMID
``bad-rights``      OPC_E_BADRIGHTS
``bad-type``        OPC_E_BADTYPE, or DISP_E_TYPEMISMATCH where the value is no such thing
``out-of-range``    OPC_E_RANGE, or DISP_E_OVERFLOW where the type itself is too small
``duplicate-name``  OPC_E_DUPLICATENAME
``no-callback``     CONNECT_E_CANNOTCONNECT: the server could not reach the client's sink, or is not let in
``not-supported``   E_NOTIMPL or OPC_E_NOTSUPPORTED
``failed``          E_FAIL
``bind-rejected``   the peer declined the bind or the context
``logon-failed``    the credentials were not accepted
``unreachable``     the connection could not be made, or broke
``timed-out``       no answer came in time
``refused``         any of the above but ``unreachable`` and ``timed-out``
``0x80070005``      exactly this code, wherever it stood
``fault 0x5``       this status, in a fault PDU
``hresult 0x80070005`` this code, as the result of the method
==================  ==========================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from opcross.codes import Hresult, RpcStatus
from opcross.errors import (
    BindRejected,
    Fault,
    HResultError,
    LogonFailed,
    OpcrossError,
    Refused,
    TimedOut,
    TransportLost,
)
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.yaml_files import Converted

__all__ = ["EXPECTATION", "OK", "Expectation", "Form", "Outcome"]


class Form(Enum):
    """Where on the wire the answer stood."""

    RESULT = "result"
    FAULT = "fault"
    HRESULT = "hresult"
    BIND = "bind rejected"
    LOGON = "log-on failed"
    TRANSPORT = "unreachable"
    SILENCE = "timed out"


_FORMS: tuple[tuple[type[OpcrossError], Form], ...] = (
    (Fault, Form.FAULT),
    (BindRejected, Form.BIND),
    (LogonFailed, Form.LOGON),
    (HResultError, Form.HRESULT),
    (TimedOut, Form.SILENCE),
    (TransportLost, Form.TRANSPORT),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an action: the form of the answer, its code (0: success), and more for people."""

    form: Form
    code: int = 0
    name: str = ""
    detail: str = ""

    @classmethod
    def of(cls, error: OpcrossError) -> Outcome:
        """The outcome that an error tells of; an error that is no answer of the peer is raised again."""
        for kind, form in _FORMS:
            if isinstance(error, kind):
                code, name = (error.code, error.name) if isinstance(error, Refused) else (0, "")
                detail = str(getattr(error, "reason", ""))
                return cls(form, code, name, detail)
        raise error

    @property
    def succeeded(self) -> bool:
        """Whether the action worked."""
        return self.form is Form.RESULT

    def __str__(self) -> str:
        if self.succeeded:
            return "ok" + (f" ({self.detail})" if self.detail else "")
        if self.form in (Form.TRANSPORT, Form.SILENCE):
            return str(self.form.value) + (f": {self.detail}" if self.detail else "")
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.form.value} 0x{self.code:08x} {self.name}{detail}"


OK = Outcome(Form.RESULT)

_ANSWERED = frozenset({Form.FAULT, Form.HRESULT})
_REFUSED = _ANSWERED | {Form.BIND, Form.LOGON}
_ANY: frozenset[int] = frozenset()

# word -> (forms that fit, codes that fit; no codes: any)
_WORDS: dict[str, tuple[frozenset[Form], frozenset[int]]] = {
    "ok": (frozenset({Form.RESULT}), _ANY),
    "access-denied": (
        _ANSWERED,
        frozenset({RpcStatus.ACCESS_DENIED, Hresult.E_ACCESSDENIED, Hresult.RPC_E_ACCESS_DENIED}),
    ),
    "not-registered": (_ANSWERED, frozenset({Hresult.REGDB_E_CLASSNOTREG})),
    "no-interface": (_ANSWERED, frozenset({Hresult.E_NOINTERFACE})),
    "version-mismatch": (_ANSWERED, frozenset({Hresult.RPC_E_VERSION_MISMATCH})),
    "disconnected": (_ANSWERED, frozenset({Hresult.RPC_E_DISCONNECTED})),
    "invalid-oxid": (_ANSWERED, frozenset({RpcStatus.OR_INVALID_OXID, Hresult.OR_INVALID_OXID})),
    "invalid-set": (_ANSWERED, frozenset({RpcStatus.OR_INVALID_SET, Hresult.OR_INVALID_SET})),
    "unknown-item": (_ANSWERED, frozenset({DaCode.E_UNKNOWNITEMID})),
    "bad-rights": (_ANSWERED, frozenset({DaCode.E_BADRIGHTS})),
    "bad-type": (_ANSWERED, frozenset({DaCode.E_BADTYPE, DISP_E_TYPEMISMATCH})),
    "out-of-range": (_ANSWERED, frozenset({DaCode.E_RANGE, DISP_E_OVERFLOW})),
    "duplicate-name": (_ANSWERED, frozenset({DaCode.E_DUPLICATENAME})),
    "no-callback": (_ANSWERED, frozenset({Hresult.CONNECT_E_CANNOTCONNECT})),
    "not-supported": (_ANSWERED, frozenset({Hresult.E_NOTIMPL, DaCode.E_NOTSUPPORTED})),
    "failed": (_ANSWERED, frozenset({Hresult.E_FAIL})),
    "bind-rejected": (frozenset({Form.BIND}), _ANY),
    "logon-failed": (frozenset({Form.LOGON}), _ANY),
    "unreachable": (frozenset({Form.TRANSPORT}), _ANY),
    "timed-out": (frozenset({Form.SILENCE}), _ANY),
    "refused": (_REFUSED, _ANY),
}
_CODE = re.compile(r"(?:(fault|hresult) )?(0x[0-9a-fA-F]{1,8})")


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a scenario expects of an action; ``text`` is how it said so."""

    text: str
    forms: frozenset[Form]
    codes: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Read one of the words of this module's table, or a code. Raises ValueError."""
        if text in _WORDS:
            return cls(text, *_WORDS[text])
        found = _CODE.fullmatch(text)
        if not found:
            raise ValueError(f"known are {', '.join(_WORDS)}, and codes such as 0x80070005")
        forms = frozenset({Form(found[1])}) if found[1] else _REFUSED
        return cls(text, forms, frozenset({int(found[2], 16)}))

    def fits(self, outcome: Outcome) -> bool:
        """Whether the outcome is the expected one."""
        return outcome.form in self.forms and (not self.codes or outcome.code in self.codes)

    def __str__(self) -> str:
        if self.text in _WORDS and len(self.codes) > 0:
            return f"{self.text} ({' or '.join(f'0x{code:08x}' for code in sorted(self.codes))})"
        return str(self.text)


EXPECTATION = Converted(
    "an outcome",
    Expectation.parse,
    {"anyOf": [{"enum": list(_WORDS)}, {"type": "string", "pattern": f"^{_CODE.pattern}$"}]},
    tuple(_WORDS),
)
