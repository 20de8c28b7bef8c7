"""Trajectories of torch.optim in float64, for tests/test_reference.py: `python tests/reference/methods_torch.py`.

Writes methods_torch.npz (the iterates, and each schedule's rates) and methods_torch.json (settings and versions). The tests need
no PyTorch. The functions are written out anew, and PyTorch differentiates them, so that the tests check gdcore's gradients too.
"""

import json
from pathlib import Path

import numpy as np
import torch

# NAdam keeps its product of the μ in the default precision.
torch.set_default_dtype(torch.float64)

STEPS = 200
# Settings are such that the runs do not end in a limit cycle, in which differences of rounding grow.
MATRICES = {"wide": (2, 4), "tall": (4, 2)}


def canyon(w):
    x, y = w
    return 6 * x**2 + 40 * y**2 - 12 * x - 30 * y + 3


def two_wells(w):
    x, y = w
    deep = -2 * torch.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2)
    return deep - torch.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)


def himmelblau(w):
    x, y = w
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


# name: function, start, and a rate of plain descent that suits it
FUNCTIONS = {
    "canyon": (canyon, [-0.5, 2.3], 0.005),
    "two_wells": (two_wells, [0.7, -0.2], 0.1),
    "himmelblau": (himmelblau, [-1.0, 0.5], 0.002),
}

