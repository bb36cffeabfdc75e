"""Client products of the field, as far as the hardening tells them apart: stack, level, and who says so.

A product on Windows asks for a level, or for none, and its system does the rest; a product on a stack of its
own has that stack's habits. Versions matter: most vendors changed the level in an update. To add one, cite
the page or issue from which its row comes.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.levels import AuthLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PRODUCTS", "Product"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product and its version.

    ``stack`` is the name of its habits, empty for a program on Windows. ``level`` is what the application
    asks for; DEFAULT means that it gives none on Windows, and the stack's own elsewhere.
    """

    name: str
    title: str
    source: str
    stack: str = ""
    level: AuthLevel = AuthLevel.DEFAULT

    @property
    def on_windows(self) -> bool:
        """Whether it needs a Windows computer to run on."""
        return not self.stack


_ALL: Final = (
    Product(
        name="quickopc-2021.3",
        title="OPC Labs QuickOPC up to 2021.3",
        source="kb.opclabs.com, COM settings: always CONNECT",
        level=AuthLevel.CONNECT,
    ),
    Product(
        name="quickopc-2022.1",
        title="OPC Labs QuickOPC since 2022.1",
        source="kb.opclabs.com: EnsureDataIntegrity raises to packet integrity",
        level=AuthLevel.INTEGRITY,
    ),
    Product(
        name="technosoftware-1.2.0",
        title="Technosoftware OPC DA/AE/HDA client .NET before 1.2.1, and UA-.NET-Legacy ComIOP",
        source="ComUtils.cs: CONNECT in COAUTHINFO with explicit credentials",
        level=AuthLevel.CONNECT,
    ),
    Product(
        name="technosoftware-1.2.1",
        title="Technosoftware OPC DA/AE/HDA client .NET since 1.2.1",
        source="its issues 33 and 57: InitializeSecurity(Integrity)",
        level=AuthLevel.INTEGRITY,
    ),
    Product(
        name="opcfoundation-rcw-2026",
        title="OPC Foundation .NET RCW since 2026",
        source="OPC-Classic-CoreComponents, OpcNetApi.Com: COAUTHINFO at packet integrity",
        level=AuthLevel.INTEGRITY,
    ),
    Product(
        name="openopc",
        title="OpenOPC, whose security dcomcnfg decides",
        source="openopc120 issue 8; pywin32 issue 1958",
    ),
    Product(
        name="scada-lts",
        title="Scada-LTS and other programs on Utgard and j-Interop",
        source="Scada-LTS issue 2498; SetGeek OPC-DA issue 2",
        stack="j-interop",
    ),
    Product(
        name="openscada",
        title="openSCADA on Utgard and j-Interop",
        source="org.openscada.utgard 1.4",
        stack="j-interop",
    ),
    Product(
        name="j-interop-ng-3.5",
        title="programs on j-interop-ng since 3.5.0 with useSessionSecurity(true)",
        source="j-interop-ng issues 17, 19 and 20",
        stack="j-interop-ng",
    ),
    Product(
        name="node-red-opc-da",
        title="node-red-contrib-opc-da in Node-RED",
        source="st-one-io issues 9 and 18",
        stack="node-opc-da",
    ),
)

PRODUCTS: Final[Mapping[str, Product]] = MappingProxyType({product.name: product for product in _ALL})
"""Every product by its name."""
