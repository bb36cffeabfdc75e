"""Which presentation contexts a server accepts: pure functions over offers.

The rules beyond [C706] are those that Windows shows:

* Of several offers for one interface in one PDU, the first that can be spoken is taken. The others are
  refused for their transfer syntax: this is how a client learns which of NDR and NDR64 was chosen.
* An offer under a number that is in use must name the same interface. If it leaves the transfer syntax
  in use out, it is refused; if it offers another syntax that is known, the protocol is broken.
* Bind-time features count only as the first transfer syntax of an offer, and once per PDU.
* An offer without transfer syntax, and a PDU without offers, break the protocol.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.errors import PeerViolation
from opcross.rpc.pdu import (
    NDR20,
    NDR64,
    NO_SYNTAX,
    BindTimeFeatures,
    ContextElement,
    ContextResult,
    ContextVerdict,
    ProviderReason,
    features_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opcross.rpc.call import SyntaxId

__all__ = ["SUPPORTED_FEATURES", "negotiate", "negotiate_fragment"]

SUPPORTED_FEATURES: Final = (
    BindTimeFeatures.SECURITY_CONTEXT_MULTIPLEXING | BindTimeFeatures.KEEP_CONNECTION_ON_ORPHAN
)

_KNOWN: Final = frozenset({NDR20, NDR64})


def _refused(reason: ProviderReason) -> ContextResult:
    return ContextResult(ContextVerdict.PROVIDER_REJECTION, reason, NO_SYNTAX)


def negotiate(
    offers: Sequence[ContextElement],
    bound: Mapping[int, SyntaxId],
    *,
    accepts: Callable[[SyntaxId], bool],
    limit: int,
) -> tuple[list[ContextResult], dict[int, SyntaxId]]:
    """Judge the offers of one PDU: (a result for each, the contexts that are new).

    ``bound`` maps the numbers in use to their interfaces. Raises
    :class:`~opcross.errors.PeerViolation` where the whole PDU has to be refused.
    """
    if not offers:
        raise PeerViolation("no presentation context offered")
    if sum(1 for offer in offers if offer.transfers and features_of(offer.transfers[0]) is not None) > 1:
        raise PeerViolation("bind-time features proposed twice")
    results: list[ContextResult] = []
    new: dict[int, SyntaxId] = {}
    taken: set[SyntaxId] = set()
    for offer in offers:
        result = _judge(offer, bound, new, taken, accepts=accepts, limit=limit)
        if result.result == ContextVerdict.ACCEPTANCE:
            taken.add(offer.abstract)
            if offer.context_id not in bound:
                new[offer.context_id] = offer.abstract
        results.append(result)
    return results, new


def _judge(
    offer: ContextElement,
    bound: Mapping[int, SyntaxId],
    new: Mapping[int, SyntaxId],
    taken: set[SyntaxId],
    *,
    accepts: Callable[[SyntaxId], bool],
    limit: int,
) -> ContextResult:
    if not offer.transfers:
        raise PeerViolation(f"presentation context {offer.context_id} offers no transfer syntax")
    features = features_of(offer.transfers[0])
    if features is not None:
        return ContextResult(ContextVerdict.NEGOTIATE_ACK, features & SUPPORTED_FEATURES, NO_SYNTAX)
    in_use = bound.get(offer.context_id) or new.get(offer.context_id)
    if in_use is not None:
        if in_use != offer.abstract:
            raise PeerViolation(
                f"presentation context {offer.context_id} is {in_use}, offered as {offer.abstract}"
            )
        if any(transfer in _KNOWN and transfer != NDR20 for transfer in offer.transfers):
            raise PeerViolation(
                f"presentation context {offer.context_id} offered with another transfer syntax"
            )
    elif not accepts(offer.abstract):
        return _refused(ProviderReason.ABSTRACT_SYNTAX_NOT_SUPPORTED)
    if NDR20 not in offer.transfers or offer.abstract in taken:
        return _refused(ProviderReason.TRANSFER_SYNTAXES_NOT_SUPPORTED)
    if in_use is None and len(bound) + len(new) >= limit:
        return _refused(ProviderReason.LOCAL_LIMIT_EXCEEDED)
    return ContextResult()


def negotiate_fragment(transmit: int, receive: int, *, largest: int, floor: int) -> int:
    """The fragment size for both directions: the smallest wish, in steps of 8, but not below the floor."""
    return max(min(transmit, receive, largest) & ~7, floor)
