"""What the captions of the chapter on gradient descent must say, computed anew by loops over plain numbers or in closed form."""

import cmath
import math
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

SETTINGS = {
    "one_dimension": [
        {"rate": "0.03", "start": -0.9},
        {"rate": "0.15", "start": 0.75},
        {"rate": "1/12", "start": 1.85},
        {"rate": "0.2", "start": 0.75},
    ],
    "below_a_parabola": [
        {"share": 1.0, "start": -3.0},
        {"share": 2.5, "start": -0.3},
        {"share": 2.0, "start": 0.6},
        {"share": 0.1, "start": 3.6},
    ],
    "backward_pass": [{"stage": 8, "w1": 0.5}, {"stage": 6, "w1": -1}, {"stage": 4, "w1": 0.25}, {"stage": 0, "w1": 1}],
    "eigenvalue_by_eigenvalue": [{"rate": 0.05}, {"rate": 0.2}, {"rate": 0.25}],
    "canyon_path": [
        {"rate": "0.02", "condition": "6.67"},
        {"rate": "0.021", "condition": "6.67", "left_right": 3.5, "up_down": -0.6},
        {"rate": "0.01", "condition": "1.5"},
        {"rate": "1/12", "condition": "1"},
        {"rate": "0.025", "condition": "12"},
    ],
    "three_kinds": [
        {"kind": "PL but not convex", "share": 1.0, "start": 3},
        {"kind": "strongly convex", "share": 1.8, "start": -4.0},
        {"kind": "flat bottom", "share": 0.6, "start": 2.0},
        {"kind": "flat bottom", "share": 1.4, "start": 2.0},
    ],
    "turned_and_stretched": [
        {"angle": 30, "stretch": "1"},
        {"angle": 70, "stretch": "1"},
        {"angle": 30, "stretch": "4"},
        {"angle": 0, "stretch": "1/4"},
    ],
    "basins": [
        {"rate": 0.4},
        {"rate": 0.5, "left_right": -0.3, "up_down": 2.0},
        {"rate": 1.2, "left_right": -1.5, "up_down": 1.2},
        {"rate": 0.1, "left_right": 3.9, "up_down": 3.9},
    ],
    "step_of_the_difference": [
        {"h": 1e-05, "precision": "float64"},
        {"h": 1e-05, "precision": "float32"},
        {"h": 0.01, "precision": "float64"},
        {"h": 1e-12, "precision": "float32"},
    ],
    "a_long_valley": [
        {"rate": 0.185},
        {"rate": 0.19, "across": -1.0, "up": 1.2},
        {"rate": 0.021, "across": 2.25, "up": -0.4},
    ],
    "line_search_on_a_line": [
        {"rate": 0.025},
        {"rate": 0.03, "intercept": 0.5, "slope": 0.9},
        {"rate": 0.005, "intercept": 1.2, "slope": -0.2},
    ],
    "one_axis_at_a_time": [{"angle": "0"}, {"angle": "30"}, {"angle": "45", "across": -1.2, "up": 0.4}],
    "on_a_crease": [
        {"rate": 0.17, "fall": "constant"},
        {"rate": 0.45, "fall": "as 1/√t", "across": 0.85, "up": -1.3},
        {"rate": 0.3, "fall": "as 1/t", "across": 1.1, "up": 1.4},
    ],
}


def _minus(text):
    return text.replace("-", "−")


def _significant(number):
    """Two digits, written out from 0.01 to 9,999, otherwise times a power of ten."""
    if number == 0:
        return "0"
    if 0.01 <= float(f"{number:.1e}") < 10_000:
        return f"{number:,.{max(0, 1 - math.floor(math.log10(float(f'{number:.1e}'))))}f}"
    mantissa, exponent = f"{number:.1e}".split("e")
    raised = "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(sign)] for sign in str(int(exponent)))
    return f"{mantissa}\u00a0·\u00a010{raised}"


def one_dimension(rate, start):
    """x − 1 is multiplied by 1 − 12 η fifteen times."""
    factor = 1 - 12 * Fraction(rate)
    end = 1 + factor**15 * (Fraction(str(start)) - 1)
    return _minus(f"After 15 steps x = {float(end):.6f}.")


def _cut(u):
    """The two wells on the line through both, as a function of a complex number too."""
    x, y = u / math.sqrt(2), -u / math.sqrt(2)
    return -2 * cmath.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2) - cmath.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)


def below_a_parabola(share, start):
    """The slope by a step into the complex plane, the largest curvature by a search over differences."""

    def slope(u):
        return _cut(u + 1e-30j).imag / 1e-30

    largest = -minimize_scalar(lambda u: -(slope(u + 1e-5) - slope(u - 1e-5)) / 2e-5, bounds=(-2.5, -0.5), method="bounded").fun
    fall = share / largest * (1 - share / 2) * slope(start) ** 2
    change = (_cut(start - share / largest * slope(start)) - _cut(start)).real
    promised = f"at least {_significant(fall)}" if share < 2 else "nothing"
    return f"a fall of {promised}, and the loss {'falls' if change < 0 else 'rises'} by {_significant(abs(change))}."


