"""The gate of a host: which list refuses whom, in which words on the wire, with which event."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.activation.request import ActivationMethod, ActivationRequest
from opcross.dcom.call_context import CallContext
from opcross.dcom.com_class import ComClass, ComObject
from opcross.dcom.gate import Refusal, WireForm
from opcross.errors import FileError
from opcross.hardening import (
    APPCOMPAT_KEY,
    REQUIRE_INTEGRITY,
    DcomEvent,
    Month,
    PatchState,
    RefusalForm,
    Switches,
    operating_system,
)
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Caller, Identity
from opcross_simulators.windows.accounts import AccountDatabase, Principal
from opcross_simulators.windows.boot import LSA_KEY, POLICY_KEY, SYSTEM_POLICIES_KEY, Boot
from opcross_simulators.windows.gate import HostGate
from opcross_simulators.windows.permissions import EVERYONE_LAUNCH
from opcross_simulators.windows.registry import OLE_KEY, Registry, app_id_key

CLSID = UUID("0b1c0f6e-0000-0000-0000-000000000001")
APP_ID = UUID("0b1c0f6e-0000-0000-0000-000000000002")


async def never(context: CallContext) -> ComObject:
    raise AssertionError("the gate creates nothing")


COM_CLASS = ComClass(CLSID, "Test.Class", never, app_id=APP_ID)
REQUEST = ActivationRequest(
    method=ActivationMethod.REMOTE_CREATE_INSTANCE, clsid=CLSID, causality=UUID(int=1), iids=(UUID(int=0),)
)


PHASE_3 = Month(2023, 3)


@dataclass
class Bench:
    """A host's gate with nothing around it."""

    os: str = "windows-server-2019"
    month: Month | None = PHASE_3
    switches: Switches = field(default_factory=Switches)
    running: bool = False
    registry: Registry = field(default_factory=Registry)
    events: list[DcomEvent] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.accounts = AccountDatabase("LINE1")
        self.accounts.add("operator", "x", groups=("Distributed COM Users",))
        self.accounts.add("Administrator", "x", groups=("Administrators",))
        self.accounts.add("boss", "x", groups=("Administrators",))
        self.accounts.add("plain", "x")
        self.registry.set(app_id_key(APP_ID), "LaunchPermission", EVERYONE_LAUNCH.sddl)

    @property
    def gate(self) -> HostGate:
        system = operating_system(self.os)
        boot = Boot.read(self.registry.snapshot(), system)

        def principal(caller: Caller) -> Principal:
            return self.accounts.principal(
                caller.identity,
                filter_administrators=boot.filters_administrators,
                everyone_includes_anonymous=boot.everyone_includes_anonymous,
            )

        return HostGate(
            boot=boot,
            patch=PatchState(system, self.month),
            switches=self.switches,
            principal=principal,
            running=lambda clsid, who: self.running,
            log=self.events.append,
            refused=lambda caller, reason: self.told.append(reason),
        )

    def judge(self, caller: Caller) -> Refusal | None:
        gate = self.gate
        return gate.before_lookup(caller, REQUEST) or gate.before_launch(caller, COM_CLASS, REQUEST)

    @property
    def logged(self) -> list[int]:
        return [event.event_id for event in self.events]


def caller(user: str = "operator", level: AuthLevel = AuthLevel.INTEGRITY) -> Caller:
    identity = Identity("LINE1", user) if user else Identity(anonymous=True)
    return Caller("127.0.3.2", 5000, level=level, service=AuthService.NTLM, identity=identity)


NOBODY = Caller("127.0.3.2", 5000)


@pytest.mark.parametrize("user", ["operator", "Administrator"])
def test_who_may_activate_remotely_passes(user: str) -> None:
    bench = Bench()
    assert bench.judge(caller(user)) is None
    assert (bench.logged, bench.told) == ([], [])


@pytest.mark.parametrize("level", [AuthLevel.CONNECT, AuthLevel.PKT])
def test_below_integrity_is_status_5_and_event_10036(level: AuthLevel) -> None:
    bench = Bench()
    refusal = bench.judge(caller(level=level))
    assert refusal is not None
    assert (refusal.code, refusal.form) == (RpcStatus.ACCESS_DENIED, WireForm.FAULT)
    assert bench.logged == [10036]
    assert [value for _, value in bench.events[0].data][:2] == ["LINE1", "operator"]
    assert bench.events[0].value("Client IP Address") == "127.0.3.2"
    assert level.word in bench.told[0]


def test_the_refusal_can_be_a_result_instead() -> None:
    refusal = Bench(switches=Switches(refusal=RefusalForm.HRESULT)).judge(caller(level=AuthLevel.PKT))
    assert refusal is not None
    assert (refusal.code, refusal.form) == (Hresult.E_ACCESSDENIED, WireForm.HRESULT)


def test_an_audit_logs_and_lets_pass() -> None:
    bench = Bench(month=Month(2021, 9))
    assert bench.judge(caller(level=AuthLevel.CONNECT)) is None
    assert bench.logged == [10036]


@pytest.mark.parametrize("anonymous", [NOBODY, caller("", AuthLevel.CONNECT)], ids=["none", "connect"])
def test_h18_nobody_passes_the_gate_and_fails_at_the_limits(anonymous: Caller) -> None:
    bench = Bench()
    refusal = bench.judge(anonymous)
    assert refusal is not None
    assert (refusal.code, refusal.form) == (RpcStatus.ACCESS_DENIED, WireForm.FAULT)
    assert bench.logged == [10027]
    assert [value for _, value in bench.events[0].data][:5] == [
        "Remote",
        "Launch",
        "NT AUTHORITY",
        "ANONYMOUS LOGON",
        "S-1-5-7",
    ]


