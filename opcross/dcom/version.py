"""COM versions and how two sides agree on one ([MS-DCOM] 1.7 and 2.2.11)."""

from __future__ import annotations

from typing import Final

from opcross.ndr import struct, u16

__all__ = ["COM_5_1", "COM_5_7", "ComVersion"]


@struct
class ComVersion:
    """[MS-DCOM] 2.2.11 COMVERSION: every request carries the sender's."""

    major: u16 = 5
    minor: u16 = 7

    def serves(self, client: ComVersion) -> bool:
        """Whether a server of this version may answer a client of that one.

        The majors must be equal and the client's minor may not be newer; otherwise the server says
        RPC_E_VERSION_MISMATCH ([MS-DCOM] 3.1.1.5.4).
        """
        return client.major == self.major and client.minor <= self.minor

    def agree(self, peer: ComVersion) -> ComVersion:
        """The version that a client of this one speaks with ``peer``: the lower minor of the two."""
        return peer if peer.major == self.major and peer.minor < self.minor else self

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


COM_5_1: Final = ComVersion(major=5, minor=1)
COM_5_7: Final = ComVersion(major=5, minor=7)
