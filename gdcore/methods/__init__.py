"""First-order methods. Each is one step: a pure function from (objective, w, state) to (w, state).

The first state is the default argument, so a first step needs none. `gdcore.descent.descend` takes
many steps, and checks the hyperparameters; a method called by itself trusts them. w is (..., d):
leading axes are runs side by side, and a learning rate, a momentum and the like may be a number or
an array of shape (..., 1), one for each run, or (d,), one for each coordinate.

| family | methods |
|---|---|
| `velocity` | gradient_descent, momentum, nesterov, schedule_free |
| `adaptive` | normalized_gradient, adagrad, rmsprop, adadelta |
| `moments` | adam, adamw, nadam, amsgrad, lion |
| `orthogonal` | muon, newton_schulz |
| `preconditioned` | shampoo, soap |
| `searches` | random_search, coordinate_descent, steepest_descent |
| `composite` | proximal_gradient, svrg |
"""

from gdcore.methods.adaptive import adadelta, adagrad, normalized_gradient, rmsprop
from gdcore.methods.composite import proximal_gradient, svrg
from gdcore.methods.moments import adam, adamw, amsgrad, lion, nadam
from gdcore.methods.orthogonal import muon, newton_schulz
from gdcore.methods.preconditioned import shampoo, soap
from gdcore.methods.searches import coordinate_descent, random_search, steepest_descent
from gdcore.methods.velocity import gradient_descent, momentum, nesterov, schedule_free

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "adamw",
    "amsgrad",
    "coordinate_descent",
    "gradient_descent",
    "lion",
    "momentum",
    "muon",
    "nadam",
    "nesterov",
    "newton_schulz",
    "normalized_gradient",
    "proximal_gradient",
    "random_search",
    "rmsprop",
    "schedule_free",
    "shampoo",
    "soap",
    "steepest_descent",
    "svrg",
]
