"""Where the registry values of the scenario language stand."""

from __future__ import annotations

from opcross.hardening.appcompat import APPCOMPAT_KEY, DISABLE_LOG, RAISE_LEVEL, REQUIRE_INTEGRITY
from opcross.hardening.suppression import SUPPRESSION_KEY, SUPPRESSION_VALUE
from opcross_simulators.windows.registry import OLE_KEY, Registry

__all__ = ["change"]

_KEYS = {
    REQUIRE_INTEGRITY: APPCOMPAT_KEY,
    RAISE_LEVEL: APPCOMPAT_KEY,
    DISABLE_LOG: APPCOMPAT_KEY,
    SUPPRESSION_VALUE: SUPPRESSION_KEY,
}


def change(registry: Registry, value: str, data: int | str | None) -> None:
    """Set a value, or delete it (None); those that have no key of their own stand under Ole."""
    key = _KEYS.get(value, OLE_KEY)
    if data is None:
        registry.delete(key, value)
    else:
        registry.set(key, value, data)
