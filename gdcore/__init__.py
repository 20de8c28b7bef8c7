"""Gradient descent, written to be read: the package that the chapters of Downhill import."""

import numpy as np

# Linux's C library hands the memory of a freed array back to the system, and a loop of steps fetches it anew at each step, until
# the library has once seen a block freed that is larger (but not above 32 MiB). Seeing one here makes batched runs twice as fast.
np.empty(31 * 2**20, np.uint8)
