"""A file that receives a host's events as they are logged.

A name that ends in ``.json`` or ``.jsonl`` gets one JSON object a line, in the shape of Get-WinEvent; any
other name gets a document of Event XML, which is whole once the file is closed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from opcross.errors import FileError
from opcross.hardening.event_xml import XML_END, XML_START, to_json, to_xml

if TYPE_CHECKING:
    from types import TracebackType

    from opcross.hardening import EventRecord

__all__ = ["EventFile"]

_JSON = (".json", ".jsonl")


class EventFile:
    """An open file; a context manager. Raises :class:`~opcross.errors.FileError` when it can't be made."""

    def __init__(self, path: Path | str) -> None:
        self._json = Path(path).suffix.casefold() in _JSON
        try:
            self._file = Path(path).open("w", encoding="utf-8", newline="\n")  # noqa: SIM115  (closed below)
        except OSError as error:
            raise FileError(f"cannot be written: {error.strerror or error}", file=str(path)) from error
        if not self._json:
            self._file.write(XML_START)
            self._file.flush()

    def write(self, record: EventRecord) -> None:
        """Append a record, visible to readers at once."""
        line = to_json(record) if self._json else to_xml(record)
        self._file.write(f"{line}\n")
        self._file.flush()

    def close(self) -> None:
        """End the document; closing twice does nothing."""
        if not self._file.closed:
            if not self._json:
                self._file.write(XML_END)
            self._file.close()

    def __enter__(self) -> EventFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
