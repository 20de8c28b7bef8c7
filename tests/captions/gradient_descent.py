"""What the captions of the chapter on gradient descent must say, computed anew by loops over plain numbers or in closed form."""

import math
from fractions import Fraction

import numpy as np

SETTINGS = {
    "one_dimension": [
        {"rate": "0.03", "start": -0.9},
        {"rate": "0.15", "start": 0.75},
        {"rate": "1/12", "start": 1.85},
        {"rate": "0.2", "start": 0.75},
    ],
    "step_of_the_difference": [
        {"h": 1e-05, "precision": "float64"},
        {"h": 1e-05, "precision": "float32"},
        {"h": 0.01, "precision": "float64"},
        {"h": 1e-12, "precision": "float32"},
    ],
    "eigenvalue_by_eigenvalue": [{"rate": 0.05}, {"rate": 0.2}, {"rate": 0.25}],
    "canyon_path": [
        {"rate": "0.02", "condition": "6.67"},
        {"rate": "0.021", "condition": "6.67", "left_right": 3.5, "up_down": -0.6},
        {"rate": "0.01", "condition": "1.5"},
        {"rate": "1/12", "condition": "1"},
        {"rate": "0.025", "condition": "12"},
    ],
    "one_axis_at_a_time": [{"angle": 0}, {"angle": 30}, {"angle": 45}],
    "basins": [{"rate": 0.1}, {"rate": 0.4}, {"rate": 1.2}, {"rate": 2.0}],
}


def _minus(text):
    return text.replace("-", "−")


def one_dimension(rate, start):
    """x − 1 is multiplied by 1 − 12 η fifteen times."""
    factor = 1 - 12 * Fraction(rate)
    end = 1 + factor**15 * (Fraction(str(start)) - 1)
    return _minus(f"After 15 steps x = {float(end):.6f}.")


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


def eigenvalue_by_eigenvalue(rate):
    """The largest |1 − ηλ| in exact fractions, whose modes it belongs to, and the steps in which they shrink to a tenth."""
    sizes = {eigenvalue: abs(1 - Fraction(str(rate)) * eigenvalue) for eigenvalue in (1, 3, 5, 7, 9)}
    largest = max(sizes.values())
    slowest = " and ".join(str(eigenvalue) for eigenvalue, size in sizes.items() if size == largest)
    fate = f"slowest, a tenth in {1 / -math.log10(largest):.1f} steps." if largest < 1 else "growing without end."
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


def one_axis_at_a_time(angle):
    """Gradient descent shrinks both coordinates by 9/11 a step; Gauss and Seidel's iteration by hand."""
    gradient, distance = 0, math.sqrt(2)
    while distance >= 1e-6:
        gradient, distance = gradient + 1, distance * 9 / 11
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    a, b, c = 10 * cosine**2 + sine**2, 9 * cosine * sine, 10 * sine**2 + cosine**2
    x, y, axes = cosine - sine, sine + cosine, 0
    while math.hypot(x, y) >= 1e-6:
        x, y = (-b * y / a, y) if axes % 2 == 0 else (x, -b * x / c)
        axes += 1
    share = f"A sweep of two multiplies the distance by {b * b / a / c:.3f}."
    return f"gradient descent {gradient} steps, coordinate descent {axes} along single axes. {share}"


def basins(rate):
    """The gradient of the two wells written out, 400 steps from all starts, and who is where after 300 and after 400."""
    x, y = np.meshgrid(np.linspace(-4, 4, 200), np.linspace(-4, 4, 200))
    at_rest = [np.ones(x.shape, bool), np.ones(x.shape, bool)]
    for step in range(1, 401):
        deep, shallow = 2 * np.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2), np.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)
        x, y = (
            x - rate * (deep * (x + 1) + shallow * (x - 1)),
            y - rate * (deep * (y - 1) + shallow * (y + 1)),
        )
        if step in (300, 400):
            for k, place in enumerate((-0.9803836355776621, 0.8939741041006756)):
                at_rest[k] &= np.hypot(x - place, y + place) < 0.01
    loss = -2 * np.exp(-((x + 1) ** 2 + (y - 1) ** 2) / 2) - np.exp(-((x - 1) ** 2 + (y + 1) ** 2) / 2)
    plain = (loss > -0.05) & ~at_rest[0] & ~at_rest[1]
    moving = ~(at_rest[0] | at_rest[1] | plain)
    deep, shallow, moving, plain = (f"{np.mean(part):.0%}" for part in (*at_rest, moving, plain))
    return f"{deep} rest in the deep well after 400 steps, {shallow} in the shallow one; {moving} still move, {plain} are"
