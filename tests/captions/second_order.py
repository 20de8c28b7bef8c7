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
    "thrown_up_the_root": [{"start": 1.15}, {"start": 0.6}, {"start": 1.5}],
    "the_leash": [
        {"delta": 1.5, "shape": "a bowl"},
        {"delta": 0.0, "shape": "a bowl"},
        {"delta": 3.0, "shape": "a saddle"},
        {"delta": 0.5, "shape": "a saddle"},
    ],
    "two_repairs": [{}, {"across": 0.5, "up": -0.2}, {"across": 1.5, "up": 1.5}, {"across": -0.5, "up": 0.2}],
    "conjugate_or_orthogonal": [{"condition": 8.0}, {"condition": 2.0, "across": 1.0, "up": 0.5}, {"condition": 1.0}],
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


def _significant(number):
    if number == 0:
        return "0"
    if 0.01 <= abs(number) < 9999.5:
        digits = max(0, 1 - int(np.floor(np.log10(abs(number)))))
        return f"{round(number, digits):.{digits}f}".replace("-", "−")
    mantissa, exponent = f"{number:.1e}".split("e")
    raised = "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(sign)] for sign in str(int(exponent)))
    return f"{mantissa}\u00a0·\u00a010{raised}".replace("-", "−")


def thrown_up_the_root(start):
    """Minus the cube, three times."""
    places = [-(start**3), start**9, -(start**27)]
    return f"From {start:.2f} the next three places are {', '.join(map(_significant, places))}."


def the_leash(delta, shape):
    """The length of the step, and the fall of the quadratic as the sum over its two axes."""
    (a, b), (g, h) = {"a bowl": ((4.0, 0.5), (-4.0, -1.0)), "a saddle": ((3.0, -1.0), (-3.0, -1.0))}[shape]
    if shape == "a saddle" and delta < 1:
        return f"δ = {delta:g} is not above −λmin = 1: the step climbs along v₂, and the theorem does not apply."
    length = np.hypot(g / (a + delta), h / (b + delta))
    fall = g * g * (a / 2 + delta) / (a + delta) ** 2 + h * h * (b / 2 + delta) / (b + delta) ** 2
    return f"δ = {delta:g}: a step of length {length:.2f}, by which the quadratic falls by {fall:.2f}."


def height_of_wells(x, y):
    return -2 * np.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2) - np.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)


def _end_of(xs, ys):
    for name, u in ENDS.items():
        near = np.hypot(np.array(xs) - u, np.array(ys) + u) < 1e-6
        if near[-1]:
            return f"is at {name} after {near.argmax()} steps"
    return "is at none of the three after 30 steps"


def two_repairs(across=0.6, up=0.6):
    """Thirty steps of each, in x and y."""
    told = []
    for name in ("line search", "trust region"):
        x, y, delta, xs, ys = across, up, 1.0, [across], [up]
        for _ in range(30):
            gx, gy, a, c, b = curvatures(x, y)
            shift = delta - min(0, (a + b) / 2 - np.hypot((a - b) / 2, c)) if name == "trust region" else 0.0
            determinant = (a + shift) * (b + shift) - c * c
            p, q = -((b + shift) * gx - c * gy) / determinant, -((a + shift) * gy - c * gx) / determinant
            here, slope = height_of_wells(x, y), gx * p + gy * q
            if name == "trust region":
                rounding = 10 * 2.0**-52 * abs(here)
                fall = here - height_of_wells(x + p, y + q) + rounding
                r = fall / (-(slope + (a * p * p + 2 * c * p * q + b * q * q) / 2) + rounding)
                x, y = (x + p, y + q) if r > 0 else (x, y)
                delta = delta / 4 if r > 0.75 else delta if r >= 0.25 else 4 * delta
            else:
                if not slope < 0:
                    p, q, slope = -gx, -gy, -(gx * gx + gy * gy)
                step = 1.0
                while height_of_wells(x + step * p, y + step * q) > here + 1e-4 * step * slope + 1e-15 and step > 1e-12:
                    step /= 2
                x, y = x + step * p, y + step * q
            xs.append(x)
            ys.append(y)
        told.append(f"The {name} {_end_of(xs, ys)}.")
    return " ".join(told)


def conjugate_or_orthogonal(condition, across=1.6, up=1.05):
    """Steepest descent along the two eigenvectors."""
    x, y = across * np.cos(0.45) + up * np.sin(0.45), up * np.cos(0.45) - across * np.sin(0.45)
    for _ in range(20):
        g, h = x, condition * y
        if g * g + h * h < 1e-30:
            break
        step = (g * g + h * h) / (g * g + condition * h * h)
        x, y = x - step * g, y - step * h
    height = (x * x + condition * y * y) / 2
    last = _significant(height) if height > 1e-12 else "less than 10⁻¹²"
    return f"conjugate gradients less than 10⁻¹² after 2 steps, steepest descent {last} after 20."


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
