"""impacket as a DCOM client, in a process of its own; prints what it saw as one JSON object.

python impacket_program.py HOST PORT LEVEL METHOD
"""

import json
import sys
from typing import Any

from impacket.dcerpc.v5 import transport
from impacket.dcerpc.v5.dcomrt import (
    DCOMANSWER,
    DCOMCALL,
    DCOMConnection,
    IActivation,
    IRemoteSCMActivator,
)
from impacket.dcerpc.v5.dtypes import ULONG
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.uuid import string_to_bin, uuidtup_to_bin

CLSID = string_to_bin("6E6F7273-0001-4000-8000-00000000C1A5")
IENUMSTRING = uuidtup_to_bin(("00000101-0000-0000-C000-000000000046", "0.0"))
ICONNECTIONPOINT = uuidtup_to_bin(("B196B286-BAB4-101A-B69C-00AA00341D07", "0.0"))


class Reset(DCOMCALL):  # type: ignore[misc]  # impacket has no types
    opnum = 5
    structure = ()


class ResetResponse(DCOMANSWER):  # type: ignore[misc]  # as above
    structure = (("ErrorCode", ULONG),)


def main(host: str, port: int, level: int, method: str) -> dict[str, Any]:
    transport.TCPTransport.__init__.__defaults__ = (port,)
    connection = DCOMConnection(host, "operator", "Sesame-1", "PLANT", authLevel=level, oxidResolver=True)
    seen: dict[str, Any] = {}
    try:
        scm = connection.get_dce_rpc()
        if method == "RemoteActivation":
            interface = IActivation(scm).RemoteActivation(CLSID, IENUMSTRING)
        elif method == "RemoteGetClassObject":
            factory = uuidtup_to_bin(("00000001-0000-0000-C000-000000000046", "0.0"))
            interface = IRemoteSCMActivator(scm).RemoteGetClassObject(CLSID, factory)
        else:
            interface = connection.CoCreateInstanceEx(CLSID, IENUMSTRING)
        interface.get_cinstance().set_auth_level(level)
        if method != "RemoteGetClassObject":
            seen["reset"] = interface.request(Reset(), IENUMSTRING, interface.get_iPid())["ErrorCode"]
            point = interface.RemQueryInterface(1, (ICONNECTIONPOINT,))
            seen["queried"] = point.get_iPid() != interface.get_iPid()
            seen["add_ref"] = interface.RemAddRef()["ErrorCode"]
            if DCOMConnection.PINGTIMER is not None:
                DCOMConnection.PINGTIMER.cancel()  # the ping below starts another
            DCOMConnection.pingServer()
        seen["release"] = interface.RemRelease()["ErrorCode"]
    except DCERPCException as error:
        seen["error"] = error.get_error_code() or str(error)
    finally:
        connection.disconnect()
    return seen


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])))
