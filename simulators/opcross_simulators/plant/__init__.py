"""Simulated plants: signals, address spaces, failures, and files that describe them."""

from __future__ import annotations

from opcross_simulators.plant.file import PlantDescription, load_plant, plant_kind
from opcross_simulators.plant.generated import generated, generated_items
from opcross_simulators.plant.matrikon import matrikon_items, standard_plant
from opcross_simulators.plant.model import Plant, PlantItem
from opcross_simulators.plant.recordings import Recording, load_recording
from opcross_simulators.plant.scripts import QualityScript
from opcross_simulators.plant.signals import HELD, Behaviour, LiveValue, Signal, SignalKind, WriteRule
from opcross_simulators.plant.simulated import START, SimulatedPlant
from opcross_simulators.plant.table import ITEM_LIMIT, ItemSeries, ItemTable, PlantEntry, SimulatedItem
from opcross_simulators.plant.tree import AddressTree, Elements, Entry

__all__ = [
    "HELD",
    "ITEM_LIMIT",
    "START",
    "AddressTree",
    "Behaviour",
    "Elements",
    "Entry",
    "ItemSeries",
    "ItemTable",
    "LiveValue",
    "Plant",
    "PlantDescription",
    "PlantEntry",
    "PlantItem",
    "QualityScript",
    "Recording",
    "Signal",
    "SignalKind",
    "SimulatedItem",
    "SimulatedPlant",
    "WriteRule",
    "generated",
    "generated_items",
    "load_plant",
    "load_recording",
    "matrikon_items",
    "plant_kind",
    "standard_plant",
]
