"""Copies of states: numbers, arrays, tuples, lists and dictionaries of such."""

import numpy as np


def deepcopy(value):
    """A copy whose parts are copies."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, tuple):
        parts = [deepcopy(each) for each in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if isinstance(value, list):
        return [deepcopy(each) for each in value]
    if isinstance(value, dict):
        return {name: deepcopy(each) for name, each in value.items()}
    return value


def copy(value):
    """A copy of the outermost part."""
    return value.copy() if hasattr(value, "copy") else value
