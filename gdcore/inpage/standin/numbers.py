"""Kinds of numbers, for isinstance."""

from numpy import floating

Integral = int
Real = (int, float, floating)
