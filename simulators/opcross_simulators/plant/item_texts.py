"""Items of a plant file: how they are written, and what becomes of them.

What an item leaves out hangs on what it says: a signal goes over the EU range, the states or the two truth
values of its item, and an item that only holds can be written, unlike one that goes by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from opcross.codes import Hresult
from opcross.errors import FileError, LocalMisuse
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.opc.da.model import AccessRights
from opcross.yaml_files import (
    BOOLEAN,
    TEXT,
    Choice,
    Converted,
    Integer,
    Key,
    Kind,
    ListOf,
    Node,
    Number,
    Place,
    Record,
    Scalar,
    SequenceNode,
)
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.profiles import check_item
from opcross_simulators.plant.recordings import RECORDING_ROWS, Recording, load_recording
from opcross_simulators.plant.signals import HELD, Behaviour, Signal, SignalKind, WriteRule
from opcross_simulators.plant.table import ITEM_LIMIT, ItemSeries, PlantEntry, SimulatedItem
from opcross_simulators.plant.values import variant_of

__all__ = ["ERROR_KIND", "MILLISECONDS", "SECONDS", "TYPE_KIND", "ItemText", "Placed", "item_kind"]

T = TypeVar("T")

_BOTH: Final = AccessRights.READABLE | AccessRights.WRITEABLE
_RIGHTS: Final = {
    "read": AccessRights.READABLE,
    "write": AccessRights.WRITEABLE,
    "read-write": _BOTH,
    "none": AccessRights.NONE,
}
_NAMES: Final = {
    "Boolean": VarType.BOOL,
    "Int1": VarType.I1,
    "Int2": VarType.I2,
    "Int4": VarType.I4,
    "Int8": VarType.I8,
    "Money": VarType.CY,
    "Real4": VarType.R4,
    "Real8": VarType.R8,
    "String": VarType.BSTR,
    "Time": VarType.DATE,
    "UInt1": VarType.UI1,
    "UInt2": VarType.UI2,
    "UInt4": VarType.UI4,
    "UInt8": VarType.UI8,
    "Int": VarType.INT,
    "UInt": VarType.UINT,
    "Error": VarType.ERROR,
}
_TYPES: Final[Mapping[str, int]] = {
    **{name: int(vartype) for name, vartype in _NAMES.items()},
    **{f"ArrayOf{name}": vartype | VarType.ARRAY for name, vartype in _NAMES.items()},
    **{f"VT_{vartype.name}": int(vartype) for vartype in _NAMES.values()},
}
_SHAPES: Final = {
    kind.name.lower().replace("_", "-"): kind for kind in SignalKind if kind is not SignalKind.LIVE
}
_ERRORS: Final = {
    **{code.name: int(code) for code in Hresult if code >= 0x80000000},
    **{f"OPC_{code.name}": int(code) for code in DaCode if code >= 0x80000000},
    "DISP_E_OVERFLOW": DISP_E_OVERFLOW,
    "DISP_E_TYPEMISMATCH": DISP_E_TYPEMISMATCH,
}
_NUMBERED: Final = re.compile(r"\{[nb](:0?[0-9]{1,2})?\}")
_VENDOR_PROPERTY: Final = 100
_DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """A record whose maker raises LocalMisuse, which gets the place in the file here."""

    record: Record[T]
    wants_place: bool = False

    def read(self, node: Node) -> T:
        """What the maker makes of the values."""
        values = self.record.values(node)
        if self.wants_place:
            values["place"] = node.place
        try:
            return self.record.make(**values)
        except LocalMisuse as error:
            raise node.place.wrong(str(error)) from error

    def json_schema(self) -> dict[str, object]:
        """The JSON Schema of the record."""
        return self.record.json_schema()


@dataclass(frozen=True, slots=True)
class _Either:
    """A scalar of one kind, or something longer of another."""

    short: Kind[Any]
    long: Kind[Any]

    def read(self, node: Node) -> Any:  # noqa: ANN401  (of either kind)
        return (self.short if isinstance(node, Scalar) else self.long).read(node)

    def json_schema(self) -> dict[str, object]:
        return {"anyOf": [self.short.json_schema(), self.long.json_schema()]}


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two numbers, the lower one first."""

    def read(self, node: Node) -> tuple[float, float]:
        if not isinstance(node, SequenceNode) or len(node.items) != 2:
            raise node.place.wrong("expected two numbers: [low, high]")
        low, high = (Number().read(item) for item in node.items)
        if not low < high:
            raise node.place.wrong(f"expected [low, high], found [{low}, {high}]")
        return low, high

    def json_schema(self) -> dict[str, object]:
        return {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}


