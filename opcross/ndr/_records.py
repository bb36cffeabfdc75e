"""Records: the frozen dataclasses that the interface tables call structures.

Their members may be NumPy arrays and columns, so equality looks inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar, dataclass_transform

from opcross.ndr._annotations import declared_counts
from opcross.ndr._variant import same_value

__all__ = ["dynamic_record", "record"]

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """Make ``cls`` a frozen, keyword-only dataclass; counts declared by ``count_of`` are derived."""
    declared_counts(cls)
    cls.__eq__ = _equal  # type: ignore[method-assign]  # before the dataclass, which then keeps it
    cls.__hash__ = None  # type: ignore[assignment]  # it may hold arrays
    return dataclass(frozen=True, kw_only=True, slots=True, eq=False)(cls)


def _equal(self: Any, other: Any) -> bool:  # noqa: ANN401  (any record)
    if type(self) is not type(other):
        return False
    return all(same_value(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))


def dynamic_record(name: str, names: Mapping[str, object]) -> type:
    """A record class made at run time, for structures that no module declares; values are defaults."""
    namespace = {"__annotations__": dict.fromkeys(names, Any), "__module__": __name__, **names}
    return record(type(name, (), namespace))
