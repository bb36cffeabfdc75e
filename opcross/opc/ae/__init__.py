"""OPC Alarms and Events 1.10.

The generated module holds its structures, client proxies and server protocols.
"""
