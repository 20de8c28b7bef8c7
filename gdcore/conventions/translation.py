"""Hyperparameters translated from one source to another, and into PyTorch's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import schedules, validation
from gdcore.arrays import Array
from gdcore.catalogue import METHODS
from gdcore.conventions.forms import FORMS, NEUTRAL, Form, Hyperparameters, form
from gdcore.hyperparameters import signature_of, split


def translate(method: str, source: str, target: str, **hyperparameters: Any) -> Hyperparameters:
    """The hyperparameters of a method in the notation of `target`, given in that of `source`.

    With them both make equal steps from the state 0 at a constant rate. With a rate that changes,
    momentum and Nesterov momentum do so only among sources that put the rate inside the velocity.
    The libraries' Nesterov reports w + μv for w: see `position`.

    - `method`: its name in gdcore.
    - `source`, `target`: "prince", "bishop", "kneusel", "notes", "slides", "pytorch", "optax",
      "keras" or "gdcore".
    - `hyperparameters`: by the source's names. What is not given is left out, but from "gdcore" the
      defaults are filled in.

    Raises ValueError for a method or source that is unknown, a name that the source does not use,
    one that is missing to compute another, and what the target cannot express, such as an ε under
    the root for PyTorch's RMSprop: see `nearest`. Source: the equations are with the methods in
    `gdcore.methods`.

    >>> translate("momentum", "prince", "pytorch", alpha=0.5, beta=0.5)
    {'lr': 0.25, 'momentum': 0.5}
    """
    found, apart, h = _translated(method, source, target, hyperparameters)
    if apart:
        raise ValueError(f"{target}'s {method} cannot express {apart[0]}={h[apart[0]]!r}")
    return found


def nearest(method: str, source: str, target: str, **hyperparameters: Any) -> tuple[Hyperparameters, tuple[str, ...]]:
    """What `translate` finds, and where no constants make equal steps the nearest that the target
    has.

    The second result names, as gdcore does, what the target has otherwise; it is empty where the
    steps are equal. An ε that has to leave the root becomes √ε, and one that has to go under it ε²:
    so a coordinate whose gradients are 0 has the same denominator. All else is left out.
    Raises ValueError as `translate` does, but for what the target cannot express.

    >>> nearest("rmsprop", "bishop", "keras", eta=0.1, beta=0.5, delta=0.5)
    ({'learning_rate': 0.1, 'rho': 0.5, 'epsilon': 0.25}, ('inside_root',))
    """
    return _translated(method, source, target, hyperparameters)[:2]


def _translated(method: str, source: str, target: str, given: Hyperparameters) -> tuple[Hyperparameters, tuple[str, ...], Any]:
    """The constants in the target's notation, what differs, and gdcore's hyperparameters."""
    start, end = _lookup(method, source, "source"), _lookup(method, target, "target")
    try:
        ours, left_out = _ours(method, source, start, given)
        h = end.from_gdcore(ours)
    except KeyError as missing:
        needed = start.names.get(missing.args[0], missing.args[0])
        raise ValueError(f"{method} from {source} to {target} needs {needed} as well") from None
    unsaid = {name: value for name, value in h.items() if name not in end.names}
    apart = [name for name, value in unsaid.items() if value != end.fixed.get(name, NEUTRAL.get(name))]
    if "epsilon" in apart and "inside_root" in apart:
        apart.remove("inside_root")  # its ε is another one, wherever it stands
    if "inside_root" in apart:
        h = {**h, "epsilon": h["epsilon"] ** (0.5 if h["inside_root"] else 2)}
    if source != target:
        apart += [name for name in dict.fromkeys(start.apart(ours) + end.apart(ours)) if name not in apart]
    said = [name for name in h if name not in left_out or (name == "inside_root" and target != "gdcore")]
    found = _fold({theirs: h[name] for name, theirs in end.names.items() if name in said}) | end.constants
    return found, tuple(apart), h


def _ours(method: str, source: str, start: Form, hyperparameters: Hyperparameters) -> tuple[Hyperparameters, list[str]]:
    """Gdcore's hyperparameters of what is given in a source's notation, and those that it leaves
    out.
    """
    ours = {theirs: name for name, theirs in start.names.items()}
    given = {name: _value(name, value) for name, value in _unfold(hyperparameters).items()}
    given = {name: value for name, value in given.items() if start.constants.get(name) != value}
    unknown = [name for name in given if name not in ours]
    if unknown:
        raise ValueError(f"{source}'s {method} has {', '.join(ours)}; got {', '.join(unknown)}")
    defaults = _defaults(method)
    h = {**start.to_gdcore({ours[name]: value for name, value in given.items()}), **start.fixed}
    h = h if source != "gdcore" else {**defaults, **h}
    left_out = [name for name in defaults if name in NEUTRAL and name not in h and name not in start.names]
    h |= {name: NEUTRAL[name] for name in left_out}
    # Where there is no ε it does not matter on which side of the root it stands.
    return {name: value for name, value in h.items() if name != "inside_root" or h.get("epsilon")}, left_out


def constants_of(method: str, source: str, **values: Any) -> Hyperparameters:
    """A source's constants under its own names, from values that are named as gdcore names them.

    The values are meant as the source means them: nothing is converted. What the source has no name
    for is left out, so that one set of values serves all methods.
    Raises ValueError for a method or source that is unknown.

    >>> constants_of("momentum", "prince", learning_rate=0.5, momentum=0.5, epsilon=0.1)
    {'alpha': 0.5, 'beta': 0.5}
    """
    names = _lookup(method, source, "source").names
    return _fold({names[name]: _value(name, value) for name, value in values.items() if name in names})


def notations(method: str) -> tuple[str, ...]:
    """The sources and libraries whose notation `translate` knows for a method, but for gdcore's
    own.

    >>> notations("adamw")
    ('notes', 'slides', 'pytorch', 'optax', 'keras')
    """
    return tuple(FORMS[validation.choice("method", method, FORMS)])


def _lookup(method: str, source: str, place: str) -> Form:
    """How a source writes a method; gdcore's own way of writing has its own names."""
    validation.choice("method", method, FORMS)
    forms = {"gdcore": form(**{name: name for name in _defaults(method)}), **FORMS[method]}
    return forms[validation.choice(place, source, forms)]


