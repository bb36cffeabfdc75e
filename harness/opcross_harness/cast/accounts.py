"""The users of a stage: one password for each name, known to all who are honest."""

from __future__ import annotations

from opcross.rpc.security import Credentials

__all__ = ["DEFAULT_USER", "credentials_of", "password_of"]

DEFAULT_USER = "OPERATOR"
"""Who has an account on every server unless the scenario says otherwise."""


def password_of(user: str) -> str:
    """The password of a user, on every server that knows him."""
    return f"{user.casefold()}-works-here-1"


def credentials_of(user: str, password: str | None = None) -> Credentials | None:
    """What a client logs on with; None for nobody. ``password`` is a wrong one that a scenario wants."""
    if not user:
        return None
    return Credentials(user, password if password is not None else password_of(user))
