"""OPC Classic: the interfaces of Data Access, Historical Data Access, Alarms and Events.

One package per specification. Each has a generated module with its structures, client proxies and
server protocols; the tables behind them stand in :mod:`opcross.ndr.tables`.
"""