@dataclass(slots=True)
class _Recordings:
    """The CSV files of one plant file; each is read once."""

    read_: dict[Path, Recording] = field(default_factory=dict)

    def get(self, name: str, place: Place) -> Recording:
        path = Path(place.file).parent / name
        if path not in self.read_:
            try:
                recording = load_recording(path)
            except FileError as error:
                raise place.wrong(str(error)) from error
            rows = sum(len(one.times) for one in self.read_.values()) + len(recording.times)
            if rows > RECORDING_ROWS:
                raise place.wrong(f"the recordings of a plant have up to {RECORDING_ROWS} rows, not {rows}")
            self.read_[path] = recording
        return self.read_[path]


def _error(text: str) -> int:
    if text in _ERRORS:
        return _ERRORS[text]
    number = int(text, 16 if text.lower().startswith("0x") else 10)
    if not 0x80000000 <= number <= 0xFFFFFFFF:
        raise ValueError("a failure is from 0x80000000 to 0xFFFFFFFF")
    return number


def _type(text: str) -> int:
    folded = {name.lower(): vartype for name, vartype in _TYPES.items()}
    if text.lower() not in folded:
        raise ValueError("")
    return folded[text.lower()]


ERROR_KIND: Final = Converted("an HRESULT such as E_FAIL or 0x80004005", _error, known=tuple(_ERRORS))
TYPE_KIND: Final = Converted("a type such as Real8", _type, known=tuple(_TYPES))
_PATH: Final = _Either(TEXT, ListOf(TEXT, minimum=1))
_VALUE: Final = _Either(TEXT, ListOf(TEXT))
SECONDS: Final = Number(0, 100 * 365 * _DAY)
MILLISECONDS: Final = Number(0, 1000 * 365 * _DAY)


def _property(id: int, type: int, value: Any, place: Place) -> tuple[int, Variant]:  # noqa: A002, ANN401
    if id < _VENDOR_PROPERTY:
        raise place.wrong(f"properties below {_VENDOR_PROPERTY} follow from the item itself")
    return id, variant_of(type, value)


