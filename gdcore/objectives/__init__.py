"""The functions to descend.

An `Objective` holds a function L(w) with its gradient and whatever else is known of it. All of its callables broadcast over
leading axes: for an array w of shape (..., d), value gives (...), gradient (..., d), hessian (..., d, d), in w's precision.
The others are functions that return one: landscapes with known minima (`landscapes`), and losses on data (`regression`).
"""

from gdcore.objectives.landscapes import beale, bowl, canyon, himmelblau, parabola, quadratic, rosenbrock, saddle, two_wells
from gdcore.objectives.objective import Array, Objective
from gdcore.objectives.regression import gabor, least_squares, logistic_regression, polynomial_features, polynomial_regression

__all__ = [
    "Array",
    "Objective",
    "beale",
    "bowl",
    "canyon",
    "gabor",
    "himmelblau",
    "least_squares",
    "logistic_regression",
    "parabola",
    "polynomial_features",
    "polynomial_regression",
    "quadratic",
    "rosenbrock",
    "saddle",
    "two_wells",
]
