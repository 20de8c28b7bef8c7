"""Samples of trainings are compared by `gdcore.comparison`, which readers have too."""

from gdcore.comparison import cohens_d, compare, power

__all__ = ["cohens_d", "compare", "power"]
