"""OPC Data Access 1.0a, 2.05a and 3.0.

The generated module holds its structures, client proxies and server protocols.
"""
