"""The place of Kerberos.

Kerberos will join as one more :class:`~opcross.rpc.security.context.SecurityContext` (and one more mechanism
of SPNEGO) through pyspnego and GSSAPI, the extra ``kerberos``: in DCE style with three legs (AP-REQ, AP-REP,
AP-REP), a signature of 28 and a seal token of 76 octets with AES256, and header signing only when the bind
agreed on it. It is not built yet, and nothing here pretends that it is: asking for it is refused.
"""

from __future__ import annotations

from typing import Final, NoReturn

from opcross.errors import LocalMisuse

__all__ = ["KERBEROS_OIDS", "kerberos_context"]

KERBEROS_OIDS: Final = ("1.2.840.48018.1.2.2", "1.2.840.113554.1.2.2")
"""The mechanism as Windows spells it, and as RFC 4121 does."""


def kerberos_context() -> NoReturn:
    """Raise :class:`~opcross.errors.LocalMisuse`."""
    raise LocalMisuse(
        "Kerberos is not built yet; it will need the extra 'kerberos' (pip install 'opcross[kerberos]'). "
        "Use NTLM or SPNEGO"
    )