def _defaults(method: str) -> Hyperparameters:
    """Gdcore's hyperparameters of a method, at their defaults."""
    return dict(signature_of(METHODS[method].function).defaults)


def _value(name: str, value: Any) -> Any:
    """A truth value or a finite number; whole numbers stay whole."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    number = validation.number(name, value)
    return int(value) if isinstance(value, (int, np.integer)) else number


def _unfold(h: Hyperparameters) -> Hyperparameters:
    """PyTorch's betas=(β₁, β₂) as two."""
    pair = h.get("betas", ())
    if "betas" in h and not (isinstance(pair, (tuple, list)) and len(pair) == 2):
        raise TypeError(f"betas must be a pair of numbers, got {validation.shown(pair)}")
    betas = {f"betas[{i}]": beta for i, beta in enumerate(pair)}
    return {name: value for name, value in h.items() if name != "betas"} | betas


def _fold(h: Hyperparameters) -> Hyperparameters:
    """Two betas as PyTorch's one tuple."""
    betas = [name for name in h if name.startswith("betas[")]
    if len(betas) == 1:
        raise ValueError(f"PyTorch's betas are two, beta1 and beta2; got only {betas[0]}={h[betas[0]]!r}")
    rest = {name: value for name, value in h.items() if name not in betas}
    return rest | ({"betas": tuple(h[name] for name in sorted(betas))} if betas else {})


