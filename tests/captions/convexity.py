"""What the captions of the chapter on convexity must say, computed anew: closed forms, loops, other algorithms."""

import math

import numpy as np
from scipy.optimize import least_squares

from gdcore.data import gabor_sample

SETTINGS = {
    "chord_above_the_curve": [
        {"curve": "parabola", "left": -3, "right": 2.5},
        {"curve": "upturned bell", "left": -3, "right": 0.5},
        {"curve": "two valleys", "left": -2, "right": 2},
        {"curve": "softplus", "left": -1, "right": 3},
        {"curve": "washboard", "left": 0, "right": 3},
    ],
    "local_quadratic": [{"x": -0.8, "y": 1.2}, {"x": -0.8, "y": -2}, {"x": 1.6, "y": 1.6}, {"x": 0.4, "y": -0.4}],
    "quadratic_and_its_eigenvalues": [
        {"lambda1": 1, "lambda2": 4, "angle": 60},
        {"lambda1": -2, "lambda2": 3, "angle": 0},
        {"lambda1": -1, "lambda2": -2, "angle": 90},
        {"lambda1": 0, "lambda2": 2, "angle": 30},
        {"lambda1": -1, "lambda2": 0, "angle": 0},
        {"lambda1": 0, "lambda2": 0, "angle": 60},
    ],
    "gabor_fit_and_loss": [{"phi0": 0, "phi1": 16.5}, {"phi0": -6, "phi1": 8.5}, {"phi0": 10, "phi1": 2.5}],
    "gabor_minima": [{"rank": 1}, {"rank": 2}, {"rank": 5}],
    "random_hessians": [{"dimension": 1, "shift": 0.5}, {"dimension": 5, "shift": 1}, {"dimension": 20, "shift": 2}],
}


def chord_above_the_curve(curve, left, right):
    """Each curve again, in other words; the chord by its slope."""
    height = {
        "parabola": lambda w: 0.5 * w * w,
        "softplus": lambda w: math.log(1 + math.exp(w)),
        "two valleys": lambda w: (w - 2) ** 2 * (w + 2) ** 2 / 16,
        "upturned bell": lambda w: 1 - math.exp(-w * w / 2),
        "washboard": lambda w: w * w / 2 + 0.75 * (1 - math.cos(2 * w)),
    }[curve]
    slope = (height(right) - height(left)) / (right - left)
    ways = [(right - left) * k / 40 for k in range(41)]
    gaps = [height(left) + slope * way - height(left + way) for way in ways]
    side = "above" if gaps[20] > -1e-9 else "below"
    middle = f"At the middle the chord lies {abs(gaps[20]):.2f} {side} the curve"
    if min(gaps) < -1e-9:
        return f"{middle}; at its lowest it dips {-min(gaps):.2f} below"
    return f"{middle}, and nowhere below it."


def _wells(x, y):
    """Value, gradient and Hessian of the two wells, in the coordinates of each well."""
    value, gradient, hessian = 0.0, np.zeros(2), np.zeros((2, 2))
    for depth, centre in [(2, (-1, 1)), (1, (1, -1))]:
        r = np.array([x, y]) - centre
        bell = depth * math.exp(-(r @ r) / 2)
        value, gradient, hessian = value - bell, gradient + bell * r, hessian + bell * (np.eye(2) - np.outer(r, r))
    return value, gradient, hessian


def local_quadratic(x, y):
    """The eigenvalues from trace and determinant; the error on two circles, point by point."""
    value, b, H = _wells(x, y)
    half = (H[0, 0] + H[1, 1]) / 2
    root = math.sqrt(half**2 - H[0, 0] * H[1, 1] + H[0, 1] ** 2)
    worst = {}
    for r in (0.5, 0.25):
        steps = [r * np.array([math.cos(a), math.sin(a)]) for a in np.radians(np.arange(360))]
        worst[r] = max(abs(_wells(x + s[0], y + s[1])[0] - value - b @ s - s @ H @ s / 2) for s in steps)
    shape = "bowl" if half - root > 0 else "hill" if half + root < 0 else "saddle"
    low, high = (f"{value:.3f}".replace("-", "−") for value in (half - root, half + root))
    return (
        f"Eigenvalues {low} and {high}: a {shape}. "
        f"It is off by up to {worst[0.5]:.3f} at distance 0.5, {worst[0.25]:.3f} at 0.25."
    )


