"""OPC Security 1.0: identities other than that of the connection.

The generated module holds its structures, client proxies and server protocols.
"""
