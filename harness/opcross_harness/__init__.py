"""The test bench: scenarios as data or as Python, one runner, one verdict, one report."""

from __future__ import annotations
