"""What the captions of the chapter on convexity must say, computed anew: closed forms, loops, other algorithms."""

import math

import numpy as np
from scipy.optimize import least_squares

from gdcore import words
from gdcore.data import gabor_sample

SETTINGS = {
    "chord_above_the_curve": [
        {"curve": "parabola", "left": -3, "right": 2.5},
        {"curve": "upturned bell", "left": -3, "right": 0.5},
        {"curve": "two valleys", "left": -2, "right": 2},
        {"curve": "softplus", "left": -1, "right": 3},
        {"curve": "washboard", "left": 0, "right": 3},
        {"curve": "absolute value", "left": -2.25, "right": 0.75},
    ],
    "jensen": [
        {"curve": "two valleys", "middle": 0, "spread": 1.5},
        {"curve": "softplus", "middle": -0.75, "spread": 1},
        {"curve": "upturned bell", "middle": 1.5, "spread": 1.25},
    ],
    "downhill_half_plane": [
        {"x": -2, "y": 0.75, "rate": "1/λmax"},
        {"x": 2.5, "y": -1.75, "rate": "4/λmax"},
        {"x": 0.5, "y": 0.25, "rate": "16/λmax"},
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
    "two_parabolas": [
        {"w": 1, "highest": 1.5, "lowest": 0.5},
        {"w": -3, "highest": 0.75, "lowest": 0.75},
        {"w": 2.25, "highest": 2.25, "lowest": 0},
    ],
    "gap_and_bound": [
        {"loss": "parabola", "rate": "1.9/λmax"},
        {"loss": "worst for 10 steps", "rate": "1/λmax"},
        {"loss": "worst for 100 steps", "rate": "0.5/λmax"},
        {"loss": "worst for 1 step", "rate": "1.99/λmax"},
    ],
    "four_failures": [
        {"failure": "no minimum"},
        {"failure": "steps too long"},
        {"failure": "steps shrink too fast"},
        {"failure": "a kink"},
    ],
    "kink_and_subgradients": [{"k": 0.6}, {"k": -1.0}, {"k": 1.5}],
    "plateau_of_a_sigmoid": [{"logit": -6}, {"logit": -9.5}, {"logit": 2}],
    "perfect_fits": [
        {"rate": 0.05, "across": 2.6, "up": -0.4},
        {"rate": 0.2, "across": -1.5, "up": -1.5},
        {"rate": 0.6, "across": 3, "up": 2.2},
    ],
    "gabor_fit_and_loss": [{"phi0": 0, "phi1": 16.5}, {"phi0": -6, "phi1": 8.5}, {"phi0": 10, "phi1": 2.5}],
    "gabor_minima": [{"rank": 1}, {"rank": 2}, {"rank": 5}],
    "random_hessians": [{"dimension": 1, "shift": 0.5}, {"dimension": 5, "shift": 1}, {"dimension": 20, "shift": 2}],
}


def chord_above_the_curve(curve, left, right):
    """Each curve again, in other words; the chord by its slope."""
    height = {
        "parabola": lambda w: 0.5 * w * w,
        "absolute value": lambda w: max(w, -w),
        "softplus": lambda w: math.log(1 + math.exp(w)),
        "two valleys": lambda w: (w - 2) ** 2 * (w + 2) ** 2 / 16,
        "upturned bell": lambda w: 1 - math.exp(-w * w / 2),
        "washboard": lambda w: w * w / 2 + 0.75 * (1 - math.cos(2 * w)),
    }[curve]
    slope = (height(right) - height(left)) / (right - left)
    ways = [(right - left) * k / 40 for k in range(41)]
    gaps = [height(left) + slope * way - height(left + way) for way in ways]
    side = "above" if gaps[20] > -1e-9 else "below"
    middle = f"At the middle the chord lies {words.significant(abs(gaps[20]))} {side} the curve"
    if min(gaps) < -1e-9:
        return f"{middle}. At its lowest it dips {words.significant(-min(gaps))} below, so the curve is not convex."
    return f"{middle}. It dips below the curve nowhere."


def jensen(curve, middle, spread):
    """The average as the mean of a symmetric pair, another, and the middle."""
    height = {
        "two valleys": lambda w: (w - 2) ** 2 * (w + 2) ** 2 / 16,
        "softplus": lambda w: math.log(1 + math.exp(w)),
        "upturned bell": lambda w: 1 - math.exp(-w * w / 2),
    }[curve]
    average = sum(height(middle + spread * k / 2) for k in range(-2, 3)) / 5
    verdict = "as Jensen says" if average >= height(middle) else "Jensen fails, so the curve is not convex"
    return f"Average of the losses {average:.3f}, loss of the average {height(middle):.3f}: {verdict}."


def downhill_half_plane(x, y, rate):
    """The gradient by differences of the loss, and the ceiling of the curvature by the longest edge of the triangle."""
    rows = [(1.5, 0.75), (-1.0, 3.0), (-0.5, -3.75)]
    ceiling = max((a - c) ** 2 + (b - d) ** 2 for a, b in rows for c, d in rows) / 4

    def height(x, y):
        return math.log(sum(math.exp(a * x + b * y) for a, b in rows))

    h = 1e-6
    g = (height(x + h, y) - height(x - h, y)) / (2 * h), (height(x, y + h) - height(x, y - h)) / (2 * h)
    eta = float(rate.partition("/")[0]) / ceiling
    before, after = math.hypot(x, y), math.hypot(x - eta * g[0], y - eta * g[1])
    angle = math.degrees(math.acos((g[0] * x + g[1] * y) / (math.hypot(*g) * before)))
    way = "nearer" if after < before else "away"
    return (
        f"Downhill and the way to the minimum make an angle of {angle:.0f}°. "
        f"This step leads {way}: distance {before:.2f} before, {after:.2f} after."
    )


def two_parabolas(w, highest, lowest):
    """The curvature lies between ½, its limit far out, and 1½, at 0: a parabola lies beyond the loss if its own does."""
    upper = "lies above" if highest >= 1.5 else "crosses"
    lower = "lies below" if lowest <= 0.5 else "crosses"
    return f"The upper parabola {upper} the loss, the lower one {lower} it."


def gap_and_bound(loss, rate):
    """Step by step; on the straight part the steps have one length."""
    eta, joint = float(rate.partition("/")[0]), 1.0
    if loss != "parabola":
        joint = 1 / (2 * int(loss.split()[2]) + 1)
    w, best, when = 1.0, 0.0, 0
    for t in range(1, 1001):
        w = w - eta * w if abs(w) <= joint else w - math.copysign(eta * joint, w)
        gap = w * w / 2 if abs(w) <= joint else joint * abs(w) - joint**2 / 2
        if gap * 2 * eta * t > best + 1e-12:
            best, when = gap * 2 * eta * t, t
    where = f"after {when} step{'s' if when > 1 else ''}"
    if best > 1:
        return f"The gap exceeds the bound, up to {words.significant(best)} times {where}. The theorem does not cover this rate."
    return f"The gap comes nearest to the bound {where}, with {words.significant(best)} of it."


def four_failures(failure):
    """Closed forms, but for the softplus."""
    w = -2.0
    for _ in range(60):
        w += 1 / (1 + math.exp(w))
    ends = {
        "no minimum": (w, math.log(1 + math.exp(-w))),
        "steps too long": (0.5 * 1.04**60, (0.5 * 1.04**60) ** 2 / 2),
        "steps shrink too fast": (4 * (end := math.prod(1 - 0.5**k for k in range(1, 61))), 8 * end**2),
        "a kink": (0.25, 0.25),
    }
    w, height = ends[failure]
    return f"After 60 steps the walker stands at {w:.2f}, {words.significant(height)} above the infimum."


def kink_and_subgradients(k):
    """The minimum by looking at many points."""
    ways = [j / 1000 for j in range(-3000, 3001)]
    lowest = min(ways, key=lambda w: abs(w) + (w - k) ** 2 / 2)
    interval = f"The subgradients at 0 are the numbers from {words.number(-1 - k, 1)} to {words.number(1 - k, 1)}."
    return f"{interval} The minimum is at {words.number(lowest, 1)}{', at the kink' if lowest == 0 else ''}."


def plateau_of_a_sigmoid(logit):
    """The slopes by differences."""

    def sigmoid(a):
        return 1 / (1 + math.exp(-a))

    losses = {"squared error": lambda a: (1 - sigmoid(a)) ** 2, "cross-entropy": lambda a: -math.log(sigmoid(a))}
    told = []
    for name, height in losses.items():
        a, steps = float(logit), 0
        while a < 0:
            a, steps = a - (height(a + 1e-4) - height(a - 1e-4)) / 2e-4, steps + 1
        slope = abs(height(logit + 1e-4) - height(logit - 1e-4)) / 2e-4
        told.append(f"{name} {words.significant(slope)}, {steps:,} steps")
    return f"Size of the slope, and steps of rate 1 to reach a ≥ 0: {'; '.join(told)}."


def perfect_fits(rate, across, up):
    """The product xy step by step."""
    x, y = float(across), float(up)
    for _ in range(100):
        miss = x * y - 1
        if abs(miss) > 1e3:
            return "The walker flies out."
        x, y = x - 2 * rate * miss * y, y - 2 * rate * miss * x
    limit = f"A resting place needs at most 2/η = {words.significant(2 / rate)}."
    if (x * y - 1) ** 2 > 1e-3:
        return f"After 100 steps the loss is {words.significant((x * y - 1) ** 2)}. {limit}"
    place = f"({words.number(x, 2)}, {words.number(y, 2)})"
    return f"The walker ends at {place}, where the curvature across is {words.significant(2 * (x * x + y * y))}. {limit}"


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
