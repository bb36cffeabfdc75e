"""OPC Common 1.10: locale and error texts, shutdown, the server browser.

The generated module holds its structures, client proxies and server protocols.
"""
