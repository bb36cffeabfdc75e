"""The words that scenarios may use: verbs and kinds of cast member.

:data:`STANDARD` is what scenario files speak. A Python playbook may bring more words of its own by
passing another :class:`Vocabulary`; nothing is ever registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from opcross_harness.cast import CAST_KINDS
from opcross_harness.cast.base import CastKind
from opcross_harness.verbs import VERBS
from opcross_harness.verbs.base import Verb

__all__ = ["STANDARD", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Verbs and kinds of cast member, each by its word."""

    verbs: Mapping[str, Verb]
    cast: Mapping[str, CastKind]

    def extended(self, *, verbs: tuple[Verb, ...] = (), cast: tuple[CastKind, ...] = ()) -> Vocabulary:
        """This vocabulary and some words more."""
        return Vocabulary(
            MappingProxyType({**self.verbs, **{verb.name: verb for verb in verbs}}),
            MappingProxyType({**self.cast, **{kind.name: kind for kind in cast}}),
        )


STANDARD = Vocabulary(VERBS, CAST_KINDS)
"""The words of scenario files."""
