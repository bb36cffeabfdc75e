"""Client profiles: how real products behave before a server."""

from __future__ import annotations

from opcross_simulators.clients.habits import HABITS, Habits
from opcross_simulators.clients.products import PRODUCTS, Product
from opcross_simulators.clients.stack import StackClient

__all__ = ["HABITS", "PRODUCTS", "Habits", "Product", "StackClient"]
