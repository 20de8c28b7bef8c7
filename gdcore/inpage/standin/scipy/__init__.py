"""The few functions of SciPy that gdcore's line searches and second-order methods use."""

from scipy import linalg, optimize, sparse, special