def backward_pass(stage, w1):
    """Each slope as the imaginary part of the loss a tiny step away in the complex plane."""

    def loss(w=w1, b=-0.5, out=1.5, more_h=0, more_a=0):
        h = cmath.tanh(w * 2 + b + more_a) + more_h
        return (out * h - 1) ** 2 / 2

    step = 1e-20j
    slopes = {
        "by w₂": loss(out=1.5 + step),
        "by h": loss(more_h=step),
        "by a": loss(more_a=step),
        "by w₁": loss(w=w1 + step),
        "by b": loss(b=-0.5 + step),
    }
    told = {name: _minus(f"{value.imag / 1e-20:.2f}") for name, value in slopes.items()}
    said = {
        0: "x, the weights and the target are given.",
        4: f"Forward: L = ½(y − y*)² = {loss().real:.2f}.",
        6: f"the slope by w₂ is {told['by w₂']}, by h it is {told['by h']}.",
        8: f"the slope by w₁ is {told['by w₁']}, by b it is {told['by b']}. The gradient is complete.",
    }
    return said[stage]


def eigenvalue_by_eigenvalue(rate):
    """The largest |1 − ηλ| in exact fractions, whose modes it belongs to, and the steps in which they shrink to a tenth."""
    sizes = {eigenvalue: abs(1 - Fraction(str(rate)) * eigenvalue) for eigenvalue in (1, 3, 5, 7, 9)}
    largest = max(sizes.values())
    slowest = " and ".join(str(eigenvalue) for eigenvalue, size in sizes.items() if size == largest)
    fate = f"slowest, down to a tenth in {1 / -math.log10(largest):.1f} steps." if largest < 1 else "growing without end."
    return f"λ = {slowest}: {fate}"


def canyon_path(rate, condition, left_right=-0.5, up_down=2.3):
    """Step by step along both axes, noting the last step that ends a millionth away or farther."""
    rate, kappa = float(Fraction(rate)), 20 / 3 if condition == "6.67" else float(condition)
    x, y, far = left_right - 1, up_down - 0.375, 0
    for step in range(1, 1001):
        x, y = x - rate * 12 * x, y - rate * 12 * kappa * y
        if not math.hypot(x, y) < 1e-6:
            far = step
    return f"of the minimum: {far + 1}; the best rate" if far < 1000 else "You never arrive; the best rate"


def three_kinds(kind, share, start):
    """The same steps with the derivatives by a step into the complex plane, and the constants by scalar searches."""
    losses = {
        "strongly convex": (lambda x: x * x / 10 + cmath.sqrt(1 + x * x) - 1, 1.2, None),
        "PL but not convex": (lambda x: x * x + 3 * cmath.sin(x) ** 2, 8.0, (1.5, 2.5)),
        "flat bottom": (lambda x: cmath.sqrt(1 + x**4) - 1, 2 * math.sqrt(2), None),
    }
    loss, largest, where = losses[kind]

    def slope(x):
        return loss(x + 1e-30j).imag / 1e-30

    x, heights = start, [loss(start).real]
    for _ in range(60):
        x -= share / largest * slope(x)
        heights.append(loss(x).real)
    if kind == "flat bottom":
        allowed = f"at most {_significant(min(heights[0], largest * start**2 / (2 * share * 60)))}"
        told = f"The theory allows {allowed}." if share <= 1 else "No bound is known at this rate."
        return f"{_significant(heights[-1])}. {told}"

    def ratio(x):
        return slope(x) ** 2 / 2 / loss(x).real

    m = minimize_scalar(ratio, bounds=where, method="bounded").fun if where else 0.2
    bound = heights[0] * (1 - share / largest * m * (2 - share)) ** 60
    return f"After 60 steps the height is {_significant(heights[-1])}. The theory allows at most {_significant(bound)}."


def turned_and_stretched(angle, stretch):
    """The steps in the eigenvectors of P H, in which each is a factor of its own."""
    cosine, sine, scale = math.cos(math.radians(angle)), math.sin(math.radians(angle)), float(Fraction(stretch))
    a, b, c = 10 * cosine**2 + sine**2, 9 * cosine * sine, 10 * sine**2 + cosine**2
    H = np.array([[a / scale**2, b / scale], [b / scale, c]])
    start = np.array([scale * (cosine - sine), sine + cosine])
    counts = []
    for P in (np.eye(2), np.diag([1 / H[0, 0], 1 / H[1, 1]])):
        root = np.sqrt(P)
        eigenvalues, vectors = np.linalg.eigh(root @ H @ root)
        alpha = vectors.T @ np.linalg.solve(root, start)
        factors, step = 1 - 2 * eigenvalues / eigenvalues.sum(), 0
        while (eigenvalues * (factors**step * alpha) ** 2).sum() > 1e-6 * (eigenvalues * alpha**2).sum():
            step += 1
        counts.append(step)
    low, high = np.linalg.eigvalsh(H)
    steps = f"{counts[0]} with one rate, {counts[1]} with a rate for each."
    return f"κ = {high / low:.1f}. Steps to a millionth of the height: {steps}"