def _kinds_with_fourth_powers(lambda1, lambda2):
    """What 0 can be once a⁴ + b⁴, with either sign, is added to the quadratic: seen on a small ring."""
    kinds = set()
    for sign in (1, -1):
        ring = [(0.1 * math.cos(turn), 0.1 * math.sin(turn)) for turn in np.linspace(0, 2 * math.pi, 41)]
        heights = [(lambda1 * a * a + lambda2 * b * b) / 2 + sign * (a**4 + b**4) for a, b in ring]
        kinds.add("minimum" if min(heights) > 0 else "maximum" if max(heights) < 0 else "neither")
    return kinds


def quadratic_and_its_eigenvalues(lambda1, lambda2, angle):
    """The half-axes are where the cut along an eigenvector reaches the height ½."""
    if lambda1 == lambda2 == 0:
        return "Both eigenvalues are zero"
    if lambda1 * lambda2 == 0:
        way = "rises" if max(lambda1, lambda2) > 0 else "falls"
        possible = _kinds_with_fourth_powers(lambda1, lambda2)
        [never] = {"minimum", "maximum"} - possible
        [open_kind] = {"minimum", "maximum"} & possible
        return f"constant in one direction and {way} in the other: no {never}; whether a {open_kind}, it does not decide."
    if lambda1 * lambda2 < 0:
        up, down = ("u₁", "u₂") if lambda1 > 0 else ("u₂", "u₁")
        return f"A saddle: up along {up}, down along {down}."
    first, second = (abs(value) ** -0.5 for value in (lambda1, lambda2))
    kind = "minimum: the contour at height ½" if lambda1 > 0 else "maximum: the contour at height −½"
    return f"A {kind} has the half-axes {first:.2f} along u₁ and {second:.2f} along u₂."


def _misfits(phi):
    x, t = gabor_sample()
    u = phi[0] + 0.06 * phi[1] * x
    return np.sin(u) / np.exp(u * u / 32) - t


def gabor_fit_and_loss(phi0, phi1):
    """Loss, and slope by differences."""
    h = 1e-5
    loss = [sum(_misfits((phi0 + h * i, phi1 + h * j)) ** 2) for i, j in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]]
    slope = math.hypot((loss[1] - loss[2]) / (2 * h), (loss[3] - loss[4]) / (2 * h))
    return f"Loss {loss[0]:.2f}, slope {slope:.2f};"


def gabor_minima(rank):
    """The minima that SciPy's least squares finds in the window, in order of their loss."""
    ends = []
    for start in [(a, b) for a in np.linspace(-9.7, 9.7, 25) for b in np.linspace(2.7, 22.3, 25)]:
        end = least_squares(_misfits, start, jac="3-point", xtol=1e-12, ftol=1e-12, gtol=1e-12)
        if abs(end.x[0]) <= 10 and 2.5 <= end.x[1] <= 22.5 and end.optimality < 1e-4:
            ends.append(2 * end.cost)
    ends.sort()
    losses = [loss for before, loss in zip([-1.0, *ends], ends, strict=False) if loss - before > 1e-4]
    return f"Minimum {rank} of {len(losses)}: loss {losses[rank - 1]:.2f}"


def random_hessians(dimension, shift):
    """A matrix is positive definite if its leading minors are positive: Sylvester's criterion, no eigenvalues."""
    A = np.random.default_rng(0).normal(size=(1000, dimension, dimension))
    count = 0
    for a in A:
        H = (a + a.T) / math.sqrt(2 * dimension) + shift * np.eye(dimension)
        count += all(np.linalg.det(H[:k, :k]) > 0 for k in range(1, dimension + 1))
    return f"{count / 1000:.1%} of these Hessians belong to minima"
