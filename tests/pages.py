"""Which pages of the book are done in which respect: the one place where tests look."""

from __future__ import annotations

# Pages whose open code is the method alone, by the rules of tools/cell_rules.py; at the end, all.
ARRANGED = (
    "index",
    "momentum",
    "convexity",
    "gradient_descent",
    "regularization",
    "sgd",
    "adaptive",
    "normalization",
    "second_order",
)
