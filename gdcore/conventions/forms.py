"""How each source and each library writes each method: its names, and what its values mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Hyperparameters = dict[str, Any]


def _same(h: Hyperparameters) -> Hyperparameters:
    return h


def _none(h: Hyperparameters) -> tuple[str, ...]:
    return ()


def _early_epsilon(h: Hyperparameters) -> tuple[str, ...]:
    """Keras adds ε to √r before the correction, so that only ε = 0 makes equal steps."""
    return ("epsilon",) if h.get("epsilon") else ()


@dataclass(frozen=True)
class Form:
    """How a source writes a method.

    - `names`: of gdcore's hyperparameters, its own name for each.
    - `fixed`: those of gdcore's that it has no name for, and what they are in it.
    - `to_gdcore`, `from_gdcore`: its values as gdcore's and back, where they differ.
    - `constants`: arguments that its call always has.
    - `apart`: of gdcore's names, those whose values make other steps than gdcore's, though it has a
      name for them.
    """

    names: Mapping[str, str]
    fixed: Hyperparameters = field(default_factory=dict)
    to_gdcore: Callable[[Hyperparameters], Hyperparameters] = _same
    from_gdcore: Callable[[Hyperparameters], Hyperparameters] = _same
    constants: Hyperparameters = field(default_factory=dict)
    apart: Callable[[Hyperparameters], tuple[str, ...]] = _none


def form(fixed: Hyperparameters | None = None, /, **names: str) -> Form:
    """A form that needs no conversions."""
    return Form(names=names, fixed=fixed or {})


# Hyperparameters that a source need not have if they are at these values.
NEUTRAL = {"momentum": 0.0, "nesterov": False, "centered": False, "inside_root": False, "bias_correction": True}
NEUTRAL |= {"epsilon": 0.0, "weight_decay": 0.0}

_PRINCE_MOMENTUM = Form(
    {"learning_rate": "alpha", "momentum": "beta"},
    to_gdcore=lambda h: {**h, "learning_rate": h["learning_rate"] * (1 - h["momentum"])},
    from_gdcore=lambda h: {**h, "learning_rate": h["learning_rate"] / (1 - h["momentum"])},
)
# Here λ′ is not multiplied by the rate.
_PAPER_ADAMW = Form(
    {"learning_rate": "alpha", "beta1": "beta1", "beta2": "beta2", "epsilon": "epsilon", "weight_decay": "decay"},
    to_gdcore=lambda h: {**h, "weight_decay": h["weight_decay"] / h["learning_rate"]},
    from_gdcore=lambda h: {**h, "weight_decay": h["weight_decay"] * h["learning_rate"]},
)
_OPTAX_ADAM = {"learning_rate": "learning_rate", "beta1": "b1", "beta2": "b2", "epsilon": "eps"}
_KERAS_ADAM = {"learning_rate": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
_PYTORCH_ADAM = {"learning_rate": "lr", "beta1": "betas[0]", "beta2": "betas[1]", "epsilon": "eps"}


def _from_start(h: Hyperparameters) -> Hyperparameters:
    start = h.pop("start", 0.0)
    return {**h, "epsilon": start, "inside_root": True} if start else h


def _to_start(h: Hyperparameters) -> Hyperparameters:
    return {**h, "epsilon": 0.0, "start": h["epsilon"], "inside_root": False} if h.get("inside_root") else h


# ε under the root is a sum of squares that starts at ε, as optax and Keras add both.
_PYTORCH_ADAGRAD = Form(
    {"learning_rate": "lr", "epsilon": "eps", "start": "initial_accumulator_value"},
    to_gdcore=_from_start,
    from_gdcore=_to_start,
)


def _from_sum(h: Hyperparameters) -> Hyperparameters:
    return {**{name: value for name, value in h.items() if name != "start"}, "epsilon": h.get("start", 0.0) + h["epsilon"]}


def _sum(**names: str) -> Form:
    """AdaGrad whose sum starts at a value, with ε under the root beside it."""
    start = {"start": "initial_accumulator_value"}
    return Form({**names, **start}, {"inside_root": True}, _from_sum, lambda h: {**h, "start": 0.0})


def _without_idle_nesterov(h: Hyperparameters) -> Hyperparameters:
    """RMSProp without momentum looks ahead nowhere, so `nesterov` says nothing there."""
    return {name: value for name, value in h.items() if name != "nesterov" or h.get("momentum")}


def _rmsprop(fixed: Hyperparameters | None = None, /, **names: str) -> Form:
    """A form of RMSProp."""
    return Form(names=names, fixed=fixed or {}, from_gdcore=_without_idle_nesterov)


_OPTAX_RMSPROP = Form(
    {
        **{"learning_rate": "learning_rate", "decay": "decay", "epsilon": "eps", "inside_root": "eps_in_sqrt"},
        **{"momentum": "momentum", "centered": "centered"},
    },
    fixed={"nesterov": False},
    to_gdcore=lambda h: {"inside_root": True, **h},  # so it is where nothing is said
    from_gdcore=_without_idle_nesterov,
)
_KINGMA = form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="epsilon")

FORMS: dict[str, dict[str, Form]] = {
    "gradient_descent": {
        "prince": form(learning_rate="alpha"),
        "bishop": form(learning_rate="eta"),
        "kneusel": form(learning_rate="eta"),
        "notes": form(learning_rate="eta"),
        "slides": form(learning_rate="alpha"),
        "pytorch": form(learning_rate="lr"),
        "optax": form(learning_rate="learning_rate"),
        "keras": form(learning_rate="learning_rate"),
    },
    "momentum": {
        "prince": _PRINCE_MOMENTUM,
        "bishop": form(learning_rate="eta", momentum="mu"),
        "kneusel": form(learning_rate="eta", momentum="mu"),
        "notes": form(learning_rate="eta", momentum="rho"),
        "slides": form(learning_rate="alpha", momentum="rho"),
        "pytorch": form(learning_rate="lr", momentum="momentum"),
        "optax": form(learning_rate="learning_rate", momentum="momentum"),
        "keras": form(learning_rate="learning_rate", momentum="momentum"),
    },
    "nesterov": {
        "prince": _PRINCE_MOMENTUM,
        "bishop": form(learning_rate="eta", momentum="mu"),
        "kneusel": form(learning_rate="eta", momentum="mu"),
        "notes": form(learning_rate="eta", momentum="rho"),
        "pytorch": Form({"learning_rate": "lr", "momentum": "momentum"}, constants={"nesterov": True}),
        "optax": Form({"learning_rate": "learning_rate", "momentum": "momentum"}, constants={"nesterov": True}),
        "keras": Form({"learning_rate": "learning_rate", "momentum": "momentum"}, constants={"nesterov": True}),
    },
    "normalized_gradient": {"prince": form(learning_rate="alpha", epsilon="epsilon")},
    "adagrad": {
        "bishop": form(learning_rate="eta", epsilon="delta"),
        "kneusel": form({"epsilon": 0.0}, learning_rate="eta"),
        "notes": form({"inside_root": True}, learning_rate="eta", epsilon="epsilon"),
        "slides": form({"epsilon": 1e-7}, learning_rate="learning_rate"),
        "pytorch": _PYTORCH_ADAGRAD,
        "optax": _sum(learning_rate="learning_rate", epsilon="eps"),
        "keras": _sum(learning_rate="learning_rate", epsilon="epsilon"),
    },
    "rmsprop": {
        "bishop": _rmsprop(learning_rate="eta", decay="beta", epsilon="delta"),
        "kneusel": _rmsprop({"epsilon": 0.0, "nesterov": True}, learning_rate="eta", decay="gamma", momentum="mu"),
        "notes": _rmsprop({"inside_root": True}, learning_rate="eta", decay="rho", epsilon="epsilon"),
        "slides": _rmsprop({"epsilon": 1e-7}, learning_rate="learning_rate", decay="decay_rate"),
        "pytorch": _rmsprop(learning_rate="lr", decay="alpha", epsilon="eps", momentum="momentum", centered="centered"),
        "optax": _OPTAX_RMSPROP,
        "keras": _rmsprop(
            {"inside_root": True},
            learning_rate="learning_rate",
            decay="rho",
            epsilon="epsilon",
            momentum="momentum",
            centered="centered",
        ),
    },
    "adadelta": {
        "kneusel": form({"learning_rate": 1.0}, decay="gamma", epsilon="epsilon"),
        "pytorch": form(learning_rate="lr", decay="rho", epsilon="eps"),
        "optax": form(learning_rate="learning_rate", decay="rho", epsilon="eps"),
        "keras": form(learning_rate="learning_rate", decay="rho", epsilon="epsilon"),
    },
    "adam": {
        "prince": form(learning_rate="alpha", beta1="beta", beta2="gamma", epsilon="epsilon"),
        "bishop": form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="delta"),
        "kneusel": _KINGMA,
        "notes": _KINGMA,
        "slides": form({"epsilon": 1e-7}, learning_rate="learning_rate", beta1="beta1", beta2="beta2"),
        "pytorch": form(**_PYTORCH_ADAM, weight_decay="weight_decay"),
        "optax": form(**_OPTAX_ADAM),
        "keras": Form(_KERAS_ADAM, apart=_early_epsilon),
    },
    "adamw": {
        "notes": form(learning_rate="eta", beta1="beta1", beta2="beta2", epsilon="epsilon", weight_decay="decay"),
        "slides": _PAPER_ADAMW,
        "pytorch": form(**_PYTORCH_ADAM, weight_decay="weight_decay"),
        "optax": form(**_OPTAX_ADAM, weight_decay="weight_decay"),
        "keras": Form({**_KERAS_ADAM, "weight_decay": "weight_decay"}, apart=_early_epsilon),
    },
    "amsgrad": {
        "pytorch": Form(_PYTORCH_ADAM, constants={"amsgrad": True}),
        "keras": Form(_KERAS_ADAM, constants={"amsgrad": True}, apart=_early_epsilon),
    },
    # How fast the momentum warms up: in Keras ψ is 1, and in optax as if ψ were endless, so that μ
    # is β₁ from the first step.
    "nadam": {
        "pytorch": Form(
            {**_PYTORCH_ADAM, "momentum_decay": "momentum_decay"},
            to_gdcore=lambda h: {"momentum_decay": 0.004, **h},  # so it is where nothing is said
        ),
        "optax": form({"momentum_decay": 1e6}, **_OPTAX_ADAM),
        "keras": form({"momentum_decay": 1.0}, **_KERAS_ADAM),
    },
    "lion": {
        "optax": form(learning_rate="learning_rate", beta1="b1", beta2="b2", weight_decay="weight_decay"),
        "keras": form(learning_rate="learning_rate", beta1="beta_1", beta2="beta_2", weight_decay="weight_decay"),
    },
    "muon": {
        "pytorch": form(
            learning_rate="lr",
            momentum="momentum",
            nesterov="nesterov",
            weight_decay="weight_decay",
            epsilon="eps",
            newton_schulz_steps="ns_steps",
        )
    },
}
