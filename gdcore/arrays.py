"""The one kind of array that the package passes around."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
"""An array of floats, of any shape."""
