"""The one table of methods and the one of landscapes.

Pictures take the looks from here, conventions PyTorch's classes and the scaling rules, tests and
benchmarks the names. A method or a landscape that is exported and does not stand here fails a test
that says so, and so does one that stands here and is compared with nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from gdcore import curvature, methods, objectives
from gdcore.objectives import Objective


@dataclass(frozen=True)
class KnownMethod:
    """What is known of a method beside its code.

    - `function`: the method itself.
    - `look`: its colour, dash and marker, the same in every picture. No two methods share dash and
      marker, so that a picture survives grey print; those that are compared differ in colour.
    - `reference`: what its iterates are tested against. "torch": stored trajectories of PyTorch;
      "scipy": stored minimizations of SciPy; "hand": a few lines in tests/reference/by_hand.py.
    - `pytorch`: its class in torch.optim, None where PyTorch has none.
    - `scale`: the scaling rule, which hyperparameter makes up for a loss c times as large so that
      the steps are equal: "rate" (η / c), "epsilon" (c ε, and c α inside the gradient), "squared
      epsilon" (c² ε), "damping" (c δ), "nothing" (the steps do not change), None where no
      hyperparameter does.
    - `needs`: the part of an objective that it cannot do without, beside the gradient.
    - `one_start`: whether it takes one start (d,) only, since each run would search on its own.
    """

    function: Callable[..., Any]
    look: tuple[str, str, str]
    reference: Literal["torch", "scipy", "hand"]
    pytorch: str | None = None
    scale: Literal["rate", "epsilon", "squared epsilon", "damping", "nothing"] | None = None
    needs: Literal["hessian", "penalty", "residuals", "shapes"] | None = None
    one_start: bool = False

    @property
    def family(self) -> str:
        """The module that it stands in, such as "velocity"."""
        return self.function.__module__.rpartition(".")[2]


_METHODS = (
    KnownMethod(methods.gradient_descent, ("blue", "solid", "o"), "torch", "SGD", scale="rate"),
    KnownMethod(methods.momentum, ("vermillion", "dashed", "s"), "torch", "SGD", scale="rate"),
    KnownMethod(methods.nesterov, ("green", "dashdot", "^"), "torch", "SGD", scale="rate"),
    KnownMethod(methods.schedule_free, ("purple", "solid", "v"), "hand", scale="rate"),
    KnownMethod(methods.normalized_gradient, ("green", "dotted", "D"), "hand", scale="epsilon"),
    KnownMethod(methods.adagrad, ("orange", "dashed", "v"), "torch", "Adagrad", scale="epsilon"),
    KnownMethod(methods.rmsprop, ("sky blue", "dashdot", "o"), "torch", "RMSprop", scale="epsilon"),
    KnownMethod(methods.adadelta, ("green", "dashed", "<"), "torch", "Adadelta"),
    KnownMethod(methods.adam, ("purple", "solid", "s"), "torch", "Adam", scale="epsilon"),
    KnownMethod(methods.adamw, ("vermillion", "solid", "D"), "torch", "AdamW", scale="epsilon"),
    KnownMethod(methods.nadam, ("green", "dotted", "s"), "torch", "NAdam", scale="epsilon"),
    KnownMethod(methods.amsgrad, ("blue", "dashed", "^"), "torch", "Adam", scale="epsilon"),
    KnownMethod(methods.lion, ("orange", "dotted", "^"), "hand", scale="nothing"),
    KnownMethod(methods.muon, ("orange", "solid", ">"), "torch", "Muon", scale="epsilon", needs="shapes"),
    KnownMethod(methods.shampoo, ("green", "dotted", "<"), "hand", scale="squared epsilon"),
    KnownMethod(methods.soap, ("sky blue", "dashdot", ">"), "hand", scale="epsilon"),
    KnownMethod(methods.coordinate_descent, ("orange", "dashdot", "D"), "hand", scale="rate"),
    KnownMethod(methods.random_search, ("purple", "dashdot", "v"), "hand", scale="nothing"),
    KnownMethod(methods.steepest_descent, ("green", "solid", "<"), "hand", scale="rate", one_start=True),
    KnownMethod(methods.proximal_gradient, ("vermillion", "dotted", ">"), "hand", needs="penalty"),
    KnownMethod(methods.svrg, ("green", "dashed", "D"), "hand", scale="rate"),
    KnownMethod(curvature.newton, ("orange", "dashdot", "s"), "hand", scale="damping", needs="hessian"),
    KnownMethod(curvature.trust_region, ("blue", "dotted", "v"), "hand", scale="damping", needs="hessian"),
    KnownMethod(curvature.gauss_newton, ("vermillion", "dotted", "o"), "hand", scale="damping", needs="residuals"),
    KnownMethod(curvature.conjugate_gradient, ("purple", "dashed", ">"), "hand", one_start=True),
    KnownMethod(curvature.bfgs, ("sky blue", "solid", "^"), "scipy", one_start=True),
    KnownMethod(curvature.lbfgs, ("green", "dashed", "o"), "scipy", one_start=True),
)

METHODS: dict[str, KnownMethod] = {known.function.__name__: known for known in _METHODS}
"""Every method, first and second order, by its name."""

LANDSCAPES: dict[str, Callable[[], Objective]] = {
    "parabola": objectives.parabola,
    "bowl": objectives.bowl,
    "canyon": objectives.canyon,
    "quadratic": partial(objectives.quadratic, [1.0, 4.0], angle=0.5),
    "two_wells": objectives.two_wells,
    "saddle": objectives.saddle,
    "rosenbrock": objectives.rosenbrock,
    "beale": objectives.beale,
    "himmelblau": objectives.himmelblau,
}
"""Every test function, by its name, as a call that makes it. The quadratic has two eigenvalues."""
