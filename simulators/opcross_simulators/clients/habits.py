"""Client stacks of the field that are not Windows: how each of them goes about an activation and a call.

The facts were read from the sources of the stacks and seen on the wire; the names are labels of profiles,
not of products. To add one: describe it as :class:`Habits`, name it in :data:`HABITS`, and cite where its
facts come from.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.profile import ClientProfile
from opcross.rpc.security.ntlm.options import NtlmOptions
from opcross_simulators.clients.sinks import CAREFUL, CARELESS, SinkHabits

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HABITS", "Habits"]

IID_IDISPATCH: Final = UUID("00020400-0000-0000-c000-000000000046")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a stack does where nobody tells it otherwise.

    ``iids`` are the interfaces that it asks for with an activation; None means the one that the caller
    wants. ``resolver_first`` binds IOXIDResolver and alters the context to the activation interface, as
    stacks do that keep one connection for both. ``level`` is for activations and calls; ``profile`` is the
    RPC below. ``sinks`` is how it takes callbacks; None means that it cannot.
    """

    name: str
    profile: ClientProfile = field(default_factory=ClientProfile)
    level: AuthLevel = AuthLevel.INTEGRITY
    service: AuthService = AuthService.NTLM
    ntlm: NtlmOptions = field(default_factory=NtlmOptions)
    method: ActivationMethod = ActivationMethod.REMOTE_CREATE_INSTANCE
    version: ComVersion = COM_5_7
    iids: tuple[UUID, ...] | None = None
    resolver_first: bool = False
    sinks: SinkHabits | None = CAREFUL


_OPCROSS: Final = Habits(name="opcross")

_J_INTEROP: Final = Habits(
    name="j-interop",
    profile=ClientProfile(
        name="j-interop",
        max_fragment=4280,
        first_call_id=0,
        header_signing=False,
        concurrent=False,
        trailer_alignment=4,
    ),
    level=AuthLevel.CONNECT,
    ntlm=NtlmOptions(version="ntlm2-session", version_field=None),
    method=ActivationMethod.REMOTE_ACTIVATION,
    version=ComVersion(major=5, minor=2),
    iids=(IID_IUNKNOWN, IID_IDISPATCH),
    resolver_first=True,
    sinks=CARELESS,
)
"""j-Interop 2.x below Utgard, openSCADA, Scada-LTS and many gateways; the classic victim of KB5004442.

Not imitated: RemQueryInterface2 (it goes out as RemQueryInterface), stray octets behind stubs, a connection
for each interface, pings every four minutes, releases of what was released before. As a server of callbacks:
a port of its own for the resolver, ignoring log-ons there, results for the first presentation context alone,
the refusal of NTLMv2 responses.
"""

_NODE_OPC_DA: Final = Habits(
    name="node-opc-da",
    profile=ClientProfile(
        name="node-opc-da",
        max_fragment=4280,
        first_call_id=0,
        header_signing=False,
        concurrent=False,
        trailer_alignment=4,
    ),
    level=AuthLevel.CONNECT,
    ntlm=NtlmOptions(version="ntlm2-session", version_field=None),
    method=ActivationMethod.REMOTE_ACTIVATION,
    version=ComVersion(major=5, minor=2),
    iids=(IID_IUNKNOWN, IID_IDISPATCH),
    resolver_first=True,
    sinks=None,
)
"""node-dcom and node-opc-da below Node-RED: a port of the former, whose level is built in.

The part that takes callbacks was not ported: it polls.
"""

_J_INTEROP_NG: Final = replace(
    _J_INTEROP,
    name="j-interop-ng",
    profile=replace(_J_INTEROP.profile, name="j-interop-ng"),
    level=AuthLevel.PRIVACY,
)
"""j-interop-ng since 3.5.0 with useSessionSecurity(true): privacy from the first bind on, callbacks included.

Its issues 17, 19 and 20. Only the level differs from j-Interop here.
"""

_GO_MSRPC: Final = Habits(
    name="go-msrpc",
    profile=ClientProfile(name="go-msrpc", offer_ndr64=True, bind_time_features=3, verification_trailer=True),
    service=AuthService.NEGOTIATE,
    method=ActivationMethod.REMOTE_ACTIVATION,
    sinks=None,
)
"""go-msrpc: integrity, SPNEGO, RemoteActivation, no callbacks. That it never pings is not imitated."""

_IMPACKET: Final = Habits(name="impacket", level=AuthLevel.PRIVACY, sinks=None)
"""impacket as its users leave it: privacy, raw NTLMv2. The bench has the real one as well."""

HABITS: Final[Mapping[str, Habits]] = MappingProxyType(
    {
        habits.name: habits
        for habits in (_OPCROSS, _J_INTEROP, _J_INTEROP_NG, _NODE_OPC_DA, _GO_MSRPC, _IMPACKET)
    }
)
"""Every profile by its name; ``opcross`` is our own client as it is."""