def basins(rate, left_right=2.4, up_down=1.6):
    """The gradient of the two wells written out, a hundred steps from one start."""
    x, y, far, before = left_right, up_down, {"deep": 0, "shallow": 0}, None
    for step in range(1, 101):
        deep, shallow = 2 * math.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2), math.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)
        before = x, y
        x, y = x - rate * (deep * (x + 1) + shallow * (x - 1)), y - rate * (deep * (y - 1) + shallow * (y + 1))
        for name, place in (("deep", -0.9803836355776621), ("shallow", 0.8939741041006756)):
            if math.hypot(x - place, y + place) > 0.01:
                far[name] = step
    for name, step in far.items():
        if step < 100:
            return f"your walk is within 0.01 of the {name} minimum from step {step + 1} to step 100."
    manner = "creeping" if math.hypot(x - before[0], y - before[1]) < 0.02 else "jumping"
    return _minus(f"your walk is still {manner} after 100 steps, at ({x:.2f}, {y:.2f}).")


def _scientific(number):
    if 0.01 <= number < 100:
        return f"{number:.2g}"
    mantissa, exponent = f"{number:.1e}".split("e")
    raised = "".join("⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".index(sign)] for sign in str(int(exponent)))
    return f"{mantissa} · 10{raised}"


def step_of_the_difference(h, precision):
    """Three values of the exponential, one number at a time."""
    number = getattr(np, precision)
    one, step = number(1), number(h)
    ahead, here, behind = np.exp(one + step), np.exp(one), np.exp(one - step)
    forward = abs(float((ahead - here) / step) - math.e)
    centred = abs(float((ahead - behind) / (number(2) * step)) - math.e)
    return f"the forward difference is off by {_scientific(forward)}, the centred one by {_scientific(centred)}."


def a_long_valley(rate, across=1.45, up=1.3):
    """In the eigenvectors, with the eigenvalues 1 and 10."""
    first = across * math.cos(0.45) + up * math.sin(0.45)
    second = up * math.cos(0.45) - across * math.sin(0.45)
    cosine = (first**2 + 10 * second**2) / math.hypot(first, 10 * second) / math.hypot(first, second)
    height = ((1 - rate) ** 200 * first**2 + 10 * (1 - 10 * rate) ** 200 * second**2) / 2
    away = math.degrees(math.acos(cosine))
    return f"points {away:.0f}° away from the minimum. The fixed steps end {_significant(height)} above it."


X = [0.03, 0.19, 0.34, 0.46, 0.78, 0.81, 1.08, 1.18, 1.39, 1.60, 1.65, 1.90]
T = [0.67, 0.85, 1.05, 1.00, 1.40, 1.50, 1.30, 1.54, 1.55, 1.68, 1.73, 1.60]


def line_search_on_a_line(rate, intercept=1.6, slope=-0.5):
    """The sum of squares over the twelve pairs, and its normal equations."""
    H = 2 * np.array([[12, sum(X)], [sum(X), sum(x * x for x in X)]])
    best = np.linalg.solve(H, 2 * np.array([sum(T), sum(x * t for x, t in zip(X, T, strict=True))]))
    ends = []
    for exact in (True, False):
        z = np.array([intercept, slope]) - best
        for _ in range(12):
            g = H @ z
            if g @ g > 0:
                z = z - ((g @ g) / (g @ H @ g) if exact else rate) * g
        ends.append(_significant(max(z @ H @ z / 2, 1e-12)))
    return f"Height after 12 steps: exact search {ends[0]}, constant rate {ends[1]} (η = {rate:.3f})."


def one_axis_at_a_time(angle, across=0.35, up=1.35):
    """Both methods on the matrix of the turned valley, written out."""
    cosine, sine = math.cos(math.radians(float(angle))), math.sin(math.radians(float(angle)))
    a, b, c = 10 * cosine**2 + sine**2, 9 * cosine * sine, 10 * sine**2 + cosine**2
    steps = []
    for axes in (False, True):
        x, y, far = across, up, 0
        for step in range(1, 81):
            if not axes:
                x, y = x - 2 / 11 * (a * x + b * y), y - 2 / 11 * (b * x + c * y)
            elif step % 2:
                x = -b * y / a
            else:
                y = -b * x / c
            far = step if math.hypot(x, y) > 1e-6 else far
        steps.append("not yet" if far == 80 else f"from step {far + 1}")
    share = f"A sweep of two multiplies the distance by {b * b / a / c:.3f}."
    return f"gradient descent {steps[0]}, coordinate descent {steps[1]}. {share}"


def on_a_crease(rate, fall, across=-1.5, up=0.6):
    """Each coordinate by itself, by its sign."""
    power = {"constant": 0, "as 1/√t": 0.5, "as 1/t": 1}[fall]
    w, heights = [across, up], [abs(across) + abs(up)]
    for t in range(1, 101):
        w = [each - rate * t**-power * ((each > 0) - (each < 0)) for each in w]
        heights.append(abs(w[0]) + abs(w[1]))
    return f"Lowest height of 100 steps {_significant(min(heights))}, height at the end {_significant(heights[-1])}."
