"""What a caller gives as a column."""

from __future__ import annotations

from typing import Any

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError

__all__ = ["column_of"]


def column_of(values: Any, kind: type[np.generic], length: int) -> np.ndarray:  # noqa: ANN401
    """An array of ``length`` elements; a single number stands for all of them.

    Raises E_INVALIDARG for another number of elements.
    """
    array = np.asarray(values, kind)
    if array.shape not in ((), (length,)):
        raise HResultError(Hresult.E_INVALIDARG, f"{array.shape} elements for {length} items")
    return np.broadcast_to(array, (length,))