# name: gdcore's method, PyTorch's class, its arguments (lr = None: the function's own rate)
RUNS = {
    "gradient_descent": ("gradient_descent", "SGD", {"lr": None}),
    "momentum": ("momentum", "SGD", {"lr": None, "momentum": 0.9}),
    "nesterov": ("nesterov", "SGD", {"lr": None, "momentum": 0.9, "nesterov": True}),
    "adagrad": ("adagrad", "Adagrad", {"lr": 0.3, "eps": 1e-8}),
    "adagrad_inside": ("adagrad", "Adagrad", {"lr": 0.3, "eps": 0.0, "initial_accumulator_value": 0.01}),
    "rmsprop": ("rmsprop", "RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 0.01}),
    "rmsprop_centered": ("rmsprop", "RMSprop", {"lr": 0.005, "alpha": 0.95, "eps": 0.01, "centered": True}),
    "rmsprop_momentum": ("rmsprop", "RMSprop", {"lr": 0.002, "alpha": 0.99, "eps": 1e-4, "momentum": 0.8}),
    "adadelta": ("adadelta", "Adadelta", {"lr": 1.0, "rho": 0.9, "eps": 1e-4}),
    "adam": ("adam", "Adam", {"lr": 0.03, "betas": [0.9, 0.999], "eps": 1e-8}),
    "adam_l2": ("adam", "Adam", {"lr": 0.03, "betas": [0.8, 0.99], "eps": 1e-4, "weight_decay": 0.3}),
    "adamw": ("adamw", "AdamW", {"lr": 0.03, "betas": [0.9, 0.99], "eps": 1e-8, "weight_decay": 0.3}),
    "amsgrad": ("amsgrad", "Adam", {"lr": 0.03, "betas": [0.9, 0.9], "eps": 1e-8, "amsgrad": True}),
    "nadam": ("nadam", "NAdam", {"lr": 0.03, "betas": [0.9, 0.999], "eps": 1e-8, "momentum_decay": 0.004}),
}

MUON = {"lr": 0.003, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1, "eps": 1e-7, "ns_steps": 5}

# schedule of gdcore: its arguments, PyTorch's class and arguments
SCHEDULES = {
    "step_decay": ({"first": 0.1, "factor": 0.5, "every": 7}, "StepLR", {"step_size": 7, "gamma": 0.5}),
    "linear": (
        {"first": 0.1, "last": 0.01, "steps": 40},
        "LinearLR",
        {"start_factor": 1.0, "end_factor": 0.1, "total_iters": 40},
    ),
    "exponential": ({"first": 0.1, "factor": 0.5, "scale": 10.0}, "ExponentialLR", {"gamma": 0.5**0.1}),
    "geometric": ({"first": 0.1, "base": 1.1}, "ExponentialLR", {"gamma": 1 / 1.1}),
    "cosine": ({"first": 0.1, "steps": 60, "last": 0.02}, "CosineAnnealingLR", {"T_max": 60, "eta_min": 0.02}),
    "power_law": ({"first": 0.1, "scale": 5.0, "power": -0.5}, "LambdaLR", None),
}


def run(function, start, optimizer, settings):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    stepper = getattr(torch.optim, optimizer)([w], **settings)
    points = [w.detach().clone()]
    for _ in range(STEPS):
        stepper.zero_grad()
        function(w).backward()
        stepper.step()
        points.append(w.detach().clone())
    return torch.stack(points).numpy()


def matrix_loss(name):
    """L(W) = ½ ‖A W − C‖² for a matrix of the named shape, with A and C that the tests can make as well."""
    rows, columns = MATRICES[name]
    A = np.arange(1.0, 1 + rows * rows).reshape(rows, rows) / rows**2 + np.eye(rows)
    C = np.cos(np.arange(float(rows * columns))).reshape(rows, columns)
    A, C = torch.tensor(A), torch.tensor(C)
    return lambda W: ((A @ W - C) ** 2).sum() / 2


def muon_in_float64(function, start, lr, momentum, nesterov, weight_decay, eps, ns_steps):
    """Muon's definition, from the documentation of torch.optim.Muon, without its rounding to bfloat16."""
    assert nesterov
    W = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    rows, columns = W.shape
    average, points = torch.zeros_like(W), [W.detach().clone()]
    for _ in range(STEPS):
        (G,) = torch.autograd.grad(function(W), W)
        average = torch.lerp(average, G, 1 - momentum)
        X = torch.lerp(G, average, momentum)
        X = X.T if rows > columns else X
        X = X / torch.linalg.matrix_norm(X).clamp(min=eps)
        for _ in range(ns_steps):
            gram = X @ X.T
            X = 3.4445 * X + (-4.7750 * gram + 2.0315 * gram @ gram) @ X
        X = X.T if rows > columns else X
        with torch.no_grad():
            W = W * (1 - lr * weight_decay) - lr * max(1, rows / columns) ** 0.5 * X
        W.requires_grad_()
        points.append(W.detach().clone())
    return torch.stack(points).numpy()


def rates(first, scheduler, arguments):
    w = torch.zeros(1, requires_grad=True)
    stepper = torch.optim.SGD([w], lr=first)
    arguments = arguments or {"lr_lambda": lambda tau: (1 + tau / 5.0) ** -0.5}
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(stepper, **arguments)
    seen = []
    for _ in range(STEPS // 2):
        seen.append(stepper.param_groups[0]["lr"])
        stepper.step()
        schedule.step()
    return np.array(seen)


def main():
    here = Path(__file__).parent
    arrays, runs = {}, []
    for function, (f, start, rate) in FUNCTIONS.items():
        for name, (method, optimizer, arguments) in RUNS.items():
            settings = {k: rate if v is None else v for k, v in arguments.items()}
            arrays[f"{name}-{function}"] = run(f, start, optimizer, settings)
            runs.append(
                {"key": f"{name}-{function}", "method": method, "function": function, "start": start, "settings": settings}
            )
    for name, shape in MATRICES.items():
        start = np.sin(np.arange(float(np.prod(shape)))).reshape(shape)
        arrays[f"muon-{name}"] = run(matrix_loss(name), start, "Muon", MUON)
        arrays[f"muon_in_float64-{name}"] = muon_in_float64(matrix_loss(name), start, **MUON)
    for name, (arguments, scheduler, theirs) in SCHEDULES.items():
        arrays[f"rates-{name}"] = rates(arguments["first"], scheduler, theirs)
    np.savez_compressed(here / "methods_torch.npz", **arrays)
    facts = {
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "runs": runs,
        "muon": MUON,
        "matrices": MATRICES,
        "schedules": {name: {"arguments": a, "class": c, "theirs": t} for name, (a, c, t) in SCHEDULES.items()},
    }
    (here / "methods_torch.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