def weight_decay_of_l2(strength: float) -> float:
    """The `weight_decay` that is a penalty λ‖w‖²: 2λ, for `adam` here and for PyTorch's SGD and
    Adam.

    Source: the lecture notes, figure 4.26; Prince, a student's note.

    >>> weight_decay_of_l2(0.25)
    0.5
    """
    return 2 * validation.number("strength", strength, least=0)


def from_sum_to_mean(method: str, size: int, **hyperparameters: Any) -> Hyperparameters:
    """Gdcore's hyperparameters for a loss that is a mean of `size` terms, given those for their
    sum.

    With them the steps are equal. A rate on the sum is `size` times as large on the mean. Adaptive
    methods divide the scale out: there the rate stays and ε becomes ε / `size` (under the root, and
    in Shampoo, ε / `size`²), and Adam's penalty inside the gradient α / `size`. Newton's damping
    becomes δ / `size`. Lion and random search do not feel the scale.
    Raises ValueError for a method without such a rule, such as Adadelta, whose ε adds to gradients
    and steps alike, and for one that is unknown.
    Source: Prince, equations 6.5 and 6.10, sums; Bishop and Bishop, section 7.2.4, and PyTorch,
    means.

    >>> from_sum_to_mean("momentum", 50, learning_rate=0.01)
    {'learning_rate': 0.5, 'momentum': 0.9}
    """
    rule = METHODS[validation.choice("method", method, METHODS)].scale
    size = validation.whole_number("size", size, least=1, most=2**53)
    split(METHODS[method].function, hyperparameters, np.ones(1))  # refuses what the method does not take
    h = {**_defaults(method), **hyperparameters}
    if callable(h.get("learning_rate")):
        raise TypeError("learning_rate must be a number: of a schedule, translate each value")
    if rule is None:
        raise ValueError(
            f"method must have a scaling rule: no hyperparameters make {method} take equal steps on the sum and the mean"
        )
    if rule == "rate":
        return {**h, "learning_rate": h["learning_rate"] * size}
    if rule == "damping":
        return {**h, "damping": h["damping"] / size}
    if rule == "squared epsilon":
        return {**h, "epsilon": h["epsilon"] / size**2}
    if rule == "epsilon":
        h["epsilon"] = h["epsilon"] / (size**2 if h.get("inside_root") else size)
        return {**h, "weight_decay": h["weight_decay"] / size} if method == "adam" else h
    return h


def pytorch_scheduler(schedule: str, **arguments: Any) -> tuple[str, Hyperparameters]:
    """PyTorch's scheduler, class and arguments, for one of `gdcore.schedules`, given its arguments
    by name.

    The optimizer's own rate must be `first`; the scheduler steps once after each step.
    CosineAnnealingLR and gdcore's cosine agree up to step T + 1; after it PyTorch's rate rises
    again, gdcore's stays.
    Raises ValueError for other schedules and for an argument that is missing.
    Source: Bishop and Bishop, equations 7.36 to 7.38; Prince, section 6.2.2; the lecture notes,
    figure 4.24.

    >>> pytorch_scheduler("step_decay", first=0.1, factor=0.5, every=10)
    ('StepLR', {'step_size': 10, 'gamma': 0.5})
    """
    validation.choice("schedule", schedule, ("step_decay", "linear", "power_law", "exponential", "geometric", "cosine"))
    getattr(schedules, schedule)(**arguments)  # refuses what it does not take
    a = arguments
    if schedule == "step_decay":
        return "StepLR", {"step_size": a["every"], "gamma": a["factor"]}
    if schedule == "linear":
        return "LinearLR", {"start_factor": 1.0, "end_factor": a["last"] / a["first"], "total_iters": a["steps"]}
    if schedule == "power_law":
        return "LambdaLR", {"lr_lambda": lambda tau: (1 + tau / a["scale"]) ** a["power"]}
    if schedule == "exponential":
        return "ExponentialLR", {"gamma": a["factor"] ** (1 / a.get("scale", 1.0))}
    if schedule == "geometric":
        return "ExponentialLR", {"gamma": 1 / a["base"]}
    return "CosineAnnealingLR", {"T_max": a["steps"], "eta_min": a.get("last", 0.0)}


