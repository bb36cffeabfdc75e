"""Activation: how a client asks a host for an object of a class ([MS-DCOM] 3.1.2.5.2, 3.2.4.1.1)."""
