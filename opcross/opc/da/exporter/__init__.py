"""The DCOM exporter: a :class:`~opcross.opc.da.service.DaService` appears as COM objects on the wire."""

from __future__ import annotations

from opcross.opc.da.exporter.exporter import DaExporter, service_caller
from opcross.opc.da.exporter.options import DA_2, DA_3, CallbackOptions, ExporterOptions

__all__ = ["DA_2", "DA_3", "CallbackOptions", "DaExporter", "ExporterOptions", "service_caller"]
