"""The functions to descend.

An `Objective` holds a function L(w) with its gradient and whatever else is known of it. All of its
callables broadcast over leading axes: for an array w of shape (..., d), value gives (...), gradient
(..., d), hessian (..., d, d), in w's precision. The others are functions that return one:
landscapes with known minima (`landscapes`), losses on data (`regression`), and both with a penalty
(`penalties`, `penalized`). `gdcore.catalogue.LANDSCAPES` is the table of all landscapes.
"""

from gdcore.arrays import Array
from gdcore.objectives.landscapes import beale, bowl, canyon, himmelblau, parabola, quadratic, rosenbrock, saddle, two_wells
from gdcore.objectives.objective import Objective
from gdcore.objectives.penalized import with_penalty
from gdcore.objectives.penalties import Penalty, elastic_net, l1, l2
from gdcore.objectives.regression import gabor, least_squares, logistic_regression, polynomial_features, polynomial_regression

__all__ = [
    "Array",
    "Objective",
    "Penalty",
    "beale",
    "bowl",
    "canyon",
    "elastic_net",
    "gabor",
    "himmelblau",
    "l1",
    "l2",
    "least_squares",
    "logistic_regression",
    "parabola",
    "polynomial_features",
    "polynomial_regression",
    "quadratic",
    "rosenbrock",
    "saddle",
    "two_wells",
    "with_penalty",
]
