"""Hyperparameters translated from one source to another, and into PyTorch's arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdcore import schedules, validation
from gdcore.arrays import Array
from gdcore.catalogue import METHODS
from gdcore.hyperparameters import signature_of, split

Hyperparameters = dict[str, Any]


def _same(h: Hyperparameters) -> Hyperparameters:
    return h


@dataclass(frozen=True)
class _Form:
    """How a source writes a method.

    - `names`: of gdcore's hyperparameters, its own name for each.
    - `fixed`: those of gdcore's that it has no name for, and what they are in it.
    - `to_gdcore`, `from_gdcore`: its values as gdcore's and back, where they differ.
    - `constants`: arguments that its call always has.
    """

    names: Mapping[str, str]
    fixed: Hyperparameters = field(default_factory=dict)
    to_gdcore: Callable[[Hyperparameters], Hyperparameters] = _same
    from_gdcore: Callable[[Hyperparameters], Hyperparameters] = _same
    constants: Hyperparameters = field(default_factory=dict)


def _form(fixed: Hyperparameters | None = None, /, **names: str) -> _Form:
    """A form that needs no conversions."""
    return _Form(names=names, fixed=fixed or {})


# Hyperparameters that a source need not have if they are at these values.
_NEUTRAL = {"momentum": 0.0, "nesterov": False, "centered": False, "inside_root": False, "bias_correction": True}
_NEUTRAL |= {"epsilon": 0.0, "weight_decay": 0.0}

_PRINCE_MOMENTUM = _Form(
    {"learning_rate": "alpha", "momentum": "beta"},
    to_gdcore=lambda h: {**h, "learning_rate": h["learning_rate"] * (1 - h["momentum"])},
    from_gdcore=lambda h: {**h, "learning_rate": h["learning_rate"] / (1 - h["momentum"])},
)
# Here λ′ is not multiplied by the rate.
_PAPER_ADAMW = _Form(
    {"learning_rate": "alpha", "beta1": "beta1", "beta2": "beta2", "epsilon": "epsilon", "weight_decay": "decay"},
    to_gdcore=lambda h: {**h, "weight_decay": h["weight_decay"] / h["learning_rate"]},
    from_gdcore=lambda h: {**h, "weight_decay": h["weight_decay"] * h["learning_rate"]},
)
_PYTORCH_ADAM = {"learning_rate": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "epsilon": "eps"}


def _from_start(h: Hyperparameters) -> Hyperparameters:
    start = h.pop("start", 0.0)
    return {**h, "epsilon": start, "inside_root": True} if start else h


def _to_start(h: Hyperparameters) -> Hyperparameters:
    return {**h, "epsilon": 0.0, "start": h["epsilon"], "inside_root": False} if h.get("inside_root") else h


# ε under the root is a sum of squares that starts at ε.
_PYTORCH_ADAGRAD = _Form(
    {"learning_rate": "lr", "epsilon": "eps", "start": "initial_accumulator_value"},
    to_gdcore=_from_start,
    from_gdcore=_to_start,
)


def _without_idle_nesterov(h: Hyperparameters) -> Hyperparameters:
    """RMSProp without momentum looks ahead nowhere, so `nesterov` says nothing there."""
    return {name: value for name, value in h.items() if name != "nesterov" or h.get("momentum")}


def _rmsprop(fixed: Hyperparameters | None = None, /, **names: str) -> _Form:
    """A form of RMSProp."""
    return _Form(names=names, fixed=fixed or {}, from_gdcore=_without_idle_nesterov)


_KINGMA = _form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="epsilon")

_FORMS: dict[str, dict[str, _Form]] = {
    "gradient_descent": {
        "prince": _form(learning_rate="alpha"),
        "bishop": _form(learning_rate="eta"),
        "kneusel": _form(learning_rate="eta"),
        "notes": _form(learning_rate="eta"),
        "slides": _form(learning_rate="alpha"),
        "pytorch": _form(learning_rate="lr"),
    },
    "momentum": {
        "prince": _PRINCE_MOMENTUM,
        "bishop": _form(learning_rate="eta", momentum="mu"),
        "kneusel": _form(learning_rate="eta", momentum="mu"),
        "notes": _form(learning_rate="eta", momentum="rho"),
        "slides": _form(learning_rate="alpha", momentum="rho"),
        "pytorch": _form(learning_rate="lr", momentum="momentum"),
    },
    "nesterov": {
        "prince": _PRINCE_MOMENTUM,
        "bishop": _form(learning_rate="eta", momentum="mu"),
        "kneusel": _form(learning_rate="eta", momentum="mu"),
        "notes": _form(learning_rate="eta", momentum="rho"),
        "pytorch": _Form({"learning_rate": "lr", "momentum": "momentum"}, constants={"nesterov": True}),
    },
    "normalized_gradient": {"prince": _form(learning_rate="alpha", epsilon="epsilon")},
    "adagrad": {
        "bishop": _form(learning_rate="eta", epsilon="delta"),
        "kneusel": _form({"epsilon": 0.0}, learning_rate="eta"),
        "notes": _form({"inside_root": True}, learning_rate="eta", epsilon="epsilon"),
        "slides": _form({"epsilon": 1e-7}, learning_rate="learning_rate"),
        "pytorch": _PYTORCH_ADAGRAD,
    },
    "rmsprop": {
        "bishop": _rmsprop(learning_rate="eta", decay="beta", epsilon="delta"),
        "kneusel": _rmsprop({"epsilon": 0.0, "nesterov": True}, learning_rate="eta", decay="gamma", momentum="mu"),
        "notes": _rmsprop({"inside_root": True}, learning_rate="eta", decay="rho", epsilon="epsilon"),
        "slides": _rmsprop({"epsilon": 1e-7}, learning_rate="learning_rate", decay="decay_rate"),
        "pytorch": _rmsprop(learning_rate="lr", decay="alpha", epsilon="eps", momentum="momentum", centered="centered"),
    },
    "adadelta": {
        "kneusel": _form({"learning_rate": 1.0}, decay="gamma", epsilon="epsilon"),
        "pytorch": _form(learning_rate="lr", decay="rho", epsilon="eps"),
    },
    "adam": {
        "prince": _form(learning_rate="alpha", beta1="beta", beta2="gamma", epsilon="epsilon"),
        "bishop": _form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="delta"),
        "kneusel": _KINGMA,
        "notes": _KINGMA,
        "slides": _form({"epsilon": 1e-7}, learning_rate="learning_rate", beta1="beta1", beta2="beta2"),
        "pytorch": _form(**_PYTORCH_ADAM, weight_decay="weight_decay"),
    },
    "adamw": {
        "notes": _form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="epsilon", weight_decay="decay"),
        "slides": _PAPER_ADAMW,
        "pytorch": _form(**_PYTORCH_ADAM, weight_decay="weight_decay"),
    },
    "amsgrad": {"pytorch": _Form(_PYTORCH_ADAM, constants={"amsgrad": True})},
    "nadam": {"pytorch": _form(**_PYTORCH_ADAM, momentum_decay="momentum_decay")},
    "muon": {
        "pytorch": _form(
            learning_rate="lr",
            momentum="momentum",
            nesterov="nesterov",
            weight_decay="weight_decay",
            epsilon="eps",
            newton_schulz_steps="ns_steps",
        )
    },
}


def translate(method: str, source: str, target: str, **hyperparameters: Any) -> Hyperparameters:
    """The hyperparameters of a method in the notation of `target`, given in that of `source`.

    With them both make equal steps from the state 0 at a constant rate. With a rate that changes,
    momentum and Nesterov momentum do so only among sources that put the rate inside the velocity.
    PyTorch's Nesterov reports w + μv for w: see `position`.

    - `method`: its name in gdcore.
    - `source`, `target`: "prince", "bishop", "kneusel", "notes", "slides", "pytorch" or "gdcore".
    - `hyperparameters`: by the source's names. What is not given is left out, but from "gdcore" the
      defaults are filled in.

    Raises ValueError for a method or source that is unknown, a name that the source does not use,
    one that is missing to compute another, and what the target cannot express, such as an ε under
    the root for PyTorch's RMSprop. Source: the equations are with the methods in `gdcore.methods`.

    >>> translate("momentum", "prince", "pytorch", alpha=0.5, beta=0.5)
    {'lr': 0.25, 'momentum': 0.5}
    """
    start, end = _lookup(method, source, "source"), _lookup(method, target, "target")
    ours = {theirs: name for name, theirs in start.names.items()}
    given = {name: _value(name, value) for name, value in _unfold(hyperparameters).items()}
    given = {name: value for name, value in given.items() if start.constants.get(name) != value}
    unknown = [name for name in given if name not in ours]
    if unknown:
        raise ValueError(f"{source}'s {method} has {', '.join(ours)}; got {', '.join(unknown)}")
    try:
        h = {**start.to_gdcore({ours[name]: value for name, value in given.items()}), **start.fixed}
        h = h if source != "gdcore" else {**_defaults(method), **h}
        h = end.from_gdcore(h)
    except KeyError as missing:
        needed = start.names.get(missing.args[0], missing.args[0])
        raise ValueError(f"{method} from {source} to {target} needs {needed} as well") from None
    for name, value in h.items():
        if name not in end.names and value != end.fixed.get(name, _NEUTRAL.get(name)):
            raise ValueError(f"{target}'s {method} cannot express {name}={value!r}")
    return _fold({theirs: h[name] for name, theirs in end.names.items() if name in h}) | end.constants


def pytorch_line(method: str, **hyperparameters: Any) -> str:
    """The line of PyTorch that makes the same optimizer, such as "torch.optim.SGD(parameters,
    lr=0.01, momentum=0.9)".

    The hyperparameters are gdcore's, those left out at gdcore's defaults.
    Raises ValueError as `translate` does.

    >>> pytorch_line("momentum", learning_rate=0.1)
    'torch.optim.SGD(parameters, lr=0.1, momentum=0.9)'
    """
    arguments = translate(method, "gdcore", "pytorch", **hyperparameters)
    return f"torch.optim.{METHODS[method].pytorch}(parameters, {', '.join(f'{k}={v!r}' for k, v in arguments.items())})"


def _lookup(method: str, source: str, place: str) -> _Form:
    """How a source writes a method; gdcore's own way of writing has its own names."""
    validation.choice("method", method, _FORMS)
    forms = {"gdcore": _form(**{name: name for name in _defaults(method)}), **_FORMS[method]}
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
    return ahead - _number_or_array("momentum", momentum) * velocity


def _number_or_array(name: str, value: Any) -> float | Array:
    return validation.numbers(name, value) if validation.is_array(value) else validation.number(name, value)
