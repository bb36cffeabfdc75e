"""SPNEGO, initiator and acceptor (RFC 4178, [MS-SPNG])."""
