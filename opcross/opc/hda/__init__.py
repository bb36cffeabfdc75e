"""OPC Historical Data Access 1.20.

The generated module holds its structures, client proxies and server protocols.
"""
