"""The registry of a simulated host: values under keys, and the state that a start of the system read.

Windows reads the values that matter here (the hardening, the machine-wide limits, the levels) when the
system starts or when a server process does; this host reads all of them when it starts. So a change
counts after a restart, and :class:`Snapshot` is what it knows until then.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from opcross.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["OLE_KEY", "Registry", "RegistryValue", "Snapshot", "app_id_key"]

OLE_KEY = r"HKLM\SOFTWARE\Microsoft\Ole"
RegistryValue: TypeAlias = int | str
"""A REG_DWORD (0 to 0xFFFFFFFF) or a REG_SZ."""

_ROOTS = {
    "hklm": "HKLM",
    "hkey_local_machine": "HKLM",
    "hkcr": "HKCR",
    "hkey_classes_root": "HKCR",
    "hkcu": "HKCU",
    "hkey_current_user": "HKCU",
}
_LONGEST = 16383  # characters of a value's name
_CLASSES = ("hklm", "software", "classes")


def app_id_key(app_id: object) -> str:
    """The key of an application: its levels and permissions."""
    return rf"HKCR\AppID\{{{app_id}}}"


def _key(path: str) -> tuple[str, ...]:
    """The parts of a path, without regard to case; HKCR is the view of HKLM\\SOFTWARE\\Classes."""
    root, *rest = path.strip("\\").split("\\")
    root = _ROOTS.get(root.casefold(), "")
    if not root or not all(rest):
        raise FileError(f'expected a registry key under HKLM, HKCR or HKCU, found "{path}"')
    parts = tuple(part.casefold() for part in rest)
    return (*_CLASSES, *parts) if root == "HKCR" else (root.casefold(), *parts)


_Values: TypeAlias = "dict[tuple[tuple[str, ...], str], RegistryValue]"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The registry as a start of the system read it."""

    _values: Mapping[tuple[tuple[str, ...], str], RegistryValue]

    def get(self, key: str, name: str) -> RegistryValue | None:
        """A value, or None where it does not exist."""
        return self._values.get((_key(key), name.casefold()))

    def dword(self, key: str, name: str) -> int | None:
        """A REG_DWORD; None where it does not exist or has another type, as Windows treats it."""
        value = self.get(key, name)
        return value if isinstance(value, int) else None

    def text(self, key: str, name: str) -> str | None:
        """A REG_SZ; None where it does not exist or has another type."""
        value = self.get(key, name)
        return value if isinstance(value, str) else None


class Registry:
    """Values that can be read and changed at any time; keys and names ignore case."""

    def __init__(self) -> None:
        self._values: _Values = {}
        self._spelled: dict[tuple[tuple[str, ...], str], tuple[str, str]] = {}

    def __iter__(self) -> Iterator[tuple[str, str, RegistryValue]]:
        """Every value: key and name as they were last written, and the value."""
        for place, value in sorted(self._values.items()):
            yield (*self._spelled[place], value)

    def get(self, key: str, name: str) -> RegistryValue | None:
        """A value as it stands now, or None."""
        return self._values.get((_key(key), name.casefold()))

    def set(self, key: str, name: str, value: RegistryValue) -> None:
        """Write a value. Raises :class:`~opcross.errors.FileError` for one that no registry can hold."""
        if not name or len(name) > _LONGEST:
            raise FileError(f"a registry value has a name of 1 to {_LONGEST} characters")
        if isinstance(value, int) and not 0 <= value <= 0xFFFFFFFF:
            raise FileError(f"{key}\\{name}: a REG_DWORD is from 0 to 4294967295, not {value}")
        place = (_key(key), name.casefold())
        self._values[place] = value
        self._spelled[place] = (key, name)

    def delete(self, key: str, name: str) -> None:
        """Remove a value; it is no error when there is none."""
        self._values.pop((_key(key), name.casefold()), None)

    def snapshot(self) -> Snapshot:
        """What a start of the system reads."""
        return Snapshot(MappingProxyType(dict(self._values)))
