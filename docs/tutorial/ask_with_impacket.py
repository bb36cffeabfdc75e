# ruff: noqa: T201  (an example speaks to its reader)
"""Ask a host for the simulated OPC server with impacket: HOST PORT LEVEL."""

import sys

from impacket.dcerpc.v5 import dcomrt, transport
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.uuid import string_to_bin

LEVELS = {"connect": 2, "pkt": 4, "integrity": 5, "privacy": 6}
CLSID = string_to_bin("3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")  # Opcross.Simulation.1
IOPCSERVER = string_to_bin("39c13a4d-011e-11d0-9675-0020afd8adb3")

host, port, level = sys.argv[1], int(sys.argv[2]), LEVELS[sys.argv[3]]
transport.TCPTransport.__init__.__defaults__ = (port,)  # impacket itself dials port 135 only
connection = dcomrt.DCOMConnection(host, "OPERATOR", "secret", authLevel=level)
try:
    server = connection.CoCreateInstanceEx(CLSID, IOPCSERVER)
except DCERPCException as error:
    print("refused:", error)
else:
    print("accepted: IPID", server.get_iPid().hex())
    server.RemRelease()
finally:
    connection.disconnect()
