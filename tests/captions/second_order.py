"""What the captions of the chapter on second-order methods must say, each computed in another way than on the page."""

import json

import numpy as np

from gdcore.data import spirals
from gdcore.line_searches import wolfe_line_search
from gdcore.networks import Dense, Network, squared_error, tanh, xavier
from gdcore.objectives import quadratic
from tests.conftest import ROOT

SETTINGS = {
    "newton_and_damping": [
        {"damping": 0.0},
        {"damping": 0.4},
        {"damping": 3.0, "across": -1.5, "up": 0.5},
        {"damping": 0.0, "across": 1.5, "up": 1.5},
        {"damping": 0.0, "across": -1.2, "up": 1.3},
    ],
    "rosenbrock_by_evaluations": [
        {"method": "Newton", "start": "A"},
        {"method": "Newton", "start": "C"},
        {"method": "gradient descent", "start": "B"},
        {"method": "momentum", "start": "A"},
    ],
    "memory_of_lbfgs": [{"memory": 5, "kappa": 100}, {"memory": 1, "kappa": 10}, {"memory": 20, "kappa": 10}],
    "edge_of_stability": [{"learning_rate": 0.2}, {"learning_rate": 0.4}, {"learning_rate": 0.15}],
}

COURSE = {"A": (-1.2, 1.0), "B": (0.5, -0.5), "C": (0.0, 2.5)}


def curvatures(x, y):
    """Gradient and Hessian of the two wells, (gx, gy, hxx, hxy, hyy): of each Gaussian −A e, e times a polynomial."""
    deep, shallow = 2 * np.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2), np.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)
    gx, gy = (x + 1) * deep + (x - 1) * shallow, (y - 1) * deep + (y + 1) * shallow
    hxx = (1 - (x + 1) ** 2) * deep + (1 - (x - 1) ** 2) * shallow
    hyy = (1 - (y - 1) ** 2) * deep + (1 - (y + 1) ** 2) * shallow
    hxy = -(x + 1) * (y - 1) * deep - (x - 1) * (y + 1) * shallow
    return gx, gy, hxx, hxy, hyy


def newton_in_two_wells(x, y, damping):
    """Two hundred steps by Cramer's rule; the path, and which stationary point it ends at."""
    xs, ys = [x], [y]
    with np.errstate(all="ignore"):
        for _ in range(200):
            gx, gy, hxx, hxy, hyy = curvatures(x, y)
            a, b = hxx + damping, hyy + damping
            determinant = a * b - hxy**2
            x, y = x - (b * gx - hxy * gy) / determinant, y - (a * gy - hxy * gx) / determinant
            xs.append(x)
            ys.append(y)
    return np.array(xs), np.array(ys)


ENDS = {  # along the line y = −x, by the sign of the slope there
    "the deep minimum": -0.9803836355776621,
    "the shallow minimum": 0.8939741041006756,
    "the saddle": 0.36407403855173476,
}


def newton_and_damping(damping, across=0.7, up=-0.2):
    _, _, hxx, hxy, hyy = curvatures(across, up)
    middle, half = (hxx + hyy) / 2 + damping, np.hypot((hxx - hyy) / 2, hxy)
    xs, ys = newton_in_two_wells(np.array(across), np.array(up), damping)
    where = "is at none of the three after 200 steps"
    for name, u in ENDS.items():
        near = np.hypot(xs - u, ys + u) < 1e-6
        if near[-1]:
            where = f"is at {name} after {near.argmax()} steps"
    bends = f"{middle - half:.2f} and {middle + half:.2f}".replace("-", "−")
    return f"Curvatures at the start, damping included: {bends}. The walk {where}."


def rosenbrock_by_evaluations(method, start):
    """Each step written out in x and y; a step of Newton's asks for a gradient and for two more, the Hessian's."""
    (x, y), vx, vy, steps = COURSE[start], 0.0, 0.0, 0
    while (1 - x) ** 2 + 100 * (y - x * x) ** 2 >= 1e-10:
        gx, gy = -2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)
        if method == "Newton":
            hxx, hxy, hyy = 2 - 400 * y + 1200 * x * x, -400 * x, 200.0
            determinant = hxx * hyy - hxy**2
            x, y = x - (hyy * gx - hxy * gy) / determinant, y - (hxx * gy - hxy * gx) / determinant
        else:
            rate, mu = (0.0012, 0.95) if method == "momentum" else (0.0019, 0.0)
            vx, vy = mu * vx - rate * gx, mu * vy - rate * gy
            x, y = x + vx, y + vy
        steps += 1
    asked = 3 * steps if method == "Newton" else steps
    return f"a loss of 10⁻¹⁰ after {steps} steps and {asked} gradient evaluations."


def memory_of_lbfgs(memory, kappa):
    """The matrix that L-BFGS never writes out, written out: a hundred by a hundred, from the last pairs at each step."""
    loss = quadratic(np.geomspace(1, kappa, 100))
    asked = []
    watched = type(loss)("watched", loss.value, lambda w: asked.append(1) or loss.gradient(w))
    w, pairs = np.ones(100), []
    g, target = watched.gradient(w), 1e-8 * loss.value(w)
    while loss.value(w) >= target:
        B, first = np.eye(100), min(1.0, 1 / np.linalg.norm(g))
        if pairs:
            s, y = pairs[-1]
            B, first = B * (s @ y) / (y @ y), 1.0
        for s, y in pairs[-memory:]:
            left = np.eye(100) - np.outer(s, y) / (s @ y)
            B = left @ B @ left.T + np.outer(s, s) / (s @ y)
        p = -B @ g
        a, _, g_new = wolfe_line_search(watched, w, p, gradient=g, first=first)
        pairs.append((a * p, g_new - g))
        w, g = w + a * p, g_new
    return f"L-BFGS asks for {len(asked)} gradients and keeps {200 * memory:,} numbers"


def edge_of_stability(learning_rate):
    """Sharpness from the whole Hessian, by differences, around the step of the crossing; the late mean from the experiment."""
    x, labels = spirals(120, 3, turns=1.0, noise=0.05, seed=0)
    network = Network([Dense(2, 20), tanh, Dense(20, 20), tanh, Dense(20, 3)])
    loss = network.objective(squared_error, x, np.eye(3)[labels])

    def sharpness(w):
        moved = w + 1e-5 * np.eye(w.size)
        hessian = (loss.gradient(moved) - loss.gradient(2 * w - moved)) / 2e-5
        return np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]

    w, limit, step = network.initialize(xavier, 0, float), 2 / learning_rate, 0
    where = "above it from the start"
    while sharpness(w) < limit:
        for _ in range(40):
            w = w - learning_rate * loss.gradient(w)
        step += 40
        where = f"first above it at step {step}"
    results = json.loads((ROOT / "experiments" / "results" / "edge_of_stability.json").read_text("utf-8"))
    late = np.array(results["steps"]) >= 6000
    mean = np.array(results["gradient_descent"][str(learning_rate)]["sharpness"])[late].mean()
    return f"2/η = {limit:.2f}; the sharpness is {where}, and its mean over the last 2,000 steps is {mean:.2f}."