def pytorch_batch_norm(delta: float, alpha: float) -> Hyperparameters:
    """PyTorch's arguments for Bishop and Bishop's batch normalization: eps is δ of equation 7.54,
    momentum 1 − α of 7.56.

    γ is `weight` and β `bias`. The running variance differs: PyTorch averages unbiased variances,
    equation 7.57 averages σ.

    >>> pytorch_batch_norm(delta=1e-5, alpha=0.75)
    {'eps': 1e-05, 'momentum': 0.25}
    """
    delta, alpha = validation.number("delta", delta, least=0), validation.number("alpha", alpha, least=0, most=1)
    return {"eps": delta, "momentum": 1 - alpha}


def pytorch_layer_norm(delta: float) -> Hyperparameters:
    """PyTorch's argument for Bishop and Bishop's layer normalization: eps is δ of equation 7.60; γ
    is `weight` and β `bias`.

    >>> pytorch_layer_norm(delta=1e-5)
    {'eps': 1e-05}
    """
    return {"eps": validation.number("delta", delta, least=0)}


def pytorch_he() -> Hyperparameters:
    """PyTorch's arguments of `torch.nn.init.kaiming_normal_` for He initialization, ε = √(2/M) with
    M inputs.

    The deviation is then gain / √(fan_in), and the gain of ReLU is √2.
    Source: Bishop and Bishop, equation 7.23.

    >>> pytorch_he()
    {'mode': 'fan_in', 'nonlinearity': 'relu'}
    """
    return {"mode": "fan_in", "nonlinearity": "relu"}


def velocity(source: str, state: ArrayLike, learning_rate: float | Array) -> Array:
    """The velocity of `gdcore.methods.momentum`, from a source's state: v = −α m = −v_notes = −α
    v_slides, by its own rate α.

    Raises ValueError for a source that is unknown.
    Source: Prince, 6.11; Bishop and Bishop, 7.31; Kneusel, 11.5; the notes, 4.9.2.

    >>> velocity("prince", [1, 2], learning_rate=0.5)
    array([-0.5, -1. ])
    """
    own_rate = ("prince", "slides", "pytorch")
    validation.choice("source", source, ("gdcore", "bishop", "kneusel", "notes", *own_rate))
    state = validation.as_points(state, name="state")
    rate = _number_or_array("learning_rate", learning_rate)
    if np.ndim(rate) > state.ndim or any(a not in (1, b) for a, b in zip(np.shape(rate)[::-1], state.shape[::-1], strict=False)):
        raise ValueError(f"learning_rate must be a number or fit the state of shape {state.shape}, got shape {np.shape(rate)}")
    if source in own_rate:
        return -rate * state
    return -1.0 * state if source == "notes" else 1.0 * state


def position(ahead: ArrayLike, velocity: ArrayLike, momentum: float | Array) -> Array:
    """The point w of `nesterov` from the point ahead that PyTorch and NAG-prac report: w = y − μ v.
    All are (..., d).

    >>> position([1, 2], [1, 0], momentum=0.5)
    array([0.5, 2. ])
    """
    ahead, velocity = validation.as_points(ahead, name="ahead"), validation.as_points(velocity, name="velocity")
    if ahead.shape[-1] != velocity.shape[-1]:
        raise ValueError(f"ahead and velocity must be of one dimension, got shapes {ahead.shape} and {velocity.shape}")
    mu = _number_or_array("momentum", momentum)
    if np.ndim(mu) and np.shape(mu)[-1] not in (1, ahead.shape[-1]):
        raise ValueError(f"momentum must be of the dimension of ahead or 1, got shapes {np.shape(mu)} and {ahead.shape}")
    return ahead - mu * velocity


def _number_or_array(name: str, value: Any) -> float | Array:
    return validation.numbers(name, value) if validation.is_array(value) else validation.number(name, value)