def test_h17_nobody_may_activate_where_every_list_says_so() -> None:
    bench = Bench()
    everybody = "O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)(A;;CCDCLCSWRP;;;AN)"
    bench.registry.set(POLICY_KEY, "MachineLaunchRestriction", everybody)
    bench.registry.set(app_id_key(APP_ID), "LaunchPermission", everybody)
    assert bench.judge(NOBODY) is None
    assert bench.logged == []


def test_everyone_can_include_nobody() -> None:
    bench = Bench()
    bench.registry.set(OLE_KEY, "MachineLaunchRestriction", EVERYONE_LAUNCH.sddl)
    assert bench.judge(NOBODY) is not None
    bench.registry.set(LSA_KEY, "EveryoneIncludesAnonymous", 1)
    assert bench.judge(NOBODY) is None


@pytest.mark.parametrize(("running", "right"), [(False, "Launch"), (True, "Activation")])
def test_a_running_server_is_attached_to(running: bool, right: str) -> None:
    bench = Bench(running=running)
    assert bench.judge(caller("plain")) is not None
    assert bench.events[0].value("param2") == right


def test_the_permission_of_the_class_answers_with_a_result_and_event_10016() -> None:
    bench = Bench()
    bench.registry.delete(app_id_key(APP_ID), "LaunchPermission")
    refusal = bench.judge(caller())
    assert refusal is not None
    assert (refusal.code, refusal.form) == (Hresult.E_ACCESSDENIED, WireForm.HRESULT)
    assert bench.logged == [10016]
    event = bench.events[0]
    assert event.value("param1") == "machine-default"
    assert event.value("param4") == f"{{{CLSID}}}".upper()
    bench.registry.set(app_id_key(APP_ID), "LaunchPermission", "O:BAG:BAD:(A;;CCDCLCSWRP;;;BA)")
    assert bench.judge(caller()) is not None
    assert bench.events[1].value("param1") == "application-specific"


def test_a_local_administrator_is_filtered_unless_the_policy_says_otherwise() -> None:
    bench = Bench()
    assert bench.judge(caller("boss")) is not None
    bench.registry.set(SYSTEM_POLICIES_KEY, "LocalAccountTokenFilterPolicy", 1)
    assert bench.judge(caller("boss")) is None


def test_the_order_of_gate_and_limits_is_a_switch() -> None:
    first, last = Bench(), Bench(switches=Switches(gate_first=False))
    for bench in (first, last):
        assert bench.judge(caller("plain", AuthLevel.CONNECT)) is not None
    assert (first.logged, last.logged) == ([10036], [10027])


def test_a_value_counts_once_it_was_read() -> None:
    bench = Bench(month=Month(2022, 6))
    before = bench.gate
    bench.registry.set(APPCOMPAT_KEY, REQUIRE_INTEGRITY, 0)
    low = caller(level=AuthLevel.CONNECT)
    assert before.before_lookup(low, REQUEST) is not None
    assert bench.gate.before_lookup(low, REQUEST) is None


def test_disabled_dcom_refuses_everyone() -> None:
    bench = Bench()
    bench.registry.set(OLE_KEY, "EnableDCOM", "N")
    assert bench.judge(caller("Administrator")) is not None
    assert bench.logged == []


def test_the_resolver_asks_the_access_limit_alone() -> None:
    bench = Bench()
    assert bench.gate.before_resolve(NOBODY, "SimplePing") is None
    assert bench.gate.before_resolve(caller(level=AuthLevel.CONNECT), "ResolveOxid2") is None
    bench.registry.set(POLICY_KEY, "MachineAccessRestriction", "O:BAG:BAD:(A;;CCDCLC;;;WD)")
    assert bench.gate.before_resolve(NOBODY, "SimplePing") is not None
    assert bench.gate.before_resolve(caller(level=AuthLevel.CONNECT), "ResolveOxid2") is None


def test_pings_at_a_low_level_can_be_gated_by_a_switch() -> None:
    bench = Bench(switches=Switches(gate_resolver=True))
    assert bench.gate.before_resolve(caller(level=AuthLevel.CONNECT), "ComplexPing") is not None
    assert bench.logged == [10036]


def test_xp_refuses_pings_of_nobody() -> None:
    assert Bench(os="windows-xp-sp3", month=None).gate.before_resolve(NOBODY, "SimplePing") is not None


def test_the_level_of_an_application_is_its_own_or_the_machines() -> None:
    bench = Bench()
    assert bench.gate.boot.application(APP_ID).level is AuthLevel.CONNECT
    bench.registry.set(OLE_KEY, "LegacyAuthenticationLevel", 5)
    assert bench.gate.boot.application(APP_ID).level is AuthLevel.INTEGRITY
    bench.registry.set(app_id_key(APP_ID), "AuthenticationLevel", 1)
    assert bench.gate.boot.application(APP_ID).level is AuthLevel.NONE
    assert bench.gate.boot.application(None).level is AuthLevel.INTEGRITY


def test_a_permission_that_is_no_sddl_names_its_value() -> None:
    bench = Bench()
    bench.registry.set(OLE_KEY, "DefaultLaunchPermission", "everyone")
    with pytest.raises(FileError, match="DefaultLaunchPermission"):
        _ = bench.gate