_PROPERTY: Final = Placed(
    Record(
        _property,
        {
            "id": Key(Integer(0, 0xFFFFFFFF), required=True),
            "type": Key(TYPE_KIND, required=True),
            "value": Key(_VALUE, required=True),
        },
    ),
    wants_place=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignalText:
    """A signal as the file says it; what it leaves out hangs on the item."""

    shape: SignalKind | None = None
    low: float | None = None
    high: float | None = None
    amplitude: float | None = None
    offset: float | None = None
    recording: Recording | None = None
    loop: bool = True
    rest: Mapping[str, Any] = field(default_factory=dict)

    def signal(self, default: tuple[float, float], value: Any) -> Signal:  # noqa: ANN401  (text or texts)
        low, high = self._bounds(default)
        shape, recording = self.shape, self.recording
        if shape is None:
            shape = SignalKind.HELD if recording is None else SignalKind.RECORDED
        rest = dict(self.rest)
        if recording is not None and self.loop:
            recording = recording.looping(rest.get("period"))
        return Signal(kind=shape, low=low, high=high, value=value, recording=recording, **rest)

    def _bounds(self, default: tuple[float, float]) -> tuple[float, float]:
        if self.amplitude is None and self.offset is None:
            low = default[0] if self.low is None else self.low
            return low, (max(default[1], low) if self.high is None else self.high)
        if self.low is not None or self.high is not None:
            raise LocalMisuse("a signal has either low and high, or amplitude and offset")
        offset, amplitude = self.offset or 0.0, 1.0 if self.amplitude is None else self.amplitude
        return offset - amplitude, offset + amplitude


def _signal_kind(recordings: _Recordings) -> Kind[_SignalText]:
    def make(place: Place, recording: str | None = None, **values: Any) -> _SignalText:  # noqa: ANN401
        own = ("shape", "low", "high", "amplitude", "offset", "loop")
        given = {name: values.pop(name) for name in own if name in values}
        found = None if recording is None else recordings.get(recording, place)
        return _SignalText(recording=found, rest=values, **given)

    record = Record(
        make,
        {
            "shape": Key(Choice(_SHAPES)),
            "low": Key(Number()),
            "high": Key(Number()),
            "amplitude": Key(Number(0), description="half the distance from low to high"),
            "offset": Key(Number(), description="the middle between low and high"),
            "period": Key(Number(0.000_001, 100 * 365 * _DAY), description="seconds"),
            "phase": Key(Number(), description="in periods"),
            "scatter": Key(BOOLEAN, description="each item at a phase of its own"),
            "duty": Key(Number(0, 1)),
            "step": Key(Number(0)),
            "noise": Key(Number(0)),
            "follows": Key(TEXT, description="the id of the item that holds the set point"),
            "seed": Key(Integer(0, 0xFFFFFFFF)),
            "words": Key(ListOf(TEXT, minimum=1)),
            "size": Key(Integer(0, 10_000), description="elements of an array"),
            "recording": Key(TEXT, description="a CSV file, relative to this one"),
            "loop": Key(BOOLEAN, description="whether the recording begins again"),
        },
    )
    short = Choice({name: _SignalText(shape=kind) for name, kind in _SHAPES.items()})
    return _Either(short, Placed(record, wants_place=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemText:
    """An item as the file says it; the separator is known when the whole file is."""

    place: Place
    type: int
    path: str | tuple[str, ...] = ""
    id: str = ""
    value: str | tuple[str, ...] | None = None
    signal: _SignalText = field(default_factory=_SignalText)
    rights: AccessRights | None = None
    description: str = ""
    units: str = ""
    range: tuple[float, float] | None = None
    labels: tuple[str, ...] = ()
    scan: float = 0.0
    lag: float = 0.0
    properties: tuple[tuple[int, Variant], ...] = ()
    write: WriteRule | None = None
    write_error: int | None = None
    read_error: int = 0
    limits: tuple[float, float] | None = None
    clamp: bool = False
    count: int | None = None
    first: int = 1
    per_branch: int = 1_000

    def entry(self, separator: str) -> PlantEntry:
        """The item, or the series of items."""
        try:
            return self._entry(separator)
        except LocalMisuse as error:
            raise self.place.wrong(str(error)) from error

    def _entry(self, separator: str) -> PlantEntry:
        path = self.path or self.id
        if isinstance(path, str):
            path = tuple(path.split(separator)) if separator else (path,)
        if not any(path):
            raise LocalMisuse('an item has a "path" or an "id"')
        one = SimulatedItem(self._item(path), self._behaviour())
        check_item(one)
        if self.count is not None:
            return ItemSeries(items=(one,), count=self.count, first=self.first, per_branch=self.per_branch)
        if any(map(_NUMBERED.search, (*path, self.id))):
            raise LocalMisuse('a path with {n} or {b} in it needs a "count"')
        return one

    def _item(self, path: tuple[str, ...]) -> PlantItem:
        return PlantItem(
            item_id=self.id,
            path=path,
            vartype=self.type,
            rights=self._rights(),
            description=self.description,
            units=self.units,
            eu_range=self.range,
            eu_labels=self.labels,
            scan_rate=self.scan,
            properties=dict(self.properties),
        )

    def _rights(self) -> AccessRights:
        if self.rights is not None:
            return self.rights
        takes = self._signal().kind in (SignalKind.HELD, SignalKind.PROCESS)
        return _BOTH if takes or self.write is not None else AccessRights.READABLE

    def _signal(self) -> Signal:
        default = self.range or (HELD.low, HELD.high)
        if self.labels:
            default = (0.0, len(self.labels) - 1.0)
        elif self.type & ~VarType.ARRAY == VarType.BOOL:
            default = (0.0, 1.0)
        return self.signal.signal(default, self.value)

    def _behaviour(self) -> Behaviour:
        rule = self.write
        if rule is None:
            rule = WriteRule.TAKE if self.write_error is None else WriteRule.FAIL
        return Behaviour(
            signal=self._signal(),
            lag=self.lag,
            write=rule,
            write_error=Hresult.E_FAIL if self.write_error is None else self.write_error,
            read_error=self.read_error,
            limits=self.limits,
            clamp=self.clamp,
        )


def item_kind() -> Kind[ItemText]:
    """The kind of an item, for one file: each recording that it names is read once."""
    recordings = _Recordings()
    return Placed(
        Record(
            ItemText,
            {
                "path": Key(_PATH, description="names down to the item, joined or as a list"),
                "id": Key(TEXT, description="the item id, where it is not the path"),
                "type": Key(TYPE_KIND, required=True),
                "value": Key(_VALUE, description="what it begins with"),
                "signal": Key(_signal_kind(recordings)),
                "rights": Key(Choice(_RIGHTS)),
                "description": Key(TEXT),
                "units": Key(TEXT),
                "range": Key(_Pair(), description="the EU range of an analog item"),
                "labels": Key(ListOf(TEXT, minimum=1), description="of an enumerated item"),
                "scan": Key(MILLISECONDS, description="milliseconds; 0 looks whenever somebody asks"),
                "lag": Key(MILLISECONDS, description="milliseconds by which time stamps are older"),
                "properties": Key(ListOf(_PROPERTY)),
                "write": Key(Choice({rule.value: rule for rule in WriteRule})),
                "write-error": Key(ERROR_KIND),
                "read-error": Key(ERROR_KIND),
                "limits": Key(_Pair(), description="of what may be written"),
                "clamp": Key(BOOLEAN),
                "count": Key(Integer(1, ITEM_LIMIT)),
                "first": Key(Integer(0, 1_000_000_000)),
                "per-branch": Key(Integer(1, ITEM_LIMIT)),
            },
        ),
        wants_place=True,
    )
