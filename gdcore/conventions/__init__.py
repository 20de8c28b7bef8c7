"""One algorithm, several notations: the sources' hyperparameters translated into each other, and
into the arguments of PyTorch, optax and Keras.

`translate("momentum", "prince", "pytorch", alpha=0.1, beta=0.9)` is `{"lr": 0.01, "momentum":
0.9}`: with these PyTorch's SGD makes the same steps. The sources are "prince", "bishop", "kneusel",
"notes" (the text of the lecture notes) and "slides" (the slides in them), beside "pytorch",
"optax", "keras" and "gdcore". Steps that a source prints in a form of its own are methods too, to
run and compare.
"""

from gdcore.conventions.as_printed import (
    folded_adam,
    library_nesterov,
    notes_momentum,
    practical_nesterov,
    prince_momentum,
    prince_nesterov,
    slides_momentum,
)
from gdcore.conventions.lines import (
    LIBRARY_DEFAULTS,
    NOTATIONS,
    distance,
    in_every_notation,
    library_line,
    listing,
    pytorch_line,
)
from gdcore.conventions.translation import (
    from_sum_to_mean,
    nearest,
    notations,
    position,
    pytorch_batch_norm,
    pytorch_he,
    pytorch_layer_norm,
    pytorch_scheduler,
    translate,
    velocity,
    weight_decay_of_l2,
)

__all__ = [
    "LIBRARY_DEFAULTS",
    "NOTATIONS",
    "distance",
    "folded_adam",
    "from_sum_to_mean",
    "in_every_notation",
    "library_line",
    "library_nesterov",
    "listing",
    "nearest",
    "notations",
    "notes_momentum",
    "position",
    "practical_nesterov",
    "prince_momentum",
    "prince_nesterov",
    "pytorch_batch_norm",
    "pytorch_he",
    "pytorch_layer_norm",
    "pytorch_line",
    "pytorch_scheduler",
    "slides_momentum",
    "translate",
    "velocity",
    "weight_decay_of_l2",
]
