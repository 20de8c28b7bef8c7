"""The logistic function."""

import numpy as np


def expit(x):
    """1 / (1 + exp(−x))."""
    return 1 / (1 + np.exp(-x))
