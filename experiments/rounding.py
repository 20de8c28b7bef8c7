"""Numbers as the results of experiments keep them."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdcore.objectives import Array


def numbers(values: Array, digits: int) -> Any:
    """An array as lists of numbers of so many digits; None where a run has left the finite, which
    JSON has no number for.
    """
    if values.ndim:
        return [numbers(part, digits) for part in values]
    return float(f"{values:.{digits}g}") if np.isfinite(values) else None
